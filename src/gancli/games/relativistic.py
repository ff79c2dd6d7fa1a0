"""The game of a relativistic GAN: the discriminator compares a real sample with a fake (Jolicoeur-Martineau 2018).

With a penalty at real samples and one at fakes it is R3GAN (Huang et al. 2024).
"""

from typing import Any

import numpy as np

from gancli.engines import Array
from gancli.games.gan import Gan
from gancli.games.sides import Side


class RelativisticGan(Gan):
    """`ratios` as of a GAN; each update has a batch of real samples of its own, so that `real` says nothing."""

    def __init__(self, **common: Any):
        super().__init__(**common)
        self._both = self.new_side(2 * self.batch)
        self._ascent = np.empty((2 * self.rows, 1), self._x.dtype)
        self._of_real = np.empty((self.rows, 1), self._x.dtype)

    def take_turns(self) -> None:
        """D on fresh pairs, G then D on the same pairs, G alone."""
        for _ in range(self.ratios["fake"]):
            self.learn_pairs(self.fakes())
        for _ in range(self.ratios["shared"]):
            fakes = self.fakes()
            self.teach_from_pairs(fakes)
            self.learn_pairs(fakes, again=True)
        for _ in range(self.ratios["generator"]):
            self.learn_generator()

    def opponent_step(self) -> None:
        """D on fresh pairs."""
        self.learn_pairs(self.fakes())

    def learn_generator(self) -> None:
        """G learns alone, on fresh pairs."""
        self.teach_from_pairs(self.fakes())

    def learn_pairs(self, fakes: Side, again: bool = False) -> None:
        """D learns on pairs of real samples, `again` those of the last step, and fakes, with all penalties."""
        real, fake = self._both.at(slice(self.batch)), self._both.at(slice(self.batch, None))
        if not again:
            self.load_real(self.real)
        self.copy_side(self._seen, out=real)
        self.copy_side(fakes, out=fake)
        self.find_pair_gradient(self.judge(self._both))
        for penalty in self.penalties.due(self.played):
            self.penalise(penalty, real, fake)
        self.opponent.learn()

    def find_pair_gradient(self, output: Array) -> None:
        """∂(D's loss)/∂(D's parameters), from its output on real samples and, below them, on fakes."""
        half = len(output) // 2
        self.loss.real.gradient(self.engine, output[:half], out=self._ascent[:half], targets=output[half:])
        self.loss.fake.gradient(self.engine, output[half:], out=self._ascent[half:], targets=output[:half])
        self.opponent.network.backward(self._ascent)

    def teach_from_pairs(self, fakes: Side) -> None:
        """One step of G on fakes, each compared with a real sample."""
        self.engine.copy(self.judge(self.load_real(self.real)), out=self._of_real)
        self.teach_generator(self.judge(fakes))

    def find_generator_gradient(self, output: Array) -> None:
        """∂(G's loss)/∂(G's parameters), through D; what D says of the real samples stands still."""
        self.loss.generator.gradient(self.engine, output, out=self._gradient, targets=self._of_real)
        self.descend_through(self._gradient)

    def gradient_norms(self) -> dict[str, float]:
        """L2 norms of the gradients of D's and G's losses, on one fresh batch of pairs."""
        rng, d, g = self._streams["test"], self.opponent.network, self.generator.network
        real, fake = self._both.at(slice(self.batch)), self._both.at(slice(self.batch, None))
        self.load_real(self._test_real, out=real)
        self.copy_side(self.fakes_still(rng), out=fake)
        self.find_pair_gradient(self.judge_still(self._both, rng))
        opponent = d.grads.copy()
        self._of_real[...] = self.judge_still(real, rng)
        self.find_generator_gradient(self.judge_still(fake, rng))
        return self.norms_of(g.grads, opponent)
