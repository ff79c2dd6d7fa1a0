"""The Lipschitz constant itself, where it can be had: the largest slope of all pieces that a network is linear on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gancli.evaluation.estimate import Array
from gancli.evaluation.lipschitz_bound import normalised, of_layer
from gancli.nn import Network
from gancli.nn.activations import Activation, LeakyRelu, Linear
from gancli.nn.layers import Conv, ConvTranspose, Dense, Layer, MaxMin, Reorder, SpectralNorm

MOST_UNITS = 24
"""Hidden units, or pairs of them, of which both sides are tried, 2²⁴."""
SAME = 1e-12
"""Relative to its terms, a sum that is 0 but for rounding."""


@dataclass(frozen=True)
class Folds:
    """A network that is linear in pieces: its slope is `base` + Σ sⱼ rows[j], sⱼ = 1 where x w + b > 0, else `slope`.

    w (inputs, folds), b (folds,), rows (folds, inputs), base (inputs,).
    """

    w: Array
    b: Array
    rows: Array
    slope: float
    base: Array


@dataclass(frozen=True)
class Constant:
    """The Lipschitz constant of a network, or why it cannot be had."""

    value: float | None
    why: str = ""


def constant(network: Network) -> Constant:
    """The Lipschitz constant of a network of one output, over all inputs, where it can be had.

    That is of one hidden layer of ReLUs, leaky or not, or of MaxMin: with one or two inputs, or of up to 24 units (of
    MaxMin, pairs) over at least as many inputs, where every combination of their sides occurs.
    """
    if network.classes:
        return Constant(None, "a network that is told the class: no exact constant is worked out")
    dense = [layer for layer in network.layers if not isinstance(layer, Reorder)]
    if len(dense) == 1 and isinstance(dense[0], Dense | SpectralNorm):
        return Constant(of_layer(dense[0]))
    sorts = len(dense) == 3 and isinstance(dense[1], MaxMin)
    hidden, last = (_weights(dense[0]), _weights(dense[-1])) if sorts or len(dense) == 2 else (None, None)
    if hidden is None or last is None:
        return Constant(None, "more than one hidden layer, or one that is not dense: no exact constant is known")
    folds = _pairs(hidden, last) if sorts else _corners(hidden, last)
    if folds is None:
        return Constant(None, "hidden units that are neither ReLUs nor MaxMin: no exact constant is known")
    if len(folds.w) <= 2:
        return Constant(max(float(some.max()) for some in piece_slopes(folds)))
    if len(folds.rows) > MOST_UNITS:
        what = "pairs of hidden units" if sorts else "hidden units"
        return Constant(None, f"{len(folds.rows)} {what}: exact for {MOST_UNITS} at most")
    if np.linalg.matrix_rank(folds.w) < len(folds.rows):
        return Constant(None, "hidden units that depend on one another: not every combination of their sides occurs")
    return Constant(largest_sum(folds.rows, folds.slope, folds.base))


Weights = tuple[Array, Array, Activation]


def _corners(hidden: Weights, last: Weights) -> Folds | None:
    """Of ReLUs: unit j adds out[j] w[:, j] where it is on, `slope` times that where it is off."""
    (w, b, activation), (out, _, straight) = hidden, last
    if not (isinstance(activation, LeakyRelu) and isinstance(straight, Linear)):
        return None
    return Folds(w, b, (w * out[:, 0]).T * straight.slope, activation.slope, np.zeros(len(w)))


def _pairs(hidden: Weights, last: Weights) -> Folds | None:
    """Of MaxMin: the larger of units 2k and 2k + 1 is weighed by out[2k], so that a pair's weights change places."""
    (w, b, activation), (out, _, straight) = hidden, last
    if not (isinstance(activation, Linear) and isinstance(straight, Linear)):
        return None
    w, b, out = w * activation.slope, b * activation.slope, out[:, 0] * straight.slope
    one, other, apart = w[:, ::2], w[:, 1::2], out[::2] - out[1::2]
    base = other @ out[::2] + one @ out[1::2]
    return Folds(one - other, b[::2] - b[1::2], ((one - other) * apart).T, 0.0, base)


def _weights(layer: Layer) -> Weights | None:
    """W, b and f of a dense layer, in double precision; None of any other."""
    inner = normalised(layer) if isinstance(layer, SpectralNorm) else layer
    if not isinstance(inner, Dense) or isinstance(inner, Conv | ConvTranspose):
        return None
    w = inner.w.astype(np.float64)
    b = np.zeros(w.shape[1]) if inner.b is None else inner.b.astype(np.float64)
    return w, b, inner.activation


def largest_sum(rows: Array, slope: float, base: Array) -> float:
    """max ‖base + Σ sⱼ rows[j]‖ over all s in {slope, 1}ⁿ, rows (n, features), base (features,).

    From both halves of s, meeting in the middle: ‖…‖² = sᵀ G s + 2 s · rows base + ‖base‖², with the Gram matrix G,
    whose blocks give what each half adds and what both have in common.
    """
    gram, beside, half = rows @ rows.T, 2.0 * rows @ base, len(rows) // 2
    first, second = (_sides(count, slope) for count in (half, len(rows) - half))
    blocks = (first, gram[:half, :half], beside[:half]), (second, gram[half:, half:], beside[half:])
    own = [np.einsum("ij,jk,ik->i", sides, block, sides) + sides @ alone for sides, block, alone in blocks]
    between = first @ gram[:half, half:]
    best = -math.inf
    for start in range(0, len(first), 256):  # a few of one half against all of the other: no more than some megabytes
        some = slice(start, start + 256)
        best = max(best, float((own[0][some, None] + own[1] + 2.0 * between[some] @ second.T).max()))
    return math.sqrt(max(best + float(base @ base), 0.0))


def _sides(count: int, slope: float) -> Array:
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    return np.where(bits == 1, 1.0, slope)


def piece_slopes(folds: Folds) -> Iterator[Array]:
    """‖∇f‖ of all pieces of a function of one or two numbers.

    Each piece of a line is beside a corner, the place where a unit is 0; each of the plane beside a stretch of such a
    line, from one crossing to the next. There one looks to both sides.
    """
    w, b = folds.w, folds.b

    def steep(mask: Any) -> Array:
        return np.atleast_1d(np.linalg.norm(folds.base + np.where(mask, 1.0, folds.slope) @ folds.rows, axis=-1))

    if not w.any():
        yield steep(b > 0.0)
    for unit in np.flatnonzero(w.any(axis=0)):
        normal = w[:, unit] / np.linalg.norm(w[:, unit])
        places = _along(w, b, unit, normal)
        values = places @ w + b
        size = np.abs(places) @ np.abs(w) + np.abs(b)
        for side in (1.0, -1.0):
            here = np.where(np.abs(values) <= SAME * size, side * (normal @ w), values)
            yield steep(here > 0.0)


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
