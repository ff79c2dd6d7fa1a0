"""A team: threads that run one compiled function together, each on its share, and wait for one another at barriers.

Every thread runs the same program (SPMD). A barrier is a counter that the threads watch, 0.1 µs where a parallel loop
is started and ended in 5 to 10 µs, so that even games of a tenth of a millisecond gain from a second thread.
"""

import ctypes
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import numpy as np
from numba import types

from gancli.engines.compiled.jit import intrinsic, name_symbol, part

PATIENCE = 5000
"""Looks at the counter before a waiting thread offers its processor to another."""
ARRIVED, ABANDONED = 0, 16
"""Places in the array that a team shares, on cache lines of their own."""


def register() -> None:
    """Make the system's yield known to LLVM."""
    if sys.platform == "win32":
        function = ctypes.windll.kernel32.SwitchToThread
    else:
        function = ctypes.CDLL(None).sched_yield
    name_symbol("gancli_yield", function)


_yield = types.ExternalFunction("gancli_yield", types.int32())


def _element(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.gep(array.data, [args[1]])


@intrinsic
def _add(typing: Any, array: Any, index: Any, value: Any) -> Any:
    """Atomic: array[index] += value; returns what was there."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", _element(context, builder, signature, args), args[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@intrinsic
def _read(typing: Any, array: Any, index: Any) -> Any:
    """Atomic: array[index]."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_element(context, builder, signature, args), "seq_cst", 8)

    return types.int64(array, types.intp), generate


@part
def barrier(team, shared):
    """Wait until all threads of the team are here; `team` is (this thread, how many)."""
    size = team[1]
    if size == 1:
        return
    ticket = _add(shared, ARRIVED, 1)
    goal = (ticket // size + 1) * size
    looks = 0
    while _read(shared, ARRIVED) < goal and _read(shared, ABANDONED) == 0:
        looks += 1
        if looks > PATIENCE:
            _yield()


@part
def share(count, team, grain):
    """This thread's [start, stop) of `count` things, cut at multiples of `grain`."""
    grains = (count + grain - 1) // grain
    start = grains * team[0] // team[1] * grain
    stop = grains * (team[0] + 1) // team[1] * grain
    return min(start, count), min(stop, count)


class Team:
    """`size` threads, the caller's among them; the others wait between two calls of `run`."""

    def __init__(self, size: int):
        self.size = size
        self.shared = np.zeros(32, np.int64)
        self._calls: list[SimpleQueue[Callable[[], None]]] = []
        self._failure: BaseException | None = None
        self._done: SimpleQueue[None] = SimpleQueue()

    def run(self, function: Callable[..., None], *args: Any) -> None:
        """`function((thread, size), shared, *args)` in every thread; returns when all have."""
        self._start()
        self.shared[:] = 0
        self._failure = None
        for number, calls in enumerate(self._calls, start=1):
            calls.put(lambda number=number: function((number, self.size), self.shared, *args))  # type: ignore[misc]
        try:
            function((0, self.size), self.shared, *args)
        except BaseException:
            self.shared[ABANDONED] = 1  # nobody must wait for this thread
            raise
        finally:
            for _ in self._calls:
                self._done.get()
        if self._failure is not None:
            raise self._failure

    def _start(self) -> None:
        while len(self._calls) < self.size - 1:
            calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
            threading.Thread(target=self._serve, args=(calls,), name="gancli-team", daemon=True).start()
            self._calls.append(calls)

    def _serve(self, calls: "SimpleQueue[Callable[[], None]]") -> None:
        while True:
            call = calls.get()
            try:
                call()
            except BaseException as error:
                self._failure = error
                self.shared[ABANDONED] = 1
            finally:
                self._done.put(None)
