"""What is printed: escaped, in whatever encoding the terminal has, and never the end of the work."""

import errno
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from gancli.cli import layout
from gancli.cli.streams import ESCAPED, escaped, forget

NO_END = 1_000_000
"""Columns of what is no terminal."""
GONE = (errno.EPIPE, errno.EIO, errno.EBADF)
"""What a write says whose reader, or terminal, has gone."""
_UNSEEN = {*ESCAPED, *range(0xD800, 0xE000)}
"""Those, and halves of characters, which stand for bytes that are no text."""


def width(most: int = 1000, err: bool = False) -> int:
    """Columns of the terminal that standard output, or error, goes to; `most` where it goes elsewhere."""
    stream = sys.stderr if err else sys.stdout
    try:
        if not stream.isatty():
            return most
        asked = os.environ.get("COLUMNS", "")
        return int(asked) if asked.isdecimal() and int(asked) else os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):  # it is closed, or has no size
        return 80


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


def say(text: Any = "", err: bool = False, nl: bool = True, whole: bool = False) -> None:
    """Print text, escaped; a terminal has a long line in several that end with a word, unless it is to be `whole`.

    Nothing is raised where its reader has gone. Raises OSError where a disk is full.
    """
    text = escaped(text)
    text = text if whole or "\n" in text else layout.wrapped(text, width(NO_END, err))
    if err and nl and _beside_a_bar(text):
        return
    try:
        click.echo(text, file=sys.stderr if err else sys.stdout, nl=nl)  # else click takes UTF-8 for ASCII
    except OSError as error:
        forget(sys.stdout)
        if error.errno not in GONE:
            raise


def _beside_a_bar(text: str) -> bool:
    """Print a line where a bar stood, and the bar below it; False where none is open."""
    loaded = sys.modules.get("tqdm")  # else there is none
    if loaded is None or not any(not bar.disable for bar in getattr(loaded.tqdm, "_instances", ())):
        return False
    loaded.tqdm.write(text, file=sys.stderr)
    return True


def say_path(path: Path) -> None:
    """Print the folder that work ended in, as its name is where a program reads it; a full disk undoes no work."""
    try:
        if sys.stdout.isatty():
            say(path, whole=True)
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
    """Print `rows`, which need not have the same keys, as JSON, CSV or a table, which fits where a terminal is.

    What was done for that is said on standard error.
    """
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
        print_cells([[one_line(cell) for cell in line] for line in cells])


def print_cells(cells: layout.Cells, spare: Sequence[str] = ()) -> None:
    """Print a table whose first row has the names of the columns; in a terminal, one that fits, if need be without
    those that are `spare`."""  # fmt: skip
    room = width(NO_END)
    lines, notes = layout.fitting(cells, room, spare)
    for line in lines:
        say(line)
    if any(note.startswith("left out") for note in notes):
        notes = [*notes[:-1], f"{notes[-1]}, for {room} columns; {_elsewhere()}"]
    for note in notes:
        say(f"({note})", err=True)


def _elsewhere() -> str:
    """What shows a table that has no room."""
    context = click.get_current_context(silent=True)
    option = next((one for one in context.command.params if one.name == "form"), None) if context else None
    choices = option.type.choices if option is not None and isinstance(option.type, click.Choice) else ()
    forms = [f"--format {form}" for form in ("csv", "json") if form in choices]
    return f"{forms[0] if forms else '`| cat`'} has all"


LEAST = 10
"""Columns of a terminal that are too few for a column that is cut."""


def print_side_by_side(rows: list[dict[str, str]]) -> None:
    """Print `rows` of the same keys no wider than the terminal, the columns after the first cut to equal widths.

    Where standard output is no terminal all is printed.
    """
    cells = [[one_line(text) for text in line] for line in ([*rows[0]], *(row.values() for row in rows))]
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


def one_line(text: str) -> str:
    """Escaped, new lines too."""
    return escaped(text).replace("\n", "\\n").replace("\t", "\\t")


def print_json(data: Any) -> None:
    """Print plain data as JSON, null for what is no finite number; what a terminal cannot show is escaped."""
    import json

    from gancli.runs.files import finite

    utf8 = "utf" in (sys.stdout.encoding or "").lower()
    text = json.dumps(finite(data), indent=2, ensure_ascii=not utf8, allow_nan=False)
    say("".join(f"\\u{ord(letter):04x}" if ord(letter) in _UNSEEN else letter for letter in text))
