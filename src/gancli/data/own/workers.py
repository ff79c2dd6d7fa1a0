"""Chunks of pictures decoded by threads, and where pictures are many and small, by a process for each thread.

Pillow unpacks a large picture while other threads run; of a small one most of the time is Python's, which one thread of
a process has at a time.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from gancli.data.errors import DataError
from gancli.import_path import safe_path
from gancli.leaving import STOPS, blocked

MANY = 4_000
"""Files for which starting processes pays."""
SMALL = 50_000
"""Bytes of a file, on average, below which it does."""
MOST = 4
"""Threads, and processes."""
PROGRAM = Path(__file__).with_name("worker.py")
Result = TypeVar("Result")
Answer = tuple[bytes, dict[str, Any]]
"""Pixels, and `bad` and `tally`."""


def processors() -> int:
    """How many this process may use, at most `MOST`."""
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST, known))


class Worker:
    """A process that decodes; deaf to the signals that stop its parent, with which it ends."""

    def __init__(self) -> None:
        with blocked(*STOPS):
            self._process = subprocess.Popen(
                [sys.executable, "-I" if sys.flags.isolated else "-P", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        self._say(safe_path())

    def _say(self, words: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")
        self._process.stdin.flush()

    def decode(self, *question: Any) -> Answer:
        """Send a question, and wait for its answer. Raises OSError, ValueError where the process fails."""
        self._say(question)
        assert self._process.stdout is not None
        answer = json.loads(self._process.stdout.readline())
        pixels = self._process.stdout.read(answer.get("bytes", 0))
        if len(pixels) != answer.get("bytes", 0):
            raise ValueError("a worker ended in the middle of an answer")
        return pixels, answer

    def end(self) -> None:
        """Let it go."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()


def start(sizes: Sequence[int], threads: int) -> "queue.SimpleQueue[Worker | None]":
    """For each thread a worker, or None where the thread decodes by itself; `sizes` are the files' bytes."""
    workers: queue.SimpleQueue[Worker | None] = queue.SimpleQueue()
    for _ in range(threads):
        worker = None
        if threads > 1 and len(sizes) >= MANY and sum(sizes) < SMALL * len(sizes):
            with contextlib.suppress(OSError):
                worker = Worker()
        workers.put(worker)
    return workers


def in_order(
    starts: Sequence[int], sizes: Sequence[int], work: Callable[[int, Worker | None], Result]
) -> Iterator[Result]:
    """The results of `work(start, worker)`, in order, a few at a time; ends the workers. Raises what `work` raises."""
    threads = processors()
    workers, stop = start(sizes, threads), threading.Event()

    def one(begin: int) -> Result:
        if stop.is_set():
            raise DataError("stopped")  # nobody waits for it
        worker = workers.get()
        try:
            return work(begin, worker)
        except (OSError, ValueError) as error:
            if worker is None or isinstance(error, DataError):
                raise
            worker.end()
            worker = None
            return work(begin, None)
        finally:
            workers.put(worker)

    with ThreadPoolExecutor(threads) as pool:
        try:
            waiting = [pool.submit(one, begin) for begin in starts[: 2 * threads]]
            for begin in starts[2 * threads :]:
                yield waiting.pop(0).result()
                waiting.append(pool.submit(one, begin))
            for future in waiting:
                yield future.result()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            while not workers.empty():
                if worker := workers.get():
                    worker.end()
