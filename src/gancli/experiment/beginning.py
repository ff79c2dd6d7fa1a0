"""The beginning of a run, whoever asks for it: what they are told until there is a game to play."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from gancli import data
from gancli.engines import on_compiling
from gancli.experiment.build import Built
from gancli.experiment.run import prepare
from gancli.experiment.warnings import data_warnings
from gancli.runs import RunFolder
from gancli.spec import Resolved


class Person(Protocol):
    """Who asks for a run."""

    def warn(self, warnings: Iterable[Any]) -> None:
        """What is unwise in the configuration or its data."""

    def note(self, text: str) -> None:
        """What is good to know."""

    def compiling(self, cached: bool) -> None:
        """The engine compiles, which takes some seconds; is the code cached for the next time?"""

    def reading(self) -> AbstractContextManager[data.Progress]:
        """What is told how far the reading of the data is, for as long as it takes."""


def begin(resolved: Resolved, runs: Path, person: Person) -> tuple[Built, RunFolder]:
    """Load the data, build the objects and make the run folder, of which `train` goes on. Raises DataError, OSError."""
    person.warn(resolved.warnings)
    on_compiling(person.compiling)
    with person.reading() as progress:
        built, folder = prepare(resolved, runs, progress=progress)
    person.warn(data_warnings(resolved.experiment, built.dataset))
    if built.dataset.notice:
        person.note(built.dataset.notice)
    return built, folder
