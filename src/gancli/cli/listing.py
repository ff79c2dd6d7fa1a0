"""`gancli ls`: the runs and sweeps of a folder, those that are asked for, in a table that fits the terminal."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from gancli.cli import completion
from gancli.cli.choosing import chosen, in_order_of, why_none
from gancli.cli.differing import Difference
from gancli.cli.listed import ABOUT, DIFFERS, METRIC, Listed, differing, read, without_record
from gancli.cli.output import LEAST, NO_END, one_line, print_cells, print_rows, say, shortened, warn, width
from gancli.cli.support import command, format_option, runs_option

BRIEF, VALUE = "metric in short", "value"
"""Forms of the column of the metric that take less room."""
LAYOUTS = (("status", "age", METRIC), ("status", "age", BRIEF), ("status", BRIEF), ("status", VALUE), ("status",), ())
"""What stands between a run and in what it differs, the first of which that leaves room for the latter."""
SHORT = 7
"""Letters of a metric's name where others are beside it and there is little room."""
SHORTEST = 3
"""The first layout that nothing can be left out of but the metric."""


@click.command()
@click.option("--where", multiple=True, metavar="KEY=VALUE", help="Only those: kind=wgan, critic.clip.bound=0.1.",
              shell_complete=completion.where_keys)  # fmt: skip
@click.option("--sort", metavar="KEY", help="By a column or a key of --where; -KEY for the largest first.",
              shell_complete=completion.sort_keys)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N", help="The newest N or, with --sort, the first N.")
@format_option
@runs_option
@command
def ls(where: tuple[str, ...], sort: str | None, limit: int | None, form: str, runs: Path) -> None:
    """List the runs and sweeps, the newest last: status, age, a metric, and what most runs of their name do not have.

    The metric is what runs are ranked by, of `gancli evaluate` where it has measured any, or what they are sorted by.
    csv and json have all metrics, those first that say how good they are, and complete keys. What stands in the first
    column is enough for other commands to find a run.
    """
    every, bad = read(runs)
    warn(f"{path.name}: unreadable: {why}" for path, why in bad.items())
    for note in without_record(runs):
        say(note, err=True)
    listed, key = chosen(every, where), None
    if sort is not None:
        listed, key = in_order_of(listed, sort)
    if limit is not None:
        listed = listed[:limit] if sort else listed[-limit:]
    if form != "table":
        print_rows(_rows(listed, form), form)
    elif listed:
        _print_table(listed, key)
    if not every and form == "table":
        say(f"no runs in {runs}", err=True)
    elif every and not listed:
        say(f"none of the {len(every)} in {runs} {why_none(every, where)}", err=True)


def _rows(listed: list[Listed], form: str) -> list[dict[str, Any]]:
    """Complete, for programs; csv has what differs as one text."""
    rows = []
    for one, difference in zip(listed, differing(listed), strict=True):
        text = " ".join(f"{key}={json.dumps(value)}" for key, value in difference.values.items())
        rows.append({**one.row, DIFFERS: difference.values if form == "json" else text})
    return rows


def _print_table(listed: list[Listed], key: str | None) -> None:
    """The table, with the metric of a column `key` where that is one; below it, which way each metric is better."""
    measured = [one.measured(key) for one in listed]
    names = list(dict.fromkeys(measure[0] for measure in measured if measure))
    lines = [_heading(names), *(_line(one, measure, names) for one, measure in zip(listed, measured, strict=True))]
    lines = [{column: one_line(text) for column, text in line.items()} for line in lines]
    found = differing(listed)
    layout, room = _layout(lines, found)
    last = [DIFFERS, *(difference.text(room) for difference in found)] if room >= LEAST else []
    cells = [[line[column] for column in ("run", *layout)] for line in lines]
    print_cells([[*row, text] for row, text in zip(cells, last, strict=True)] if last else cells)
    if names and any(column in layout for column in (METRIC, BRIEF, VALUE)):
        say(f"({_directions(names)})", err=True)


def _heading(names: list[str]) -> dict[str, str]:
    one = shortened(names[0], LEAST) if len(names) == 1 else METRIC
    return {"run": "run", "status": "status", "age": "age", METRIC: METRIC, BRIEF: METRIC, VALUE: one}


def _line(one: Listed, measure: tuple[str, float] | None, names: list[str]) -> dict[str, str]:
    """A row of the table, its metric in each form."""
    line = {"run": _short(one.row["run"], one.record.get("name")), "status": one.row["status"]}
    line |= {"age": _time(one.row["age"]), METRIC: "", BRIEF: "", VALUE: ""}
    if one.row["kind"] == "sweep":
        cells, ends = f"{one.row['cells']} cells", _ends(one.row)
        return line | {METRIC: f"{cells}: {ends}" if ends else cells, BRIEF: cells, VALUE: cells}
    if measure is None:
        return line
    name, value = measure
    short = f"{value:.3g}"
    line |= {METRIC: f"{name} {value:.4g}", BRIEF: f"{shortened(name, LEAST)} {short}"}
    return line | {VALUE: short if len(names) == 1 else f"{shortened(name, SHORT)} {short}"}


def _ends(row: dict[str, Any]) -> str:
    """How many cells of a sweep ended how."""
    return ", ".join(f"{value} {key}" for key, value in row.items() if key not in (*ABOUT, "cells") and value)


def _layout(lines: list[dict[str, str]], found: list[Difference]) -> tuple[tuple[str, ...], int]:
    """The columns to show, and the room that they leave for what differs.

    All of it, where nothing need be short for that, else of each run the first item, where that can be.
    """
    room = {layout: width(NO_END) - _width(lines, layout) for layout in LAYOUTS}
    items = [difference for difference in found if difference.items]
    if not items:
        layout = next((layout for layout in LAYOUTS if room[layout] >= -2), LAYOUTS[-1])  # without the gap before it
        return layout, room[layout]
    if room[LAYOUTS[0]] >= max([LEAST, *(len(" ".join(difference.items)) for difference in items)]):
        return LAYOUTS[0], room[LAYOUTS[0]]
    shortest = next((layout for layout in LAYOUTS[SHORTEST:] if room[layout] >= LEAST), LAYOUTS[-1])
    least = max([LEAST, *(one.least() for one in items if one.least() <= room[shortest])])
    layout = next((layout for layout in LAYOUTS[1:] if room[layout] >= least), shortest)
    return layout, room[layout]


def _width(lines: list[dict[str, str]], layout: Iterable[str]) -> int:
    return sum(max(len(line[column]) for line in lines) + 2 for column in ("run", *layout))


def _directions(names: list[str]) -> str:
    """Which way metrics are better: `frechet, loss: lower is better`."""
    from gancli.metrics import BETTER, metric

    words: dict[str, list[str]] = {}
    for name in names:
        words.setdefault(BETTER[metric(name).better], []).append(name)
    return "; ".join(f"{', '.join(own)}: {better}" for better, own in words.items())


def _short(folder: str, name: Any) -> str:
    """On a terminal, a folder's name without its time, for which its last letters stand."""
    if not sys.stdout.isatty():
        return folder
    rest = folder.partition("-")[2]
    return rest if name and rest.rpartition("-")[0] == name else folder


def _time(seconds: float | None) -> str:
    """A time in one unit."""
    if seconds is None:
        return ""
    for unit, most, length in (("s", 60, 1), ("min", 3600, 60), ("h", 86400, 3600)):
        if seconds < most:
            return f"{max(seconds, 0) // length:.0f} {unit}"
    return f"{seconds // 86400:.0f} d"
