"""`gancli ls`: the runs and sweeps of a folder, those that are asked for, in a table that fits the terminal."""

import datetime
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli.cli import completion
from gancli.cli.output import print_fitting, print_rows, say, warn
from gancli.cli.support import command, format_option, runs_option
from gancli.errors import did_you_mean

if TYPE_CHECKING:
    from gancli.runs import RunFolder, SweepFolder

ABOUT = ("run", "kind", "seed", "status", "game", "seconds", "cells")
"""What stands in a row before what was measured."""


@dataclass(frozen=True)
class Listed:
    """A run or sweep: its row, of which csv and json have all, and its record."""

    row: dict[str, Any]
    record: dict[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """What can be sorted and chosen by: columns, facts of the record and, by dotted keys, the configuration."""
        from gancli.spec import flat

        record = {key: value for key, value in self.record.items() if isinstance(value, str | int | float)}
        return {**flat(self.record.get("spec") or {}), **record, "age": self.age(), **self.row}

    def age(self) -> float | None:
        """Seconds since it began, by its record."""
        try:
            start = datetime.datetime.fromisoformat(str(self.record.get("start")))
            return (datetime.datetime.now(datetime.UTC) - start.astimezone(datetime.UTC)).total_seconds()
        except (ValueError, OverflowError):
            return None


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
    """List the runs and sweeps, the newest last: status, age, a metric, and what differs among those of one name.

    csv and json have all metrics, those first that say how good they are. What stands in the first column is enough
    for other commands to find a run.
    """
    every, bad = _read(runs)
    warn(f"{path.name}: unreadable: {why}" for path, why in bad.items())
    listed = _sorted(_chosen(every, where), sort)
    if limit is not None:
        listed = listed[:limit] if sort else listed[-limit:]
    if form != "table":
        print_rows([one.row for one in listed], form)
    elif listed:
        print_fitting(list(_lines(listed)))
    else:
        say(f"no runs in {runs}" if not every else f"none of the {len(every)} in {runs} is so", err=True)


def _read(runs: Path) -> tuple[list[Listed], dict[Path, str]]:
    """All of them, oldest first, and why some cannot be read; of what cannot be looked into no age is known."""
    from gancli.runs import RunError, listing_any, unreadable

    bad, every = unreadable(runs), []
    folders = listing_any(runs)
    for folder in folders:
        if folder.path not in bad:
            try:
                every.append(_listed(folder))
                continue
            except (RunError, OSError) as error:
                bad[folder.path] = str(error)
        every.append(_unreadable(folder.path))
    closed = bad.keys() - {folder.path for folder in folders}
    return [*map(_unreadable, sorted(closed)), *every], bad


def _unreadable(path: Path) -> Listed:
    return Listed({"run": path.name, "kind": "", "seed": None, "status": "unreadable"})


def _listed(folder: "RunFolder | SweepFolder") -> Listed:
    """Raises RunError, OSError."""
    from gancli.metrics import in_order
    from gancli.runs import RunFolder, summary
    from gancli.runs.sweeps import DONE

    record = folder.record()
    if not isinstance(folder, RunFolder):
        counts = dict.fromkeys((*DONE, "failed"), 0) | folder.counts()
        about = {"run": folder.path.name, "kind": "sweep", "status": record["status"]}
        return Listed({**about, "cells": record.get("cells"), **counts}, record)
    last = folder.last()
    metrics = {key: last[key] for key in in_order(last) if key not in summary.ABOUT}
    about = {key: record.get(key) for key in ("kind", "seed", "status")}
    timing = {key: last.get(key) for key in summary.ABOUT}
    return Listed({"run": folder.path.name, **about, **timing, **metrics}, record)


def _chosen(every: list[Listed], where: Sequence[str]) -> list[Listed]:
    """Those of which all of `where` is true. Raises UsageError for a key that none of them has."""
    from gancli.spec.yaml import load_text

    chosen = every
    for word in where:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--where must be KEY=VALUE, such as kind=wgan; got {word!r}")
        _check_key("--where", key, every)
        value = load_text(text, f"--where {word}").data
        chosen = [one for one in chosen if _is(one.values().get(key), value, text)]
    return chosen


def _is(found: Any, value: Any, text: str) -> bool:
    """Is a value the one that was asked for, read as YAML or as it stands there?"""
    same_kind = isinstance(found, bool) == isinstance(value, bool)
    return found is not None and ((found == value and same_kind) or found == text)


def _check_key(option: str, key: str, every: list[Listed]) -> None:
    known = dict.fromkeys(name for one in every for name in one.values())
    if every and key not in known:
        raise click.UsageError(f"{option}: no run has {key!r}{did_you_mean(key, known)}")


def _sorted(listed: list[Listed], sort: str | None) -> list[Listed]:
    """By a key, numbers before texts, those without it last. Raises UsageError where none has it."""
    if sort is None:
        return listed
    key = sort.removeprefix("-")
    _check_key("--sort", key, listed)
    numbers: list[tuple[Any, Listed]] = []
    texts: list[tuple[Any, Listed]] = []
    unknown = []
    for one in listed:
        value = one.values().get(key)
        if value in (None, "") or value != value:  # noqa: PLR0124 - which is no number
            unknown.append(one)
        elif isinstance(value, int | float):
            numbers.append((value, one))
        else:
            texts.append((str(value), one))
    for known in (numbers, texts):
        known.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [*(one for _, one in [*numbers, *texts]), *unknown]


def _lines(listed: list[Listed]) -> Iterable[dict[str, str]]:
    """The rows of the table."""
    different = _different(listed)
    for one in listed:
        name = one.record.get("name")
        differs = " ".join(f"{key}={one.values().get(key)}" for key in different.get(str(name), ()))
        about = {"run": _short(one.row["run"], name), "status": one.row["status"], "age": _time(one.age())}
        yield {**about, "metric": _metric(one.row), "differs in": differs}


def _different(listed: list[Listed]) -> dict[str, list[str]]:
    """By name, the keys of the configuration that are not the same in all runs of that name."""
    from gancli.spec import flat

    groups: dict[str, list[dict[str, Any]]] = {}
    for one in listed:
        if one.record.get("spec"):
            groups.setdefault(str(one.record.get("name")), []).append(flat(one.record["spec"]))
    return {
        name: [key for key in dict.fromkeys(key for spec in specs for key in spec) if _varies(key, specs)]
        for name, specs in groups.items()
    }


def _varies(key: str, specs: list[dict[str, Any]]) -> bool:
    return any(spec.get(key) != specs[0].get(key) for spec in specs)


def _short(folder: str, name: Any) -> str:
    """On a terminal, a folder's name without its time, for which its last letters stand."""
    if not sys.stdout.isatty():
        return folder
    rest = folder.partition("-")[2]
    return rest if name and rest.rpartition("-")[0] == name else folder


def _metric(row: dict[str, Any]) -> str:
    """The first metric, of a sweep how many cells ended how."""
    if row["kind"] == "sweep":
        ends = ", ".join(f"{value} {key}" for key, value in row.items() if key not in ABOUT and value)
        return f"{row['cells']} cells: {ends}" if ends else f"{row['cells']} cells"
    return next((f"{key} {value:.4g}" for key, value in row.items() if key not in ABOUT), "")


def _time(seconds: float | None) -> str:
    """A time in one unit."""
    if seconds is None:
        return ""
    for unit, most, length in (("s", 60, 1), ("min", 3600, 60), ("h", 86400, 3600)):
        if seconds < most:
            return f"{max(seconds, 0) // length:.0f} {unit}"
    return f"{seconds // 86400:.0f} d"
