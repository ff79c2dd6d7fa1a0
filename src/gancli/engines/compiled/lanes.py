"""Sums of products over eight numbers at a time, as vector instructions.

LLVM makes such instructions out of loops too, but then asks at each loop's start whether its vectors overlap, and does
what is left of eights one by one: in rows of twenty that is most of the time.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from gancli.engines.compiled.jit import FAST, inlined, intrinsic


@inlined
def add_products(y, places, v, starts, factors, size):
    """y[places[r] + j] += Σ_k factors[r, k] v[starts[k] + j] for j < size; `factors` is one tuple, row by row."""
    done = size - size % 8
    for j in range(0, done, 8):
        _eight(y, places, v, starts, factors, j)
    if size % 8 >= 4:
        _four(y, places, v, starts, factors, done)
        done += 4
    for j in range(done, size):
        _one(y, places, v, starts, factors, j)


def spread(builder: Any, value: Any, lanes: int) -> Any:
    """A vector of one number."""
    nothing, same = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined), ir.VectorType(ir.IntType(32), lanes)
    first = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(same, [0] * lanes))


def vectors(builder: Any, start: Any, widths: Sequence[int]) -> list[Any]:
    """Pointers to vectors of so many numbers each, one after the other."""
    places = [builder.gep(start, [ir.Constant(ir.IntType(64), sum(widths[:v]))]) for v in range(len(widths))]
    kinds = [ir.VectorType(start.type.pointee, width).as_pointer() for width in widths]
    return [builder.bitcast(place, kind) for place, kind in zip(places, kinds, strict=True)]


def _adder(lanes: int) -> Any:
    """`add_products` for `lanes` numbers from `j` on; all are read before any is written."""

    def add(typing: Any, y: Any, places: Any, v: Any, starts: Any, factors: Any, j: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = context.get_value_type(y.dtype)
            kind, align = ir.VectorType(number, lanes), context.get_abi_sizeof(number)

            def find(array: Any, value: Any, which: Any) -> list[Any]:
                data = context.make_array(array)(context, builder, value).data
                moved = [builder.add(place, args[5]) for place in cgutils.unpack_tuple(builder, which)]
                return [builder.bitcast(builder.gep(data, [place]), kind.as_pointer()) for place in moved]

            targets = find(y, args[0], args[1])
            vectors = [builder.load(place, align=align) for place in find(v, args[2], args[3])]
            totals = [builder.load(target, align=align) for target in targets]
            numbers = [spread(builder, value, lanes) for value in cgutils.unpack_tuple(builder, args[4])]
            for r in range(len(totals)):
                for vector, factor in zip(vectors, numbers[r * len(vectors) :], strict=False):
                    totals[r] = builder.fadd(totals[r], builder.fmul(factor, vector, flags=FAST), flags=FAST)
            for total, target in zip(totals, targets, strict=True):
                builder.store(total, target, align=align)
            return context.get_dummy_value()

        return types.none(y, places, v, starts, factors, j), generate

    return intrinsic(add)


_eight, _four, _one = _adder(8), _adder(4), _adder(1)
