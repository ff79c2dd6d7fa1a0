"""The game of a Wasserstein GAN: a critic estimates a distance, a generator shortens it (report, section 4.3).

Arjovsky, Chintala and Bottou 2017, algorithm 1.
"""

import sys
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gancli.games.adversarial import Adversarial
from gancli.games.sides import Side

ROWS = 512
"""Fakes drawn at most in one product: a larger one is no faster, and its outputs leave the cache."""


@dataclass(frozen=True)
class Schedule:
    """How many times critic and generator learn in a game.

    In the first `warmup` games the generator sits out. In the first `first` games and in every `every`-th, the critic
    learns `long_critic` times (the paper's own code: 100 in the first 25 and in every 500th).
    """

    critic: int = 5
    generator: int = 1
    warmup: int = 0
    long_critic: int = 0
    first: int = 0
    every: int = 0

    def of(self, game: int) -> tuple[int, int]:
        """Updates of critic and generator in game `game`, counted from 0."""
        long = game < self.first or (self.every > 0 and game % self.every == 0)
        return self.long_critic if long and self.long_critic else self.critic, self.generator * (game >= self.warmup)

    def stretches(self, game: int, games: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """`games` games from `game` on, as (how many, updates in each), equal ones together."""
        stop = game + games
        while game < stop:
            ends = [stop, *(end for end in (self.warmup, self.first) if end > game)]
            if self.every:
                ends.append(game + (1 if game % self.every == 0 else self.every - game % self.every))
            yield min(ends) - game, self.of(game)
            game = min(ends)


class Wgan(Adversarial):
    """The critic learns, then the generator, as often as the schedule says."""

    def __init__(self, *, schedule: Schedule, **common: Any):
        super().__init__(**common)
        self.schedule = schedule
        self.players = {"generator": self.generator, "critic": self.opponent}
        self._both = self.new_side(2 * self.batch)
        self._ascent = np.empty((2 * self.rows, 1), self._x.dtype)

    def together(self, critic: int) -> int:
        """Batches of fakes that are drawn in one product."""
        return max(1, min(critic, ROWS // self.batch))

    def make(self) -> Hashable:
        """Updates of critic and generator, and penalties."""
        return self.schedule.of(self.played), self.penalties.due(self.played)

    def alike(self) -> int:
        """Games up to the next change of the schedule, or of the penalties."""
        count, _ = next(self.schedule.stretches(self.played, sys.maxsize - self.played))
        return min(count, self.penalties.alike(self.played))

    def take_turns(self) -> None:
        """The critic on fakes of one generator, then the generator."""
        critic, generator = self.schedule.of(self.played)
        together = self.together(critic)
        for step in range(0, critic, together):  # G does not move while the critic learns
            batches = min(together, critic - step)
            fakes = self.fakes(batches)
            for start in range(0, batches * self.batch, self.batch):
                self.learn_critic(fakes.at(slice(start, start + self.batch)))
        for _ in range(generator):
            self.learn_generator()

    def opponent_step(self) -> None:
        """One step of the critic."""
        self.learn_critic()

    @property
    def generator_steps(self) -> int:
        """As often as its ratio says."""
        return self.schedule.generator

    def learn_critic(self, fakes: Side | None = None) -> None:
        """One step of ascent on E f(x) − E f(G(z)), less the penalties, then the clip; samples in one pass.

        The generator only draws: it needs no backward pass here, and the critic no gradient of its inputs.
        """
        real, fake = self._both.at(slice(self.batch)), self._both.at(slice(self.batch, None))
        self.load_real(self.real, out=real)
        self.copy_side(self.fakes() if fakes is None else fakes, out=fake)
        output, rows = self.judge(self._both), self.rows
        self.loss.real.gradient(self.engine, output[:rows], out=self._ascent[:rows])
        self.loss.fake.gradient(self.engine, output[rows:], out=self._ascent[rows:])
        self.opponent.network.backward(self._ascent)
        for penalty in self.penalties.due(self.played):
            self.penalise(penalty, real, fake)
        self.opponent.learn()

    def measure(self) -> dict[str, float]:
        """`wasserstein_estimate`, E f(x) − E f(G(z)), the scores, their spread, distances, and norms of gradients."""
        with self.engine.blas:
            scores = self.scores()
            estimate = float(scores["real"].mean() - scores["fake"].mean())
            return {"wasserstein_estimate": estimate, **self.score_metrics(scores), **self.gradient_norms()}
