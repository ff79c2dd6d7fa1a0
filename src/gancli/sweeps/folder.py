"""A sweep on disk: created from a plan, recognised by it, and summed up."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancli import experiment
from gancli.data import DataError, Dataset
from gancli.runs import RunError, RunFolder, SweepFolder, listing_sweeps
from gancli.runs.files import TEMPORARY, now
from gancli.runs.lock import this_process
from gancli.runs.provenance import provenance
from gancli.runs.summary_table import varied
from gancli.runs.sweeps import CELLS, plan_name
from gancli.spec import Learning, Sweep
from gancli.spec.yaml import dump
from gancli.sweeps.errors import OtherData
from gancli.sweeps.sources import SOURCES, Source, check_all, source_of

BASE = "base.yaml"
SETTLED = 2.0
"""Seconds after which a folder that is begun is held by whoever fills it, if anybody does."""


@dataclass(frozen=True)
class Ended:
    """How a sweep ended: its status, the number of cells by theirs, and the signal that stopped it."""

    status: str
    counts: dict[str, int]
    signal: int | None = None


@dataclass(frozen=True)
class Findings:
    """What is known of a plan before a cell is played: what to warn of, each text once, and the data's checksums."""

    warnings: list[str]
    sources: list[Source]


def examine(sweep: Sweep, must_load: bool) -> Findings:
    """Load the data of every cell; see `experiment.warnings_of_data` for `must_load`. Raises DataError."""
    sources: list[Source] = []

    def tell(spec: Learning, dataset: Dataset) -> None:
        if dataset.source is not None:
            sources.append(source_of(spec, dataset))

    own = [warning for cell in sweep.cells for warning in cell.resolved.warnings]
    experiments = (cell.resolved.experiment for cell in sweep.cells)
    found = experiment.warnings_of_data(experiments, must_load, tell=tell)
    return Findings(list(dict.fromkeys(map(str, [*own, *found]))), sources)


def create(sweep: Sweep, runs: Path, name: str, about: dict[str, Any], findings: Findings | None = None) -> SweepFolder:
    """Make the sweep's folder, once the data of every cell could be loaded; `about` goes into its record.

    `findings` are given by who has loaded them already: see `examine`. Raises DataError, MissingLogger, MissingPackage,
    OSError.
    """
    experiment.check_packages(cell.resolved.experiment for cell in sweep.cells)
    findings = findings or examine(sweep, must_load=True)
    cells: list[dict[str, Any]] = [
        {"cell": cell.name, "values": cell.values, "seed": cell.seed, "spec": cell.resolved.data()}
        for cell in sweep.cells
    ]
    origin, beside = provenance()
    record = {
        "status": "running",
        "name": name,
        "cells": len(cells),
        "plan": plan_name(cell["cell"] for cell in cells),
        "varied": varied(cells),
        "warnings": findings.warnings,
        SOURCES: findings.sources,
        **about,
        "start": now(),
        **origin,
    }
    texts = {"sweep.yaml": sweep.yaml(BASE), BASE: dump(sweep.start)}
    files = {file: text.encode("utf-8") for file, text in texts.items()} | beside
    return SweepFolder.create(runs, name, cells, record, files)


def earlier(runs: Path, sweep: Sweep, tell: Callable[[str], None] | None = None) -> SweepFolder | None:
    """The newest sweep of just these cells, on the data that are here now, where there is one.

    `tell` is told of each that is newer, and of other data. Where the data are gone, nothing can be said of them.
    """
    plan = plan_name(cell.name for cell in sweep.cells)
    sweeps = [folder for folder in listing_sweeps(runs) if _plan(folder) == plan]
    for folder in reversed(sweeps):
        try:
            check_all(folder, ({"cell": cell.name, "spec": cell.resolved.data()} for cell in sweep.cells))
        except OtherData as error:
            if tell is not None:
                tell(str(error))
        except DataError:
            return folder
        else:
            return folder
    return None


def _plan(folder: SweepFolder) -> str | None:
    """Of which cells it is; None where its record cannot be read."""
    try:
        return folder.record().get("plan")
    except (RunError, OSError):
        return None


def reopen(folder: SweepFolder) -> list[dict[str, Any]]:
    """Hold a sweep to go on with it; returns its cells. Raises LockedError, RunError."""
    folder.inside(CELLS)  # which may not be a link
    folder.lock()
    try:
        cells = folder.cells()
        folder.write_record({**folder.record(), "status": "running", **this_process()})
    except BaseException:
        folder.unlock()
        raise
    return cells


def tidy(folder: SweepFolder, cells: Iterable[str], alone: bool) -> None:
    """Take away what killed processes left unfinished: in a held sweep, in these cells of it, and beside it.

    Is nobody else at work in it (`alone`)? Else what is new may be somebody's, whose lock is not taken yet.
    """
    for path in folder.path.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            path.unlink()
    _remove_abandoned(folder.inside(CELLS), 0.0 if alone else SETTLED)
    _remove_abandoned(folder.path.parent, SETTLED)
    for run in map(folder.run, cells):
        with contextlib.suppress(OSError, RunError):  # it is played elsewhere, or not begun
            if next(run.path.rglob(f"{TEMPORARY}*"), None) is not None:
                run.lock()
                run.remove_temporary()
                run.unlock()


def _remove_abandoned(place: Path, age: float) -> None:
    """The folders that were not filled and named, because whoever began them, and held them, is dead."""
    for path in place.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError, RunError):
            if time.time() - path.stat().st_mtime >= age and not RunFolder(path).locked():
                shutil.rmtree(path)  # which refuses a file, and a link
