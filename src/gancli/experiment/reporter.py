"""Who tells a person how a run goes."""

from typing import Any, Protocol


class Reporter(Protocol):
    """Tells a person how the run goes."""

    def advance(self, game: int) -> None:
        """So many games are played in all."""

    def metrics(self, row: dict[str, Any]) -> None:
        """New metrics are there."""

    def line(self, text: str) -> None:
        """Something to read at once."""


class Quiet:
    """A reporter that says nothing; what there is to read is in the run's log too."""

    def advance(self, game: int) -> None:
        """So many games are played in all."""

    def metrics(self, row: dict[str, Any]) -> None:
        """New metrics are there."""

    def line(self, text: str) -> None:
        """Something to read at once."""
