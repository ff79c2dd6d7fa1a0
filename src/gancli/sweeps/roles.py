"""What the loop of a sweep deals with: what plays cells, what reports progress, and what it counts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from gancli.runs.summary_table import CellResult
from gancli.runs.sweeps import DONE

Work = Callable[[str, dict[str, Any]], CellResult]
"""(the sweep's folder, cell) → its result; `play_cell`, but for tests."""


@dataclass(frozen=True)
class Lost:
    """A cell whose worker died, or was `stopped` from outside before it had anything to save."""

    cell: str
    reason: str
    stopped: bool = False


@dataclass(frozen=True)
class Policy:
    """What to do about failures: stop at so many of them (None: never), and try those of earlier times again."""

    max_failures: int | None = None
    retry_failed: bool = False


class Executor(Protocol):
    """Plays cells somewhere."""

    @property
    def slots(self) -> int:
        """Cells that it is given at once."""

    @property
    def alone(self) -> bool:
        """Is nobody at work in the sweep once this is closed?"""

    def submit(self, sweep: str, cell: dict[str, Any]) -> None:
        """Begin a cell."""

    def wait(self, seconds: float) -> list[CellResult | Lost]:
        """The results that arrive within so many seconds."""

    def stop(self) -> None:
        """Ask the cells in play to save and stop."""

    def close(self) -> None:
        """Leave nothing behind."""


@dataclass
class Counts:
    """Cells by what has become of them."""

    total: int
    by_status: Counter[str] = field(default_factory=Counter)
    running: int = 0
    share: float = 0.0
    """Of those that run, how far they are together, in cells."""

    @property
    def ended(self) -> int:
        """Cells that are not played again in this session."""
        return sum(self.by_status[status] for status in (*DONE, "failed"))


class Report(Protocol):
    """Tells a person how the sweep goes."""

    def line(self, text: str) -> None:
        """Something to read at once."""

    def counts(self, counts: Counts) -> None:
        """How it stands."""
