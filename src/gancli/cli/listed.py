"""The runs and sweeps of a folder as `gancli ls` lists them: what stands in a row, and what they can be chosen by."""

import contextlib
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gancli.cli.differing import Difference, differences
from gancli.cli.output import warn

if TYPE_CHECKING:
    from gancli.runs import RunFolder, SweepFolder

METRIC, DIFFERS = "metric", "differs in"
"""Columns that depend on what is listed."""
ABOUT = ("run", "kind", "seed", "status", "name", "age", "path", DIFFERS)
"""What stands in a row before what was measured."""
NAMED = 5
"""Of folders without a record, how many are named."""


@dataclass(frozen=True)
class Listed:
    """A run or sweep: its row, of which csv and json have all, its record, and the number that says how good it is."""

    row: dict[str, Any]
    record: dict[str, Any] = field(default_factory=dict)
    measure: tuple[str, float] | None = None

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The configuration by dotted keys; a sweep has none of its own."""
        from gancli.spec import flat

        return flat(self.record.get("spec") or {})

    @cached_property
    def values(self) -> dict[str, Any]:
        """What can be sorted and chosen by: columns, facts of the record and, by dotted keys, the configuration."""
        record = {key: value for key, value in self.record.items() if isinstance(value, str | int | float)}
        row = {key: value for key, value in self.row.items() if key != DIFFERS}
        return {**self.spec, **record, **row}

    def measured(self, wanted: str | None) -> tuple[str, float] | None:
        """The metric to show, and its name: the one of the column `wanted` where that is one, else the main one."""
        from gancli.runs.ranking import REAL, metric_of

        value = self.row.get(wanted) if wanted not in (None, *ABOUT, "game", "seconds") else None
        if wanted is None or isinstance(value, bool) or not isinstance(value, int | float) or wanted.endswith(REAL):
            return self.measure
        return (metric_of(wanted).name, value) if self.row["kind"] != "sweep" else None


def differing(listed: Iterable[Listed]) -> list[Difference]:
    """In what each differs from most of those of its name."""
    return differences([(str(one.record.get("name")), one.spec) for one in listed])


def read(runs: Path) -> tuple[list[Listed], dict[Path, str]]:
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


def without_record(runs: Path) -> list[str]:
    """A line on folders that look like runs, or sweeps, but hold no record, without which no command finds them."""
    from gancli.runs.files import TEMPORARY

    names: dict[str, list[str]] = {}
    for path in sorted(runs.iterdir()) if runs.is_dir() else ():
        with contextlib.suppress(OSError):  # of what cannot be looked into, which is said where it is listed
            if not path.name.startswith(TEMPORARY) and (record := _lacking(path)) is not None:
                names.setdefault(record, []).append(path.name)
    lines = []
    for record, own in names.items():
        more = f", … and {len(own) - NAMED} more" if len(own) > NAMED else ""
        hold = "folder holds" if len(own) == 1 else "folders hold"
        lines.append(f"note: {len(own)} {hold} no {record}: {', '.join(own[:NAMED])}{more}")
    return lines


def _lacking(path: Path) -> str | None:
    """The file of the record that a folder lacks, if it looks as if it should have one. Raises OSError."""
    from gancli.runs import RunFolder, SweepFolder
    from gancli.runs.lookup import STAMP

    if not path.is_dir() or any((path / kind.RECORD).is_file() for kind in (RunFolder, SweepFolder)):
        return None
    if (path / "cells.jsonl").is_file():
        return SweepFolder.RECORD
    return RunFolder.RECORD if STAMP.match(path.name) or (path / "metrics.jsonl").is_file() else None


def _unreadable(path: Path) -> Listed:
    about = {"run": path.name, "kind": "", "status": "unreadable", "path": str(path)}
    return Listed({key: about.get(key) for key in ABOUT})


def _listed(folder: "RunFolder | SweepFolder") -> Listed:
    """Raises RunError, OSError."""
    from gancli.metrics import in_order
    from gancli.runs import RunFolder, summary
    from gancli.runs.summary_table import evaluated
    from gancli.runs.sweeps import DONE

    record = folder.record()
    about = {key: record.get(key) for key in ABOUT}
    about |= {"run": folder.path.name, "age": _age(record), "path": str(folder.path), DIFFERS: None}
    if not isinstance(folder, RunFolder):
        counts = dict.fromkeys((*DONE, "failed"), 0) | folder.counts()
        return Listed({**about, "kind": "sweep", "cells": record.get("cells"), **counts}, record)
    last, evaluation = folder.last(), _evaluation(folder)
    metrics = {key: last[key] for key in in_order(last) if key not in summary.ABOUT}
    timing = {key: last.get(key) for key in summary.ABOUT}
    return Listed(
        {**about, **timing, **evaluated(evaluation), **metrics}, record, summary.main_measure(last, evaluation)
    )


def _evaluation(folder: "RunFolder") -> dict[str, Any]:
    """What `gancli evaluate` has measured; one that is damaged is said, and spoils no row."""
    from gancli.runs import RunError

    try:
        return folder.current_evaluation()
    except (RunError, OSError) as error:
        warn([error])
        return {}


def _age(record: dict[str, Any]) -> float | None:
    """Seconds since it began, by its record."""
    try:
        start = datetime.datetime.fromisoformat(str(record.get("start")))
        return round((datetime.datetime.now(datetime.UTC) - start.astimezone(datetime.UTC)).total_seconds(), 3)
    except (ValueError, OverflowError):
        return None
