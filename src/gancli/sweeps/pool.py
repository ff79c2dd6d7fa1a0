"""Worker processes on this machine, each with a socket of its own: where one dies, the others do not notice.

They are not those of `multiprocessing`, whose workers look for modules in the current folder, and can be killed by a
signal, or print a traceback for it, as long as they import.
"""

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from gancli.import_path import safe_path
from gancli.leaving import STOPS, blocked
from gancli.runs.summary_table import CellResult
from gancli.sweeps.roles import Lost, Work
from gancli.sweeps.worker import STOPPED

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What must be 1 before a worker imports NumPy: the cells share the processors already."""
PROGRAM = Path(__file__).with_name("worker.py")
PATIENCE = 5.0
"""Seconds that a worker has to end when it is let go."""


class _Worker:
    """A process, from its first instant deaf to signals; it imports what it needs with its first cell."""

    def __init__(self, work: Work):
        self._channel, theirs = socket.socketpair()
        safely = "-I" if sys.flags.isolated else "-P"
        with theirs, blocked(*STOPS):
            self._process = subprocess.Popen(
                [sys.executable, safely, str(PROGRAM)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,  # the command's is for the sweep's path
                env=os.environ | dict.fromkeys(ONE_THREAD, "1"),
            )
        self._read = b""
        self.say(safe_path(), work.__module__, work.__qualname__)

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def fileno(self) -> int:
        return self._channel.fileno()

    def say(self, *words: Any) -> None:
        """Send a line; one of no words says to save and stop."""
        with contextlib.suppress(OSError):  # it has died, as whoever waits for its result will see
            self._channel.sendall((json.dumps(words) if words else "").encode("ascii") + b"\n")

    def result(self, cell: str) -> CellResult | Lost | None:
        """What there is to read: a result, None for less than one, or that the worker is gone."""
        try:
            received = self._channel.recv(1 << 16)
        except ConnectionError:
            received = b""
        self._read += received
        if self._read.endswith(b"\n"):
            result: CellResult = json.loads(self._read)
            self._read = b""
            return result
        return None if received else self._lost(cell)

    def _lost(self, cell: str) -> Lost:
        code = self._process.wait()
        how = "was killed" if code < 0 else f"ended with exit code {code}"
        return Lost(cell, f"worker {self._process.pid} {how}", stopped=code == STOPPED)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """Let it go: without a coordinator it ends by itself."""
        self._channel.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class LocalPool:
    """An `Executor` of so many processes, which play cell after cell."""

    alone = True

    def __init__(self, jobs: int, work: Work):
        self.slots = jobs
        self._work = work
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, str] = {}
        self._selector = selectors.DefaultSelector()

    def submit(self, sweep: str, cell: dict[str, Any]) -> None:
        """Give a cell to a worker that is idle, or to a new one."""
        while self._idle and not self._idle[-1].lives:  # it was killed while it was idle
            self._idle.pop().end()
        worker = self._idle.pop() if self._idle else _Worker(self._work)
        self._busy[worker] = cell["cell"]
        self._selector.register(worker, selectors.EVENT_READ)
        worker.say(sweep, cell)

    def wait(self, seconds: float) -> list[CellResult | Lost]:
        """The results that arrive within so many seconds, maybe none."""
        ready: list[Any] = [key.fileobj for key, _ in self._selector.select(seconds)] if self._busy else []
        results = [(worker, worker.result(self._busy[worker])) for worker in ready]
        return [self._taken(worker, result) for worker, result in results if result is not None]

    def _taken(self, worker: _Worker, result: CellResult | Lost) -> CellResult | Lost:
        self._selector.unregister(worker)
        del self._busy[worker]
        if isinstance(result, Lost) or result["status"] == "interrupted":
            worker.end()
        else:
            self._idle.append(worker)
        return result

    def stop(self) -> None:
        """Ask the cells in play to save and stop."""
        for worker in self._busy:
            worker.say()

    def close(self) -> None:
        """Let the workers go; those that play are killed."""
        for worker in self._busy:
            worker.kill()
        for worker in (*self._idle, *self._busy):
            worker.end()
        self._selector.close()
