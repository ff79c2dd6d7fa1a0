"""The game of a Wasserstein GAN: a critic estimates a distance, a generator shortens it (report, section 4.3).

Arjovsky, Chintala and Bottou 2017, algorithm 1.
"""

from typing import Any

import numpy as np

from gancli.engines import Array, GamePlayer
from gancli.games.adversarial import Adversarial

ROWS = 512
"""Fakes drawn at most in one product: a larger one is no faster, and its outputs leave the cache."""


class Wgan(Adversarial):
    """The critic learns `critic` times a game, then the generator, which sits out the first `warmup` games."""

    def __init__(self, *, critic: int, generator_steps: int, warmup: int, **parts: Any):
        super().__init__(**parts)
        self.critic_steps, self.generator_steps, self.warmup = critic, generator_steps, warmup
        self.together = max(1, min(critic, ROWS // self.batch))
        """Batches of fakes that are drawn in one product."""
        self.players = {"generator": self.generator, "critic": self.opponent}
        network = self.opponent.network
        self._both = np.empty((2 * self.batch, network.inputs), network.dtype)
        self._ascent = np.empty((2 * self.batch, 1), network.dtype)

        self.player = self._player(generator_steps)
        self.warming_player = self._player(0) if warmup and self.player is not None else None

    def _player(self, generator_steps: int) -> GamePlayer | None:
        plan = self.plan({"critic": self.critic_steps, "generator": generator_steps}, self.together)
        return None if plan is None else self.generator.network.engine.player(plan)

    def play(self, games: int = 1) -> None:
        """So many games, by the engine where it can, else one after another."""
        if self.player is None:
            for _ in range(games):
                self.play_one()
            return
        warming = min(games, max(0, self.warmup - self.played))
        if warming:
            assert self.warming_player is not None
            self.play_by_engine(self.warming_player, warming, self.critic_steps, self.critic_steps)
        self.play_by_engine(self.player, games - warming, self.critic_steps, self.critic_steps + self.generator_steps)

    def play_one(self) -> None:
        """One game."""
        for step in range(0, self.critic_steps, self.together):  # G does not move while the critic learns
            batches = min(self.together, self.critic_steps - step)
            for fakes in self.fakes(batches).reshape(batches, self.batch, -1):
                self.learn_critic(fakes)
        if self.played >= self.warmup:
            for _ in range(self.generator_steps):
                self.learn_generator()
        self.played += 1

    def learn_critic(self, fakes: Array | None = None) -> None:
        """One step of ascent on E f(x) − E f(G(z)), then the clip; real samples and fakes in one pass.

        The generator only draws: it needs no backward pass here, and the critic no gradient of its inputs.
        """
        real, fake = slice(None, self.batch), slice(self.batch, None)
        self.real.load(self._both[real])
        self._both[fake] = self.fakes() if fakes is None else fakes
        output = self.judge(self._both)
        self.loss.real.gradient(output[real], out=self._ascent[real])
        self.loss.fake.gradient(output[fake], out=self._ascent[fake])
        self.opponent.network.backward(self._ascent)
        self.opponent.learn()

    def measure(self) -> dict[str, float]:
        """`wasserstein_estimate`, E f(x) − E f(G(z)), with the scores, their spread and distances between samples."""
        found = self.scores()
        estimate = float(found["real"].mean() - found["fake"].mean())
        return {"wasserstein_estimate": estimate, **self.figures(found)}
