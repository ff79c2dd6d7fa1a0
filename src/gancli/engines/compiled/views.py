"""Stretches of memory as vectors that nobody counts references to, the loops over them, and how work is shared.

Numba counts how often each array is used, with atomic additions; in games of a few microseconds that would take most of
the time.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.np.arrayobj import populate_array

from gancli.engines.compiled.jit import intrinsic, loop, part


def _view(context: Any, builder: Any, kind: Any, pointer: Any, size: Any) -> Any:
    made = context.make_array(kind)(context, builder)
    width = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    populate_array(made, data=pointer, shape=[size], strides=[width], itemsize=width, meminfo=None)
    return made._getvalue()


def _at_address(element: Any) -> Any:
    def view(typing: Any, like: Any, address: Any, size: Any) -> Any:
        kind = types.Array(element or like.dtype, 1, "C")

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pointer = builder.inttoptr(args[1], context.get_data_type(kind.dtype).as_pointer())
            return _view(context, builder, kind, pointer, args[2])

        return kind(like, types.int64, types.int64), generate

    return intrinsic(view)


reals, octets, words = (_at_address(kind) for kind in (None, types.uint8, types.int64))
"""(like, address, size): so many elements from an address on: numbers of the type of `like`, bytes, int64."""
singles, doubles = (_at_address(kind) for kind in (types.float32, types.float64))
unsigned, wide = (_at_address(kind) for kind in (types.uint32, types.uint64))
"""The same, of these types."""


@intrinsic
def cut(typing: Any, array: Any, start: Any, size: Any) -> Any:
    """array[start:start + size] of a vector, with none of a slice's checks: neither may be negative or too large."""
    kind = types.Array(array.dtype, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        whole = context.make_array(array)(context, builder, args[0])
        return _view(context, builder, kind, builder.gep(whole.data, [args[1]]), args[2])

    return kind(array, types.int64, types.int64), generate


def room(count: int) -> Any:
    """(like): so many numbers of the caller's own, on the stack."""

    def view(typing: Any, like: Any) -> Any:
        kind = types.Array(like.dtype, 1, "C")

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = context.get_data_type(kind.dtype)
            with builder.goto_entry_block():
                made = builder.alloca(ir.ArrayType(number, count))
            made.align = 64  # a cache line
            size = ir.Constant(ir.IntType(64), count)
            return _view(context, builder, kind, builder.bitcast(made, number.as_pointer()), size)

        return kind(like), generate

    return intrinsic(view)


@part
def after(array, start):
    """array[start:]."""
    return cut(array, start, array.size - start)


@part
def share_of(count, share, shares, grain):
    """A share's [start, stop) of `count` things, cut at multiples of `grain`; of few things the last share has all."""
    if shares == 1:  # two divisions take as long as a small kernel
        return 0, count
    grains = (count + grain - 1) // grain
    start = grains * share // shares * grain
    stop = grains * (share + 1) // shares * grain
    return min(start, count), min(stop, count)


@loop
def fill(a, value):
    """a ← value. (`a[:] = value` compiles in seconds, for the message of an error that cannot be.)"""
    number = a.dtype.type(value)
    for i in range(a.size):
        a[i] = number


@loop
def copy(a, b):
    """b ← a."""
    for i in range(b.size):
        b[i] = a[i]


@loop
def add(a, b):
    """b ← b + a."""
    for i in range(b.size):
        b[i] += a[i]


@loop
def clamp(a, bound):
    """a ← a within [−bound, bound]."""
    for i in range(a.size):
        a[i] = min(max(a[i], -bound), bound)
