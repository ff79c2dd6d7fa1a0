"""How steep a network is: slopes seen between two sets of samples, beside its Lipschitz constant and a bound of it."""

import math
from dataclasses import dataclass

import numpy as np

from gancli.evaluation.estimate import Array, Rng
from gancli.evaluation.lipschitz_bound import bound
from gancli.evaluation.lipschitz_constant import Constant, constant
from gancli.nn import Network

CHUNK = 1000
"""Samples in one pass."""


@dataclass(frozen=True)
class Slopes:
    """The mean and the largest ‖∇f‖ at some samples."""

    mean: float
    largest: float


def slopes(network: Network, x: Array, rng: Rng, codes: Array | None = None) -> tuple[Array, Array]:
    """f and ‖∇f‖ at each of x (count, features), both (count,) in double precision; outside training.

    `codes` are of the classes that a network with a condition is told.
    """
    values, norms = np.empty(len(x)), np.empty(len(x))
    for start in range(0, len(x), CHUNK):
        chunk = x[start : start + CHUNK]
        rows = slice(start, start + len(chunk))
        outputs = network.forward(chunk, rng, training=False, codes=None if codes is None else codes[rows])
        values[rows] = outputs[:, 0]
        gradient = network.backward(np.ones_like(outputs), params=False, inputs=True)
        assert gradient is not None
        norms[rows] = np.sqrt(np.einsum("ij,ij->i", gradient, gradient, dtype=np.float64))
    return values, norms


@dataclass(frozen=True)
class Steepness:
    """Of a network f between two distributions: what bounds ‖∇f‖, what is seen of it, and E f(x) − E f(x')."""

    bound: float
    constant: Constant
    at: dict[str, Slopes]
    """At `real` and `generated` samples, and at points `between`."""
    estimate: float

    @property
    def steepest(self) -> float:
        """The largest slope seen: at most the constant."""
        return max(slopes.largest for slopes in self.at.values())

    @property
    def distance(self) -> float | None:
        """The estimate per constant: at most the 1-Wasserstein distance of the two. None without the constant."""
        return self.estimate / self.constant.value if self.constant.value else None

    def metrics(self) -> dict[str, float]:
        """By the names of the metrics; without those that are not to be had, or not finite."""
        found = {
            "lipschitz": self.constant.value,
            "lipschitz_bound": self.bound,
            "steepest_slope": self.steepest,
            "mean_slope": self.at["between"].mean,
            "estimate_per_lipschitz": self.distance,
        }
        return {name: value for name, value in found.items() if value is not None and math.isfinite(value)}


def steepness(network: Network, real: Array, fake: Array, rng: Rng) -> Steepness:
    """How steep f is between samples (count, features) of two sides; `rng` draws the points between them.

    Those are t x + (1 − t) x', t uniform, x and x' independent (Gulrajani et al. 2017, algorithm 1). Of a network with
    a condition, the codes of the samples' classes are beside them, (count, features + classes), and stand still.
    """
    points = {"real": real, "generated": fake, "between": between(real, fake, rng)}
    seen = {name: slopes(network, *_told(network, x, rng)) for name, x in points.items()}
    at = {name: Slopes(float(norms.mean()), float(norms.max())) for name, (_, norms) in seen.items()}
    estimate = float(seen["real"][0].mean() - seen["generated"][0].mean())
    return Steepness(bound(network), constant(network), at, estimate)


def _told(network: Network, x: Array, rng: Rng) -> tuple[Array, Rng, Array | None]:
    """Samples, and the codes that were beside them."""
    if not network.classes:
        return x, rng, None
    return np.ascontiguousarray(x[:, : network.inputs]), rng, np.ascontiguousarray(x[:, network.inputs :])


def between(real: Array, fake: Array, rng: Rng) -> Array:
    """t x + (1 − t) x', t uniform, of as many pairs as there are: (count, features)."""
    count = min(len(real), len(fake))
    t = rng.random((count, 1)).astype(real.dtype)
    return np.asarray(t * real[:count] + (1 - t) * fake[:count])
