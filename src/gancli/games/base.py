"""What every game offers to the training loop."""

from typing import Any, Protocol

import numpy as np

from gancli.engines import Array
from gancli.games.player import Player

Rng = np.random.Generator


class Batches(Protocol):
    """An endless stream of samples from a data set."""

    count: int

    def load(self, out: Array) -> Any:
        """Fill `out` (batch, features) with the next samples and return their labels (batch,)."""


class Game(Protocol):
    """A game of one or two players; `play` is one game ("partie") of the report."""

    players: dict[str, Player]
    played: int

    def play(self) -> None:
        """Play one game."""

    def measure(self) -> dict[str, float]:
        """Figures of the moment, by name; it draws from generators of its own."""

    def picture(self, count: int, rng: Rng) -> Array:
        """Samples to look at, (count, features)."""
