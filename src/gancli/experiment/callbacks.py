"""What others are told of a run while it goes on: events with copies, so that nothing of the run can be disturbed."""

import contextlib
import copy
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from gancli.experiment.reporter import Reporter


class Callback:
    """Told of a run's events; each method does nothing here, so that one overrides those that it needs.

    An exception in one ends the run as failed, and is raised to who started it.
    """

    def start(self, folder: Path, spec: dict[str, Any]) -> None:
        """A run in `folder` begins, or goes on; `spec` is all of its resolved configuration as plain data."""

    def advance(self, game: int) -> None:
        """So many games are played in all; several times a second."""

    def metrics(self, row: dict[str, Any]) -> None:
        """A test was made: numbers by name, `game` and `seconds` among them; what is undefined is NaN."""

    def picture(self, path: Path) -> None:
        """A picture was drawn: a .png or, of rows of numbers, a .npz."""

    def end(self, status: str) -> None:
        """The run has ended: completed, diverged, collapsed, interrupted or failed; its folder says so already."""


AnyCallback = Callback | Callable[[dict[str, Any]], object]
"""A callback, or a function that is called with each row of metrics."""


def checked(callbacks: Iterable[AnyCallback]) -> tuple[AnyCallback, ...]:
    """The callbacks as they are. Raises TypeError where one can be none."""
    if isinstance(callbacks, Callback):
        raise TypeError("callbacks must be a list of callbacks; got one callback: write [callback]")
    for one in (every := tuple(callbacks)):
        if isinstance(one, type) or not (isinstance(one, Callback) or callable(one)):
            hint = f"; write {one.__name__}()" if isinstance(one, type) and issubclass(one, Callback) else ""
            raise TypeError(f"callbacks must be objects of gancli.Callback, or functions; got {one!r}{hint}")
    return every


class OnMetrics(Callback):
    """Calls a function with each row of metrics."""

    def __init__(self, function: Callable[[dict[str, Any]], object]):
        self._function = function

    def metrics(self, row: dict[str, Any]) -> None:
        """Call it."""
        self._function(row)


class Callbacks(Callback):
    """Tells a reporter and then each callback, in their order."""

    def __init__(self, reporter: Reporter, callbacks: Iterable[AnyCallback] = ()):
        self._reporter = reporter
        self.failed = False
        """Has one raised an exception?"""
        self._callbacks = [one if isinstance(one, Callback) else OnMetrics(one) for one in callbacks]

    def start(self, folder: Path, spec: dict[str, Any]) -> None:
        """The run begins, or goes on."""
        self._each(lambda one: one.start(folder, copy.deepcopy(spec)))

    def advance(self, game: int) -> None:
        """So many games are played in all."""
        self._reporter.advance(game)
        self._each(lambda one: one.advance(game))

    def metrics(self, row: dict[str, Any]) -> None:
        """New metrics are there."""
        self._reporter.metrics(row)
        self._each(lambda one: one.metrics(dict(row)))

    def line(self, text: str) -> None:
        """Something for a person to read at once; it is in the run's log too."""
        self._reporter.line(text)

    def picture(self, path: Path) -> None:
        """A picture was drawn."""
        self._each(lambda one: one.picture(path))

    def end(self, status: str) -> None:
        """The run has ended: each is told, also where another raises."""
        with contextlib.ExitStack() as stack:
            for one in reversed(self._callbacks):
                stack.callback(one.end, status)

    def _each(self, tell: Callable[[Callback], None]) -> None:
        for one in self._callbacks:
            try:
                with np.errstate(all="warn"):  # NumPy's default: within the loop nothing is warned of
                    tell(one)
            except BaseException:
                self.failed = True
                raise
