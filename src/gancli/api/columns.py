"""A table as arrays by name, as plots and NumPy want it; as a data frame, where pandas is there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.errors import GancliError, did_you_mean


class MissingPandas(GancliError, ImportError):
    """pandas is not installed."""


class Columns(Mapping[str, NDArray[Any]]):
    """Columns (rows,) by name: integers, floats with NaN where a row has no number, or texts."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], first: Sequence[str] = ()):
        """Columns are in the order of `first`, whose columns are there without any row too, then as rows have them."""
        names = dict.fromkeys([*first, *(key for row in rows for key in row)])
        self._columns = {name: _column([row.get(name) for row in rows]) for name in names}

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"there is no column {name!r}{did_you_mean(name, self._columns)}") from None

    def __eq__(self, other: object) -> bool:
        """Have they the same columns, and in them the same numbers? NaN is as NaN."""
        if not isinstance(other, Columns):
            return NotImplemented
        same_names = self._columns.keys() == other._columns.keys()
        return same_names and all(_same(column, other._columns[name]) for name, column in self._columns.items())

    __hash__ = None  # type: ignore[assignment]  # it is a mapping

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        rows = len(next(iter(self._columns.values()), ()))
        return f"<{rows} rows of {', '.join(self._columns) or 'nothing'}>"

    def to_pandas(self) -> Any:
        """The same as a pandas.DataFrame. Raises MissingPandas."""
        try:
            import pandas
        except ImportError:
            raise MissingPandas("to_pandas() needs pandas, which is not installed: pip install pandas") from None
        return pandas.DataFrame(self._columns)


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    numbers = "f" in (one.dtype.kind, other.dtype.kind)
    return bool(np.array_equal(one, other, equal_nan=numbers and "O" not in (one.dtype.kind, other.dtype.kind)))


def _column(values: list[Any]) -> NDArray[Any]:
    """None is NaN among numbers, and stays what it is among texts."""
    kinds = {type(value) for value in values}
    if kinds == {int}:
        return np.array(values)
    if kinds <= {int, float, type(None)}:
        return np.array([np.nan if value is None else value for value in values], np.float64)
    return np.array(values, str if kinds == {str} else object)
