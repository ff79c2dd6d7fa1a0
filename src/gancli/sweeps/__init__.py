"""Sweeps: many runs in one folder, played by a pool of processes or a cluster, until every cell has its result."""

from gancli.sweeps.coordinator import play
from gancli.sweeps.errors import MissingDask
from gancli.sweeps.folder import Ended, create, earlier, examine, reopen
from gancli.sweeps.pool import LocalPool
from gancli.sweeps.roles import Counts, Executor, Policy, Report
from gancli.sweeps.session import MakeFolder, continuation, creation, default_name, make_executor, work

__all__ = [
    "Counts", "Ended", "Executor", "LocalPool", "MakeFolder", "MissingDask", "Policy", "Report", "continuation",
    "create", "creation", "default_name", "earlier", "examine", "make_executor", "play", "reopen", "work",
]  # fmt: skip
