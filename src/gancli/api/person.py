"""Who asks for runs from a program: told by Python's warnings and, if they like, a progress bar on standard error."""

import signal
import sys
import warnings
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from gancli.api.progress import WARNING, GameBar
from gancli.data import Progress
from gancli.experiment import Quiet, Reporter

PACKAGE = Path(__file__).parents[1]


class GancliWarning(UserWarning):
    """Something unwise in a configuration, its data, or the machine."""


def warn(text: str) -> None:
    """Warn at the line of a user's program that is in gancli now."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and Path(frame.f_code.co_filename).is_relative_to(PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, GancliWarning, stacklevel=level)


class Program:
    """Whoever called a function of the interface."""

    def __init__(self, progress: bool):
        self._progress = progress
        self._told: set[str] = set()
        self._bar: GameBar | None = None
        self._silent = Silent()

    def warn(self, found: Iterable[Any]) -> None:
        """Warn of each text once."""
        for text in map(str, found):
            if text not in self._told:
                self._told.add(text)
                warn(text)

    def note(self, text: str) -> None:
        """Say what is good to know, beside the progress bar; it is in the run's log too."""
        if self._progress:
            print(f"note: {text}", file=sys.stderr)

    def compiling(self, cached: bool) -> None:
        """Say what they wait for."""
        self.note(f"compiling the fast engine for this machine, {'once' if cached else 'as at each run'}")

    def reading(self) -> AbstractContextManager[Progress]:
        """Nothing is said of the reading of data."""
        return nullcontext(lambda done, total: None)

    def reporter(self, games: int, played: int) -> Reporter:
        """A progress bar, where it is asked for."""
        if not self._progress:
            return self._silent
        self._bar = GameBar(games, played)
        return self._bar

    def close(self) -> None:
        """Leave the bar as it stands, and raise what was warned of meanwhile, where warnings are errors."""
        if self._bar is not None:
            self._bar.close()
        if self._silent.error is not None:
            raise self._silent.error


class Silent(Quiet):
    """Says nothing but warnings, as Python's own."""

    def __init__(self) -> None:
        self.error: GancliWarning | None = None
        """The first that is an exception, as its user wants warnings to be: no reason for a run to fail."""

    def line(self, text: str) -> None:
        """Something to read at once; it is in the run's log too."""
        if text.startswith(WARNING):
            try:
                warn(text.removeprefix(WARNING))
            except GancliWarning as error:
                self.error = self.error or error


def pass_on(number: int | None) -> None:
    """Raise the signal by which a run was ended again, now that it is saved; of Ctrl-C the status says enough."""
    if number is not None and number != signal.SIGINT:
        signal.raise_signal(number)
