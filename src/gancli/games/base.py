"""What every game offers to the training loop."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gancli import engines
from gancli.engines import DISTRIBUTIONS, Array, GamePlayer
from gancli.games.player import Player

Rng = np.random.Generator


class Batches(engines.Batches, Protocol):
    """An endless stream of samples from a data set."""

    count: int

    def load(self, out: Array) -> None:
        """Fill `out` (batch, features) with the next samples."""


@dataclass(frozen=True)
class Picture:
    """Images (count, pixels) in [0, 1], and named arrays to draw figures with axes from; either may be empty."""

    images: Array
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)


class Game(Protocol):
    """A game of one or two players ("partie")."""

    players: dict[str, Player]
    played: int

    def play(self, games: int = 1) -> None:
        """Play so many games."""

    engine_players: list[GamePlayer]
    """What plays in the engine; empty where the games are played step by step."""

    def measure(self) -> dict[str, float]:
        """Figures of the moment, by name; it draws from generators of its own."""

    def picture(self, count: int, rng: Rng) -> Picture:
        """What there is to look at."""


NUMBERS = 1 << 20
"""Random numbers drawn at most for one call of an engine that plays by itself: 4 MB."""


def play_in_engine(engine: GamePlayer, players: Sequence[Player], rows: NDArray[Any], latents: Array, rng: Rng) -> None:
    """One game for each of `rows` and `latents`; `rng` draws the layers' noise, in the order in which they would."""
    sizes = [size for size, _, _ in engine.noise]
    edges = np.cumsum(sizes)
    noise = np.empty((len(rows), sum(sizes)), latents.dtype)
    for numbers in noise if sizes else ():
        for (size, law, scale), end in zip(engine.noise, edges, strict=True):
            players[0].network.engine.draw(rng, DISTRIBUTIONS[law](scale), numbers[end - size : end])
    counts = engine.play(rows, latents, noise, tuple(player.optimizer.count for player in players))
    for player, count in zip(players, counts, strict=True):
        player.optimizer.count = count


def portions(games: int, numbers: int) -> Iterator[int]:
    """`games` in portions that need at most NUMBERS random numbers, at `numbers` a game."""
    most = max(1, NUMBERS // max(numbers, 1))
    while games > 0:
        portion = min(games, most)
        yield portion
        games -= portion
