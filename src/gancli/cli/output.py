"""What is printed: escaped, in whatever encoding the terminal has, and never the end of the work."""

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import click

_ESCAPED = {
    code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    for code in (*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}
"""Characters that move the cursor, colour the terminal or turn a line around, as they would be written in Python."""
GONE = (errno.EPIPE, errno.EIO, errno.EBADF)
"""What a write says whose reader, or terminal, has gone."""


_UNSEEN = {*_ESCAPED, *range(0xD800, 0xE000)}
"""Those, and halves of characters, which stand for bytes that are no text."""


def escaped(text: Any) -> str:
    """Text without control characters but for new lines and tabs: names and files may come from elsewhere."""
    return str(text).translate(_ESCAPED)


def width(most: int = 1000) -> int:
    """Columns of the terminal that standard output goes to; `most` where it goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else most


ANSWERS = {"y": True, "yes": True, "n": False, "no": False}


def confirmed(question: str, default: bool = False) -> bool:
    """Ask on standard error, again where the answer is none; the end of what is typed is a no.

    (Older releases of Click print a space on standard output for each question.)
    """
    while True:
        say(f"{question} [{'Y/n' if default else 'y/N'}]: ", err=True, nl=False)
        line = sys.stdin.readline()
        answer = line.strip().lower()
        if not line or not answer:
            return bool(line) and default
        if answer in ANSWERS:
            return ANSWERS[answer]


def say(text: Any = "", err: bool = False, nl: bool = True) -> None:
    """Print a line, escaped; nothing is raised where its reader has gone. Raises OSError where a disk is full."""
    try:
        click.echo(escaped(text), file=sys.stderr if err else sys.stdout, nl=nl)  # else click takes UTF-8 for ASCII
    except OSError as error:
        forget(sys.stdout)
        if error.errno not in GONE:
            raise


def say_path(path: Path) -> None:
    """Print the folder that work ended in, as its name is where a program reads it; a full disk undoes no work."""
    try:
        if sys.stdout.isatty():
            say(path)
        else:
            click.echo(os.fsencode(path))
    except OSError as error:
        forget(sys.stdout)
        if error.errno not in GONE:
            say(f"warning: standard output cannot be written: {error.strerror}; it was to be: {path}", err=True)


def warn(warnings: Iterable[Any]) -> None:
    """Print warnings to standard error, each text once."""
    for text in dict.fromkeys(map(str, warnings)):
        say(f"warning: {text}", err=True)


def print_rows(rows: list[dict[str, Any]], form: str) -> None:
    """Print `rows`, which need not have the same keys, as a table, JSON or CSV."""
    from gancli.runs.files import finite

    if form == "json":
        print_json(rows)
        return
    rows = finite(rows)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if form == "csv":
        import csv
        import io

        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        say(buffer.getvalue(), nl=False)
    elif rows:
        cells = [columns, *(["" if row.get(key) is None else str(row[key]) for key in columns] for row in rows)]
        cells = [[_one_line(cell) for cell in line] for line in cells]
        widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
        for line in cells:
            say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


LEAST = 10
"""Columns of a terminal that are too few for a column that is cut."""


def print_fitting(rows: list[dict[str, str]]) -> None:
    """Print `rows` of the same keys as a table no wider than the terminal: the last column that fits at all is cut.

    The first is never. Where standard output is no terminal all is printed.
    """
    cells = [[*rows[0]], *([_one_line(text) for text in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    room, most = width(), [widths[0]]
    for wanted in widths[1:]:
        left = room - sum(most) - 2 * len(most)
        if left < min(LEAST, wanted):
            break
        most.append(min(wanted, left))
    for line in cells:
        shown = (shortened(text, size).ljust(size) for text, size in zip(line, most, strict=False))
        say("  ".join(shown).rstrip())


def print_side_by_side(rows: list[dict[str, str]]) -> None:
    """Print `rows` of the same keys no wider than the terminal, the columns after the first cut to equal widths.

    Where standard output is no terminal all is printed.
    """
    cells = [[_one_line(text) for text in line] for line in ([*rows[0]], *(row.values() for row in rows))]
    first, *others = [max(map(len, column)) for column in zip(*cells, strict=True)]
    first = min(first, max(LEAST, width() // 3)) if sum(others) + first + 2 * len(others) > width() else first
    most = max(LEAST, (width() - first) // max(1, len(others)) - 2)
    widths = [first, *(min(wanted, most) for wanted in others)]
    for line in cells:
        say("  ".join(shortened(text, size).ljust(size) for text, size in zip(line, widths, strict=True)).rstrip())


def shortened(text: str, most: int) -> str:
    """A text of at most so many letters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def size_text(size: int) -> str:
    """Bytes as people read them: 12.3 MB."""
    for unit, length in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= length:
            return f"{size / length:.1f} {unit}"
    return f"{size} bytes"


def _one_line(text: str) -> str:
    return escaped(text).replace("\n", "\\n").replace("\t", "\\t")


def print_json(data: Any) -> None:
    """Print plain data as JSON, null for what is no finite number; what a terminal cannot show is escaped."""
    import json

    from gancli.runs.files import finite

    utf8 = "utf" in (sys.stdout.encoding or "").lower()
    text = json.dumps(finite(data), indent=2, ensure_ascii=not utf8, allow_nan=False)
    say("".join(f"\\u{ord(letter):04x}" if ord(letter) in _UNSEEN else letter for letter in text))


class _Lasting:
    """Standard error that takes what is written when nobody can read it any more."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, escaped but for what a progress bar needs, if that can be done."""
        try:
            self._stream.write(text.translate(_ESCAPED | {ord("\r"): "\r"}))
        except (OSError, ValueError):
            forget(self._stream)
        return len(text)

    def flush(self) -> None:
        """Likewise."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            forget(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def forget(stream: Any) -> None:
    """Send what a stream still holds, and all that comes, nowhere; else its end would be an error too."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def lasting_streams() -> None:
    """Make the three standard streams such that no print fails: closed ones lead nowhere, what cannot be encoded is
    escaped, and standard error never raises."""  # fmt: skip
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        with contextlib.suppress(OSError):
            try:
                os.fstat(number)
            except OSError:  # closed: the next file that is opened would get its number, and be written to
                os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w" if number else "r", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if not isinstance(sys.stderr, _Lasting):
        sys.stderr = _Lasting(sys.stderr)
