"""Kernels as functions of one signature, called by address: (share, shares, game, op, numbers, like).

`op` and `numbers` are an operation's rows in the program's tables (`replay.layout` names the columns); `like` is null
and only tells the type of the numbers. A kernel does its share of the work, and waits for nobody.
"""

from collections.abc import Callable
from typing import Any

from gancli.engines.compiled.jit import part
from gancli.engines.compiled.views import reals, share_of
from gancli.engines.replay.layout import BY_ROWS, COLUMNS, FIRST, GRAIN, ROWS

KERNELS: dict[str, Callable[..., None]] = {}
"""By the name in a program."""


EXACT: set[str] = set()
"""Those whose sums and products are taken as they are written."""


def kernel(function: Any) -> Any:
    """Enter a kernel under its own name."""
    KERNELS[function.__name__] = function
    return function


@part
def row(like, op, place, r, left, right):
    """Columns left … right of row r of the array at `place`."""
    size = reals(like, 0, 0).itemsize
    return reals(like, op[place] + (r * op[place + 1] + left) * size, right - left)


@part
def corner(op, share, shares):
    """A share's rows first … last and columns left … right of an elementwise operation."""
    if op[BY_ROWS]:
        first, last = share_of(op[ROWS], share, shares, 1)
        return first, last, 0, op[COLUMNS]
    left, right = share_of(op[COLUMNS], share, shares, GRAIN)
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

        def five(share, shares, game, op, numbers, like):
            first, last, left, right = corner(op, share, shares)
            for r in range(first, last):
                a, b = row(like, op, FIRST, r, left, right), row(like, op, FIRST + 2, r, left, right)
                c, d = row(like, op, FIRST + 4, r, left, right), row(like, op, FIRST + 6, r, left, right)
                body(a, b, c, d, row(like, op, FIRST + 8, r, left, right), numbers, op[ROWS])

        KERNELS[function.__name__] = (one, two, three, four, five)[arrays - 1]
        return function

    return enter
