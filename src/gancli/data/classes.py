"""Classes by name or by number."""

from collections.abc import Iterable, Sequence

from gancli.data.errors import DataError
from gancli.errors import did_you_mean


def numbers(names: Sequence[str], chosen: Iterable[int | str]) -> tuple[int, ...]:
    """The labels of classes that are given by name or by number, of a set whose classes have `names`.

    Raises DataError.
    """
    return tuple(number(names, one) for one in chosen)


def number(names: Sequence[str], one: int | str) -> int:
    """The label of one class. Raises DataError."""
    if isinstance(one, int) and 0 <= one < len(names):
        return one
    if one in names:
        return list(names).index(str(one))
    meant = did_you_mean(str(one), names)
    shown = ", ".join(names[:30]) + (", …" if len(names) > 30 else "")
    raise DataError(f"data.classes: must be numbers from 0 to {len(names) - 1}, or names: {shown}; got {one!r}{meant}")
