"""One player that learns targets: XOR and MNIST (report, chapter 1)."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array
from gancli.games import planes
from gancli.games.base import Batches, Game, Picture, Rng
from gancli.games.player import Player
from gancli.nn.activations import Step
from gancli.nn.layers import Dense
from gancli.nn.losses import Loss

Predicted = Literal["classes", "points", "numbers"]
CHUNK = 1000
"""Test samples in one forward pass."""
CONFUSED = 100
"""Labels of which it is counted how often each is taken for each other one, at most."""


class Supervised(Game):
    """A network that learns `codes[label]`, its target for each label: codes are (labels, outputs).

    It predicts `classes`, classes of `points` of the plane, whose regions are drawn, or `numbers`: then each sample's
    label is a row of its own. With a single output, a prediction is right if its error is under `threshold` of what
    separates the two targets (the report takes 0.5); else if the largest output is the label's. With `heaviside` its
    neurons answer 1 or 0 in pictures of the plane.
    """

    def __init__(
        self, network: Player, loss: Loss, codes: Array, training: Batches, test: Batches, batch: int, noise: Rng,
        threshold: float, predicts: Predicted = "classes", heaviside: bool = False, validation: Batches | None = None,
    ):  # fmt: skip
        self.players = {"network": network}
        self._network, self._loss, self._codes, self.threshold = network.network, loss, codes, threshold
        self._training, self._test, self._noise, self._predicts = training, test, noise, predicts
        self._heaviside, self._validation = heaviside, validation
        self._x = np.empty((batch, self._network.inputs), self._network.dtype)
        self._target, self._gradient = np.zeros((2, batch, self._network.outputs), self._network.dtype)
        self._tested: tuple[int, Array] | None = None

    def play_one(self) -> None:
        """One training: forward, error, backward, step."""
        engine = self._network.engine
        self._training.load(self._x)
        engine.encode(self._training, self._codes, out=self._target)
        output = self._network.forward(self._x, self._noise)
        self._loss.gradient(engine, output, self._target, out=self._gradient)
        self._network.backward(self._gradient)
        self.players["network"].learn()
        self.played += 1

    def measure(self) -> dict[str, float]:
        """Over the test samples, `loss` and, of classes, `accuracy`, the share of them that are predicted right.

        Where some are held out for validation, `validation_loss` and `validation_accuracy` of those.
        """
        found = self._metrics_of(self.test_outputs(), self._test.split.labels)
        if self._validation is not None:
            split = self._validation.split
            of_them = self._metrics_of(self._outputs(split.samples, split.seen), split.labels)
            found |= {f"validation_{name}": value for name, value in of_them.items()}
        return found

    def _metrics_of(self, outputs: Array, labels: NDArray[np.intp]) -> dict[str, float]:
        loss = self._loss.value(outputs, self._codes[labels])
        if self._predicts == "numbers":
            return {"loss": loss}
        right = self.right(self._loss.prediction(outputs), labels)
        return {"loss": loss, "accuracy": float(right.mean())}

    def gradients(self) -> dict[str, Array]:
        """Of the loss over the first test samples, nothing dropped; it lasts until the next game."""
        split, network = self._test.split, self._network
        x = split.seen(split.samples[:CHUNK], network.dtype)
        with network.engine.blas:
            outputs = network.forward(x, np.random.default_rng(0), training=False)
            gradient = np.empty_like(outputs)
            self._loss.gradient(network.engine, outputs, self._codes[split.labels[:CHUNK]], out=gradient)
            network.backward(gradient)
        return {"network": network.grads}

    def right(self, predictions: Array, labels: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which predictions (count, outputs) are right (count,)."""
        if self._codes.shape[1] == len(self._codes):  # one output a label
            return np.asarray(self.chosen(predictions) == labels)
        low, high = self._codes[:, 0]
        error = np.abs(predictions - self._codes[labels])[:, 0]
        return np.asarray(error < self.threshold * (high - low))

    def chosen(self, predictions: Array) -> NDArray[np.intp]:
        """The label of each prediction (count, outputs): the largest output's, of a single one the nearer code's."""
        if self._codes.shape[1] == len(self._codes):
            return np.asarray(np.argmax(predictions, axis=1))
        return np.asarray(predictions[:, 0] > self._codes[:, 0].mean(), np.intp)

    def predictions(self, x: Array) -> Array:
        """The network's predictions (count, outputs) for x (count, features)."""
        return self._loss.prediction(self._outputs(x, lambda x, dtype: x.astype(dtype)))

    def step_outputs(self, x: Array) -> Array:
        """What Heaviside's neurons with the same weights say, 0 or 1 (report, 1.2.1), of x (count, features)."""
        layers = [layer for layer in self._network.layers if isinstance(layer, Dense)]
        learned = [layer.activation for layer in layers]
        try:
            for layer in layers:
                layer.activation = Step()
            return self._outputs(x, lambda x, dtype: x.astype(dtype))
        finally:
            for layer, activation in zip(layers, learned, strict=True):
                layer.activation = activation

    def test_outputs(self) -> Array:
        """Outputs for the test samples in their order, (count, outputs); computed once for each game."""
        if self._tested is None or self._tested[0] != self.played:
            self._tested = (self.played, self._outputs(self._test.split.samples, self._test.split.seen))
        return self._tested[1]

    def picture(self, count: int, rng: Rng) -> Picture:
        """Of points, the predictions over the plane; else the first misclassified test samples, at most `count`."""
        if self._predicts == "numbers":
            return self.picture_of_numbers()
        plane = self._predicts == "points" and self._codes.shape == (2, 1)
        return self.picture_of_the_plane() if plane else self.picture_of_errors(count)

    def picture_of_the_plane(self) -> Picture:
        """Predictions over a square around 0, between the two targets, from the top row; and some points learned.

        The square is [−1, 1]², or larger where points lie beyond it.
        """
        low, high = self._codes[:, 0]
        split = self._training.split.at(slice(400))
        half = 1.0 if np.abs(split.samples).max() <= 1.0 else planes.extent(split.samples)
        square = planes.square(half, self._network.dtype)
        plane = self.step_outputs(square) if self._heaviside else (self.predictions(square) - low) / (high - low)
        points = {"points": np.asarray(split.samples), "labels": np.asarray(split.labels), "half": np.array(half)}
        plane = plane.reshape(planes.SIDE, planes.SIDE)
        return Picture(np.zeros((0, 2)), {"plane": plane, **points}, plane)

    def picture_of_numbers(self) -> Picture:
        """Predictions beside what was to be predicted, of test samples."""
        true = self._codes[self._test.split.labels][:CHUNK]
        return Picture(
            np.zeros((0, 2)), {"predicted": self._loss.prediction(self.test_outputs())[:CHUNK], "true": true}
        )

    def picture_of_errors(self, count: int) -> Picture:
        """The images, their labels and predictions; and how often each label (row) got each prediction (column).

        Of more than `CONFUSED` labels that is not counted.
        """
        split, kinds = self._test.split, len(self._codes)
        predictions, labels = self.chosen(self._loss.prediction(self.test_outputs())), split.labels
        wrong = np.flatnonzero(predictions != labels)[:count]
        arrays: dict[str, Any] = {"labels": labels[wrong], "predictions": predictions[wrong]}
        if kinds <= CONFUSED:
            counts = np.bincount(labels * kinds + predictions, minlength=kinds * kinds)
            arrays = {"confusion": counts.reshape(kinds, kinds), **arrays}
        return Picture(split.seen(split.samples[wrong], np.float64), arrays)

    def _outputs(self, samples: NDArray[Any], seen: Callable[[NDArray[Any], Any], Array]) -> Array:
        """Outputs (count, outputs) for samples as the network sees them, a chunk at a time."""
        rng = np.random.default_rng(0)  # for layer noise, if any: the same at each call
        outputs = np.empty((len(samples), self._network.outputs), self._network.dtype)
        for start in range(0, len(outputs), CHUNK):
            x = seen(samples[start : start + CHUNK], outputs.dtype)
            outputs[start : start + CHUNK] = self._network.forward(x, rng, training=False)
        return outputs
