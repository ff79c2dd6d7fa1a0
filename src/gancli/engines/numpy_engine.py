"""The reference engine: every kernel in plain NumPy, written into an explicit `out`.

Shapes: a batch `x` is (batch, inputs), weights `w` are (inputs, units), `y` and `dy` are (batch, units);
`dy` is ∂E/∂y. Activations work in place on a layer's output `y`, and their derivatives are taken from that
output.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gancli.engines.arrays import Array, Counter, In, InOut, Out
from gancli.engines.blas_threads import BlasThreads
from gancli.engines.distributions import Distribution
from gancli.engines.numpy_batches import NumpyBatches
from gancli.engines.numpy_bounds import NumpyBounds
from gancli.engines.numpy_convolution import NumpyConvolution
from gancli.engines.numpy_fields import NumpyFields
from gancli.engines.numpy_losses import NumpyLosses
from gancli.engines.numpy_optimizers import NumpyOptimizers
from gancli.engines.numpy_pixels import NumpyPixels
from gancli.engines.numpy_schedules import NumpySchedules
from gancli.engines.sections import Sections


class Samples(Protocol):
    """Samples as they are stored; factor × sample + shift is what a network sees."""

    @property
    def samples(self) -> NDArray[Any]:
        """(count, features)."""

    @property
    def labels(self) -> NDArray[np.intp]:
        """(count,)."""

    @property
    def factor(self) -> float:
        """What samples are multiplied by."""

    @property
    def shift(self) -> float:
        """What is added then."""

    def seen(self, samples: NDArray[Any], dtype: Any) -> Array:
        """Some of the samples as a network sees them."""

    def at(self, rows: Any) -> "Samples":
        """Those of some rows alone."""


class Batches(Protocol):
    """An endless stream of samples."""

    @property
    def split(self) -> Samples:
        """Where its samples are."""

    @property
    def last(self) -> NDArray[np.intp]:
        """The rows that were asked for last."""

    def rows(self, count: int) -> NDArray[np.intp]:
        """Where the next samples are, in `split`."""


class NumpyEngine(
    NumpyOptimizers, NumpySchedules, NumpyBounds, NumpyLosses, NumpyBatches, NumpyConvolution, NumpyPixels, NumpyFields
):  # fmt: skip
    """Kernels in NumPy; those of optimisers, bounds, losses, batches, images and so on are in their own files."""

    name = "numpy"
    records = False
    """Are games recorded, and replayed without the objects that they were played through?"""
    by_numpy: frozenset[str] = frozenset()
    """Operations of recorded games that have no kernel in machine code."""
    profile: Sections | None = None
    """Where the seconds of recorded games are put down to, if anywhere."""

    def __init__(self, threads: int = 1):
        """`threads` is how many products take; whoever calls several of these kernels holds them with `blas`."""
        self.threads = threads
        self.blas = BlasThreads(threads)

    def left_to_numpy(self, game: Any) -> list[str]:
        """Names of the next game's operations that a fast engine would have to leave to this one: it leaves none."""
        return []

    def play(self, game: Any, games: int) -> None:
        """So many games, one after another."""
        with self.blas:
            for _ in range(games):
                game.play_one()

    # --- dense layers

    def affine(self, x: In, w: In, b: In | None, out: Out) -> None:
        """out = x w + b."""
        np.matmul(x, w, out=out)
        if b is not None:
            out += b

    def affine_params(self, x: In, dy: In, dw: Out, db: Out | None) -> None:
        """Gradients of the weights, xᵀ dy, and of the bias, Σ dy over the batch."""
        np.matmul(x.T, dy, out=dw)
        if db is not None:
            np.sum(dy, axis=0, out=db)

    def add_affine_params(self, x: In, dy: In, dw: InOut, db: InOut | None) -> None:
        """The same, added to what is there."""
        dw += x.T @ dy
        if db is not None:
            db += dy.sum(axis=0)

    def affine_input(self, dy: In, w: In, out: Out) -> None:
        """Gradient of the inputs: out = dy wᵀ."""
        np.matmul(dy, w.T, out=out)

    # --- activations, in place; and dy ← dy × f'(x), from y = f(x)

    def scale(self, y: InOut, factor: float) -> None:
        """factor × y."""
        y *= factor

    def sigmoid(self, y: InOut, mu: float) -> None:
        """σ_μ(x) = 1 / (1 + e^(−μx)); where the power overflows, 1/∞ is the 0 that it should be.

        (As (1 + tanh(μx/2)) / 2 it took twice as long: NumPy's exp is vectorised on more processors than its tanh.)
        """
        with np.errstate(over="ignore"):
            y[...] = 1.0 / (1.0 + np.exp(-mu * y))

    def sigmoid_gradient(self, y: In, dy: InOut, mu: float) -> None:
        """σ' = μ σ (1 − σ)."""
        dy *= mu * y * (1.0 - y)

    def tanh(self, y: InOut, k: float, alpha: float) -> None:
        """k tanh(αx)."""
        y[...] = k * np.tanh(alpha * y)

    def tanh_gradient(self, y: In, dy: InOut, k: float, alpha: float) -> None:
        """Its derivative: kα (1 − (y/k)²)."""
        dy *= k * alpha - alpha / k * y * y

    def relu(self, y: InOut, slope: float) -> None:
        """x where positive, slope × x elsewhere."""
        np.maximum(y, slope * y if slope else 0.0, out=y)

    def relu_gradient(self, y: In, dy: InOut, slope: float) -> None:
        """1 where y > 0, the slope elsewhere."""
        dy *= np.where(y > 0.0, dy.dtype.type(1.0), dy.dtype.type(slope))

    def softplus(self, y: InOut) -> None:
        """log(1 + e^x), as max(x, 0) + log(1 + e^(−|x|))."""
        y[...] = np.maximum(y, 0.0) + np.log1p(np.exp(-np.abs(y)))

    def softplus_gradient(self, y: In, dy: InOut) -> None:
        """σ(x) = 1 − e^(−y)."""
        dy *= -np.expm1(-y)

    def sigmoid_curve(self, y: In, dy: InOut, mu: float) -> None:
        """σ'' = μ² σ (1 − σ) (1 − 2σ)."""
        dy *= mu * mu * y * (1.0 - y) * (1.0 - 2.0 * y)

    def tanh_curve(self, y: In, dy: InOut, k: float, alpha: float) -> None:
        """−2 α² y (1 − (y/k)²)."""
        dy *= -2.0 * alpha**2 * y * (1.0 - (y / k) ** 2)

    def softplus_curve(self, y: In, dy: InOut) -> None:
        """e^(−y) (1 − e^(−y))."""
        small = np.exp(-y)
        dy *= small * (1.0 - small)

    def step(self, y: InOut) -> None:
        """1 where x > 0, else 0 (Heaviside)."""
        np.greater(y, 0.0, out=y)

    # --- data

    def load(self, batches: Batches, out: Out) -> None:
        """out = the next samples of a stream, (batch, features), as a network sees them."""
        split = batches.split
        self.gather(split.samples, batches.rows(len(out)), split.factor, split.shift, out)

    def gather(self, source: In, rows: NDArray[np.intp], factor: float, shift: float, out: Out) -> None:
        """out = factor × source[rows] + shift."""
        out[...] = source[rows]
        out *= factor
        out += shift

    def encode(self, batches: Batches, codes: In, out: Out) -> None:
        """out = codes[label], (batch, outputs), for the samples loaded last."""
        out[...] = codes[batches.split.labels[batches.last]]

    def draw(self, rng: np.random.Generator, distribution: Distribution, out: Out) -> None:
        """out = the generator's next numbers from a distribution."""
        distribution.fill(rng, out, self)

    def normal(self, rng: np.random.Generator, out: Array) -> None:
        """out ~ N(0, 1), for the distributions."""
        rng.standard_normal(dtype=out.dtype.type, out=out)

    def dropout(self, rng: np.random.Generator, rate: float, out: Array) -> None:
        """out = −1 with probability `rate`, else rate / (1 − rate), so that 1 + out has the mean 1; likewise."""
        rng.random(dtype=out.dtype.type, out=out)
        out[...] = np.where(out < rate, -1.0, rate / (1.0 - rate))

    # --- elementwise

    def fill(self, out: Out, value: float) -> None:
        """out = value."""
        out[...] = value

    def copy(self, source: In, out: Out) -> None:
        """out = source, either of which may be some columns of a wider array."""
        out[...] = source

    def shift(self, y: InOut, amount: float) -> None:
        """y + amount."""
        y += amount

    def add(self, x: In, y: InOut) -> None:
        """y + x; x may be some columns of a wider array."""
        y += x

    def multiply(self, x: In, y: InOut) -> None:
        """y × x."""
        y *= x

    # --- averages

    def average(self, average: InOut, params: In, count: Counter, decay: float) -> None:
        """`average` moved to decay × average + (1 − decay) × params; at step k the decay is at most (1 + k) / (10 + k).

        So the first parameters, which mean nothing, are soon forgotten.
        """
        decay = min(decay, (1.0 + int(count[0])) / (10.0 + int(count[0])))
        average += (1.0 - decay) * (params - average)

    # --- checks

    def finite(self, params: Array) -> bool:
        """Is every element a finite number?"""
        return bool(np.isfinite(params).all())
