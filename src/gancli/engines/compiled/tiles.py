"""A tile of a matrix product by vector instructions: a few rows of a few vectors, in registers while k goes by.

And what brings B's columns to where a tile wants them. (As in `lanes`, LLVM would make less of loops.)
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from gancli.engines.compiled.jit import FAST, intrinsic
from gancli.engines.compiled.lanes import spread, vectors

SIDE = 8
"""Of the squares in which Bᵀ is copied."""
WORD, INDEX = ir.IntType(64), ir.IntType(32)


def _places(context: Any, builder: Any, kind: Any, array: Any, at: Any, step: Any, rows: Sequence[Any]) -> list[Any]:
    """Pointers to array[at + r step], for each r."""
    start = builder.gep(context.make_array(kind)(context, builder, array).data, [at])
    return [builder.gep(start, [builder.mul(r, step)]) for r in rows]


def by_tile(rows: int, *shapes: Sequence[int]) -> Any:
    """C[:left, :width] ← A B, + `old` if `more`, by the first of the shapes that is wide enough.

    `a`, `b`, … begin at `a_at`, `b_at`, …; `a_row` and `a_step` are how far A's rows and columns lie apart. Rows that
    are not there repeat the last that is.
    """

    def tile(
        typing: Any, k: Any, a: Any, a_at: Any, a_row: Any, a_step: Any, b: Any, b_at: Any, b_row: Any,
        c: Any, c_at: Any, c_row: Any, left: Any, width: Any, more: Any, old: Any, old_at: Any, old_row: Any,
    ) -> Any:  # fmt: skip
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            last = builder.sub(args[11], WORD(1))
            numbers = [builder.select(builder.icmp_signed("<", WORD(r), last), WORD(r), last) for r in range(rows)]
            thin, wide = (_Tile(context, builder, signature.args, args, numbers, shape) for shape in shapes)
            with builder.if_else(builder.icmp_signed("<=", args[12], WORD(sum(shapes[0])))) as (few, many):
                with few:
                    thin.generate()
                with many:
                    wide.generate()
            return context.get_dummy_value()

        i = types.int64
        return types.none(i, a, i, i, i, b, i, i, c, i, i, i, i, types.boolean, old, i, i), generate

    return intrinsic(tile)


class _Tile:
    """The code of a tile of one shape; `totals` are its vectors, row by row, which LLVM keeps in registers."""

    def __init__(self, context: Any, builder: Any, kinds: Any, args: Any, numbers: Any, widths: Sequence[int]) -> None:
        self.builder, self.args, self.widths = builder, args, widths
        number = context.get_value_type(kinds[1].dtype)
        self.align = context.get_abi_sizeof(number)
        self.zeros = [ir.VectorType(number, lanes)([0.0] * lanes) for lanes in widths]
        self.totals = [[cgutils.alloca_once(builder, zero.type) for zero in self.zeros] for _ in numbers]
        self.places = lambda i, at, step, which=numbers: _places(context, builder, kinds[i], args[i], at, step, which)

    def generate(self) -> None:
        """The sums over k, and what becomes of them."""
        k, _, a_at, a_row, a_step, _, b_at, b_row, *_ = self.args
        builder = self.builder
        for total in self.totals:
            for zero, sum_ in zip(self.zeros, total, strict=True):
                builder.store(zero, sum_)
        rows = self.places(1, a_at, a_row)
        with cgutils.for_range(builder, k) as steps:
            (row,) = self.places(5, b_at, b_row, [steps.index])
            columns = [builder.load(pointer, align=self.align) for pointer in vectors(builder, row, self.widths)]
            for start, total in zip(rows, self.totals, strict=True):
                factor = builder.load(builder.gep(start, [builder.mul(steps.index, a_step)]))
                for column, sum_ in zip(columns, total, strict=True):
                    product = builder.fmul(spread(builder, factor, column.type.count), column, flags=FAST)
                    builder.store(builder.fadd(product, builder.load(sum_), flags=FAST), sum_)
        all_there = builder.icmp_signed(">=", self.args[12], WORD(sum(self.widths)))
        with builder.if_else(all_there) as (full, narrow):
            with full:
                self.finish([])
            with narrow:  # apart, for some processors take long to store with a mask
                self.finish([self.mask(v) for v in range(len(self.widths))])

    def mask(self, v: int) -> Any:
        """Which lanes of vector v are columns of C."""
        lanes, before = self.widths[v], sum(self.widths[:v])
        width = spread(self.builder, self.builder.trunc(self.args[12], INDEX), lanes)
        return self.builder.icmp_signed("<", ir.VectorType(INDEX, lanes)(list(range(before, before + lanes))), width)

    def finish(self, masks: list[Any]) -> None:
        """Add what was there, and store; all is read before any is written, for rows may be the same."""
        *_, c_at, c_row, _, _, more, _, old_at, old_row = self.args
        with self.builder.if_then(more):
            for v, pointer, sum_ in self.vectors(self.places(14, old_at, old_row)):
                other = [masks[v], self.zeros[v]] if masks else []
                was = self.access("load", self.zeros[v].type, v, [pointer], other)
                self.builder.store(self.builder.fadd(was, self.builder.load(sum_)), sum_)
        for v, pointer, sum_ in self.vectors(self.places(8, c_at, c_row)):
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


@intrinsic
def turn(typing: Any, a: Any, a_at: Any, a_row: Any, b: Any, b_at: Any, b_row: Any) -> Any:
    """B ← Aᵀ of a square of eight."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        align = context.get_abi_sizeof(context.get_value_type(a.dtype))
        numbers = [WORD(r) for r in range(SIDE)]

        def rows(i: int) -> list[Any]:
            found = _places(context, builder, signature.args[i], args[i], args[i + 1], args[i + 2], numbers)
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
            (source,), (target,) = (
                _places(context, builder, kinds[i], args[i], args[i + 1], zero[0], zero) for i in (0, 2)
            )
            for one, other in zip(vectors(builder, source, widths), vectors(builder, target, widths), strict=True):
                builder.store(builder.load(one, align=align), other, align=align)
            return context.get_dummy_value()

        return types.none(a, types.int64, b, types.int64), generate

    return intrinsic(move)
