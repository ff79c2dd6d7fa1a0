"""A run's metrics in a few numbers: of each the last, the best, and the area under its curve."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gancli.runs.files import write_text

HIGHER = ("accuracy", "score", "classes", "precision", "coverage", "modes", "quality")
"""Metrics whose best value is the highest; of all others it is the lowest."""
BETTER = {"low": "lower is better", "high": "higher is better", "real": "as the real data's"}
"""What a table says of a measure, by the `better` of an evaluation."""
ABOUT = ("game", "seconds")
"""Columns of the metrics that measure nothing."""


MAIN = ("accuracy", "frechet", "quality", "wasserstein_estimate", "sample_distance", "distance", "loss")
"""What a person asks about first: the first of these that a run has measured."""


def main_metric(metrics: Iterable[str]) -> str | None:
    """The metric to show where nobody says which."""
    there = set(metrics)
    return next((metric for metric in MAIN if metric in there), None)


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """`<metric>.final`, `.best` and `.area` of each metric, the area divided by the games it goes over."""
    found: dict[str, float] = {}
    for metric in dict.fromkeys(key for row in rows for key in row if key not in ABOUT):
        measured = [(row["game"], float(row[metric])) for row in rows if row.get(metric) is not None]
        values = [value for _, value in measured]
        found[f"{metric}.final"] = values[-1]
        known = [value for value in values if not math.isnan(value)]
        found[f"{metric}.best"] = (max if metric in HIGHER else min)(known, default=math.nan)
        found[f"{metric}.area"] = _mean_level([game for game, _ in measured], values)
    return found


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
