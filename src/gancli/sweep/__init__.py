"""Sweeps: many runs in one folder, played by a pool of processes or a cluster, until every cell has its result."""

from gancli.sweep.coordinator import play
from gancli.sweep.errors import MissingDask
from gancli.sweep.folder import Ended, create, earlier, reopen, warnings_of
from gancli.sweep.pool import LocalPool
from gancli.sweep.roles import Counts, Executor, Policy, Report

__all__ = [
    "Counts", "Ended", "Executor", "LocalPool", "MissingDask", "Policy", "Report", "create", "earlier", "play",
    "reopen", "warnings_of",
]  # fmt: skip
