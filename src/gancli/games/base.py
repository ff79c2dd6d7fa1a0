"""What every game offers to the training loop."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array, GamePlayer
from gancli.games.player import Player
from gancli.nn.layers import draw

Rng = np.random.Generator


class Part(Protocol):
    """Samples as they are stored; factor × sample is what a network sees."""

    @property
    def samples(self) -> NDArray[Any]:
        """(count, features)."""

    @property
    def labels(self) -> NDArray[np.intp]:
        """(count,)."""

    @property
    def factor(self) -> float:
        """What samples are multiplied by."""


class Batches(Protocol):
    """An endless stream of samples from a data set."""

    count: int

    @property
    def part(self) -> Part:
        """Where its samples are."""

    def rows(self, count: int) -> NDArray[np.intp]:
        """Where the next samples are, in `part`."""

    def load(self, out: Array) -> Any:
        """Fill `out` (batch, features) with the next samples and return their labels (batch,)."""


class Game(Protocol):
    """A game of one or two players ("partie")."""

    players: dict[str, Player]
    played: int

    def play(self, games: int = 1) -> None:
        """Play so many games."""

    player: GamePlayer | None
    """What plays in the engine; None where the games are played step by step."""
    warming_player: GamePlayer | None
    """Likewise, for the first games of a game that begins otherwise."""

    def measure(self) -> dict[str, float]:
        """Figures of the moment, by name; it draws from generators of its own."""

    def picture(self, count: int, rng: Rng) -> Array:
        """Samples to look at, (count, features)."""


NUMBERS = 1 << 20
"""Random numbers drawn at most for one call of an engine that plays by itself: 4 MB."""


def draw_noise(player: GamePlayer, games: int, rng: Rng, dtype: Any) -> NDArray[Any]:
    """The layer noise of so many games (games, numbers), drawn in the order in which the layers would."""
    sizes = [size for size, _, _ in player.noise]
    noise = np.empty((games, sum(sizes)), dtype)
    for numbers in noise if sizes else ():
        for (_, law, scale), out in zip(player.noise, np.split(numbers, np.cumsum(sizes)[:-1]), strict=True):
            draw(rng, law, scale, out)
    return noise


def portions(games: int, numbers: int) -> Iterator[int]:
    """`games` in portions that need at most NUMBERS random numbers, at `numbers` a game."""
    most = max(1, NUMBERS // max(numbers, 1))
    while games > 0:
        portion = min(games, most)
        yield portion
        games -= portion
