"""Cells of a table's rows → columns of numbers and of text, and a message for the first cell that is neither."""

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError

MAX_COLUMNS = 10_000
MAX_VALUES = 500_000_000
"""Cells."""
HIGHEST = float(np.finfo(np.float32).max)
Row = list[str]
Chunk = tuple[list[int], list[Row]]
"""Rows, and the line that each ends on."""


@dataclass(frozen=True)
class Table:
    """Columns of numbers (count, columns), and those of text by name."""

    columns: tuple[str, ...]
    numbers: NDArray[np.float32]
    texts: dict[str, list[str]]


class Reader:
    """Takes rows, and makes columns of them."""

    def __init__(self, columns: tuple[str, ...], text: tuple[str, ...], path: Path):
        self.columns, self.path = columns, path
        self._texts: dict[str, list[str]] = {name: [] for name in text}
        self._numeric = [place for place, name in enumerate(columns) if name not in self._texts]
        self._blocks: list[NDArray[np.float32]] = []
        self._count = 0
        self._wrong: Counter[int] = Counter()
        self._first: tuple[int, int, str] | None = None
        """Line, column and cell of the first that is no number."""

    def take(self, chunk: Chunk) -> None:
        """Raises DataError where a row has more or fewer cells than there are columns."""
        lines, rows = chunk
        width = len(self.columns)
        for line, row in zip(lines, rows, strict=True):
            if len(row) != width:
                raise DataError(
                    f"{self.path}: line {line:,d} has {len(row):,d} columns, the first has {width:,d}; "
                    "give each row as many, separated by one mark"
                )
        self._count += len(rows)
        if self._count * width > MAX_VALUES:
            raise DataError(f"{self.path}: has more than {MAX_VALUES:,d} values; save it as .npy, or give fewer rows")
        columns = list(zip(*rows, strict=True))
        for name, texts in self._texts.items():
            texts += [cell.strip() for cell in columns[self.columns.index(name)]]
        block = np.empty((len(rows), len(self._numeric)), np.float32)
        for out, place in enumerate(self._numeric):
            block[:, out] = self._column(lines, columns[place], place)
        self._blocks.append(block)

    def _column(self, lines: list[int], cells: tuple[str, ...], place: int) -> NDArray[np.float64]:
        """Numbers of the cells; those that are none are counted, and the first is remembered."""
        try:
            if "_" not in "".join(cells):  # which Python takes between digits
                values = np.fromiter(map(float, cells), np.float64, len(cells))
                if (np.abs(values) <= HIGHEST).all():
                    return values
        except ValueError:
            pass
        bad = [row for row, cell in enumerate(cells) if number(cell) is None]
        self._wrong[place] += len(bad)
        first = lines[bad[0]], place, cells[bad[0]]
        self._first = min(self._first or first, first, key=lambda cell: cell[:2])
        return np.zeros(len(cells))

    def table(self) -> Table:
        """What was taken. Raises DataError where cells are no numbers, or there are none."""
        if self._first:
            raise DataError(self._complaint(*self._first))
        if not self._blocks:
            raise DataError(f"{self.path}: has a header and no rows; give a row for each sample")
        names = tuple(self.columns[place] for place in self._numeric)
        return Table(names, np.concatenate(self._blocks), self._texts)

    def _complaint(self, line: int, place: int, cell: str) -> str:
        count, columns = self._wrong.total(), len([place for place, wrong in self._wrong.items() if wrong])
        what = (
            f"{count:,d} cells in {columns:,d} columns are no finite numbers" if count > 1 else "it is no finite number"
        )
        return (
            f"{self.path}: line {line:,d}, column {self.columns[place]!r}: got {cell.strip()[:40]!r}; {what}. "
            f"{_remedy(cell.strip())}"
        )


def number(cell: str) -> float | None:
    """The finite number that a cell is, within single precision; None for all else."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= HIGHEST and "_" not in cell else None


def _remedy(cell: str) -> str:
    if not cell or cell.lower().lstrip("+-") in ("nan", "na", "n/a", "null", "none", "inf", "infinity", "?"):
        return "Fill in or remove the rows that have no value"
    if number(cell.replace(",", ".")) is not None:
        return "Write decimal points, not commas"
    if all(number(word) is not None for word in cell.split()):
        return "Separate columns by commas, semicolons or tabs"
    if number(cell) is None and cell.replace("e", "").replace("+", "").isdigit():
        return f"Values must lie within ±{HIGHEST:.3g}"
    return "Give numbers; a column of names can be the `label`; leave other columns out"
