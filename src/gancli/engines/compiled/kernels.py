"""Kernels as functions of one signature, called by address: (share, shares, game, op, numbers, like).

`op` and `numbers` are an operation's rows in the program's tables (`replay.layout` names the columns); `like` is null and
only tells the type of the numbers. A kernel does its share of the work, and waits for nobody.
"""

from collections.abc import Callable
from typing import Any

from numba import types
from numba.np.arrayobj import populate_array

from gancli.engines.compiled.jit import intrinsic, part
from gancli.engines.compiled.threads import share as share_of
from gancli.engines.replay.layout import BY_ROWS, COLUMNS, FIRST, GRAIN, ROWS

KERNELS: dict[str, Callable[..., None]] = {}
"""By the name in a program."""


def kernel(function: Any) -> Any:
    """Enter a kernel under its own name."""
    KERNELS[function.__name__] = function
    return function


def _view(element: Any) -> Any:
    def view(typing: Any, like: Any, address: Any, size: Any) -> Any:
        kind = types.Array(element or like.dtype, 1, "C")

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            made = context.make_array(kind)(context, builder)
            data = context.get_data_type(kind.dtype)
            width = context.get_constant(types.intp, context.get_abi_sizeof(data))
            pointer = builder.inttoptr(args[1], data.as_pointer())
            populate_array(made, data=pointer, shape=[args[2]], strides=[width], itemsize=width, meminfo=None)
            return made._getvalue()

        return kind(like, types.int64, types.int64), generate

    return intrinsic(view)


reals, octets, words = (_view(kind) for kind in (None, types.uint8, types.int64))
"""(like, address, size): so many elements from an address on: numbers of the type of `like`, bytes, int64."""


@part
def row(like, op, place, r, left, right):
    """Columns left … right of row r of the array at `place`."""
    size = reals(like, 0, 0).itemsize
    return reals(like, op[place] + (r * op[place + 1] + left) * size, right - left)


@part
def corner(op, share, shares):
    """A share's rows first … last and columns left … right of an elementwise operation."""
    if op[BY_ROWS]:
        first, last = share_of(op[ROWS], (share, shares), 1)
        return first, last, 0, op[COLUMNS]
    left, right = share_of(op[COLUMNS], (share, shares), GRAIN)
    return 0, (op[ROWS] if right > left else 0), left, right


def elementwise(arrays: int) -> Callable[[Any], Any]:
    """Enter a function of a stretch of each of `arrays` arrays, their numbers and the count of rows, under its name."""

    def enter(function: Any) -> Any:
        body = part(function)

        def one(share, shares, game, op, numbers, like):
            first, last, left, right = corner(op, share, shares)
            for r in range(first, last):
                body(row(like, op, FIRST, r, left, right), numbers, op[ROWS])

        def two(share, shares, game, op, numbers, like):
            first, last, left, right = corner(op, share, shares)
            for r in range(first, last):
                a, b = row(like, op, FIRST, r, left, right), row(like, op, FIRST + 2, r, left, right)
                body(a, b, numbers, op[ROWS])

        def three(share, shares, game, op, numbers, like):
            first, last, left, right = corner(op, share, shares)
            for r in range(first, last):
                a, b = row(like, op, FIRST, r, left, right), row(like, op, FIRST + 2, r, left, right)
                body(a, b, row(like, op, FIRST + 4, r, left, right), numbers, op[ROWS])

        def four(share, shares, game, op, numbers, like):
            first, last, left, right = corner(op, share, shares)
            for r in range(first, last):
                a, b = row(like, op, FIRST, r, left, right), row(like, op, FIRST + 2, r, left, right)
                c, d = row(like, op, FIRST + 4, r, left, right), row(like, op, FIRST + 6, r, left, right)
                body(a, b, c, d, numbers, op[ROWS])

        KERNELS[function.__name__] = (one, two, three, four)[arrays - 1]
        return function

    return enter
