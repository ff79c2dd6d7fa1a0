"""One player that learns targets: XOR and MNIST (report, chapter 1)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array, GamePlayer, SupervisedPlan
from gancli.games.base import Batches, Rng, play_in_engine, portions
from gancli.games.player import Player
from gancli.nn.losses import Loss

CHUNK = 1000
"""Test samples answered at once."""


class Supervised:
    """A network that learns `codes[label]`, its target for each label: codes are (labels, outputs)."""

    warming_player: GamePlayer | None = None

    def __init__(
        self, network: Player, loss: Loss, codes: Array, training: Batches, test: Batches, batch: int, noise: Rng
    ):
        self.players = {"network": network}
        self.played = 0
        self._network, self._loss, self._codes = network.network, loss, codes
        self._training, self._test, self._noise = training, test, noise
        self._x = np.empty((batch, self._network.inputs), self._network.dtype)
        self._target = np.empty((batch, self._network.outputs), self._network.dtype)
        self.player = self._player()

    def _player(self) -> GamePlayer | None:
        plan = self.players["network"].plan()
        if plan is None:
            return None
        part, batch = self._training.part, len(self._x)
        whole = SupervisedPlan(plan, self._loss.name, self._codes, part.samples, part.labels, part.factor, batch)
        return self._network.engine.player(whole)

    def play(self, games: int = 1) -> None:
        """So many trainings, by the engine where it can, else one after another."""
        if self.player is None:
            for _ in range(games):
                self.train()
        else:
            batch, players = len(self._x), list(self.players.values())
            for portion in portions(games, batch):
                rows = self._training.rows(portion * batch).reshape(portion, batch)
                play_in_engine(self.player, players, rows, np.zeros((portion, 0), self._network.dtype), self._noise)
                self.played += portion

    def train(self) -> None:
        """One training: forward, error, backward, step."""
        labels = self._training.load(self._x)
        self._codes.take(labels, axis=0, out=self._target, mode="clip")
        output = self._network.forward(self._x, self._noise)
        self._loss.gradient(output, self._target, out=self._target)
        self._network.backward(self._target)
        self.players["network"].learn()
        self.played += 1

    def measure(self) -> dict[str, float]:
        """`loss` and `accuracy`, the share of test samples answered right, over the test samples."""
        loss = right = 0.0
        for _, output, labels in self._answers():
            loss += self._loss.value(output, self._codes[labels]) * len(labels)
            right += float((self.decide(self._loss.answer(output)) == labels).sum())
        return {"loss": loss / self._test.count, "accuracy": right / self._test.count}

    def decide(self, answer: Array) -> Any:
        """The label whose code is nearest: for XOR, an error under half of what separates the two targets."""
        if self._codes.shape[1] == len(self._codes):  # one output a label
            return np.argmax(answer, axis=1)
        return np.argmin(np.abs(answer - self._codes[:, 0]), axis=1)

    def answers(self, x: Array) -> Array:
        """The network's answers (count, outputs) to x (count, features)."""
        chunks = [x[start : start + CHUNK] for start in range(0, len(x), CHUNK)]
        rng = np.random.default_rng(0)  # for layer noise, if any: the same at each call
        return np.concatenate([self._loss.answer(self._network.forward(chunk, rng)).copy() for chunk in chunks])

    def picture(self, count: int, rng: Rng) -> Array:
        """The first test samples it gets wrong, at most `count`; for XOR, its answers over the square."""
        if self._network.inputs == 2:
            axis = np.linspace(-1, 1, 101, dtype=self._network.dtype)
            plane = np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)
            low, high = self._codes[:, 0]
            return (self.answers(plane).reshape(1, -1) - low) / (high - low)  # type: ignore[no-any-return]
        wrong: list[Array] = []
        for x, output, labels in self._answers():
            wrong.extend(x[self.decide(self._loss.answer(output)) != labels])
            if len(wrong) >= count:
                break
        return np.array(wrong[:count]).reshape(-1, self._network.inputs)

    def _answers(self) -> Iterator[tuple[Array, Array, NDArray[np.intp]]]:
        """Samples, outputs and labels, a chunk at a time, of the test samples in their order."""
        rng = np.random.default_rng(0)
        for start in range(0, self._test.count, CHUNK):
            x = np.empty((min(CHUNK, self._test.count - start), self._network.inputs), self._network.dtype)
            labels = self._test.load(x)
            yield x, self._network.forward(x, rng), labels
