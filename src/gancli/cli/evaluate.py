"""`gancli evaluate`: quality and diversity in numbers, real data beside them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli import intervals
from gancli.cli.completion import package_metrics, run_names
from gancli.cli.finding import find_either, find_run
from gancli.cli.output import print_json, print_rows, say
from gancli.cli.support import (
    check_new,
    checkpoint_option,
    command,
    force_option,
    given,
    nested_format_option,
    output_option,
    runs_option,
)  # fmt: skip
from gancli.evaluation.interpretation import NOTHING, sentence

if TYPE_CHECKING:
    from gancli.experiment.evaluating import How
    from gancli.runs import SweepFolder

NONE_COUNT = "no cell has completed or collapsed: there is nothing to evaluate"
FACTS = ("run", "game", "samples", "sets", "seed", "data", "judge")


@click.command()
@click.argument("run", shell_complete=run_names)
@click.option(
    "--samples", type=click.IntRange(100, 100_000), default=10_000, show_default=True, help="In each of ten sets."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of latents and subsets.")
@click.option(
    "--judge", metavar="RUN", help="Judge by this run's network instead of the bundled one.", shell_complete=run_names
)
@click.option("--critic", is_flag=True, help="Train fresh critics against it too: their distance per slope.")
@click.option("--critic-seeds", type=click.IntRange(2, 100), default=3, show_default=True, help="How many critics.")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    shell_complete=package_metrics,
    help="Measure this metric of another package too; repeat for more.",
)
@click.option("--quick", is_flag=True, help="Without the measures that compare pixels: a few seconds.")
@nested_format_option
@output_option("A .json file for the result, instead of RUN's evaluation.json.")
@checkpoint_option
@force_option
@runs_option
@command
def evaluate(
    run: str, samples: int, seed: int, judge: str | None, critic: bool, critic_seeds: int, metrics: tuple[str, ...],
    quick: bool, form: str, output: Path | None, which: str, force: bool,
    runs: Path,
) -> None:  # fmt: skip
    """Say how good and how varied RUN's samples are, each number beside that of real data, and what is wrong with them.

    The result is kept in the run folder as evaluation.json, unless it is of another checkpoint than the last. RUN may
    be a sweep: each of its cells is evaluated, but those that have been in the same way, and the means over seeds are
    printed; exit code 3 where some cells could not be evaluated, 2 where none could.
    """
    from gancli.experiment import evaluating, judges
    from gancli.runs import SweepFolder

    if given("critic_seeds") and not critic:
        raise click.UsageError("--critic-seeds is for --critic, which trains critics: give both, or neither")
    if output is not None:
        check_new(output, (".json",), force)
    folder = find_either(runs, run)
    if which != "last" and isinstance(folder, SweepFolder):
        raise click.UsageError(f"--checkpoint is for a run; {folder.path} is a sweep: name one of its runs")
    chosen = judges.judge_of(find_run(runs, judge)) if judge is not None else None
    how = evaluating.How(samples, seed, chosen, critic_seeds if critic else 0, quick, which, metrics)
    if isinstance(folder, SweepFolder):
        _evaluate_cells(folder, how, form, output)
        return
    result = evaluating.evaluate(folder, how)
    try:
        _print(result, form)  # first: it may be that it cannot be written
    finally:
        if output is not None or which == "last":
            _write(output or folder.inside(folder.EVALUATION), result)
    _warn_of_critics(result.get("critic", {}))


def _print(result: dict[str, Any], form: str) -> None:
    """The table, or all of it as JSON."""
    if form == "json":
        print_json(result)
        return
    for key in FACTS:
        if result.get(key) is not None:
            say(f"{key}: {result[key]}", err=True)
    for notice in result.get("notices", []):
        say(f"note: {notice}", err=True)
    print_rows([_line(name, measure) for name, measure in result["measures"].items()], "table")
    for line in result["findings"] or [NOTHING]:
        say(line)


def _write(path: Path, result: Any) -> None:
    """Keep a result, or say why that cannot be."""
    from gancli.runs.files import remove_dead, write_json

    try:
        remove_dead(path.parent)
        write_json(path, result)
    except OSError as error:
        say(f"warning: not kept: {path}: {error.strerror or error}; -o keeps it elsewhere", err=True)


def _warn_of_critics(facts: dict[str, Any]) -> None:
    for whose, critics in (("", facts), (" of real data", facts.get("real", {}))):
        dead = critics.get("dead", [])
        if dead:
            seeds = ", ".join(map(str, dead))
            say(f"warning: critics{whose} that are dead, without a slope, are left out: seeds {seeds}", err=True)
    if len(facts.get("dead", [])) < facts.get("seeds", 0) and not facts["converged"]:
        say("warning: not every critic has settled; more steps would change its distance", err=True)


def _evaluate_cells(folder: "SweepFolder", how: "How", form: str, output: Path | None) -> None:
    """Evaluate each cell that has a generator to judge, and print the means over the seeds of each combination.

    It exits with 3 where some cells could not be evaluated, with 2 where none could.
    """
    from gancli.errors import GancliError
    from gancli.experiment import evaluating
    from gancli.runs.ranking import COUNTED, COUNTS

    judged = [folder.run(cell) for cell, status in folder.statuses().items() if status in COUNTED]
    names = _names(folder)
    results: dict[str, Any] = {}
    for number, run in enumerate(judged, 1):
        cell = run.path.name
        try:
            known = evaluating.is_of(run, how)
            results[cell] = run.evaluation() if known else evaluating.evaluate(run, how)
        except (GancliError, OSError) as error:
            say(f"{number}/{len(judged)} {names[cell]}: left out: {error}", err=True)
            continue
        text = sentence(results[cell]["findings"])
        say(f"{number}/{len(judged)} {names[cell]}: {text}{' (known)' if known else ''}", err=True)
        if not known:
            _warn_of_critics(results[cell].get("critic", {}))
        if not known and output is None:
            _write(run.inside(run.EVALUATION), results[cell])
    for notice in dict.fromkeys(notice for result in results.values() for notice in result.get("notices", [])):
        say(f"note: {notice}", err=True)
    if form == "table":
        say(f"mean over seeds ± half its 95 % interval; {COUNTS}")
    try:
        print_rows(_means(folder, form, results), form)
    finally:
        if output is not None:
            _write(output, {"sweep": str(folder.path), "means": _means(folder, "json", results), "cells": results})
    if len(results) < len(judged) or not judged:
        say(f"{len(judged) - len(results)} of {len(judged)} cells were left out" if judged else NONE_COUNT, err=True)
        sys.exit(3 if results else 2)


def _names(folder: "SweepFolder") -> dict[str, str]:
    """Of each cell its name with what was varied, and its seed, as the alarms of a sweep have it."""
    from gancli.runs.summary_table import in_words, varied

    cells = folder.cells()
    keys = varied(cells)
    return {cell["cell"]: in_words(cell, keys) for cell in cells}


def _means(folder: "SweepFolder", form: str, results: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each combination: each measure's mean over seeds ± half its 95 % interval; no shares in a table."""
    from gancli.metrics import CLASS_SHARE, in_order
    from gancli.runs.ranking import EVALUATED, seeds_in_words

    _, combinations = folder.combinations(results)
    columns = {key for one in combinations for row in one.rows for key in row if key.endswith(EVALUATED)}
    names = in_order(key.removesuffix(EVALUATED) for key in columns)
    table = []
    for one in combinations:
        counts = one.counts(f"{names[0]}{EVALUATED}") if names else {"seeds": 0, "of": len(one.rows)}
        row: dict[str, Any] = {**one.settings, **counts}
        if form == "table":
            row = seeds_in_words(row)
        for name in names:
            values = list(one.values(f"{name}{EVALUATED}").values())
            mean, half = intervals.mean_and_half(values)
            if form == "json":
                row |= {name: mean, f"± {name}": half}
            elif not name.startswith(CLASS_SHARE):
                fewer = f" ({len(values)})" if 0 < len(values) < counts["seeds"] else ""
                row[name] = intervals.text(mean, half) + fewer
        table.append(row)
    return table


def _line(name: str, measure: dict[str, Any]) -> dict[str, str]:
    from gancli.metrics import BETTER, metric

    own, real = (intervals.text(measure[key], measure[half]) for key, half in (("value", "±"), ("real", "real ±")))
    if measure.get("needs"):
        own = f"needs {measure['needs']}"
    return {"measure": name, "samples": own, "real data": real, "": BETTER[metric(name).better]}
