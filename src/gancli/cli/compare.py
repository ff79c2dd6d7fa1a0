"""`gancli compare`: what differs between runs, from their specs to their last bits."""

import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli.cli.support import command, format_option, print_rows, runs_option

if TYPE_CHECKING:
    from gancli.runs import RunFolder, SweepFolder

OF_ONE_RUN = ("pid", "process_start", "start", "end", "resumed", "spec", "spec_sha256")
"""What no two runs share, or what is said otherwise."""
ENDS = (".evaluated", ".final", ".best", ".area")
"""Of a metric, in a sweep's summary: that of `gancli evaluate` is taken before the last of training."""


@click.command()
@click.argument("run", nargs=-1, required=True)
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="Of a ranking: how many.")
@click.option("--by", metavar="METRIC", help="Rank by it: frechet, accuracy, …; of a sweep's runs, loss.best too.")
@format_option
@runs_option
@command
def compare(run: tuple[str, ...], top: int, by: str | None, form: str, runs: Path) -> None:
    """Say what differs between RUNs: settings, machine, code, figures, and whether their weights are the same bits.

    Of one sweep: its best combinations of settings, with the mean over seeds and its 95 % interval. With --by, runs are
    ranked by a metric, or by a measure of `gancli evaluate`.
    """
    from gancli.runs import RunFolder, SweepFolder, find_any

    folders = [find_any(runs, name) for name in run]
    if len(folders) == 1 and isinstance(folders[0], SweepFolder):
        _compare_cells(folders[0], top, by, form)
        return
    runs_only = [folder for folder in folders if isinstance(folder, RunFolder)]
    if by is not None and runs_only and len(runs_only) == len(folders):
        _rank_runs(runs_only, by, top, form)
        return
    if len(runs_only) < 2 or len(runs_only) < len(folders):
        raise click.UsageError("give two runs or more, or one sweep")
    _compare_runs(runs_only, form)


def _compare_cells(folder: "SweepFolder", top: int, by: str | None, form: str) -> None:
    from gancli.runs.figures import HIGHER, main_metric
    from gancli.runs.intervals import mean_and_half
    from gancli.runs.sweeps import combinations

    rows = folder.summary_rows()
    measured = [key for key in dict.fromkeys(key for row in rows for key in row) if "." in key and key.endswith(ENDS)]
    metrics = [key.rsplit(".", 1)[0] for key in measured]
    wanted = by or main_metric(metrics)
    column = next((column for column in (wanted, *(f"{wanted}{end}" for end in ENDS)) if column in measured), None)
    if column is None:
        raise click.UsageError(
            f"--by must be one of {', '.join(dict.fromkeys(metrics))}, or with {', '.join(ENDS)}; got {by!r}"
        )
    settings, groups = combinations(rows)
    table = []
    for values, members in groups.items():
        finals = [float(row[column]) for row in members if row["status"] == "completed" and row.get(column) is not None]
        mean, half = mean_and_half(finals)
        spread = {"min": min(finals, default=math.nan), "max": max(finals, default=math.nan)}
        counts = {"seeds": len(finals), "not completed": len(members) - len(finals)}
        table.append({**dict(zip(settings, values, strict=True)), column: mean, "±": half, **spread, **counts})
    sign = -1 if column.rsplit(".", 1)[0] in HIGHER else 1
    table.sort(key=lambda row: math.inf if math.isnan(row[column]) else sign * row[column])
    if form == "table":
        for row in table:
            row |= {key: f"{value:.6g}" for key, value in row.items() if isinstance(value, float)}
    print_rows(table[:top], form)


def _rank_runs(folders: "list[RunFolder]", by: str, top: int, form: str) -> None:
    """By what `gancli evaluate` has found, else by the last value in training."""
    from gancli.runs.figures import HIGHER

    rows, lower = [], by not in HIGHER
    for folder in folders:
        found = folder.evaluation().get("measures", {}).get(by)
        last = next((row[by] for row in reversed(folder.rows()) if by in row), None)
        if found is not None:
            lower = found["better"] != "high"
            rows.append({"run": folder.path.name, by: found["value"], "±": found["±"], "real data": found["real"]})
        elif last is not None:
            rows.append({"run": folder.path.name, by: last, "±": None, "real data": None})
    if not rows:
        raise click.UsageError(f"--by: no run has measured {by!r}; `gancli evaluate` measures more")
    rows.sort(key=lambda row: (row[by] is None, row[by] if lower else -row[by]))
    print_rows(rows[:top], form)


def _compare_runs(folders: "list[RunFolder]", form: str) -> None:
    facts = [_facts(folder) for folder in folders]
    keys = list(dict.fromkeys(key for one in facts for key in one))
    rows = {key: [one.get(key) for one in facts] for key in keys}
    different = {key: values for key, values in rows.items() if any(value != values[0] for value in values)}
    same = [key for key in ("metrics", "weights") if key not in different]
    if form == "json":
        result = {"runs": [str(folder.path) for folder in folders], "different": different, "same": same}
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    names = [folder.path.name for folder in folders]
    print_rows([{"key": key, **dict(zip(names, values, strict=True))} for key, values in different.items()], form)
    if form == "table" and same:
        click.echo(f"the same: {', '.join(same)}")


def _facts(folder: "RunFolder") -> dict[str, Any]:
    """All that is known of a run, by dotted key: `spec.eta`, `versions.numpy`, `last.loss`, `metrics`, `weights`."""
    from gancli.spec import flat

    record = folder.record()
    about = {key: value for key, value in record.items() if key not in OF_ONE_RUN}
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in folder.rows()]
    found = {f"spec.{key}": value for key, value in flat(record.get("spec", {})).items()} | flat(about)
    found |= {f"last.{key}": value for key, value in (rows[-1] if rows else {}).items()}
    return {**found, "metrics": _short(json.dumps(rows).encode()), "weights": _weights(folder)}


def _weights(folder: "RunFolder") -> str | None:
    """A name for the bits of all parameters in the newest checkpoint."""
    from gancli.runs import checkpoint

    try:
        saved = checkpoint.newest(folder.checkpoints)
    except ValueError:
        return None
    arrays = sorted((name, array) for name, array in saved.arrays.items() if name.endswith(".params"))
    return _short(b"".join(name.encode() + array.tobytes() for name, array in arrays))


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
