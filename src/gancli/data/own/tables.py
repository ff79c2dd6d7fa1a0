"""CSV and TSV files of numbers, read a few thousand rows at a time, with the line and column of whatever is wrong."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from gancli.data.errors import DataError
from gancli.data.own.cells import MAX_COLUMNS, Chunk, Reader, Row, Table, number
from gancli.data.own.split import Progress, listed
from gancli.errors import did_you_mean

ENDINGS = (".csv", ".tsv", ".tab", ".txt")
MAX_LINE = 1 << 20
"""Characters of a line; a million columns are refused before they are taken into memory."""
ROWS = 4_096
"""Rows that are converted at a time."""


def read(
    path: Path,
    text: tuple[str, ...] = (),
    targets: tuple[str, ...] = (),
    header: bool | None = None,
    progress: Progress | None = None,
    wanted: tuple[str, ...] = (),
) -> Table:
    """A table: all columns are numbers but those named in `text`. Raises DataError, also where a name is no column's.

    With `wanted`, those alone are numbers: found by their names or, where there are none, by their places.

    Columns are separated by tabs in a .tsv, else by what the first line has of tab, `;` and `,`. Without a header (by
    `header`, or by the first line's having numbers alone) they are x0, x1, …
    """
    try:
        size = path.stat().st_size
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = _Lines(file, path, size, progress)
            return _table(lines, text, targets, header, wanted)
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


def _table(
    lines: _Lines, text: tuple[str, ...], targets: tuple[str, ...], header: bool | None, wanted: tuple[str, ...]
) -> Table:
    rows = _rows(lines)
    first = next(rows, None)
    if first is None:
        raise DataError(f"{lines.path}: is empty; give a table with a row for each sample")
    names = _names(first, header, lines.path)
    chunks = _chunks(rows, None if names else first, lines)
    columns = tuple(names or (f"x{number}" for number in range(len(first[1]))))
    _check_names(columns, lines.path)
    text = _beside(columns, wanted, lines.path) if wanted else text
    for name in targets:
        column(name, columns, "targets", lines.path)
    reader = Reader(columns, tuple(column(name, columns, "label", lines.path) for name in text), lines.path)
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


def _beside(columns: tuple[str, ...], wanted: tuple[str, ...], path: Path) -> tuple[str, ...]:
    """The columns beside those that are wanted. Raises DataError where these are not there."""
    if missing := [name for name in wanted if name not in columns]:
        if len(columns) == len(wanted) and "x0" in (columns[0], wanted[0]):  # one of the two has no names
            return ()
        hint = did_you_mean(missing[0], columns)
        raise DataError(
            f"{path}: has no column {missing[0]!r}{hint}; what was learned from has {len(wanted):,d} columns "
            f"({listed(wanted)}), this has {len(columns):,d} ({listed(columns)})"
        )
    return tuple(name for name in columns if name not in wanted)


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
    hint = did_you_mean(name, columns)
    raise DataError(f"data.{option}: {place} has no column {name!r}{hint} (columns: {listed(columns)})")


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
