"""The game of a GAN: a generator and a discriminator learn in turn (report, chapter 2; Goodfellow et al. 2014)."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gancli.engines import Array
from gancli.games.adversarial import Adversarial
from gancli.games.labels import Labels
from gancli.nn.penalty import add_r1


@dataclass(frozen=True)
class R1:
    """γ/2 E‖∇_x a(x)‖² on real samples, every `every` games; a is the output that the loss takes.

    That is the log-odds of D(x) for `loss: gan`, and D(x) itself for `least_squares`.
    """

    gamma: float
    every: int


class Gan(Adversarial):
    """`ratios` says how many times each update is done in one game: real, fake, shared, generator."""

    def __init__(self, *, ratios: Mapping[str, int], labels: Labels, r1: R1 | None = None, **common: Any):
        super().__init__(**common)
        self.ratios, self.labels, self.r1 = ratios, labels, r1
        self.players = {"generator": self.generator, "discriminator": self.opponent}
        self._targets = np.empty((self.batch, 1), self._x.dtype)

    def make(self) -> bool:
        """With the penalty or without."""
        return self.penalised()

    def penalised(self) -> bool:
        """Is the next game one of the penalty?"""
        return self.r1 is not None and self.played % self.r1.every == 0

    def alike(self) -> int:
        """Games from here on that all have the penalty, or all have not."""
        if self.r1 is None or self.r1.every == 1:
            return sys.maxsize
        return 1 if self.penalised() else self.r1.every - self.played % self.r1.every

    def play_one(self) -> None:
        """One game: D on real samples, D on fresh fakes, G then D on shared fakes, G alone."""
        for _ in range(self.ratios["real"]):
            self.learn_real()
        for _ in range(self.ratios["fake"]):
            self.learn_fake(self.judge(self.fakes()))
        for _ in range(self.ratios["shared"]):
            output = self.judge(self.fakes())
            self.teach_generator(output)
            self.learn_fake(output)
        for _ in range(self.ratios["generator"]):
            self.learn_generator()
        self.played += 1

    def learn_real(self) -> None:
        """D learns on a batch of real samples."""
        self.real.load(self._x)
        self.loss.real.gradient(self.engine, self.judge(self._x), out=self._gradient, targets=self.targets(real=True))
        self.opponent.network.backward(self._gradient)
        if self.r1 is not None and self.penalised():
            add_r1(self.opponent.network, self.r1.gamma)
        self.opponent.learn()

    def learn_fake(self, output: Array) -> None:
        """D learns on the fakes it has just judged; `output` is its output for them.

        For shared fakes that forward pass has served the generator's step too: D has not changed since.
        """
        self.loss.fake.gradient(self.engine, output, out=self._gradient, targets=self.targets(real=False))
        self.opponent.network.backward(self._gradient)
        self.opponent.learn()

    def targets(self, real: bool) -> Array | None:
        """Targets (batch, 1) of one update of D, where they are drawn."""
        if not self.labels.drawn:
            return None
        self.engine.draw(self._streams["labels"], self.labels.of(real), out=self._targets)
        return self._targets

    def measure(self) -> dict[str, float]:
        """D(x), D(G(z)), their spread, both losses, distances between samples, and norms of gradients."""
        with self.engine.blas:
            scores = self.scores()
            return {
                **self.score_metrics(scores),
                "discriminator_loss": self.loss.real.value(scores["real"]) + self.loss.fake.value(scores["fake"]),
                "generator_loss": self.loss.generator.value(scores["fake"]),
                **self.gradient_norms(),
            }
