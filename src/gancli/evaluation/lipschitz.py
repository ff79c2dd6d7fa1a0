"""How steep a network can be: a bound of its Lipschitz constant, and the constant itself where it can be had.

The bound is the product of the layers' (Szegedy et al. 2014, section 4.3), and often many times too large. The constant
is the largest slope of all the pieces that a network of ReLUs is linear on.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gancli.evaluation.estimate import Array, Rng
from gancli.nn import Network
from gancli.nn.activations import Activation, LeakyRelu, Linear, Sigmoid, Step, Tanh
from gancli.nn.layers import (
    BatchNorm,
    Beside,
    ChannelDropout,
    Conv,
    ConvTranspose,
    Dense,
    Everywhere,
    Layer,
    MaxMin,
    MaxPool,
    Mixed,
    Noise,
    Projection,
    Reorder,
    SpectralNorm,
)  # fmt: skip

CHUNK = 1000
"""Samples in one pass."""
MOST_UNITS = 24
"""Hidden units of which all sides of their corners are tried, 2²⁴."""
ITERATIONS, CLOSE = 1000, 1e-10
"""Of a convolution's norm: at most, and until it changes by less than this share."""
SAME = 1e-12
"""Relative to its terms, a sum that is 0 but for rounding."""


@dataclass(frozen=True)
class Slopes:
    """The mean and the largest ‖∇f‖ at some samples."""

    mean: float
    largest: float


@dataclass(frozen=True)
class Constant:
    """The Lipschitz constant of a network, or why it cannot be had."""

    value: float | None
    why: str = ""


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


# --- the bound


def bound(network: Network) -> float:
    """The product of the layers' Lipschitz constants, as they are outside training; infinite where one has none."""
    return math.prod(_layer(layer) for layer in network.layers)


def _layer(layer: Layer) -> float:
    """The Lipschitz constant of one layer, or a bound of it."""
    if isinstance(layer, SpectralNorm):
        return operator_norm(_normalised(layer)) * steepest(layer.inner.activation)
    if isinstance(layer, Dense):
        return operator_norm(layer) * steepest(layer.activation)
    if isinstance(layer, Everywhere):
        return _layer(layer.inner)
    if isinstance(layer, BatchNorm):
        spread = np.sqrt(layer.variance.astype(np.float64) + 1e-5)
        return float(np.abs(layer.scale / spread).max()) * steepest(layer.activation)
    if isinstance(layer, Mixed):
        return float(np.linalg.norm(layer.matrix, 2))
    if isinstance(layer, MaxPool):
        return math.sqrt(layer.most_in)
    if isinstance(layer, Noise):
        still = layer.mode in ("concat", "add") or layer.distribution == "dropout"
        return 1.0 if still else math.inf
    if isinstance(layer, Projection):
        return math.sqrt(1.0 + layer.samples)
    return 1.0 if isinstance(layer, Reorder | MaxMin | ChannelDropout | Beside) else math.inf


def steepest(activation: Activation) -> float:
    """The largest |f'|."""
    if isinstance(activation, Sigmoid):
        return activation.mu / 4.0
    if isinstance(activation, Tanh):
        return activation.k * activation.alpha
    if isinstance(activation, Linear):
        return abs(activation.slope)
    return math.inf if isinstance(activation, Step) else 1.0  # of relus and softplus


def operator_norm(layer: Dense) -> float:
    """‖W‖₂ of a dense layer, and of a convolution that of images to images."""
    if not isinstance(layer, Conv | ConvTranspose):
        return float(np.linalg.norm(layer.w.astype(np.float64), 2))
    own = _of_doubles(layer)
    u, before = np.random.default_rng(0).standard_normal((1, layer.units)), 0.0
    v = np.empty((1, layer.inputs))
    for _ in range(ITERATIONS):
        own.back(u / np.linalg.norm(u), out=v)
        own.product(v / np.linalg.norm(v), None, out=u)
        norm = float(np.linalg.norm(u))
        if abs(norm - before) <= CLOSE * norm:
            break
        before = norm
    return norm


def _of_doubles(layer: Dense) -> Dense:
    """A layer with the same weights in double precision."""
    own = copy.copy(layer)
    own.w = layer.w.astype(np.float64)
    return own


def _normalised(layer: SpectralNorm) -> Dense:
    """The layer within, with the weights that it works with."""
    layer.engine.divide(layer.w, layer.norm, layer.bound, out=layer.wbar)
    return layer.inner


# --- the constant itself


def constant(network: Network) -> Constant:
    """The Lipschitz constant of a network of one output, over all inputs, where it can be had.

    That is of one hidden layer of ReLUs, leaky or not: with one or two inputs, or of up to 24 units over at least as
    many inputs, where every combination of the units' sides occurs.
    """
    if network.classes:
        return Constant(None, "a network that is told the class: no exact constant is worked out")
    dense = [layer for layer in network.layers if not isinstance(layer, Reorder)]
    if len(dense) == 1 and isinstance(dense[0], Dense | SpectralNorm):
        return Constant(_layer(dense[0]))
    hidden, last = (_weights(layer) for layer in dense[:2]) if len(dense) == 2 else (None, None)
    if hidden is None or last is None:
        return Constant(None, "more than one hidden layer, or one that is not dense: no exact constant is known")
    (w, b, activation), (out, _, straight) = hidden, last
    if not (isinstance(activation, LeakyRelu) and isinstance(straight, Linear)):
        return Constant(None, "hidden units that are not ReLUs: no exact constant is known")
    rows = (w * out[:, 0]).T * straight.slope
    if len(w) <= 2:
        return Constant(max(float(some.max()) for some in piece_slopes(w, b, rows, activation.slope)))
    if len(rows) > MOST_UNITS:
        return Constant(None, f"{len(rows)} hidden units: exact for {MOST_UNITS} at most")
    if np.linalg.matrix_rank(w) < len(rows):
        return Constant(None, "hidden units that depend on one another: not every combination of their sides occurs")
    return Constant(largest_sum(rows, activation.slope))


def _weights(layer: Layer) -> tuple[Array, Array, Activation] | None:
    """W, b and f of a dense layer, in double precision; None of any other."""
    inner = _normalised(layer) if isinstance(layer, SpectralNorm) else layer
    if not isinstance(inner, Dense) or isinstance(inner, Conv | ConvTranspose):
        return None
    w = inner.w.astype(np.float64)
    b = np.zeros(w.shape[1]) if inner.b is None else inner.b.astype(np.float64)
    return w, b, inner.activation


def largest_sum(rows: Array, slope: float = 0.0) -> float:
    """max ‖Σ sⱼ rows[j]‖ over all s in {slope, 1}ⁿ, rows (n, features): from both halves of s, meeting in the middle.

    ‖Σ sⱼ rows[j]‖² = sᵀ G s with the Gram matrix G, whose blocks give what each half adds and what both have in common.
    """
    gram, half = rows @ rows.T, len(rows) // 2
    first, second = (_sides(count, slope) for count in (half, len(rows) - half))
    blocks = (first, gram[:half, :half]), (second, gram[half:, half:])
    own = [np.einsum("ij,jk,ik->i", sides, block, sides) for sides, block in blocks]
    between = first @ gram[:half, half:]
    best = 0.0
    for start in range(0, len(first), 256):  # a few of one half against all of the other: no more than some megabytes
        some = slice(start, start + 256)
        best = max(best, float((own[0][some, None] + own[1] + 2.0 * between[some] @ second.T).max()))
    return math.sqrt(best)


def _sides(count: int, slope: float) -> Array:
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    return np.where(bits == 1, 1.0, slope)


def piece_slopes(w: Array, b: Array, rows: Array, slope: float = 0.0) -> Iterator[Array]:
    """‖∇f‖ of all pieces of f(x) = Σ rows[j] × (is x w + b > 0 there? 1, else `slope`), x of one or two numbers.

    Each piece of a line is beside a corner, the place where a unit is 0; each of the plane beside a stretch of such a
    line, from one crossing to the next. There one looks to both sides.
    """
    if not w.any():
        yield np.linalg.norm(_chosen(b > 0.0, slope) @ rows, axis=-1)[None]
    for unit in np.flatnonzero(w.any(axis=0)):
        normal = w[:, unit] / np.linalg.norm(w[:, unit])
        places = _along(w, b, unit, normal)
        values = places @ w + b
        size = np.abs(places) @ np.abs(w) + np.abs(b)
        for side in (1.0, -1.0):
            here = np.where(np.abs(values) <= SAME * size, side * (normal @ w), values)
            yield np.linalg.norm(_chosen(here > 0.0, slope) @ rows, axis=1)


def _along(w: Array, b: Array, unit: Any, normal: Array) -> Array:
    """Where unit `unit` is 0: that place (1, 1), or one in each stretch between other units' lines (n, 2)."""
    nearest = -b[unit] / np.linalg.norm(w[:, unit]) * normal
    if len(w) == 1:
        return np.asarray(nearest[None])
    along = np.array([-normal[1], normal[0]])
    speed, start = along @ w, nearest @ w + b
    crosses = np.abs(speed) > SAME * np.linalg.norm(w, axis=0)
    crossings = np.sort(-start[crosses] / speed[crosses])
    if not len(crossings):
        return np.asarray(nearest[None])
    ends = np.concatenate([[crossings[0] - 1.0], crossings, [crossings[-1] + 1.0]])
    return np.asarray(nearest + (ends[:-1] + ends[1:])[:, None] / 2.0 * along)


def _chosen(mask: Any, slope: float) -> Array:
    return np.where(mask, 1.0, slope)
