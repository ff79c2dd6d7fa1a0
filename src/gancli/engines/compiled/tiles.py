"""A tile of a matrix product by vector instructions: a few rows of a few vectors, in registers while k goes by.

And what brings B's columns to where a tile wants them. (As in `lanes`, LLVM would make less of loops.)
"""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from gancli.engines.compiled.jit import FAST, intrinsic
from gancli.engines.compiled.lanes import spread, vectors

SIDE = 8
"""Of the squares in which Bᵀ is copied."""
WORD, INDEX = ir.IntType(64), ir.IntType(32)


def _places(context: Any, builder: Any, kind: Any, array: Any, at: Any, steps: Sequence[Any]) -> list[Any]:
    """Pointers to array[at + step], for each step."""
    start = builder.gep(context.make_array(kind)(context, builder, array).data, [at])
    return [builder.gep(start, [step]) for step in steps]


def by_tile(rows: int, *shapes: Sequence[int]) -> Any:
    """C[:left, :width] ← A B, + `old` if `more`, by the first of the shapes that is wide enough.

    `a`, `b`, … begin at `a_at`, `b_at`, …; `a_row` and `a_step` are how far A's rows and columns lie apart. Rows that
    are not there repeat the last that is.
    """

    def tile(
        typing: Any, k: Any, a: Any, a_at: Any, a_row: Any, a_step: Any, b: Any, b_at: Any, b_row: Any,
        c: Any, c_at: Any, c_row: Any, left: Any, width: Any, more: Any, old: Any, old_at: Any, old_row: Any,
    ) -> Any:  # fmt: skip
        names = "k a a_at a_row a_step b b_at b_row c c_at c_row left width more old old_at old_row"
        i = types.int64
        made = types.none(i, a, i, i, i, b, i, i, c, i, i, i, i, types.boolean, old, i, i)
        return made, _generator(rows, shapes, names, _Evenly)

    return intrinsic(tile)


def by_tile_of_places(rows: int, *shapes: Sequence[int]) -> Any:
    """The same where A's and C's rows lie anywhere: row r of A at `a_at + a_places[first + r]`, and C's likewise.

    A's columns are three loops deep: `images` that lie `a_image` apart, of `pieces` `a_piece` apart, of k numbers
    `a_step` apart. B's rows follow one another. `old` has C's places times `old_row`, which is 0 or 1.
    """

    def tile(
        typing: Any, images: Any, a_image: Any, pieces: Any, a_piece: Any, k: Any, a_step: Any, a: Any, a_at: Any,
        a_places: Any, b: Any, b_at: Any, b_row: Any, c: Any, c_at: Any, c_places: Any, first: Any, left: Any,
        width: Any, more: Any, old: Any, old_at: Any, old_row: Any,
    ) -> Any:  # fmt: skip
        names = (
            "images a_image pieces a_piece k a_step a a_at a_places b b_at b_row "
            "c c_at c_places first left width more old old_at old_row"
        )
        i = types.int64
        made = types.none(
            i, i, i, i, i, i, a, i, a_places, b, i, i, c, i, c_places, i, i, i, types.boolean, old, i, i
        )  # fmt: skip
        return made, _generator(rows, shapes, names, _Anywhere)

    return intrinsic(tile)


def _generator(rows: int, shapes: Sequence[Sequence[int]], names: str, tile: "type[_Tile]") -> Callable[..., Any]:
    """What writes the code of a tile whose arguments have these names."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        given = dict(zip(names.split(), args, strict=True))
        kinds = dict(zip(names.split(), signature.args, strict=True))
        last = builder.sub(given["left"], WORD(1))
        numbers = [builder.select(builder.icmp_signed("<", WORD(r), last), WORD(r), last) for r in range(rows)]
        thin, wide = (tile(context, builder, kinds, given, numbers, shape) for shape in shapes)
        with builder.if_else(builder.icmp_signed("<=", given["width"], WORD(sum(shapes[0])))) as (few, many):
            with few:
                thin.generate()
            with many:
                wide.generate()
        return context.get_dummy_value()

    return generate


class _Tile:
    """The code of a tile of one shape; `totals` are its vectors, row by row, which LLVM keeps in registers."""

    def __init__(
        self, context: Any, builder: Any, kinds: Any, given: Any, numbers: list[Any], widths: Sequence[int]
    ) -> None:
        self.context, self.builder, self.kinds, self.given, self.widths = context, builder, kinds, given, widths
        number = context.get_value_type(kinds["a"].dtype)
        self.align = context.get_abi_sizeof(number)
        self.zeros = [ir.VectorType(number, lanes)([0.0] * lanes) for lanes in widths]
        self.totals = [[cgutils.alloca_once(builder, zero.type) for zero in self.zeros] for _ in numbers]
        self.numbers = numbers

    def places(self, name: str, steps: Sequence[Any]) -> list[Any]:
        """Pointers to steps of an array from where it begins."""
        given, at = self.given[name], self.given[f"{name}_at"]
        return _places(self.context, self.builder, self.kinds[name], given, at, steps)

    def rows(self, name: str) -> list[Any]:
        """Pointers to where a tile's rows of A, C or `old` begin."""
        raise NotImplementedError

    def loops(self) -> list[tuple[Any, Any]]:
        """How A's columns lie: loops, each of so many steps of so much."""
        raise NotImplementedError

    def generate(self) -> None:
        """The sums over k, and what becomes of them."""
        for total in self.totals:
            for zero, sum_ in zip(self.zeros, total, strict=True):
                self.builder.store(zero, sum_)
        self.sum(self.loops(), self.rows("a"), WORD(0), WORD(0))
        all_there = self.builder.icmp_signed(">=", self.given["width"], WORD(sum(self.widths)))
        with self.builder.if_else(all_there) as (full, narrow):
            with full:
                self.finish([])
            with narrow:  # apart, for some processors take long to store with a mask
                self.finish([self.mask(v) for v in range(len(self.widths))])

    def sum(self, loops: list[tuple[Any, Any]], rows: list[Any], offset: Any, index: Any) -> None:
        """Add the products of A's column at `offset` and B's row `index`, in loops over those that are left."""
        builder = self.builder
        if loops:
            (count, step), *inner = loops
            with cgutils.for_range(builder, count) as steps:
                further = builder.add(offset, builder.mul(steps.index, step))
                self.sum(inner, rows, further, builder.add(builder.mul(index, count), steps.index))
            return
        (row,) = self.places("b", [builder.mul(index, self.given["b_row"])])
        columns = [builder.load(pointer, align=self.align) for pointer in vectors(builder, row, self.widths)]
        for start, total in zip(rows, self.totals, strict=True):
            factor = builder.load(builder.gep(start, [offset]))
            for column, sum_ in zip(columns, total, strict=True):
                product = builder.fmul(spread(builder, factor, column.type.count), column, flags=FAST)
                builder.store(builder.fadd(product, builder.load(sum_), flags=FAST), sum_)

    def mask(self, v: int) -> Any:
        """Which lanes of vector v are columns of C."""
        lanes, before = self.widths[v], sum(self.widths[:v])
        width = spread(self.builder, self.builder.trunc(self.given["width"], INDEX), lanes)
        return self.builder.icmp_signed("<", ir.VectorType(INDEX, lanes)(list(range(before, before + lanes))), width)

    def finish(self, masks: list[Any]) -> None:
        """Add what was there, and store; all is read before any is written, for rows may be the same."""
        with self.builder.if_then(self.given["more"]):
            for v, pointer, sum_ in self.vectors(self.rows("old")):
                other = [masks[v], self.zeros[v]] if masks else []
                was = self.access("load", self.zeros[v].type, v, [pointer], other)
                self.builder.store(self.builder.fadd(was, self.builder.load(sum_)), sum_)
        for v, pointer, sum_ in self.vectors(self.rows("c")):
            self.access("store", ir.VoidType(), v, [self.builder.load(sum_), pointer], masks[v : v + 1])

    def vectors(self, rows: list[Any]) -> list[tuple[int, Any, Any]]:
        """Number, pointer and sum of every vector of rows that begin there."""
        found = [enumerate(vectors(self.builder, row, self.widths)) for row in rows]
        return [(v, at, total[v]) for row, total in zip(found, self.totals, strict=True) for v, at in row]

    def access(self, what: str, result: Any, v: int, first: list[Any], other: list[Any]) -> Any:
        """A load or store of vector v, of some of its lanes if there is an `other` (LLVM's intrinsics)."""
        if not other:
            return getattr(self.builder, what)(*first, align=self.align)
        arguments, kind = [*first, INDEX(self.align), *other], f"v{self.widths[v]}f{8 * self.align}"
        function = ir.FunctionType(result, [argument.type for argument in arguments])
        name = f"llvm.masked.{what}.{kind}.p0{kind}"
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, function, name), arguments)


class _Evenly(_Tile):
    """Rows lie as far apart as `a_row`, `c_row` and `old_row` say."""

    def rows(self, name: str) -> list[Any]:
        """One after the other."""
        return self.places(name, [self.builder.mul(r, self.given[f"{name}_row"]) for r in self.numbers])

    def loops(self) -> list[tuple[Any, Any]]:
        """One."""
        return [(self.given["k"], self.given["a_step"])]


class _Anywhere(_Tile):
    """Rows lie where tables say."""

    def rows(self, name: str) -> list[Any]:
        """By A's table, or by C's."""
        table = "a_places" if name == "a" else "c_places"
        at = [self.builder.add(self.given["first"], r) for r in self.numbers]
        data = self.context.make_array(self.kinds[table])(self.context, self.builder, self.given[table]).data
        steps = [self.builder.load(self.builder.gep(data, [place])) for place in at]
        if name == "old":
            steps = [self.builder.mul(step, self.given["old_row"]) for step in steps]
        return self.places(name, steps)

    def loops(self) -> list[tuple[Any, Any]]:
        """Images, their pieces, and what is in a piece."""
        names = (("images", "a_image"), ("pieces", "a_piece"), ("k", "a_step"))
        return [(self.given[count], self.given[step]) for count, step in names]


@intrinsic
def turn(typing: Any, a: Any, a_at: Any, a_row: Any, b: Any, b_at: Any, b_row: Any) -> Any:
    """B ← Aᵀ of a square of eight."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        align = context.get_abi_sizeof(context.get_value_type(a.dtype))
        numbers = [WORD(r) for r in range(SIDE)]

        def rows(i: int) -> list[Any]:
            steps = [builder.mul(number, args[i + 2]) for number in numbers]
            found = _places(context, builder, signature.args[i], args[i], args[i + 1], steps)
            return [vectors(builder, row, [SIDE])[0] for row in found]

        values = [builder.load(pointer, align=align) for pointer in rows(0)]
        pairs = [0, 8, 1, 9, 4, 12, 5, 13], [0, 1, 8, 9, 4, 5, 12, 13], [0, 1, 2, 3, 8, 9, 10, 11]
        for apart, lanes, up in zip((1, 2, 4), pairs, (2, 2, 4), strict=True):  # each one instruction, of AVX too
            for r in (r for r in range(SIDE) if not r & apart):
                masks = [ir.VectorType(INDEX, SIDE)([lane + more for lane in lanes]) for more in (0, up)]
                both = values[r], values[r + apart]
                values[r], values[r + apart] = (builder.shuffle_vector(*both, mask) for mask in masks)
        for r, pointer in zip((0, 2, 1, 3, 4, 6, 5, 7), rows(3), strict=True):
            builder.store(values[r], pointer, align=align)
        return context.get_dummy_value()

    i = types.int64
    return types.none(a, i, i, b, i, i), generate


def mover(widths: Sequence[int]) -> Any:
    """A row of vectors from `a` to `b`."""

    def move(typing: Any, a: Any, a_at: Any, b: Any, b_at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            align = context.get_abi_sizeof(context.get_value_type(a.dtype))
            zero, kinds = [WORD(0)], signature.args
            (source,), (target,) = (_places(context, builder, kinds[i], args[i], args[i + 1], zero) for i in (0, 2))
            for one, other in zip(vectors(builder, source, widths), vectors(builder, target, widths), strict=True):
                builder.store(builder.load(one, align=align), other, align=align)
            return context.get_dummy_value()

        return types.none(a, types.int64, b, types.int64), generate

    return intrinsic(move)
