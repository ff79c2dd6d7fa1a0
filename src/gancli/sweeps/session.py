"""One time of working at a sweep, whoever asks for it: its folder is made, or found, and its cells are played."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gancli.experiment import Stop, usable_cores
from gancli.runs import SweepFolder
from gancli.runs.sweeps import DONE
from gancli.spec import Sweep
from gancli.sweeps import cell
from gancli.sweeps.coordinator import play
from gancli.sweeps.folder import Ended, create, examine, reopen
from gancli.sweeps.pool import LocalPool
from gancli.sweeps.roles import Executor, Policy, Report
from gancli.sweeps.sources import check_all

MakeFolder = Callable[[], SweepFolder]
"""What makes, or finds, the folder of a sweep."""


def default_name(plan: Sweep, stem: str | None) -> str:
    """What the folder of a sweep is called: as the file that it is of, or after its runs."""
    of_file = re.sub(r"[^A-Za-z0-9_.-]", "-", stem or "").lstrip("_.-")
    return (of_file or f"{plan.cells[0].resolved.experiment.name}-sweep")[:80]


def creation(
    plan: Sweep, runs: Path, name: str, backend: str, warn: Callable[[Iterable[Any]], None]
) -> MakeFolder:  # fmt: skip
    """What makes the folder of a new sweep, once its data are loaded, and `warn` is told. Raises DataError."""
    findings = examine(plan, must_load=True)
    warn(findings.warnings)

    def make() -> SweepFolder:
        folder = create(plan, runs, name, {"kind": "sweep", "backend": backend}, findings)
        folder.unlock()
        return folder

    return make


def continuation(folder: SweepFolder) -> MakeFolder:
    """The same of a sweep that is there, once the data of what is left of it are those that it began with.

    Raises RunError, DataError.
    """
    check_all(folder, (cell for cell in folder.cells() if not _is_done(folder, cell["cell"])))
    return lambda: folder


def _is_done(folder: SweepFolder, cell: str) -> bool:
    return (folder.known(cell) or {}).get("status") in DONE


def make_executor(backend: str, jobs: int | None, scheduler: str | None = None) -> Executor:
    """What plays so many cells at once, as many as there are processors where that is not given. Raises MissingDask."""
    if backend == "dask":
        from gancli.sweeps.cluster import DaskCluster

        return DaskCluster(scheduler, jobs or usable_cores(), cell.play_cell)
    return LocalPool(jobs or usable_cores(), cell.play_cell)


def work(
    make_folder: MakeFolder, executor: Executor, policy: Policy, report: Report, stop: Stop
) -> tuple[SweepFolder, Ended]:  # fmt: skip
    """Play what has no result yet in the folder that is made here. Raises RunError, OSError."""
    try:
        folder = make_folder()
        cells = reopen(folder)
    except BaseException:
        executor.close()
        raise
    return folder, play(folder, cells, executor, policy, report, stop)
