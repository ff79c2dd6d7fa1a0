"""The table that sums a sweep up: a row for each cell, as it is written to `summary.csv` and read again."""

import contextlib
import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gancli.runs.errors import RunError
from gancli.runs.folder import LARGEST
from gancli.runs.ranking import EVALUATED, REAL, WAY
from gancli.runs.safe_files import LINES_BYTES, read_text

ALARM = "alarm"
"""The column that says of a cell whose generator had collapsed at its end when it did."""
OWN = ("cell", "seed", "status", "seconds", ALARM)
"""Columns of the summary that are no setting, and no metric."""
CellResult = dict[str, Any]
"""What has become of a cell: `cell`, `status`, `reason`, `seconds`, and `metrics` where it has some."""
NAME = "name"
"""The key of a run's name."""
TEXTS = ("status", ALARM)
"""Columns of what became of a cell that are never numbers."""


def table(cells: Sequence[Mapping[str, Any]], results: Mapping[str, CellResult]) -> list[dict[str, Any]]:
    """A row for each cell: what varies, seed, status, seconds, an alarm that still held, and its metrics."""
    keys = varied(cells)
    rows = []
    for cell in cells:
        result = results.get(cell["cell"], {"status": "waiting", "seconds": None})
        values = {key: readable(cell["values"][key]) for key in keys}
        about = {"seed": cell["seed"], "status": result["status"], "seconds": result["seconds"]}
        alarm = {ALARM: result[ALARM].partition(":")[0]} if result.get(ALARM) else {}
        rows.append({"cell": cell["cell"], **values, **about, **alarm, **result.get("metrics", {})})
    return rows


def written(path: Path) -> dict[str, dict[str, str]]:
    """The rows as they stand in the file, by cell. Raises RunError."""
    try:
        rows = list(csv.DictReader(io.StringIO(read_text(path, LINES_BYTES), newline="")))
        if any(None in row or None in row.values() for row in rows):
            raise RunError(f"{path}: has rows that are longer or shorter than its first")
        return {row["cell"]: row for row in rows}
    except (OSError, csv.Error, KeyError) as error:
        raise RunError(f"{path}: cannot be read ({error})") from None


def read_table(path: Path, cells: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The table as it was written; settings are the plan's, which knows whether 1.10 is a number or a name.

    Raises RunError.
    """
    texts_of = written(path)
    settings = set(cells[0]["values"]) | {"cell", "seed"}
    rows = []
    for row in table(cells, {}):
        texts = {key: text for key, text in texts_of.get(row["cell"], {}).items() if key not in settings}
        rows.append(row | {key: text if key in TEXTS else _number(text) for key, text in texts.items()})
    return rows


def evaluated(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """What `gancli evaluate` has measured of a cell, as `<metric>.evaluated`, and of real data."""
    columns: dict[str, Any] = {WAY: evaluation["way"]} if evaluation.get("way") else {}
    for name, measure in evaluation.get("measures", {}).items():
        columns |= {f"{name}{EVALUATED}": measure["value"], f"{name}{REAL}": measure["real"]}
    return columns


def varied(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys whose value is not the same in all cells, in the order of the plan.

    Where each combination has a `name` of its own, that is all that tables and figures need.
    """
    combinations = {json.dumps(cell["values"], sort_keys=True) for cell in cells}
    texts = {key: {json.dumps(cell["values"].get(key)) for cell in cells} for key in cells[0]["values"]}
    if len(texts.get(NAME, ())) == len(combinations) > 1:
        return [NAME]
    return [key for key, values in texts.items() if len(values) > 1]  # as texts: 1, 1.0 and true are not the same


def readable(value: Any) -> Any:
    """A value as a table shows it: numbers and texts as they are, all else as one text, as YAML has it."""
    as_it_is = isinstance(value, int | float | str) and not isinstance(value, bool)
    return value if as_it_is else json.dumps(value, ensure_ascii=False)


def in_words(cell: Mapping[str, Any], keys: Iterable[str]) -> str:
    """What a person knows a cell by: its values of `keys`, its seed, and in brackets its name, that of its folder."""
    values = [*(f"{key}={readable(cell['values'][key])}" for key in keys), f"seed {cell['seed']}"]
    return f"{', '.join(values)} ({cell['cell']})"


def _number(text: str) -> Any:
    """Raises RunError."""
    for kind in (int, float):
        with contextlib.suppress(ValueError, OverflowError):
            number = kind(text)
            if abs(number) < LARGEST or math.isnan(number):
                return number
    if text:
        raise RunError(f"summary.csv: {text[:40]!r} is no number; without the file, it is made of the cells")
    return None
