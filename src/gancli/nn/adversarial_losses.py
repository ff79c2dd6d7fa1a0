"""Losses of a discriminator D (or critic) and its generator G: value and gradient side by side, means over the batch.

Each has three terms of D's output (batch, 1): on real samples and on fakes, which D minimises, and on fakes what G
minimises. `LOG_ODDS` names the losses that take the log-odds a = log(D / (1 − D)) instead of D, for precision.
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gancli.engines import Array, Engine, sigmoid

LOG_ODDS = {"cross_entropy", "gan"}


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
    """½ weight × (o − target)² (Mao et al. 2017, equation 2)."""

    target: float
    weight: float = 1.0

    def value(self, output: Array) -> float:
        """The term."""
        return float(0.5 * self.weight * ((output - self.target) ** 2).mean())

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """weight × (o − target) / batch."""
        engine.square_term(output, targets, self.target, self.weight, out=out)


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
class HingeTerm:
    """max(0, 1 − side × o) (Lim and Ye 2017); it has no target."""

    side: float

    def value(self, output: Array) -> float:
        """The term."""
        return float(np.maximum(0.0, 1.0 - self.side * output).mean())

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """−side / batch where the term is not 0."""
        engine.hinge_term(output, self.side, out=out)


@dataclass(frozen=True)
class ExpTerm:
    """factor × e^(rate × o + shift); it has no target."""

    factor: float
    rate: float
    shift: float = 0.0

    def value(self, output: Array) -> float:
        """The term."""
        return float(self.factor * np.exp(self.rate * output + self.shift).mean())

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """factor × rate × e^(rate × o + shift) / batch."""
        engine.exp_term(output, self.factor * self.rate, self.rate, self.shift, out=out)


@dataclass(frozen=True)
class TanhTerm:
    """weight × tanh(o); it has no target."""

    weight: float

    def value(self, output: Array) -> float:
        """The term."""
        return float(self.weight * np.tanh(output).mean())

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """weight × (1 − tanh²(o)) / batch."""
        engine.tanh_term(output, self.weight, out=out)


@dataclass(frozen=True)
class PairTerm:
    """softplus(−side × (o − other)), `other` D's output on the other side's sample of a pair; 0 where not given."""

    side: float

    def value(self, output: Array, other: Array | None = None) -> float:
        """The term."""
        return float(softplus(-self.side * (output - (0.0 if other is None else other))).mean())

    def gradient(self, engine: Engine, output: Array, out: Array, targets: Array | None = None) -> None:
        """−side × σ(−side × (o − other)) / batch; `targets` are the others."""
        engine.pair_term(output, targets, self.side, out=out)


@dataclass(frozen=True)
class AdversarialLoss:
    """What D minimises on real samples and on fakes, plus `constant`, and what the generator minimises.

    Where it is `paired`, each term is of a real sample and a fake together, and the first two are the same term, each
    with its gradient for one of them. `divergence` (name, at, per) says what D's loss means: at − per × loss is at most
    the divergence of that name of the two distributions, and as much where D is perfect.
    """

    real: Term
    fake: Term
    generator: Term
    log_odds: bool = False
    constant: float = 0.0
    paired: bool = False
    divergence: tuple[str, float, float] | None = None

    def of_discriminator(self, real: Array, fake: Array) -> float:
        """D's loss, from its outputs on real samples and on fakes, of one shape."""
        if isinstance(self.real, PairTerm):
            return self.real.value(real, fake)
        return self.real.value(real) + self.fake.value(fake) + self.constant

    def shown_divergence(self, real: Array, fake: Array) -> float | None:
        """What D's outputs show of it; None where the loss is not known to show one."""
        if self.divergence is None:
            return None
        _, at, per = self.divergence
        return at - per * self.of_discriminator(real, fake)

    def of_generator(self, real: Array, fake: Array) -> float:
        """G's loss, likewise."""
        return self.generator.value(fake, real) if isinstance(self.generator, PairTerm) else self.generator.value(fake)

    def with_real_label(self, label: float) -> "AdversarialLoss":
        """The same with another target for D on real samples (one-sided label smoothing, Salimans et al. 2016)."""
        real = dataclasses.replace(self.real, target=label)  # type: ignore[type-var]
        return dataclasses.replace(self, real=real, divergence=self.divergence if label == 1.0 else None)

    def score(self, output: Array) -> Array:
        """D(x), from the output that the loss takes."""
        return sigmoid(output) if self.log_odds else output


NON_SATURATING = AdversarialLoss(
    LogTerm(1.0), LogTerm(0.0), LogTerm(1.0), True, divergence=("jensen_shannon", math.log(2), 1.0)
)
"""−½ log D(x) − ½ log(1 − D(G(z))); the generator: −½ log D(G(z)) (Goodfellow et al. 2014, section 3)."""
MINIMAX = dataclasses.replace(NON_SATURATING, generator=LogTerm(0.0, weight=-0.5))
"""The generator: ½ log(1 − D(G(z)))."""
KL = dataclasses.replace(NON_SATURATING, generator=ExpTerm(-0.5, 1.0))
"""The generator: −½ e^a, which is −½ D / (1 − D): of a perfect D it descends KL(data ‖ samples) (Goodfellow 2014)."""
LEAST_SQUARES = AdversarialLoss(SquareTerm(1.0), SquareTerm(0.0), SquareTerm(1.0))
"""½ (D(x) − 1)² + ½ D(G(z))²; the generator: ½ (D(G(z)) − 1)²."""
HINGE = AdversarialLoss(HingeTerm(1.0), HingeTerm(-1.0), MeanTerm(-1.0), divergence=("total_variation", 1.0, 0.5))
"""max(0, 1 − D(x)) + max(0, 1 + D(G(z))); the generator: −D(G(z)) (Lim and Ye 2017; Miyato et al. 2018, eq. 16)."""
RELATIVISTIC = AdversarialLoss(PairTerm(1.0), PairTerm(-1.0), PairTerm(1.0), paired=True)
"""softplus(D(G(z)) − D(x)); the generator: softplus(D(x) − D(G(z))) (Jolicoeur-Martineau 2018)."""
WASSERSTEIN = AdversarialLoss(MeanTerm(-1.0), MeanTerm(1.0), MeanTerm(-1.0))
"""The critic ascends E f(x) − E f(G(z)), so it descends its opposite; the generator: −E f(G(z))."""


def _f(name: str, real: Term, fake: Term, constant: float, opposite: Term) -> dict[tuple[str, str], AdversarialLoss]:
    """E −g(v) of real samples, E f*(g(v)) of fakes, v D's output; the generator: −g(v), or `opposite`, −f*(g(v))."""
    loss = AdversarialLoss(real, fake, real, constant=constant, divergence=(name, 0.0, 1.0))
    return {(name, "non_saturating"): loss, (name, "minimax"): dataclasses.replace(loss, generator=opposite)}


F_DIVERGENCES = {
    **_f("kl", MeanTerm(-1.0), ExpTerm(1.0, 1.0, -1.0), 0.0, ExpTerm(-1.0, 1.0, -1.0)),
    **_f("reverse_kl", ExpTerm(1.0, -1.0), MeanTerm(1.0), -1.0, MeanTerm(-1.0)),
    **_f("pearson", MeanTerm(-1.0), SquareTerm(-2.0, 0.5), -1.0, SquareTerm(-2.0, -0.5)),
    **_f("squared_hellinger", ExpTerm(1.0, -1.0), ExpTerm(1.0, 1.0), -2.0, ExpTerm(-1.0, 1.0)),
    **_f("jensen_shannon", LogTerm(1.0), LogTerm(0.0), -math.log(2), LogTerm(0.0, weight=-0.5)),
    **_f("total_variation", TanhTerm(-0.5), TanhTerm(0.5), 0.0, TanhTerm(-0.5)),
}
"""f-GAN (Nowozin et al. 2016, tables 1 and 2), by the divergence and the generator's loss (algorithm 1, or F itself).

The divergences are Σ p log(p/q), Σ q log(q/p), Σ (p − q)²/q, Σ (√p − √q)², that of Jensen and Shannon, ½ Σ |p − q|; p
of the data, q of the samples.
"""

ADVERSARIAL = {
    ("gan", "non_saturating"): NON_SATURATING,
    ("gan", "minimax"): MINIMAX,
    ("gan", "kl"): KL,
    ("least_squares", None): LEAST_SQUARES,
    ("hinge", None): HINGE,
    ("relativistic", None): RELATIVISTIC,
    ("wasserstein", None): WASSERSTEIN,
}
"""By the loss and, where there are several, the generator's."""


def softplus(a: Array) -> Array:
    """log(1 + e^a), without overflow."""
    return np.logaddexp(a, 0.0)
