"""A critic, or a discriminator, that learns until what it says changes no more, before each step of the generator.

That is what the theory of WGANs and GANs supposes, and the question of the report's section 4.5.3.
"""

import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gancli.games.adversarial import Adversarial

STEPS = 10
"""Steps between two readings."""
BATCHES = 4
"""Batches of each side that a reading is taken on; the same ones throughout a game."""


@dataclass(frozen=True)
class Until:
    """Until, from one reading to the next, the estimate changes by no more than this share of itself; `most` steps."""

    change: float
    most: int


class Turn:
    """Some steps of one player, which an engine plays, and may record, as if they were a game."""

    def __init__(self, game: "Adversarial", steps: Callable[[], None]):
        self.game, self._steps, self.played = game, steps, 0

    def make(self) -> Hashable:
        """The penalties of the game it is in."""
        return self.game.penalties.due(self.game.played)

    def alike(self) -> int:
        """However many are played at once."""
        return sys.maxsize

    def play_one(self) -> None:
        """The steps."""
        self._steps()
        self.played += 1

    def arrays(self) -> list[NDArray[Any]]:
        """The game's."""
        return self.game.arrays()


class Settling:
    """Plays games of which each is: the opponent until it has settled, then the generator."""

    def __init__(self, game: "Adversarial", until: Until, rng: np.random.Generator):
        self.game, self.until, self._rng = game, until, rng
        self._critic = Turn(game, self._learn)
        self._generator = Turn(game, game.generator_turn)
        self._real, self._fake = ([game.new_side(game.batch) for _ in range(BATCHES)] for _ in range(2))
        self.steps = 0
        """Of the opponent, in the last game."""

    def play(self, games: int) -> None:
        """So many games."""
        for _ in range(games):
            self._settle()
            if self.game.generator_steps:
                self.game.engine.play(self._generator, 1)
            self.game.played += 1

    def _learn(self) -> None:
        for _ in range(STEPS):
            self.game.opponent_step()

    def _settle(self) -> None:
        self._draw()
        before, self.steps = self._estimate(), 0
        while self.steps < self.until.most:
            self.game.engine.play(self._critic, 1)
            self.steps += STEPS
            now = self._estimate()
            if not abs(now - before) > self.until.change * abs(now):
                break
            before = now

    def _draw(self) -> None:
        """Real samples and fakes of this game, for its readings alone."""
        game, rng = self.game, self._rng
        split = game.real.split
        for real, fake in zip(self._real, self._fake, strict=True):
            rows = rng.integers(len(split.samples), size=game.batch)
            game.engine.gather(split.samples, rows, split.factor, split.shift, real.samples)
            if game.classes is not None and real.codes is not None:
                real.codes[...] = game.classes.codes(split.labels[rows], real.samples.dtype)
            game.copy_side(game.sample_side(rng, game.generator.network), out=fake)

    def _estimate(self) -> float:
        """What the loss says of the opponent's outputs: its divergence, or how much lower it is than 0."""
        game = self.game
        with game.engine.blas:
            real, fake = (
                np.concatenate([game.judge_still(x, self._rng).copy() for x in side])
                for side in (self._real, self._fake)
            )
        shown = game.loss.shown_divergence(real, fake)
        return -game.loss.of_discriminator(real, fake) if shown is None else shown
