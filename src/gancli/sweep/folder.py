"""A sweep on disk: made from a plan, found again by it, and summed up."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancli import experiment
from gancli.runs import RunError, SweepFolder, listing_sweeps
from gancli.runs.files import now
from gancli.runs.lock import this_process
from gancli.runs.provenance import provenance
from gancli.runs.sweeps import plan_name, varied
from gancli.spec import Sweep
from gancli.spec.yaml import dump

BASE = "base.yaml"


@dataclass(frozen=True)
class Ended:
    """How a sweep ended: its status, the number of cells by theirs, and the signal that stopped it."""

    status: str
    counts: dict[str, int]
    signal: int | None = None


def warnings_of(sweep: Sweep, must_load: bool) -> list[str]:
    """What to warn of in any cell, each text once; see `experiment.warnings_of_data` for `must_load`.

    Raises DataError.
    """
    own = [warning for cell in sweep.cells for warning in cell.resolved.warnings]
    experiments = (cell.resolved.experiment for cell in sweep.cells)
    return list(dict.fromkeys(map(str, [*own, *experiment.warnings_of_data(experiments, must_load)])))


def create(sweep: Sweep, runs: Path, name: str, about: dict[str, Any]) -> SweepFolder:
    """Load the data of every cell once, and only then make the sweep's folder; `about` goes into its record.

    Raises DataError, OSError.
    """
    warnings = warnings_of(sweep, must_load=True)
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
        "warnings": warnings,
        **about,
        "start": now(),
        **origin,
    }
    texts = {"sweep.yaml": sweep.yaml(BASE), BASE: dump(sweep.start)}
    files = {file: text.encode("utf-8") for file, text in texts.items()} | beside
    return SweepFolder.create(runs, name, cells, record, files)


def earlier(runs: Path, sweep: Sweep) -> SweepFolder | None:
    """The newest sweep of just these cells, where there is one."""
    plan = plan_name(cell.name for cell in sweep.cells)
    found = [folder for folder in listing_sweeps(runs) if _plan(folder) == plan]
    return found[-1] if found else None


def _plan(folder: SweepFolder) -> str | None:
    """Of which cells it is; None where its record cannot be read."""
    try:
        return folder.record().get("plan")
    except (RunError, OSError):
        return None


def reopen(folder: SweepFolder) -> list[dict[str, Any]]:
    """Hold a sweep to go on with it; returns its cells. Raises HeldError, RunError."""
    folder.lock()
    try:
        cells = folder.cells()
        folder.write_record({**folder.record(), "status": "running", **this_process()})
    except BaseException:
        folder.unlock()
        raise
    return cells
