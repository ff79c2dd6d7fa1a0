"""Worker processes on this machine, one executor of one process each: where one dies, the others do not notice.

A pool of the standard library that has several processes is broken for good when one of them is killed.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from gancli.runs.sweeps import Answer
from gancli.sweep.coordinator import Lost, Work

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What must be 1 before a worker imports NumPy: the cells share the processors already."""


def _begin() -> None:
    """A worker's first act: Ctrl-C is the coordinator's matter, and without a coordinator there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="gancli-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@dataclass
class _Worker:
    executor: ProcessPoolExecutor
    pid: int


class LocalPool:
    """An `Executor` of so many processes, which play cell after cell."""

    def __init__(self, jobs: int, work: Work):
        self.slots = jobs
        self._work = work
        self._idle: list[_Worker] = []
        self._busy: dict[Future[Answer], tuple[_Worker, str]] = {}

    def submit(self, sweep: str, cell: dict[str, Any]) -> None:
        """Give a cell to a worker that is idle, or to a new one."""
        worker = self._idle.pop() if self._idle else _start()
        try:
            future = worker.executor.submit(self._work, sweep, cell)
        except BrokenProcessPool:  # it was killed while it was idle
            worker = _start()
            future = worker.executor.submit(self._work, sweep, cell)
        self._busy[future] = (worker, cell["cell"])

    def wait(self, seconds: float) -> list[Answer | Lost]:
        """The answers that are there within so many seconds, maybe none."""
        done, _ = wait(self._busy, timeout=seconds, return_when=FIRST_COMPLETED)
        return [self._answer(future) for future in done]

    def _answer(self, future: Future[Answer]) -> Answer | Lost:
        worker, cell = self._busy.pop(future)
        try:
            answer = future.result()
        except BrokenProcessPool:
            worker.executor.shutdown()
            return Lost(cell, f"worker {worker.pid} was killed")
        self._idle.append(worker)
        return answer

    def stop(self) -> None:
        """Ask the cells in play to save and stop."""
        for worker, _ in self._busy.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGTERM)

    def close(self) -> None:
        """Let the workers go; those that play are killed."""
        for worker, _ in self._busy.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
        for worker in [*self._idle, *(worker for worker, _ in self._busy.values())]:
            worker.executor.shutdown()


def _start() -> _Worker:
    """A new process; it imports what it needs with its first cell."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_begin)
        pid = executor.submit(os.getpid).result()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return _Worker(executor, pid)
