"""Sweeps: many runs in one folder, played by a pool of processes or a cluster, until every cell has its result."""

from gancli.sweeps.coordinator import play
from gancli.sweeps.errors import MissingDask
from gancli.sweeps.folder import Ended, create, earlier, reopen, warnings_of
from gancli.sweeps.pool import LocalPool
from gancli.sweeps.roles import Counts, Executor, Policy, Report
from gancli.sweeps.session import default_name, make_executor, work

__all__ = [
    "Counts", "Ended", "Executor", "LocalPool", "MissingDask", "Policy", "Report", "create", "default_name", "earlier",
    "make_executor", "play", "reopen", "warnings_of", "work",
]  # fmt: skip
