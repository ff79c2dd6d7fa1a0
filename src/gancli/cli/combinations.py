"""The combinations of a sweep side by side: ranked where a metric says which is better, with paired differences."""

import dataclasses
import math
import re
from typing import TYPE_CHECKING, Any

import click

from gancli.cli.output import print_rows, say
from gancli.cli.ranks import check_alike, check_metric
from gancli.intervals import deviation, mean_and_half, text

if TYPE_CHECKING:
    from gancli.runs import SweepFolder
    from gancli.runs.ranking import Combination

NO_RANK = (
    "in the order of the plan: nothing that was measured says which is better; `gancli evaluate {sweep}` measures it"
)


def compare_combinations(sweeps: "list[SweepFolder]", chosen: list[str], top: int, by: str | None, form: str) -> None:
    """Print those of `sweeps` that `chosen` names, ranked by a metric where one has a direction."""
    from gancli.metrics import main_metric
    from gancli.runs.ranking import EVALUATED, column_of, columns_of, counted_as, metric_of, ranked, ways

    combinations = _chosen(_all_combinations(sweeps), chosen)
    columns = columns_of([row for one in combinations for row in one.rows])
    wanted = by or main_metric(metric_of(column).name for column in columns)
    column = wanted and column_of(wanted, columns)
    if by is not None:
        _check_metric(by, column, columns, sweeps[0])
    if column is None:
        say(NO_RANK.format(sweep=sweeps[0].path.name), err=True)
        print_rows([_unranked(one, columns, form) for one in combinations], form)
        return
    if column.endswith(EVALUATED):
        check_alike("cells", ways(combinations), "gancli evaluate SWEEP")
    order = ranked(combinations, column)
    pairs = len(combinations) * (len(combinations) - 1) // 2
    beside = counted_as(combinations, column)
    rows = [_ranked_row(rank, one, order[0][1], column, beside, pairs) for rank, one in order]
    if form == "table":
        for line in _heading(column, rows, pairs):
            say(line)
    print_rows(_as_table(rows[:top], order[0][1].settings) if form == "table" else rows[:top], form)


def _heading(column: str, rows: list[dict[str, Any]], pairs: int) -> list[str]:
    """What a ranking is by, what counts, and what the differences say."""
    from gancli.metrics import BETTER
    from gancli.runs.ranking import RULE, metric_of

    better = BETTER[metric_of(column).better]
    lines = [f"by {column}, {better}; ±: half the 95 % interval of the mean over seeds", RULE]
    together = f"; intervals hold for all {pairs} pairs together (Bonferroni)" if pairs > 1 else ""
    if any(row.get("to the first") is not None for row in rows):
        paired = f"to the first: paired over the seeds that both have{together}; not told apart where 0 is within"
        return [*lines, paired]
    return [*lines, "nothing can be told apart: that takes two combinations with two seeds that both have"]


def _all_combinations(sweeps: "list[SweepFolder]") -> "list[Combination]":
    """Those of one sweep; of several, each with its sweep's name before its settings."""
    if len(sweeps) == 1:
        return sweeps[0].combinations()[1]
    return [
        dataclasses.replace(one, settings={"sweep": sweep.path.name, **one.settings})
        for sweep in sweeps
        for one in sweep.combinations()[1]
    ]


def _chosen(combinations: "list[Combination]", words: list[str]) -> "list[Combination]":
    """Those that a word names: `eta=0.1`, or `eta=0.1,mu=1`; all of them where no word is given."""
    if not words:
        return combinations
    chosen: list[Combination] = []
    for word in words:
        pairs = [pair.partition("=")[::2] for pair in re.split(r",(?=[A-Za-z_][A-Za-z_0-9.]*=)", word)]
        fitting: list[Combination] = []
        for read in (str, _as_yaml):  # 1.10 is the name that is written so, where there is one, else a number
            fitting = fitting or [one for one in combinations if all(_is(one, key, read(text)) for key, text in pairs)]
        if not fitting:
            names = "; ".join(_called(one) for one in combinations)
            raise click.UsageError(f"{word!r} is no combination of the sweep; there is {names}")
        chosen += [one for one in fitting if not any(one is other for other in chosen)]
    return chosen


def _called(one: "Combination") -> str:
    return ", ".join(f"{key}={value}" for key, value in one.settings.items())


def _is(one: "Combination", key: str, value: Any) -> bool:
    """Has a setting this value? The end of a dotted key will do; 1 is 1.0, but neither is the text 1.0."""
    own = [setting for name, setting in one.settings.items() if name == key or name.endswith(f".{key}")]
    return any(setting == value and isinstance(setting, str) == isinstance(value, str) for setting in own)


def _as_yaml(text: str) -> Any:
    from gancli.runs.summary_table import readable
    from gancli.spec.yaml import load_text

    return readable(load_text(text, text).data)


def _check_metric(by: str, column: str | None, columns: list[str], sweep: "SweepFolder") -> None:
    from gancli.runs.ranking import ENDS, metric_of

    there = (metric_of(one).name for one in columns)
    adversarial = sweep.cells()[0]["spec"].get("kind", "gan") in ("gan", "wgan")
    more = f"gancli evaluate {sweep.path.name}" if adversarial else None
    missing = f"it was not measured (nor with {', '.join(ENDS)})"
    check_metric(by, None if column is None else metric_of(column), there, more, missing)


def _ranked_row(
    rank: int | None, one: "Combination", first: "Combination", column: str, beside: list[str], pairs: int
) -> dict[str, Any]:
    from gancli.runs.ranking import EVALUATED, difference

    values = list(one.values(column).values())
    mean, half = mean_and_half(values)
    spread = {"std": deviation(values), "min": min(values, default=None), "max": max(values, default=None)}
    yardstick = {"real data": one.real(column)} if column.endswith(EVALUATED) else {}
    counts = one.counts(column)
    counted = {key: counts.get(key) for key in beside}
    row = {"rank": rank, **one.settings, column: mean, "±": half, **spread, **yardstick, **counted}
    gap = difference(one, first, column, pairs) if one is not first else None
    return row | {"to the first": gap[0] if gap else None, "to the first ±": gap[1] if gap else None}


def _as_table(rows: list[dict[str, Any]], settings: dict[str, Any]) -> list[dict[str, Any]]:
    """For people: counts and differences in words, and no column without anything in it."""
    from gancli.runs.ranking import seeds_in_words

    table = []
    for row in rows:
        line = seeds_in_words(row)
        gap, half = line.pop("to the first"), line.pop("to the first ±")
        measured = {key: value for key, value in line.items() if isinstance(value, float) and _is_there(value)}
        line |= {key: text(value) for key, value in measured.items() if key not in settings}
        if gap is not None:
            line["to the first"] = _difference(gap, half)
        table.append(line)
    there = {key for row in table for key, value in row.items() if _is_there(value)}
    return [{key: value for key, value in row.items() if key in there} for row in table]


def _difference(gap: float, half: float) -> str:
    """A paired difference in words; seeds that all differ by the same say nothing of how far it may be off."""
    sign = "+" if gap >= 0 else ""
    if not math.isfinite(half):
        return f"{sign}{text(gap)} in every seed, too few to tell"
    return sign + text(gap, half) + ("" if abs(gap) > half else ", not told apart")


def _is_there(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _unranked(one: "Combination", columns: list[str], form: str) -> dict[str, Any]:
    """The mean of each last value, as the plan has them."""
    from gancli.runs.ranking import seeds_in_words

    finals = [column for column in columns if column.endswith(".final")]
    counts = one.counts(finals[0]) if finals else {"seeds": 0, "of": len(one.rows)}
    row: dict[str, Any] = {**one.settings, **counts}
    if form == "table":
        row = seeds_in_words(row)
    for column in finals if form != "table" else finals[:4]:
        mean = mean_and_half(list(one.values(column).values()))[0]
        row[column] = text(mean) if form == "table" else mean
    return row
