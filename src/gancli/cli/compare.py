"""`gancli compare`: what differs between runs, from their specs to their last bits."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli.cli.combinations import compare_combinations
from gancli.cli.completion import metric_names, run_names
from gancli.cli.finding import find_either
from gancli.cli.output import print_json, print_rows, print_side_by_side, say
from gancli.cli.ranks import check_alike, check_metric
from gancli.cli.support import command, format_option, given, runs_option

if TYPE_CHECKING:
    from gancli.metrics import Metric
    from gancli.runs import RunFolder

OF_ONE_RUN = ("pid", "process_start", "start", "end", "resumed", "spec", "spec_sha256")
"""What no two runs share, or what is said otherwise."""


@click.command()
@click.argument("run", nargs=-1, required=True, metavar="RUN... | SWEEP... [KEY=VALUE]...", shell_complete=run_names)
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="Of a ranking: how many.")
@click.option(
    "--by",
    metavar="METRIC",
    help="Rank by it: frechet, accuracy, …; of a sweep's runs, loss.best too.",
    shell_complete=metric_names,
)
@format_option
@runs_option
@command
def compare(run: tuple[str, ...], top: int, by: str | None, form: str, runs: Path) -> None:
    """Say what differs between RUNs: settings, machine, code, metrics, and whether their weights are the same bits.

    Of a sweep: its combinations of settings, the best first, with the mean over seeds, its 95 % interval, their
    standard deviation, and the paired difference to the first over the seeds that both have. KEY=VALUE chooses
    combinations: `gancli compare latest eta=0.1 eta=0.5 --by coverage` compares two. With --by, runs are ranked by a
    metric, or by a measure of `gancli evaluate`.
    """
    from gancli.runs import RunFolder, SweepFolder

    chosen = [word for word in run if "=" in word and not (Path(word).exists() or (runs / word).exists())]
    folders = [find_either(runs, name) for name in run if name not in chosen]
    sweeps = [folder for folder in folders if isinstance(folder, SweepFolder)]
    if sweeps and len(sweeps) == len(folders):
        compare_combinations(sweeps, chosen, top, by, form)
        return
    runs_only = [folder for folder in folders if isinstance(folder, RunFolder)]
    if chosen or len(runs_only) < len(folders) or (by is None and len(runs_only) < 2):
        raise click.UsageError("give two runs or more, or a sweep, with KEY=VALUE for some of its combinations")
    if by is None and given("top"):
        raise click.UsageError("--top is of a ranking: give --by too")
    if by is not None:
        _rank_runs(runs_only, by, top, form)
    else:
        _compare_runs(runs_only, form)


def _rank_runs(folders: "list[RunFolder]", by: str, top: int, form: str) -> None:
    """By what `gancli evaluate` has measured of them, else by their last state in training; never by both."""
    from gancli.metrics import BETTER, metric
    from gancli.runs.ranking import COUNTED

    one = metric(by)
    evaluations = [folder.current_evaluation() for folder in folders]
    evaluated = any(by in evaluation.get("measures", {}) for evaluation in evaluations)
    rows = [_of_run(folder, evaluation, by, evaluated) for folder, evaluation in zip(folders, evaluations, strict=True)]
    _check_metric(one, rows, folders)
    if evaluated:
        ways = dict.fromkeys(str(evaluation["way"]) for evaluation in evaluations if evaluation.get("way"))
        check_alike("runs", list(ways), "gancli evaluate RUN")

    def key(row: dict[str, Any]) -> tuple[bool, bool, float]:
        error = None if row[by] is None else one.error(row[by], row["real data"])
        return error is None, row["status"] not in COUNTED, error or 0.0

    rows.sort(key=key)
    if form == "table":
        where = "by gancli evaluate" if evaluated else "at the last test in training"
        say(f"by {by}, {where}, {BETTER[one.better]}; runs that neither completed nor collapsed stand after the others")
    print_rows(rows[:top], form)


def _of_run(folder: "RunFolder", evaluation: dict[str, Any], by: str, evaluated: bool) -> dict[str, Any]:
    """What a run has of a metric."""
    about = {"run": folder.path.name, "status": folder.record()["status"]}
    if evaluated:
        measure = evaluation.get("measures", {}).get(by, {})
        return {**about, by: measure.get("value"), "±": measure.get("±"), "real data": measure.get("real")}
    return {**about, by: folder.last().get(by), "±": None, "real data": None}


def _check_metric(one: "Metric", rows: list[dict[str, Any]], folders: "list[RunFolder]") -> None:
    from gancli.metrics import in_order

    there = in_order(key for folder in folders for key in folder.last())
    adversarial = all(folder.record().get("kind") in ("gan", "wgan") for folder in folders)
    measured = any(row[one.name] is not None for row in rows)
    missing = f"no run has {one.name!r} in its last state"
    check_metric(one.name, one if measured else None, there, "gancli evaluate RUN" if adversarial else None, missing)


def _compare_runs(folders: "list[RunFolder]", form: str) -> None:
    facts = [_facts(folder) for folder in folders]
    keys = list(dict.fromkeys(key for one in facts for key in one))
    values_of = {key: [one.get(key) for one in facts] for key in keys}
    different = {key: values for key, values in values_of.items() if any(value != values[0] for value in values)}
    same = [key for key in ("metrics", "weights") if key not in different and values_of[key][0] is not None]
    unknown = [key for key in ("metrics", "weights") if key not in different and key not in same]
    if form == "json":
        result = {"runs": [str(folder.path) for folder in folders], "different": different, "same": same}
        print_json(result)
        return
    names = [folder.path.name for folder in folders]
    rows = [{"key": key, **dict(zip(names, values, strict=True))} for key, values in different.items()]
    if form == "csv":
        print_rows(rows, form)
        return
    if shown := [row for row in rows if row["key"] != "argv"]:  # what it changed stands in other rows
        print_side_by_side([{key: _text(value) for key, value in row.items()} for row in shown])
    if same:
        say(f"the same: {', '.join(same)}")
    if unknown:
        say(f"not compared: {', '.join(unknown)}, of which no run has any")


def _text(value: Any) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _facts(folder: "RunFolder") -> dict[str, Any]:
    """All that is known of a run, by dotted key: `spec.eta`, `versions.numpy`, `last.loss`, `metrics`, `weights`."""
    from gancli.spec import flat

    record = folder.record()
    about = {key: value for key, value in record.items() if key not in OF_ONE_RUN}
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in folder.rows()]
    facts = {f"spec.{key}": value for key, value in flat(record.get("spec", {})).items()} | flat(about)
    facts |= {f"last.{key}": value for key, value in (rows[-1] if rows else {}).items()}
    return {**facts, "metrics": _short(json.dumps(rows).encode()) if rows else None, "weights": _weights(folder)}


def _weights(folder: "RunFolder") -> str | None:
    """A name for the bits of all parameters in the newest checkpoint; None where there is none."""
    from gancli.runs import checkpoint

    try:
        saved = checkpoint.newest(folder.checkpoints)
    except ValueError:
        return None
    arrays = sorted((name, array) for name, array in saved.arrays.items() if name.endswith(".params"))
    return _short(b"".join(name.encode() + array.tobytes() for name, array in arrays))


def _short(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()[:12]
