"""A few columns of all rows at a time: what is summed over the rows, or the same for all, stays in registers."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from gancli.engines.compiled.jit import inlined, intrinsic

WORD = ir.IntType(64)
Build = Callable[[Any, list[Any], list[Any]], tuple[list[Any], list[Any]]]
"""(builder, what is held, a row of each array) → what the last arrays' rows become, and what is added to the sums."""


def over_rows(build: Build, made: int) -> Any:
    """(held, rows, sums, start, count, apart, width): `width` columns of `count` rows, each `apart` from the next.

    `held`, `rows` and `sums` are tuples of vectors; of those in `rows`, the columns begin at `start`, and what `build`
    makes is written to the last `made` of them; of `held` and `sums` they begin at 0. `sums` are written anew.
    """
    sixteen, one = (_strip(lanes, build, made) for lanes in (16, 1))

    @inlined
    def strips(held, rows, sums, start, count, apart, width):
        done = width - width % 16
        for j in range(0, done, 16):
            sixteen(held, rows, sums, start, count, apart, j)
        for j in range(done, width):
            one(held, rows, sums, start, count, apart, j)

    return strips


def _strip(lanes: int, build: Build, made: int) -> Any:
    """Of `lanes` columns from j on."""

    def strip(typing: Any, held: Any, rows: Any, sums: Any, start: Any, count: Any, apart: Any, j: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = context.get_value_type(rows[0].dtype)
            kind, align = ir.VectorType(number, lanes), context.get_abi_sizeof(number)

            def pointers(which: int, at: Any) -> list[Any]:
                values = cgutils.unpack_tuple(builder, args[which]) if len(signature.args[which]) else []
                arrays = [
                    context.make_array(own)(context, builder, value)
                    for own, value in zip(signature.args[which], values, strict=True)
                ]
                return [builder.bitcast(builder.gep(one.data, [at]), kind.as_pointer()) for one in arrays]

            def loaded(places: Sequence[Any]) -> list[Any]:
                return [builder.load(place, align=align) for place in places]

            constants, targets = loaded(pointers(0, args[6])), pointers(2, args[6])
            totals = [cgutils.alloca_once(builder, kind) for _ in targets]
            for total in totals:
                builder.store(kind([0.0] * lanes), total)
            first = builder.add(args[3], args[6])
            with cgutils.for_range(builder, args[4]) as steps:
                places = pointers(1, builder.add(first, builder.mul(steps.index, args[5])))
                written, added = build(builder, constants, loaded(places))
                for place, value in zip(places[len(places) - made :], written, strict=True):
                    builder.store(value, place, align=align)
                for total, value in zip(totals, added, strict=True):
                    builder.store(builder.fadd(builder.load(total), value), total)
            for total, target in zip(totals, targets, strict=True):
                builder.store(builder.load(total), target, align=align)
            return context.get_dummy_value()

        i = types.int64
        return types.none(held, rows, sums, i, i, i, i), generate

    return intrinsic(strip)
