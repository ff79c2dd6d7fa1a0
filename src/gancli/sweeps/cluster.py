"""Cells on a Dask cluster: specs and paths go out, small results come back, arrays stay on the disk that all share."""

import math
import os
import signal
import time
from multiprocessing import resource_tracker
from typing import Any

from gancli import installing
from gancli.leaving import blocked
from gancli.runs.summary_table import CellResult
from gancli.sweeps.errors import MissingDask, NoScheduler
from gancli.sweeps.roles import Lost, Work

POLL = 0.02
"""Seconds between two checks of what is done."""
COUNT_EVERY = 2.0
"""Seconds between two counts of the cluster's workers, which may come and go."""


class DaskCluster:
    """An `Executor` on a cluster that runs at `scheduler` or, with None, on one of `jobs` processes made here.

    When a worker dies, Dask gives its cell to another; `play_cell` checks the disk first, so that nothing is played
    twice. A cluster made here does not do so by itself, so that each death is known and written down.
    """

    def __init__(self, scheduler: str | None, jobs: int, work: Work):
        try:
            from distributed import as_completed
        except ImportError:
            raise MissingDask(f"--backend dask needs Dask: {installing.command('dask')}") from None
        self._work = work
        self._local: Any = _local(jobs) if scheduler is None else None
        self.alone = self._local is not None
        self.client: Any = _client(self._local or scheduler)
        self._done: Any = as_completed()  # type: ignore[no-untyped-call]
        self._cells: dict[str, str] = {}
        self._submitted = 0
        self._stopped = False
        self._counted, self._slots = -math.inf, jobs

    @property
    def slots(self) -> int:
        """One for each thread of the cluster: a cell that waits at a worker would be lost with it."""
        if time.monotonic() - self._counted > COUNT_EVERY:
            self._counted = time.monotonic()
            self._slots = max(1, sum(self.client.nthreads().values()))
        return self._slots

    def submit(self, sweep: str, cell: dict[str, Any]) -> None:
        """Begin a cell; a key of its own for each try, or Dask would give the result of the last one."""
        self._submitted += 1
        key = f"gancli-{cell['cell']}-{self._submitted}"
        self._cells[key] = cell["cell"]
        self._done.add(self.client.submit(self._work, sweep, cell, key=key))

    def wait(self, seconds: float) -> list[CellResult | Lost]:
        """The results that arrive within so many seconds; of a cluster that was stopped, what they would be."""
        if self._stopped:
            return [self._unfinished(self._cells.pop(key)) for key in list(self._cells)]
        until = time.monotonic() + seconds
        while True:
            batch = self._done.next_batch(block=False) if self._cells else []
            if batch or time.monotonic() > until:
                return [self._result(future) for future in batch]
            time.sleep(POLL)

    def _result(self, future: Any) -> CellResult | Lost:
        cell = self._cells.pop(future.key)
        if future.status == "finished":
            result: CellResult = future.result()
            return result
        return Lost(cell, f"its Dask worker died ({future.status})")

    @staticmethod
    def _unfinished(cell: str) -> CellResult:
        return {"cell": cell, "status": "interrupted", "reason": "stopped on the cluster", "seconds": 0.0}

    def stop(self) -> None:
        """Wait for nothing more: what plays elsewhere ends as it will, and its result is found on the disk."""
        self._stopped = True

    def close(self) -> None:
        """Leave the cluster, and end the one that was made here."""
        self.client.close()
        if self._local is not None:
            self._local.close()


def _client(cluster: Any) -> Any:
    """Raises NoScheduler."""
    from distributed import Client

    try:
        return Client(cluster)  # type: ignore[no-untyped-call]
    except (OSError, RuntimeError, TypeError, ValueError) as error:  # the last three: TLS, and an address of no sense
        advice = "is it running, and does Dask know the certificates (docs/cluster.md)?"
        raise NoScheduler(f"--scheduler {cluster}: cannot be used: {error}; {advice}") from error


def _local(jobs: int) -> Any:
    """A cluster made here, whose processes look for no modules in the current folder, and leave Ctrl-C to this one."""
    import dask

    try:
        from gancli.sweeps.portless import cluster

        os.environ["PYTHONSAFEPATH"] = "1"  # for good: Dask starts a process whenever one dies
        resource_tracker.ensure_running()  # now: it would let the thread that starts it have the signals back
        with dask.config.set({"distributed.scheduler.allowed-failures": 0}), blocked(signal.SIGINT, signal.SIGHUP):
            return cluster(jobs)
    except ImportError:
        raise MissingDask(f"--backend dask makes keys for TLS: {installing.command('dask')} (cryptography)") from None
