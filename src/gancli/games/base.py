"""What every game offers to the training loop."""

import sys
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gancli import engines
from gancli.engines import Array, Engine
from gancli.games.player import Player

Rng = np.random.Generator


class Batches(engines.Batches, Protocol):
    """An endless stream of samples from a data set."""

    count: int

    def load(self, out: Array) -> None:
        """Fill `out` (batch, features) with the next samples."""


@dataclass(frozen=True)
class Picture:
    """What a game has to show; what it has not is empty."""

    samples: Array
    """(count, features), as a network sees them."""
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """To draw figures with axes from, by name."""
    raster: Array | None = None
    """(height, width) in [0, 1], where what is shown are no samples."""
    rows: int | None = None
    """Of a grid of the samples, which are laid down its columns: one for each class."""


class Game:
    """A game of one or two players ("partie"); `played` says how many of them were played."""

    players: dict[str, Player]
    played = 0

    @property
    def engine(self) -> Engine:
        """What computes all networks."""
        return next(iter(self.players.values())).network.engine

    def play(self, games: int = 1) -> None:
        """Play so many games."""
        self.engine.play(self, games)

    def play_one(self) -> None:
        """Play one game: all that it does to arrays is kernels of the engine, which may record them."""
        raise NotImplementedError

    def make(self) -> Hashable:
        """What sets the next game apart from others: those of one make call the same kernels."""
        return None

    def alike(self) -> int:
        """How many games from here on are of the next one's make, itself among them."""
        return sys.maxsize

    def arrays(self) -> list[NDArray[Any]]:
        """What its players have learned and keep: written into throughout a run, and never bound anew."""
        return [array for player in self.players.values() for array in player.arrays()]

    def facts(self) -> dict[str, Any]:
        """What a run's record says of the game itself, beside its spec."""
        return {}

    def measure(self) -> dict[str, float]:
        """Current metrics, by name; it draws from generators of its own."""
        raise NotImplementedError

    def gradients(self) -> dict[str, Array]:
        """Of each player's loss, (size,), just after `measure` and until the next game; none of a `game2d`."""
        return {}

    def picture(self, count: int, rng: Rng) -> Picture:
        """What there is to show."""
        raise NotImplementedError
