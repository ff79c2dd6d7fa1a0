"""`gancli show`: where everything of a run or sweep lies, what its record says, and its last metrics."""

import datetime
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli.cli import layout
from gancli.cli.completion import run_names
from gancli.cli.finding import find_either
from gancli.cli.output import one_line, print_json, print_rows, say, width
from gancli.cli.support import command, format_option, runs_option

if TYPE_CHECKING:
    from gancli.runs import RunFolder, SweepFolder

OF_RUN = {
    "config": "config.yaml", "metrics": "metrics.jsonl", "log": "log.txt", "pictures": "images",
    "checkpoints": "checkpoints", "plots": "plots", "report": "report.html", "evaluation": "evaluation.json",
}  # fmt: skip
OF_SWEEP = {
    "config": "sweep.yaml", "base": "base.yaml", "runs": "cells", "summary": "summary.csv", "log": "log.txt",
    "plots": "plots", "report": "report.html",
}  # fmt: skip
"""What may lie in a folder, by what it is called here."""
KEYS = 28
"""Columns for the longest key in a terminal; the value of a longer one stands below it."""
SHORT = 12
"""Letters of a checksum that tell it from all others."""


@click.command()
@click.argument("run", shell_complete=run_names)
@format_option
@runs_option
@command
def show(run: str, form: str, runs: Path) -> None:
    """Show one RUN or sweep: where everything lies, its record, its last metrics; csv has all metrics, or a summary."""
    from gancli.runs import DIFF, SweepFolder

    folder = find_either(runs, run)
    of_sweep = isinstance(folder, SweepFolder)
    if form == "csv":
        print_rows(folder.summary_rows() if isinstance(folder, SweepFolder) else folder.rows(), form)
        return
    last = None if isinstance(folder, SweepFolder) else folder.last() or None
    about = {"sweep" if of_sweep else "run": str(folder.path)}
    record = folder.record()
    if isinstance(folder, SweepFolder):
        record["counts"] = folder.counts()
    if form == "json":
        print_json({**about, "paths": _paths(folder), **record, "last": last})
        return
    record.pop("spec", None)  # config.yaml has it
    if isinstance(record.get("git"), dict) and folder.inside(DIFF).exists():
        record["git"]["diff"] = str(folder.inside(DIFF))
    _print({**about, **_places(folder)}, {**record, "last": last})


def _paths(folder: "RunFolder | SweepFolder") -> dict[str, Any]:
    """The paths of what is there; of checkpoints by their games, and the best one. Raises RunError."""
    from gancli.runs import RunFolder, checkpoint
    from gancli.runs.files import by_game, game_of

    found: dict[str, Any] = {}
    for key, name in (OF_RUN if isinstance(folder, RunFolder) else OF_SWEEP).items():
        path = folder.inside(name)
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            found[key] = str(path)
    if isinstance(folder, RunFolder) and "pictures" in found:
        found["pictures"] = [str(path) for path in by_game(folder.images, "png")]
    if isinstance(folder, RunFolder) and "checkpoints" in found:
        found["checkpoints"] = {str(game_of(path)): str(path) for path in checkpoint.paths(folder.checkpoints)}
        best = checkpoint.best_paths(folder.checkpoints)
        found |= {"best": str(best[-1])} if best else {}
    return found


def _places(folder: "RunFolder | SweepFolder") -> dict[str, str]:
    """The same in words: a line each."""
    found = _paths(folder)
    if pictures := found.get("pictures"):
        found["pictures"] = f"{pictures[-1]}, the last of {len(pictures)}"
    if checkpoints := found.get("checkpoints"):
        found["checkpoints"] = f"{Path(next(iter(checkpoints.values()))).parent}, of game {', '.join(checkpoints)}"
    return {key: str(text) for key, text in found.items() if text}


def _print(places: dict[str, str], record: dict[str, Any]) -> None:
    """A line for each; in a terminal what is in the folder begins with `…/`, and long values are cut or folded."""
    if not sys.stdout.isatty():
        for key, text in [*places.items(), *_flat(record)]:
            say(f"{key:34} {text}")
        return
    root = next(iter(places.values()))
    short = [(key, text.replace(f"{root}/", "…/")) for key, text in places.items()]
    _print_block(short)
    say()
    _print_block([(key, text.replace(f"{root}/", "…/")) for key, text in _flat(_brief(record))])


def _print_block(lines: list[tuple[str, str]]) -> None:
    room = width()
    first = max(len(key) for key, _ in lines if len(key) <= KEYS)
    for key, text in lines:
        rows = layout.folded(one_line(text), max(layout.LEAST, room - first - 2))
        if len(key) > first:
            say(key)
        for number, row in enumerate(rows):
            say(f"{key if number == 0 and len(key) <= first else '':{first}}  {row}")


def _brief(record: dict[str, Any]) -> dict[str, Any]:
    """Checksums of files by their number, and others by their first letters."""
    brief: dict[str, Any] = {}
    for key, value in record.items():
        if "sha256" in key and isinstance(value, dict):
            brief[key] = f"{len(value)} checksums (--format json has them)"
        elif "sha256" in key and isinstance(value, str) and len(value) > SHORT:
            brief[key] = f"{value[:SHORT]}…"
        else:
            brief[key] = _brief(value) if isinstance(value, dict) else value
    return brief


def _flat(data: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """By dotted key what there is to read; several lines of one key for texts of several words."""
    lines: list[tuple[str, str]] = []
    for key, value in data.items():
        if isinstance(value, dict):
            lines += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) and any(" " in str(one) for one in value) and prefix + key != "argv":
            lines += [(prefix + key, _text(key, one)) for one in value]
        elif value not in (None, []):
            lines.append((prefix + key, _text(prefix + key, value)))
    return lines


def _text(key: str, value: Any) -> str:
    """A value as people read it: a command as it is typed, a time in UTC, a list without its brackets."""
    if key == "argv" and isinstance(value, list):
        return shlex.join(["gancli", *map(str, value)])
    if key in ("start", "end") or (key == "process_start" and isinstance(value, float)):
        return _time(value)
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return ", ".join(_text("", one) for one in value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _time(value: Any) -> str:
    """2026-11-28 05:31:05 UTC, of text or of seconds since 1970; as it is where it is none of them."""
    try:
        of_text = isinstance(value, str)
        time = (
            datetime.datetime.fromisoformat(value) if of_text else datetime.datetime.fromtimestamp(value, datetime.UTC)
        )
        return f"{time.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return str(value)
