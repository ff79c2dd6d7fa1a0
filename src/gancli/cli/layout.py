"""How text and tables are laid out on a terminal: lines no longer than it is wide. Nothing is printed here."""

import re
from collections.abc import Sequence
from itertools import pairwise

Cells = list[list[str]]
"""Rows of texts of one line each, the first of them the names of the columns."""
GAP = "  "
LEAST = 10
"""Columns of a terminal that are too few for a column of a table that is folded or cut."""
SPREAD = ("max", "min", "std")
"""Columns that a table can best do without where an interval, ±, stands beside them."""
SIGNS = {
    "higher is better": "↑",
    "lower is better": "↓",
    "best at the real data's": "≈",
    "says nothing of quality": "·",
}
"""For what `gancli.metrics.BETTER` says in words."""
_WORDS = re.compile(r"[^ /,]*[ /,]*")
_SPACES = re.compile(r"(?<=[^ ])(?= )")
_COMMAND = re.compile(r"(?:^|(?<=:)) ?gancli .*$")
_NUMBER = re.compile(r" (?=± )|(?<=±) ")


def wrapped(text: str, columns: int, indent: str = "") -> str:
    """A text whose lines are broken at spaces where they are longer than that; `indent` begins those that are added.

    A word that is longer stays as it is, and so does a command at the end of a line, so that they can be copied.
    """
    return "\n".join(line for one in text.split("\n") for line in _wrapped(one, columns, indent))


def _wrapped(line: str, columns: int, indent: str) -> list[str]:
    lines = [""]
    start = match.start() if (match := _COMMAND.search(line)) else len(line)
    for word in [*_SPACES.split(line[:start]), line[start:]]:
        if len(lines[-1]) + len(word) <= columns or not lines[-1].strip(" "):
            lines[-1] += word
        else:
            lines.append(indent + word.lstrip(" "))
    return lines


def folded(text: str, columns: int) -> list[str]:
    """The lines of a cell, broken at spaces, `/` and `,`, but for a number and its ±; and anywhere at the worst."""
    lines = [""]
    for word in _WORDS.findall(_NUMBER.sub("\0", text)):
        if len(lines[-1]) + len(word.rstrip(" ")) > columns and lines[-1]:
            lines.append("")
        lines[-1] += word
        while len(lines[-1].rstrip(" ")) > columns:
            lines[-1:] = [lines[-1][:columns], lines[-1][columns:]]
    return [line.rstrip(" ").replace("\0", " ") for line in lines if line.strip(" ") or len(lines) == 1]


def plain(cells: Cells) -> list[str]:
    """A line for each row, as long as it takes."""
    return _lines(cells, _widths(cells))


def fitting(cells: Cells, room: int, spare: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """The lines of a table in a terminal of so many columns, and what there is to say of how it was made to fit.

    In turn: names and words are made short, columns that are spare are left out, what is prose is folded; then columns
    that have no room stand below the others, after the first ones again; then each row is a block of lines.
    """
    if _size(_widths(cells)) <= room:
        return plain(cells), []
    cells, notes = _abbreviated(cells)
    fewer, left_out = _without((*spare, *(SPREAD if "±" in cells[0] else ())), cells, room)
    widths = _squeezed(fewer, room)
    if widths is not None:
        return _lines(fewer, widths), notes + [f"left out: {', '.join(left_out)}"] * bool(left_out)
    return _panels(cells, room) or _blocks(cells, room), notes


def _widths(cells: Cells) -> list[int]:
    return [max(map(len, column)) for column in zip(*cells, strict=True)]


def _size(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _lines(cells: Cells, widths: Sequence[int]) -> list[str]:
    """Of rows whose cells are folded where they are wider than their column."""
    lines = []
    for row in cells:
        parts = [folded(text, width) if len(text) > width else [text] for text, width in zip(row, widths, strict=True)]
        for number in range(max(map(len, parts))):
            line = (part[number] if number < len(part) else "" for part in parts)
            lines.append(GAP.join(map(str.ljust, line, widths)).rstrip())
    return lines


def _abbreviated(cells: Cells) -> tuple[Cells, list[str]]:
    """With the last word of a dotted key, where no other column has it, and a sign for which way is better."""
    used = [words for words in SIGNS if any(words in row for row in cells)]
    names = [_last_word(name) for name in cells[0]]
    names = [short if names.count(short) == 1 else name for name, short in zip(cells[0], names, strict=True)]
    short = [names, *([SIGNS.get(text, text) for text in row] for row in cells[1:])]
    return short, [", ".join(f"{SIGNS[words]} {words}" for words in used)] * bool(used)


def _last_word(name: str) -> str:
    from gancli.runs.ranking import ENDS

    return name if name.endswith(ENDS) else name.rpartition(".")[2]


def _without(spare: Sequence[str], cells: Cells, room: int) -> tuple[Cells, list[str]]:
    """As few columns less as make it fit, and which; all of them where that does not help."""
    left_out: list[str] = []
    for name in spare:
        if name in cells[0] and _size(_widths(cells)) > room:
            place = cells[0].index(name)
            cells = [row[:place] + row[place + 1 :] for row in cells]
            left_out.append(name)
    return cells, left_out


def _squeezed(cells: Cells, room: int) -> list[int] | None:
    """Widths that fit, the widest column narrowed first, none below its longest word; None where there are none."""
    widths = _widths(cells)
    least = [max(_longest_word(text) for text in column) for column in zip(*cells, strict=True)]
    while _size(widths) > room:
        able = [place for place, width in enumerate(widths) if width > max(least[place], LEAST)]
        if not able:
            return None
        widths[max(able, key=widths.__getitem__)] -= 1
    return widths


def _longest_word(text: str) -> int:
    return max((len(word.rstrip(" ")) for word in _WORDS.findall(_NUMBER.sub("\0", text))), default=0)


def _panels(cells: Cells, room: int) -> list[str]:
    """Tables below one another, each with the columns before the first metric; none where one column has no room."""
    first = _before_metrics(cells[0])
    widths = _widths(cells)
    others = range(first, len(widths))
    left = room - sum(width + len(GAP) for width in widths[:first])
    if left < max(widths[place] for place in others):
        return []
    starts, used = [first], 0
    for place in others:
        if used + widths[place] > left:
            starts.append(place)
            used = 0
        used += widths[place] + len(GAP)
    panels = [[row[:first] + row[start:end] for row in cells] for start, end in pairwise([*starts, len(widths)])]
    return [line for number, panel in enumerate(panels) for line in ([""] * (number > 0) + plain(panel))]


def _before_metrics(names: list[str]) -> int:
    from gancli.metrics import is_own
    from gancli.runs.ranking import ENDS

    places = (place for place, name in enumerate(names) if is_own(name) or name.endswith(ENDS))
    return max(1, min(next(places, 1), len(names) - 1))


def _blocks(cells: Cells, room: int) -> list[str]:
    """A line for each cell that is not empty, an empty one between two rows."""
    lines: list[str] = []
    for row in cells[1:]:
        lines += [""] * bool(lines)
        for name, text in zip(cells[0], row, strict=True):
            if text:
                lines += wrapped(f"{name}: {text}" if name else text, room, "    ").split("\n")
    return lines
