"""The game of a GAN: a generator and a discriminator learn in turn (report, chapter 2; Goodfellow et al. 2014)."""

from collections.abc import Mapping
from typing import Any

from gancli.engines import Array, GamePlayer
from gancli.games.adversarial import Adversarial


class Gan(Adversarial):
    """`ratios` says how many times each learning is done in one game: real, fake, shared, generator."""

    def __init__(self, *, ratios: Mapping[str, int], **parts: Any):
        super().__init__(**parts)
        self.ratios = ratios
        self.players = {"generator": self.generator, "discriminator": self.opponent}

        plan = self.plan(ratios)
        self.player: GamePlayer | None = None if plan is None else self.generator.network.engine.player(plan)

    def play(self, games: int = 1) -> None:
        """So many games, by the engine where it can, else one after another."""
        if self.player is None:
            for _ in range(games):
                self.play_one()
        else:
            ratios = self.ratios
            fakes = ratios["fake"] + ratios["shared"] + ratios["generator"]
            self.play_by_engine(self.player, games, ratios["real"], fakes)

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
        self.loss.real.gradient(self.judge(self._x), out=self._gradient)
        self.opponent.network.backward(self._gradient)
        self.opponent.learn()

    def learn_fake(self, output: Array) -> None:
        """D learns on the fakes it has just judged; `output` is what it said of them.

        For shared fakes that forward pass has served the generator's step too: D has not changed since.
        """
        self.loss.fake.gradient(output, out=self._gradient)
        self.opponent.network.backward(self._gradient)
        self.opponent.learn()

    def measure(self) -> dict[str, float]:
        """D(x), D(G(z)), their spread, both losses, and distances between samples."""
        found = self.scores()
        return {
            **self.figures(found),
            "discriminator_loss": self.loss.real.value(found["real"]) + self.loss.fake.value(found["fake"]),
            "generator_loss": self.loss.generator.value(found["fake"]),
        }
