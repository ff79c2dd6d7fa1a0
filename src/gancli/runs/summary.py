"""A run's metrics in a few numbers: of each the last, the area under its curve, and the best where one is better."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gancli.metrics import in_order, main_metric, metric
from gancli.runs.files import finite, write_text

ABOUT = ("game", "seconds")
"""Columns of the metrics that measure nothing."""


def in_short(row: Mapping[str, Any], most: int = 3) -> list[str]:
    """The first few metrics of a row, as they stand beside a progress bar: `loss 0.1234`."""
    return [f"{key} {value:.4g}" for key, value in row.items() if key not in ABOUT][:most]


def main_measure(last: Mapping[str, Any], evaluation: Mapping[str, Any]) -> tuple[str, float] | None:
    """The one number that says most of how good a run is, and its name; None where nothing is measured.

    What `gancli evaluate` has measured comes before the last test in training, and of each what runs are ranked by; a
    metric without a direction is taken where there is no other.
    """
    measured = {name: measure["value"] for name, measure in evaluation.get("measures", {}).items()}
    trained = {name: value for name, value in last.items() if name not in ABOUT}
    known = [{name: one[name] for name in one if finite(one[name]) is not None} for one in (measured, trained)]
    for one in known:
        if (name := main_metric(one)) is not None:
            return name, one[name]
    every = known[1] | known[0]
    return next(((name, every[name]) for name in in_order(every)), None)


def summarize(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Of each metric its last value, `<metric>.final`, its mean over the games, `.area`, and the best of all, `.best`.

    The last value is that of the last test; a metric that is undefined there, or was not measured, has none. A metric
    without a direction has no best, nor has one that is best at the real data's value: it is not known here.
    """
    summary: dict[str, float] = {}
    for name in in_order(key for row in rows for key in row if key not in ABOUT):
        measured = [(row["game"], float(row[name])) for row in rows if finite(row.get(name)) is not None]
        if not measured:
            continue
        values = [value for _, value in measured]
        if finite(rows[-1].get(name)) is not None:
            summary[f"{name}.final"] = values[-1]
        best = {"higher": max, "lower": min}.get(str(metric(name).better))
        if best is not None:
            summary[f"{name}.best"] = best(values)
        summary[f"{name}.area"] = _mean_level([game for game, _ in measured], values)
    return summary


def _mean_level(games: Sequence[int], values: Sequence[float]) -> float:
    """The integral over games by the trapezoidal rule, divided by their number."""
    length = games[-1] - games[0]
    if length == 0:
        return values[-1]
    pairs = zip(games, games[1:], values, values[1:], strict=False)
    return sum((after - before) * (left + right) / 2 for before, after, left, right in pairs) / length


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace `path` by a table of `rows`, whose columns need not be the same. Raises OSError."""
    listed = list(rows)
    columns = list(dict.fromkeys(key for row in listed for key in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    write_text(path, buffer.getvalue())
