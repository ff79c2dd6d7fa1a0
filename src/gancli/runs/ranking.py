"""The combinations of a sweep: which cells count, how combinations compare, and in which order they stand.

There is one rule for all tables and figures: `RULE`. It lets no combination gain by a seed that failed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gancli.intervals import mean_and_half, paired
from gancli.metrics import Metric, metric

COUNTED = ("completed", "collapsed")
"""How a cell ends whose last state counts."""
COUNTS = "cells that completed or collapsed count with their last state, n of N; others are counted beside"
RULE = (
    f"{COUNTS}; a combination of which fewer count than of others stands after those, so that none gains by a seed "
    "that diverged or failed"
)
EVALUATED, REAL = ".evaluated", ".real"
"""End the columns of what `gancli evaluate` has measured, of samples and of real data; summary.csv has none of it."""
WAY = "evaluated as"
"""The column that says by which judge, on which data and how many samples a cell was evaluated."""
ENDS = (EVALUATED, ".final", ".best", ".area")
"""Of a metric's columns in a summary: what `gancli evaluate` has measured is taken before the last of training."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Combination:
    """The cells of one combination of settings, a row of the summary for each seed."""

    settings: dict[str, Any]
    rows: list[Row]

    def counted(self) -> list[Row]:
        """The rows that count."""
        return [row for row in self.rows if row["status"] in COUNTED]

    def values(self, column: str) -> dict[int, float]:
        """By seed, what the cells that count have in a column."""
        return {row["seed"]: float(row[column]) for row in self.counted() if row.get(column) is not None}

    def errors(self, column: str) -> dict[int, float]:
        """By seed, how bad each value is: less is better. Empty for a metric without a direction."""
        one = metric_of(column)
        errors = {}
        for row in self.counted():
            error = None if row.get(column) is None else one.error(float(row[column]), row.get(f"{one.name}{REAL}"))
            if error is not None:
                errors[row["seed"]] = error
        return errors

    def counts(self, column: str) -> dict[str, int]:
        """How many seeds there are in all, how many count, and what has become of the others."""
        counts = {"seeds": len(self.values(column)), "of": len(self.rows)}
        for row in self.rows:
            if row["status"] not in COUNTED:
                counts[row["status"]] = counts.get(row["status"], 0) + 1
        for row in self.counted():
            if row.get(column) is None:
                name = "undefined" if WAY in row or not column.endswith(EVALUATED) else "not evaluated"
                counts[name] = counts.get(name, 0) + 1
        return counts

    def real(self, column: str) -> float | None:
        """The mean of what real data have, of what `gancli evaluate` has measured."""
        values = [row.get(f"{metric_of(column).name}{REAL}") for row in self.counted() if column.endswith(EVALUATED)]
        known = [float(value) for value in values if value is not None]
        return mean_and_half(known)[0] if known else None


def metric_of(column: str) -> Metric:
    """The metric of a column of the summary: `frechet` of `frechet.evaluated`."""
    return metric(column.rsplit(".", 1)[0] if column.endswith(ENDS) else column)


def columns_of(rows: Sequence[Row]) -> list[str]:
    """The columns of a summary that hold a metric."""
    return [key for key in dict.fromkeys(key for row in rows for key in row) if key.endswith(ENDS)]


def column_of(name: str, columns: Sequence[str]) -> str | None:
    """The column of a metric among `columns`, by its name or with an end: `loss`, `loss.best`."""
    return next((column for column in (name, *(f"{name}{end}" for end in ENDS)) if column in columns), None)


def ranked(combinations: Sequence[Combination], column: str) -> list[tuple[int | None, Combination]]:
    """Rank and combination, the best first; those of which nothing counts come last, without a rank.

    By a metric without a direction nothing has a rank, and the order is the plan's.
    """

    def key(one: Combination) -> tuple[float, float]:
        errors = one.errors(column)
        return 1.0 - len(errors) / len(one.rows), mean_and_half(list(errors.values()))[0]

    known = sorted((one for one in combinations if one.errors(column)), key=key)
    unknown = [one for one in combinations if not one.errors(column)]
    return [*enumerate(known, 1), *((None, one) for one in unknown)]


def difference(one: Combination, other: Combination, column: str, comparisons: int = 1) -> tuple[float, float] | None:
    """The paired difference of two combinations over the seeds that both have, and half its 95 % interval.

    Of values, or of their distances to the real data's where the metric is best there; None for fewer than two seeds.
    `comparisons` is how many of them are looked at together. The half width is NaN where all seeds differ by just the
    same, as counts may: their spread says nothing of how far the mean may be off.
    """
    near_real = metric_of(column).better == "real"
    left, right = ((each.errors if near_real else each.values)(column) for each in (one, other))
    shared = [seed for seed in left if seed in right]
    if len(shared) < 2:
        return None
    mean, half = paired([left[seed] for seed in shared], [right[seed] for seed in shared], comparisons)
    return mean, half if half > 0.0 or mean == 0.0 else math.nan


def counted_as(combinations: Sequence[Combination], column: str) -> list[str]:
    """Every key that `Combination.counts` has for any of the combinations."""
    return list(dict.fromkeys(key for one in combinations for key in one.counts(column)))


def seeds_in_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with counts as people read it: `seeds` and `of` as one text, `4 of 5`."""
    return {key: f"{value} of {row['of']}" if key == "seeds" else value for key, value in row.items() if key != "of"}


def ways(combinations: Sequence[Combination]) -> list[str]:
    """The different ways in which the cells that count were evaluated: only one of them can be ranked."""
    return list(dict.fromkeys(str(row[WAY]) for one in combinations for row in one.counted() if row.get(WAY)))
