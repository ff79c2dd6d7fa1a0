"""Asking `gancli compare` of a sweep that was made by hand, and reading the tables that are printed."""

import json
import re
from typing import Any

from gancli.runs import SweepFolder
from helpers import gancli


def last(name: str, *values: list[float]) -> list[list[dict[str, Any]]]:
    """The last metrics of each seed of each combination."""
    return [[{name: value} for value in row] for row in values]


def rows(folder: SweepFolder, *words: str) -> list[dict[str, Any]]:
    result = gancli("compare", str(folder.path), *words, "--format", "json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def refused(folder: SweepFolder, *words: str) -> str:
    result = gancli("compare", str(folder.path), *words)
    assert result.exit_code == 2 and result.stdout == ""
    return result.stderr


def cells(lines: list[str]) -> list[list[str]]:
    """Of a table, whose empty cells only the place of a column's name tells."""
    starts = [match.start() for match in re.finditer(r"(?<=  )\S|^\S", lines[0])]
    places = [slice(*ends) for ends in zip(starts, [*starts[1:], None], strict=True)]
    return [[line[place].strip() for place in places] for line in lines]
