"""One time of working at a sweep, whoever asks for it: its folder is made, or found, and its cells are played."""

import re
from collections.abc import Callable

from gancli.experiment import Stop, usable_cores
from gancli.runs import SweepFolder
from gancli.spec import Sweep
from gancli.sweeps import cell
from gancli.sweeps.coordinator import play
from gancli.sweeps.folder import Ended, reopen
from gancli.sweeps.pool import LocalPool
from gancli.sweeps.roles import Executor, Policy, Report


def default_name(plan: Sweep, stem: str | None) -> str:
    """What the folder of a sweep is called: as the file that it is of, or after its runs."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", stem or f"{plan.cells[0].resolved.experiment.name}-sweep")[:80]


def make_executor(backend: str, jobs: int | None, scheduler: str | None = None) -> Executor:
    """What plays so many cells at once, as many as there are processors where that is not given. Raises MissingDask."""
    if backend == "dask":
        from gancli.sweeps.cluster import DaskCluster

        return DaskCluster(scheduler, jobs or usable_cores(), cell.play_cell)
    return LocalPool(jobs or usable_cores(), cell.play_cell)


def work(
    make_folder: Callable[[], SweepFolder], executor: Executor, policy: Policy, report: Report, stop: Stop
) -> tuple[SweepFolder, Ended]:  # fmt: skip
    """Play what has no result yet in the folder that is made here. Raises RunError, OSError."""
    try:
        folder = make_folder()
        cells = reopen(folder)
    except BaseException:
        executor.close()
        raise
    return folder, play(folder, cells, executor, policy, report, stop)
