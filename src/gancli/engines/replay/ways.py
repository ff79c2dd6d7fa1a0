"""Ways of sharing an array: with equal ways, each share of the work keeps to its own elements of what it touches."""

from collections.abc import Callable
from typing import Any

from gancli.engines.replay import layout as at
from gancli.engines.replay.tape import Ref

Touched = tuple[Ref, bool, Any]
"""An array, whether it is written, and how it is shared."""
Way = Callable[[Ref, str], Any]
"""How an array is shared that a kernel reads, changes or writes."""
LAST = "the last share"
"""The way of sharing what is too little to be shared."""


def everything(*shared: Ref) -> Any:
    """Read whole by every share that works: by all of them, unless what they share is too little."""
    return LAST if all(ref.width <= at.GRAIN for ref in shared) else None


def by_columns(ref: Ref) -> Any:
    """Shared by columns: the same ones of an array that begins elsewhere in the same columns."""
    if ref.width <= at.GRAIN:
        return LAST
    return "columns", ref.width, ref.stride, ref.address % (ref.stride * ref.itemsize)


def by_rows(ref: Ref) -> Any:
    """Shared by rows."""
    return "rows", ref.rows, ref.address - ref.before


def corner(ref: Ref, rows: bool | None = None) -> tuple[bool, Callable[[Ref], Any]]:
    """By rows, or by columns where rows are few, and the way of sharing it."""
    rows = ref.rows > at.FEW if rows is None else rows
    return rows, by_rows if rows else by_columns


def by_inputs(w: Ref) -> Any:
    """Rows of weights, shared as the columns of what they are multiplied with."""
    return LAST if w.rows <= at.GRAIN else ("inputs", w.rows, w.address)
