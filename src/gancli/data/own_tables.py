"""CSV and TSV files of numbers, read a few thousand rows at a time, with the line and column of whatever is wrong."""

import csv
import difflib
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.own_split import Progress, listed

ENDINGS = (".csv", ".tsv", ".tab", ".txt")
MAX_LINE = 1 << 20
"""Characters of a line; a million columns are refused before they are taken into memory."""
MAX_COLUMNS = 10_000
MAX_VALUES = 500_000_000
"""Cells."""
ROWS = 4_096
"""Rows that are converted at a time."""
HIGHEST = float(np.finfo(np.float32).max)
Row = list[str]


@dataclass(frozen=True)
class Table:
    """Columns of numbers (count, columns), and those of text by name."""

    columns: tuple[str, ...]
    numbers: NDArray[np.float32]
    texts: dict[str, list[str]]


def read(
    path: Path,
    text: tuple[str, ...] = (),
    targets: tuple[str, ...] = (),
    header: bool | None = None,
    progress: Progress | None = None,
) -> Table:
    """A table: all columns are numbers but those named in `text`. Raises DataError, also where a name is no column's.

    Columns are separated by tabs in a .tsv, else by what the first line has of tab, `;` and `,`. Without a header (by
    `header`, or by the first line's having numbers alone) they are x0, x1, …
    """
    try:
        size = path.stat().st_size
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = _Lines(file, path, size, progress)
            return _table(lines, text, targets, header)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is no text in UTF-8 ({error.reason}); save it as CSV in UTF-8") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None


class _Lines:
    """The lines of a file that are not blank, each of bounded length. Raises DataError."""

    def __init__(self, file: TextIO, path: Path, size: int, progress: Progress | None):
        self.path, self._file, self._size, self._progress = path, file, size, progress
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(MAX_LINE + 1):
            self.number += 1
            if len(line) > MAX_LINE:
                raise DataError(
                    f"{self.path}: line {self.number:,d} has more than {MAX_LINE:,d} characters; at most "
                    f"{MAX_COLUMNS:,d} columns are read: are lines ended as text's are?"
                )
            yield line

    def tell(self) -> None:
        """Say how far it is."""
        if self._progress:
            self._progress(self._file.buffer.tell(), self._size)


def _table(lines: _Lines, text: tuple[str, ...], targets: tuple[str, ...], header: bool | None) -> Table:
    rows = _rows(lines)
    first = next(rows, None)
    if first is None:
        raise DataError(f"{lines.path}: is empty; give a table with a row for each sample")
    names = _names(first, header, lines.path)
    chunks = _chunks(rows, None if names else first, lines)
    columns = tuple(names or (f"x{number}" for number in range(len(first[1]))))
    _check_names(columns, lines.path)
    for name in targets:
        column(name, columns, "targets", lines.path)
    reader = _Reader(columns, tuple(column(name, columns, "label", lines.path) for name in text), lines.path)
    for chunk in chunks:
        reader.take(chunk)
        lines.tell()
    return reader.table()


def _rows(lines: _Lines) -> Iterator[tuple[int, Row]]:
    """The rows that are not blank, with the line that each ends on. Raises DataError."""
    source = iter(lines)
    first = next((line for line in source if line.strip()), "")
    before = lines.number - 1

    def again() -> Iterator[str]:
        yield first
        yield from source

    reader = csv.reader(again(), delimiter=_delimiter(lines.path, first), strict=True, skipinitialspace=True)
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                yield before + reader.line_num, row
    except csv.Error as error:
        raise DataError(
            f"{lines.path}: line {before + reader.line_num:,d}: {error}; is a quotation mark left open?"
        ) from None


def _delimiter(path: Path, line: str) -> str:
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    bare = "".join(line.split('"')[::2])  # what stands outside of quotation marks
    return next((mark for mark in "\t;" if mark in bare), ",")


def _names(first: tuple[int, Row], header: bool | None, path: Path) -> list[str] | None:
    """The header's names; None where there is no header. Raises DataError where one cannot tell."""
    cells = [cell.strip() for cell in first[1]]
    if len(cells) > MAX_COLUMNS:
        raise DataError(f"{path}: has {len(cells):,d} columns; at most {MAX_COLUMNS:,d} are read: give fewer")
    if header is None:
        numeric = sum(number(cell) is not None for cell in cells)
        if 0 < numeric < len([cell for cell in cells if cell]):
            raise DataError(
                f"data.header: line {first[0]} of {path} has numbers and text ({listed(cells, 4)}); "
                "say `header: true` if they are the columns' names, `header: false` if they are data"
            )
        header = not numeric
    return cells if header else None


def _check_names(columns: tuple[str, ...], path: Path) -> None:
    if "" in columns:
        raise DataError(
            f"{path}: column {columns.index('') + 1} has no name in the header; name it, or leave it out "
            "(pandas: `to_csv(…, index=False)`)"
        )
    if doubled := [name for name, count in Counter(columns).items() if count > 1]:
        raise DataError(f"{path}: has several columns of the name {doubled[0]!r}; give each its own")


def column(name: str, columns: tuple[str, ...], option: str, place: Path) -> str:
    """The column of a name, or of a number where columns are x0, x1, …. Raises DataError."""
    if name in columns:
        return name
    if f"x{name}" in columns:
        return f"x{name}"
    close = difflib.get_close_matches(name, columns, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise DataError(f"data.{option}: {place} has no column {name!r}{hint} (columns: {listed(columns)})")


Chunk = tuple[list[int], list[Row]]


def _chunks(rows: Iterator[tuple[int, Row]], first: tuple[int, Row] | None, lines: _Lines) -> Iterator[Chunk]:
    numbers, cells = ([first[0]], [first[1]]) if first else ([], [])
    for line, row in rows:
        numbers.append(line)
        cells.append(row)
        if len(cells) == ROWS:
            yield numbers, cells
            numbers, cells = [], []
    if cells:
        yield numbers, cells


class _Reader:
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
