"""A team: threads that replay a program together, each some of its shares, and wait for one another at barriers."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np


class Team:
    """At most `size` threads, the caller's among them; the others wait between two calls of `run`."""

    def __init__(self, size: int):
        self.size = size
        self.shared = np.zeros(32, np.int64)
        self._calls: list[SimpleQueue[tuple[Callable[..., Any], int, tuple[int, ...]]]] = []
        self._done: SimpleQueue[None] = SimpleQueue()

    def run(self, function: Callable[..., Any], *args: int) -> None:
        """`function(thread, threads, address of what is shared, *args)` in every thread; returns when all have."""
        while len(self._calls) < self.size - 1:
            self._calls.append(SimpleQueue())
            threading.Thread(target=self._serve, args=(self._calls[-1],), name="gancli-team", daemon=True).start()
        self.shared[:] = 0
        address = self.shared.ctypes.data
        for number, calls in enumerate(self._calls, start=1):
            calls.put((function, number, (self.size, address, *args)))
        function(0, self.size, address, *args)
        for _ in self._calls:
            self._done.get()

    def _serve(self, calls: "SimpleQueue[Any]") -> None:
        while True:
            function, number, args = calls.get()
            function(number, *args)
            self._done.put(None)
