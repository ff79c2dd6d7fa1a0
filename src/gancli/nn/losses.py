"""Losses: summed over outputs, averaged over the batch; value and gradient side by side.

A supervised loss compares an output (batch, outputs) with a target of that shape; `adversarial_losses` are of a network
that judges another. Those that take log-odds instead of a probability, for precision, are `LOG_ODDS` there.
"""

from typing import Protocol

import numpy as np

from gancli.engines import Array, Engine, sigmoid, softmax

__all__ = ["LOSSES", "BinaryCrossEntropy", "CategoricalCrossEntropy", "Loss", "MeanSquaredError", "sigmoid", "softmax"]


class Loss(Protocol):
    """A supervised loss; `prediction` turns the network's output into what is shown and judged."""

    name: str

    def value(self, output: Array, target: Array) -> float:
        """The loss."""

    def gradient(self, engine: Engine, output: Array, target: Array, out: Array) -> None:
        """Write ∂loss/∂output into `out`, which must be neither of the others."""

    def prediction(self, output: Array) -> Array:
        """The network's prediction from its output."""


class MeanSquaredError:
    """Σ (o − t)² (report, section 1.5)."""

    name = "mse"

    def value(self, output: Array, target: Array) -> float:
        """The loss."""
        return float(((output - target) ** 2).sum() / len(output))

    def gradient(self, engine: Engine, output: Array, target: Array, out: Array) -> None:
        """2 (o − t) / batch."""
        engine.mse(output, target, out=out)

    def prediction(self, output: Array) -> Array:
        """The output itself."""
        return output


class BinaryCrossEntropy:
    """−Σ (t log p + (1 − t) log(1 − p)) with p = σ(a), from the log-odds a."""

    name = "cross_entropy"

    def value(self, output: Array, target: Array) -> float:
        """Σ softplus(a) − t a."""
        return float((np.logaddexp(output, 0.0) - target * output).sum() / len(output))

    def gradient(self, engine: Engine, output: Array, target: Array, out: Array) -> None:
        """(σ(a) − t) / batch."""
        engine.cross_entropy(output, target, out=out)

    def prediction(self, output: Array) -> Array:
        """p = σ(a)."""
        return sigmoid(output)


class CategoricalCrossEntropy:
    """−Σ t log p with p = softmax(a), from the log-odds a."""

    name = "categorical_cross_entropy"

    def value(self, output: Array, target: Array) -> float:
        """log Σ e^a − Σ t a, for targets that sum to 1."""
        shifted = output - output.max(axis=1, keepdims=True)
        return float((np.log(np.exp(shifted).sum(axis=1)) - (target * shifted).sum(axis=1)).sum() / len(output))

    def gradient(self, engine: Engine, output: Array, target: Array, out: Array) -> None:
        """(softmax(a) − t) / batch."""
        engine.categorical_cross_entropy(output, target, out=out)

    def prediction(self, output: Array) -> Array:
        """p = softmax(a)."""
        return softmax(output)


LOSSES: dict[str, type[MeanSquaredError] | type[BinaryCrossEntropy]] = {
    "mse": MeanSquaredError,
    "cross_entropy": BinaryCrossEntropy,
}
