"""The reference engine: every kernel in plain NumPy, written into an explicit `out`.

Shapes: a batch `x` is (batch, inputs), weights `w` are (inputs, units), `y` and `dy` are (batch, units);
`dy` is ∂E/∂y. Activations work in place on a layer's output `y`, and their derivatives are taken from that
output.
"""

import numpy as np
from numpy.typing import NDArray

from gancli.engines.blas_threads import BlasThreads
from gancli.engines.numpy_optimizers import NumpyOptimizers
from gancli.engines.plan import AdversarialPlan, Array, GamePlayer, SupervisedPlan
from gancli.engines.strips import BLOCK, strips

_BOOLS = np.zeros(0, bool)
"""The type of scratch for comparisons, which NumPy makes quicker into truth values than into numbers."""


class NumpyEngine(NumpyOptimizers):
    """Kernels in NumPy; those of the optimisers are in `numpy_optimizers`."""

    name = "numpy"

    def __init__(self, threads: int = 1):
        """`threads` is how many products take; whoever calls several of these kernels holds them with `blas`."""
        super().__init__()
        self.threads = threads
        self.blas = BlasThreads(threads)

    def player(self, plan: SupervisedPlan | AdversarialPlan) -> GamePlayer | None:
        """What plays whole games by itself; None, as here, where the games are played step by step."""
        return None

    # --- dense layers

    def affine(self, x: Array, w: Array, b: Array | None, out: Array) -> None:
        """Out = x w + b."""
        np.matmul(x, w, out=out)
        if b is not None:
            out += b

    def affine_params(self, x: Array, dy: Array, dw: Array, db: Array | None) -> None:
        """Gradients of the weights, xᵀ dy, and of the bias, Σ dy over the batch."""
        np.matmul(x.T, dy, out=dw)
        if db is not None:
            np.sum(dy, axis=0, out=db)

    def affine_input(self, dy: Array, w: Array, out: Array) -> None:
        """Gradient of the inputs: out = dy wᵀ."""
        np.matmul(dy, w.T, out=out)

    # --- activations, in place; and dy ← dy × f'(x), from y = f(x)

    def scale(self, y: Array, factor: float) -> None:
        """Y ← factor y."""
        y *= factor

    def sigmoid(self, y: Array, mu: float) -> None:
        """σ_μ(x) = 1 / (1 + e^(−μx)); where the power overflows, 1/∞ is the 0 that it should be.

        (As (1 + tanh(μx/2)) / 2 it took twice as long: NumPy's exp is vectorised on more processors than its tanh.)
        """
        with np.errstate(over="ignore"):
            for part in strips(y):
                part *= -mu
                np.exp(part, out=part)
                part += 1.0
                np.reciprocal(part, out=part)

    def sigmoid_gradient(self, y: Array, dy: Array, mu: float) -> None:
        """σ' = μ σ (1 − σ)."""
        for part, gradient, spare in zip(strips(y), strips(dy), self._spares(y), strict=True):
            np.subtract(1.0, part, out=spare)
            spare *= part
            spare *= mu
            gradient *= spare

    def tanh(self, y: Array, k: float, alpha: float) -> None:
        """K tanh(αx)."""
        y *= alpha
        np.tanh(y, out=y)
        y *= k

    def tanh_gradient(self, y: Array, dy: Array, k: float, alpha: float) -> None:
        """Its derivative: kα (1 − (y/k)²)."""
        for part, gradient, spare in zip(strips(y), strips(dy), self._spares(y), strict=True):
            np.multiply(part, part, out=spare)
            spare *= -alpha / k
            spare += k * alpha
            gradient *= spare

    def relu(self, y: Array, slope: float) -> None:
        """x where positive, slope × x elsewhere."""
        if slope == 0.0:
            np.maximum(y, 0.0, out=y)
            return
        for part, spare in zip(strips(y), self._spares(y), strict=True):
            np.multiply(part, slope, out=spare)
            np.maximum(part, spare, out=part)

    def relu_gradient(self, y: Array, dy: Array, slope: float) -> None:
        """1 where y > 0, the slope elsewhere."""
        for part, gradient, spare in zip(strips(y), strips(dy), self._spares(y), strict=True):
            positive = self._spare(_BOOLS, part.shape)
            np.greater(part, 0.0, out=positive)
            np.copyto(spare, positive)
            if slope:
                spare *= 1.0 - slope
                spare += slope
            gradient *= spare

    def softplus(self, y: Array) -> None:
        """log(1 + e^x), as max(x, 0) + log(1 + e^(−|x|))."""
        for part, spare in zip(strips(y), self._spares(y), strict=True):
            np.maximum(part, 0.0, out=spare)
            np.abs(part, out=part)
            np.negative(part, out=part)
            np.exp(part, out=part)
            np.log1p(part, out=part)
            part += spare

    def softplus_gradient(self, y: Array, dy: Array) -> None:
        """σ(x) = 1 − e^(−y)."""
        for part, gradient, spare in zip(strips(y), strips(dy), self._spares(y), strict=True):
            np.negative(part, out=spare)
            np.expm1(spare, out=spare)
            np.negative(spare, out=spare)
            gradient *= spare

    def step(self, y: Array) -> None:
        """1 where x > 0, else 0 (Heaviside)."""
        np.greater(y, 0.0, out=y)

    # --- data

    def load(self, source: NDArray[np.generic], rows: NDArray[np.intp], factor: float, out: Array) -> None:
        """Out = factor × source[rows]: a batch drawn from stored samples."""
        stored = self._spare(source[:1], (len(rows), *source.shape[1:]))
        np.take(source, rows, axis=0, out=stored, mode="clip")
        np.copyto(out, stored)
        out *= factor

    def normal(self, rng: np.random.Generator, out: Array) -> None:
        """Out ~ N(0, 1), the generator's next numbers."""
        rng.standard_normal(dtype=out.dtype.type, out=out)

    def dropout(self, rng: np.random.Generator, rate: float, out: Array) -> None:
        """Out = −1 with probability `rate`, else rate / (1 − rate): 1 + out has the mean 1."""
        rng.random(dtype=out.dtype.type, out=out)
        dropped = self._spare(_BOOLS, out.shape)
        np.less(out, rate, out=dropped)
        out[...] = rate / (1.0 - rate)
        np.copyto(out, -1.0, where=dropped)

    # --- bounds

    def clamp(self, params: Array, bound: float) -> None:
        """Each parameter to [−bound, bound] (Arjovsky et al. 2017, algorithm 1)."""
        np.clip(params, -bound, bound, out=params)

    def rescale(self, params: Array, bound: float) -> None:
        """Params × bound / max|params|, where that maximum is over the bound (the report's code)."""
        largest = max(float(params.max(initial=0.0)), -float(params.min(initial=0.0)))
        if largest > bound:
            params *= bound / largest

    # --- averages

    def average(self, average: Array, params: Array, decay: float) -> None:
        """Average ← decay × average + (1 − decay) × params."""
        for kept, value in zip(strips(average), strips(params), strict=True):
            spare = self._spare(kept)
            np.subtract(value, kept, out=spare)
            spare *= 1.0 - decay
            kept += spare

    def finite(self, params: Array) -> bool:
        """Is every element a finite number? inf and nan do not survive × 0."""
        with self.blas, np.errstate(invalid="ignore", over="ignore"):
            zeros = np.zeros(min(BLOCK, params.size), params.dtype)
            return all(np.isfinite(part @ zeros[: part.size]) for part in strips(params))
