"""The game of a GAN: a generator and a discriminator learn in turn (report, chapter 2; Goodfellow et al. 2014)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gancli.engines import Array
from gancli.games.adversarial import Adversarial
from gancli.games.labels import Labels
from gancli.games.penalties import Penalty


class Gan(Adversarial):
    """`ratios` says how many times each update is done in one game: real, fake, shared, generator."""

    def __init__(self, *, ratios: Mapping[str, int], labels: Labels, **common: Any):
        super().__init__(**common)
        self.ratios, self.labels = ratios, labels
        self.players = {"generator": self.generator, "discriminator": self.opponent}
        self._targets = np.empty((self.rows, 1), self._x.dtype)

    def make(self) -> tuple[Penalty, ...]:
        """Its penalties."""
        return self.penalties.due(self.played)

    def alike(self) -> int:
        """Games from here on that have the same penalties."""
        return self.penalties.alike(self.played)

    def take_turns(self) -> None:
        """D on real samples, D on fresh fakes, G then D on shared fakes, G alone."""
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

    def opponent_step(self) -> None:
        """D on real samples, then on fresh fakes."""
        self.learn_real()
        self.learn_fake(self.judge(self.fakes()))

    @property
    def generator_steps(self) -> int:
        """As often as it would learn in any game."""
        return self.ratios["shared"] + self.ratios["generator"]

    def learn_real(self) -> None:
        """D learns on a batch of real samples, with the penalties at them, and near them."""
        output = self.judge(self.load_real(self.real))
        self.loss.real.gradient(self.engine, output, out=self._gradient, targets=self.targets(real=True))
        self.opponent.network.backward(self._gradient)
        self.penalise_at("real", "noise")
        self.opponent.learn()

    def learn_fake(self, output: Array) -> None:
        """D learns on the fakes it has just judged, with the penalties at them, and between them and real samples.

        `output` is its output for them. For shared fakes that forward pass has served the generator's step too: D has
        not changed since.
        """
        self.loss.fake.gradient(self.engine, output, out=self._gradient, targets=self.targets(real=False))
        self.opponent.network.backward(self._gradient)
        self.penalise_at("fake", "interpolates")
        self.opponent.learn()

    def penalise_at(self, seen: str, *others: str) -> None:
        """Add the gradients of the penalties due, first at the points that the last pass went through."""
        due = self.penalties.due(self.played)
        for penalty in sorted((one for one in due if one.at in (seen, *others)), key=lambda one: one.at != seen):
            self.penalise(penalty, self._seen, self._fakes, seen=penalty.at == seen)

    def targets(self, real: bool) -> Array | None:
        """Targets (rows, 1) of one update of D, where they are drawn."""
        if not self.labels.drawn:
            return None
        self.engine.draw(self._streams["labels"], self.labels.of(real), out=self._targets)
        return self._targets

    def measure(self) -> dict[str, float]:
        """D(x), D(G(z)), their spread, both losses, distances between samples, and norms of gradients."""
        with self.engine.blas:
            scores = self.scores()
            divergence = None if self.labels.flip else self.loss.shown_divergence(scores["real"], scores["fake"])
            return {
                **self.score_metrics(scores),
                **({} if divergence is None else {"divergence": divergence}),
                "discriminator_loss": self.loss.of_discriminator(scores["real"], scores["fake"]),
                "generator_loss": self.loss.of_generator(scores["real"], scores["fake"]),
                **self.gradient_norms(),
            }
