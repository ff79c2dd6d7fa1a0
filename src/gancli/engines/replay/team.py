"""A team: threads that replay a program together, each some of its shares, and wait for one another at barriers."""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np

TRIAL = 0.002
"""Seconds that games may take by one thread which all try again together."""
SOON, LATE = 0.25, 8.0
"""Seconds before they try again, doubled each time that it does not pay, and at most."""


class Team:
    """At most `size` threads, the caller's among them; the others wait between two calls of `run`."""

    def __init__(self, size: int):
        self.size = size
        self.shared = np.zeros(32, np.int64)
        self._calls: list[SimpleQueue[tuple[Callable[..., Any], int, tuple[int, ...]]]] = []
        self._done: SimpleQueue[None] = SimpleQueue()

    def run(self, threads: int, function: Callable[..., Any], *args: int) -> None:
        """`function(thread, threads, address of what is shared, *args)` in so many threads; returns when all have."""
        while len(self._calls) < threads - 1:
            self._calls.append(SimpleQueue())
            threading.Thread(target=self._serve, args=(self._calls[-1],), name="gancli-team", daemon=True).start()
        self.shared[:] = 0
        address, others = self.shared.ctypes.data, self._calls[: threads - 1]
        for number, calls in enumerate(others, start=1):
            calls.put((function, number, (threads, address, *args)))
        function(0, threads, address, *args)
        for _ in others:
            self._done.get()

    def _serve(self, calls: "SimpleQueue[Any]") -> None:
        while True:
            function, number, args = calls.get()
            function(number, *args)
            self._done.put(None)


class Together:
    """Whether all threads play, or one plays all shares: where another program has a processor, barriers wait for it.

    Who plays the shares does not change a bit of what comes out.
    """

    def __init__(self, size: int):
        self._size = size
        self._alone: float | None = None
        """Seconds of a game by one thread, when it last was played so."""
        self._until, self._wait = 0.0, SOON

    def next(self, games: int) -> tuple[int, int]:
        """With how many threads to play next, and how many of `games` games."""
        if self._size == 1 or self._alone is None or time.perf_counter() < self._until:
            return 1, games
        if self._until:  # it did not pay the last time
            return self._size, max(1, min(games, int(TRIAL / self._alone)))
        return self._size, games

    def was(self, threads: int, games: int, seconds: float) -> None:
        """So many games took so many seconds."""
        if threads == 1:
            self._alone = seconds / games
        elif self._alone is not None and seconds > games * self._alone:
            self._until, self._wait = time.perf_counter() + self._wait, min(2.0 * self._wait, LATE)
        else:
            self._until, self._wait = 0.0, SOON
