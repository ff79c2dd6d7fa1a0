"""Losses: summed over outputs, averaged over the batch; value and gradient side by side.

A supervised loss compares an output (batch, outputs) with a target of that shape. An adversarial loss has three
terms of D's (or the critic's) output (batch, 1): on real samples, on fakes, and what the generator minimises.
`LOG_ODDS` names the losses that take the log-odds a = log(D / (1 − D)) instead of D, for precision.
"""

import dataclasses
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gancli.engines import Array, Engine, sigmoid, softmax

__all__ = [
    "ADVERSARIAL",
    "LEAST_SQUARES",
    "LOG_ODDS",
    "LOSSES",
    "MINIMAX",
    "NON_SATURATING",
    "WASSERSTEIN",
    "AdversarialLoss",
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "LogTerm",
    "Loss",
    "MeanSquaredError",
    "MeanTerm",
    "SquareTerm",
    "Term",
    "sigmoid",
    "softmax",
    "softplus",
]

LOG_ODDS = {"cross_entropy", "gan"}


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
        return float((softplus(output) - target * output).sum() / len(output))

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


class Term(Protocol):
    """One term of an adversarial loss, of D's output o (batch, 1)."""

    def value(self, output: Array) -> float:
        """The term, averaged over the batch."""

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """Write ∂term/∂output into `out`, which must not be `output`; `targets` (batch, 1) instead of its own."""


@dataclass(frozen=True)
class LogTerm:
    """−`weight` × (t log D + (1 − t) log(1 − D)), D = σ(a): target 1 is −½ log D and target 0 −½ log(1 − D)."""

    target: float
    weight: float = 0.5

    def value(self, output: Array) -> float:
        """weight × (t softplus(−a) + (1 − t) softplus(a))."""
        value = self.target * softplus(-output) + (1.0 - self.target) * softplus(output)
        return float(self.weight * value.mean())

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """weight × ((1 − t) σ(a) − t σ(−a)) / batch."""
        engine.log_term(output, targets, self.target, self.weight, out=out)


@dataclass(frozen=True)
class SquareTerm:
    """½ (o − target)² (Mao et al. 2017, equation 2)."""

    target: float

    def value(self, output: Array) -> float:
        """The term."""
        return float(0.5 * ((output - self.target) ** 2).mean())

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """(o − target) / batch."""
        engine.square_term(output, targets, self.target, out=out)


@dataclass(frozen=True)
class MeanTerm:
    """`sign` × o (Arjovsky et al. 2017, equation 2); it has no target."""

    sign: float

    def value(self, output: Array) -> float:
        """The term."""
        return float(self.sign * output.mean())

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """sign / batch."""
        engine.fill(out, self.sign / len(output))


@dataclass(frozen=True)
class AdversarialLoss:
    """What D minimises on real samples and on fakes, and what the generator minimises."""

    real: Term
    fake: Term
    generator: Term
    log_odds: bool = False

    def with_real_label(self, label: float) -> "AdversarialLoss":
        """The same with another target for D on real samples (one-sided label smoothing, Salimans et al. 2016)."""
        return dataclasses.replace(self, real=dataclasses.replace(self.real, target=label))  # type: ignore[type-var]

    def score(self, output: Array) -> Array:
        """D(x), from the output that the loss takes."""
        return sigmoid(output) if self.log_odds else output


NON_SATURATING = AdversarialLoss(LogTerm(1.0), LogTerm(0.0), LogTerm(1.0), log_odds=True)
"""−½ log D(x) − ½ log(1 − D(G(z))); the generator: −½ log D(G(z)) (Goodfellow et al. 2014, section 3)."""
MINIMAX = AdversarialLoss(LogTerm(1.0), LogTerm(0.0), LogTerm(0.0, weight=-0.5), log_odds=True)
"""The same, and the generator: ½ log(1 − D(G(z)))."""
LEAST_SQUARES = AdversarialLoss(SquareTerm(1.0), SquareTerm(0.0), SquareTerm(1.0))
"""½ (D(x) − 1)² + ½ D(G(z))²; the generator: ½ (D(G(z)) − 1)²."""
WASSERSTEIN = AdversarialLoss(MeanTerm(-1.0), MeanTerm(1.0), MeanTerm(-1.0))
"""The critic ascends E f(x) − E f(G(z)), so it descends its opposite; the generator: −E f(G(z))."""

LOSSES: dict[str, type[MeanSquaredError] | type[BinaryCrossEntropy]] = {
    "mse": MeanSquaredError,
    "cross_entropy": BinaryCrossEntropy,
}
ADVERSARIAL = {
    ("gan", "non_saturating"): NON_SATURATING,
    ("gan", "minimax"): MINIMAX,
    ("least_squares", None): LEAST_SQUARES,
    ("wasserstein", None): WASSERSTEIN,
}


def softplus(a: Array) -> Array:
    """log(1 + e^a), without overflow."""
    return np.logaddexp(a, 0.0)
