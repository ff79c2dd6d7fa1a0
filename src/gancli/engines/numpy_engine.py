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
from gancli.engines.numpy_losses import NumpyLosses
from gancli.engines.numpy_optimizers import NumpyOptimizers
from gancli.engines.sections import Sections
from gancli.engines.strips import BLOCK, strips

_BOOLS = np.zeros(0, bool)
"""The type of scratch for comparisons, which NumPy makes quicker into truth values than into numbers."""


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


class NumpyEngine(NumpyOptimizers, NumpyLosses, NumpyBatches):
    """Kernels in NumPy; those of optimisers, losses and operations over a batch are in files of their own."""

    name = "numpy"
    records = False
    """Are games recorded, and replayed without the objects that they were played through?"""
    by_numpy: frozenset[str] = frozenset()
    """Operations of recorded games that have no kernel in machine code."""
    profile: Sections | None = None
    """Where the seconds of recorded games are put down to, if anywhere."""

    def __init__(self, threads: int = 1):
        """`threads` is how many products take; whoever calls several of these kernels holds them with `blas`."""
        super().__init__()
        self.threads = threads
        self.blas = BlasThreads(threads)

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
        """y ← factor y."""
        y *= factor

    def sigmoid(self, y: InOut, mu: float) -> None:
        """σ_μ(x) = 1 / (1 + e^(−μx)); where the power overflows, 1/∞ is the 0 that it should be.

        (As (1 + tanh(μx/2)) / 2 it took twice as long: NumPy's exp is vectorised on more processors than its tanh.)
        """
        with np.errstate(over="ignore"):
            for strip in strips(y):
                strip *= -mu
                np.exp(strip, out=strip)
                strip += 1.0
                np.reciprocal(strip, out=strip)

    def sigmoid_gradient(self, y: In, dy: InOut, mu: float) -> None:
        """σ' = μ σ (1 − σ)."""
        for strip, gradient, spare in zip(strips(y), strips(dy), self._spares(y), strict=True):
            np.subtract(1.0, strip, out=spare)
            spare *= strip
            spare *= mu
            gradient *= spare

    def tanh(self, y: InOut, k: float, alpha: float) -> None:
        """k tanh(αx)."""
        y *= alpha
        np.tanh(y, out=y)
        y *= k

    def tanh_gradient(self, y: In, dy: InOut, k: float, alpha: float) -> None:
        """Its derivative: kα (1 − (y/k)²)."""
        for strip, gradient, spare in zip(strips(y), strips(dy), self._spares(y), strict=True):
            np.multiply(strip, strip, out=spare)
            spare *= -alpha / k
            spare += k * alpha
            gradient *= spare

    def relu(self, y: InOut, slope: float) -> None:
        """x where positive, slope × x elsewhere."""
        if slope == 0.0:
            np.maximum(y, 0.0, out=y)
            return
        for strip, spare in zip(strips(y), self._spares(y), strict=True):
            np.multiply(strip, slope, out=spare)
            np.maximum(strip, spare, out=strip)

    def relu_gradient(self, y: In, dy: InOut, slope: float) -> None:
        """1 where y > 0, the slope elsewhere."""
        for strip, gradient, spare in zip(strips(y), strips(dy), self._spares(y), strict=True):
            positive = self._spare(_BOOLS, strip.shape)
            np.greater(strip, 0.0, out=positive)
            np.copyto(spare, positive)
            if slope:
                spare *= 1.0 - slope
                spare += slope
            gradient *= spare

    def softplus(self, y: InOut) -> None:
        """log(1 + e^x), as max(x, 0) + log(1 + e^(−|x|))."""
        for strip, spare in zip(strips(y), self._spares(y), strict=True):
            np.maximum(strip, 0.0, out=spare)
            np.abs(strip, out=strip)
            np.negative(strip, out=strip)
            np.exp(strip, out=strip)
            np.log1p(strip, out=strip)
            strip += spare

    def softplus_gradient(self, y: In, dy: InOut) -> None:
        """σ(x) = 1 − e^(−y)."""
        for strip, gradient, spare in zip(strips(y), strips(dy), self._spares(y), strict=True):
            np.negative(strip, out=spare)
            np.expm1(spare, out=spare)
            np.negative(spare, out=spare)
            gradient *= spare

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
        stored = self._spare(source[:1], (len(rows), *source.shape[1:]))
        np.take(source, rows, axis=0, out=stored, mode="clip")
        np.copyto(out, stored)
        out *= factor
        if shift:
            out += shift

    def encode(self, batches: Batches, codes: In, out: Out) -> None:
        """out = codes[label], (batch, outputs), for the samples loaded last."""
        np.take(codes, batches.split.labels[batches.last], axis=0, out=out, mode="clip")

    def draw(self, rng: np.random.Generator, distribution: Distribution, out: Out) -> None:
        """out = the generator's next numbers from a distribution."""
        distribution.fill(rng, out, self)

    def normal(self, rng: np.random.Generator, out: Array) -> None:
        """out ~ N(0, 1), for the distributions."""
        rng.standard_normal(dtype=out.dtype.type, out=out)

    def dropout(self, rng: np.random.Generator, rate: float, out: Array) -> None:
        """out = −1 with probability `rate`, else rate / (1 − rate), so that 1 + out has the mean 1; likewise."""
        rng.random(dtype=out.dtype.type, out=out)
        dropped = self._spare(_BOOLS, out.shape)
        np.less(out, rate, out=dropped)
        out[...] = rate / (1.0 - rate)
        np.copyto(out, -1.0, where=dropped)

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

    # --- bounds

    def clamp(self, params: InOut, bound: float) -> None:
        """Each parameter to [−bound, bound] (Arjovsky et al. 2017, algorithm 1)."""
        np.clip(params, -bound, bound, out=params)

    def rescale(self, params: InOut, bound: float) -> None:
        """params × bound / max|params|, where that maximum is over the bound (the report's code)."""
        largest = max(float(params.max(initial=0.0)), -float(params.min(initial=0.0)))
        if largest > bound:
            params *= bound / largest

    # --- averages

    def average(self, average: InOut, params: In, count: Counter, decay: float) -> None:
        """average ← decay × average + (1 − decay) × params; at step k the decay is at most (1 + k) / (10 + k).

        So the first parameters, which mean nothing, are soon forgotten.
        """
        decay = min(decay, (1.0 + int(count[0])) / (10.0 + int(count[0])))
        for mean, value in zip(strips(average), strips(params), strict=True):
            spare = self._spare(mean)
            np.subtract(value, mean, out=spare)
            spare *= 1.0 - decay
            mean += spare

    # --- games of two numbers: θ descends L(θ, φ), φ ascends it, and optimisers descend

    def bilinear(self, theta: In, phi: In, dtheta: Out, dphi: Out) -> None:
        """∂L/∂θ and −∂L/∂φ of L = θ φ."""
        dtheta[...], dphi[...] = phi, -theta

    def dirac(self, theta: In, phi: In, dtheta: Out, dphi: Out) -> None:
        """The same of the Dirac-GAN: L = f(θφ) + f(0), f(t) = −log(1 + e^(−t)) (Mescheder et al. 2018, section 2).

        The data are all at 0, the generator's samples all at θ, and the discriminator's log-odds are φ x.
        """
        with np.errstate(over="ignore"):  # 1/∞ is the 0 that it should be
            slope = 1.0 / (1.0 + np.exp(theta * phi))  # f'(t) = σ(−t)
        dtheta[...], dphi[...] = phi * slope, -theta * slope

    # --- checks

    def finite(self, params: Array) -> bool:
        """Is every element a finite number? inf and nan do not survive × 0."""
        with self.blas, np.errstate(invalid="ignore", over="ignore"):
            zeros = np.zeros(min(BLOCK, params.size), params.dtype)
            return all(np.isfinite(strip @ zeros[: strip.size]) for strip in strips(params))
