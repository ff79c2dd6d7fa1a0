"""The reference engine: every kernel in plain NumPy, written into an explicit `out`.

Shapes: a batch `x` is (batch, inputs), weights `w` are (inputs, units), `y` and `dy` are (batch, units);
`dy` is ∂E/∂y. Activations work in place on a layer's output `y`, and their derivatives are taken from that
output. Optimisers work on a network's flat vectors; `step` is scratch that leaves with the step taken.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from gancli.engines.plan import AdversarialPlan, Array, GamePlayer, SupervisedPlan

FLOOR = 1e-30
"""Added to squares that decay, which would sink to subnormal numbers otherwise, where √ is six times slower."""
BLOCK = 32768
"""Elements of a flat vector worked on at once, so that what several passes work on stays in the second-level cache."""
_NOTHING = np.zeros(0)


class NumpyEngine:
    """Kernels in NumPy."""

    name = "numpy"

    def __init__(self, threads: int = 1):
        """`threads` is how many BLAS computes with, in all of this process."""
        self.threads = threads
        self._scratch: dict[Any, NDArray[Any]] = {}
        threadpool_limits(threads, user_api="blas")

    def player(self, plan: SupervisedPlan | AdversarialPlan) -> GamePlayer | None:
        """What plays whole games by itself; None, as here, where the games are played step by step."""
        return None

    def _spare(self, like: NDArray[Any], shape: tuple[int, ...] | None = None) -> NDArray[Any]:
        """Scratch of the type and the shape of an array, or of another shape; its last user is done with it."""
        shape = like.shape if shape is None else shape
        size = math.prod(shape)
        if self._scratch.get(like.dtype, _NOTHING).size < size:
            self._scratch[like.dtype] = np.empty(max(size, BLOCK), like.dtype)
        return self._scratch[like.dtype][:size].reshape(shape)

    def _spares(self, array: Array) -> Iterator[Array]:
        """Scratch for each strip of an array, always the same."""
        return (self._spare(part) for part in strips(array))

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
            np.greater(part, 0.0, out=spare)
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
        np.multiply(stored, out.dtype.type(factor), out=out)

    # --- optimisers: params ← params + Δ, with Δ = momentum × Δ + step where there is a velocity

    def sgd(
        self, params: Array, grads: Array, step: Array, velocity: Array | None, eta: float, momentum: float
    ) -> None:
        """Step −η g."""
        for part in blocks(params.size):
            np.multiply(grads[part], -eta, out=step[part])
            _move(params, step, velocity, momentum, part)

    def adagrad(
        self, params: Array, grads: Array, step: Array, velocity: Array | None, momentum: float,
        square: Array, eta: float, epsilon: float,
    ) -> None:  # fmt: skip
        """G ← G + g²; step −η g / (√G + ε) (report, 3.1.2)."""
        for part in blocks(params.size):
            g, s = grads[part], step[part]
            np.multiply(g, g, out=s)
            square[part] += s
            np.sqrt(square[part], out=s)
            s += epsilon
            np.divide(g, s, out=s)
            s *= -eta
            _move(params, step, velocity, momentum, part)

    def rmsprop(
        self, params: Array, grads: Array, step: Array, velocity: Array | None, momentum: float,
        square: Array, mean: Array | None, eta: float, gamma: float, epsilon: float,
    ) -> None:  # fmt: skip
        """G ← γG + (1−γ)g²; step −η g / (√G + ε); with a mean, −η g / √(G − M² + ε) (report, 3.1.3)."""
        for part in blocks(params.size):
            g, s = grads[part], step[part]
            _average_square(square[part], g, gamma, s)
            _root(g, square, mean, gamma, epsilon, part, s, self._spare(s))
            np.divide(g, s, out=s)
            s *= -eta
            _move(params, step, velocity, momentum, part)

    def adadelta(
        self, params: Array, grads: Array, step: Array, velocity: Array | None, momentum: float,
        square: Array, mean: Array | None, moved: Array, gamma: float, epsilon: float,
    ) -> None:  # fmt: skip
        """G as in RMSProp, X ← γX + (1−γ)step²; step −g √(X+ε) / (√G + ε), or / √(G − M² + ε) (report, 3.1.4)."""
        for part in blocks(params.size):
            g, s, x = grads[part], step[part], moved[part]
            spare = self._spare(s)
            _average_square(square[part], g, gamma, s)
            _root(g, square, mean, gamma, epsilon, part, s, spare)
            np.divide(g, s, out=s)
            np.add(x, epsilon, out=spare)
            np.sqrt(spare, out=spare)
            np.negative(spare, out=spare)
            s *= spare
            _average_square(x, s, gamma, spare)
            _move(params, step, velocity, momentum, part)

    def adam(
        self, params: Array, grads: Array, step: Array, velocity: Array | None, momentum: float,
        first: Array, second: Array, count: int, eta: float, beta1: float, beta2: float, epsilon: float,
    ) -> None:  # fmt: skip
        """Step −η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁^k), v̂ = v / (1 − β₂^k), k = `count` from 1 (report, 3.1.5)."""
        for part in blocks(params.size):
            g, s = grads[part], step[part]
            _average(first[part], g, beta1, s)
            _average_square(second[part], g, beta2, s)
            np.multiply(second[part], 1.0 / (1.0 - beta2**count), out=s)
            np.sqrt(s, out=s)
            s += epsilon
            np.divide(first[part], s, out=s)
            s *= -eta / (1.0 - beta1**count)
            _move(params, step, velocity, momentum, part)

    # --- bounds

    def clamp(self, params: Array, bound: float) -> None:
        """Each parameter to [−bound, bound] (Arjovsky et al. 2017, algorithm 1)."""
        np.clip(params, -bound, bound, out=params)

    def rescale(self, params: Array, bound: float) -> None:
        """Params × bound / max|params|, where that maximum is over the bound (the report's code)."""
        largest = max(float(params.max(initial=0.0)), -float(params.min(initial=0.0)))
        if largest > bound:
            params *= bound / largest

    def finite(self, params: Array) -> bool:
        """Is every element a finite number? inf and nan do not survive × 0."""
        with np.errstate(invalid="ignore", over="ignore"):
            zeros = np.zeros(min(BLOCK, params.size), params.dtype)
            return all(np.isfinite(part @ zeros[: part.size]) for part in strips(params))


def blocks(size: int) -> Iterator[slice]:
    """Slices of at most BLOCK elements that cover a flat vector."""
    return (slice(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK))


def strips(array: Array) -> Iterator[Array]:
    """A contiguous array as flat views of at most BLOCK elements: what several passes work on stays in the cache."""
    if not array.flags.c_contiguous:
        raise ValueError("this kernel works in place on contiguous arrays")
    flat = array.reshape(-1)
    return (flat[part] for part in blocks(flat.size))


def _average(average: Array, value: Array, decay: float, spare: Array) -> None:
    """Average ← decay × average + (1 − decay) × value."""
    np.multiply(value, 1.0 - decay, out=spare)
    average *= decay
    average += spare


def _average_square(average: Array, value: Array, decay: float, spare: Array) -> None:
    """Average ← decay × average + (1 − decay) × value², kept above the subnormal numbers."""
    np.multiply(value, value, out=spare)
    spare *= 1.0 - decay
    spare += FLOOR
    average *= decay
    average += spare


def _root(
    g: Array, square: Array, mean: Array | None, gamma: float, epsilon: float, part: slice, out: Array, spare: Array
) -> None:
    """Out = √G + ε or, centred, √(G − M² + ε)."""
    if mean is None:
        np.sqrt(square[part], out=out)
        out += epsilon
    else:
        _average(mean[part], g, gamma, spare)
        np.multiply(mean[part], mean[part], out=spare)
        np.subtract(square[part], spare, out=out)
        np.maximum(out, 0.0, out=out)  # rounding can leave a variance just under zero
        out += epsilon
        np.sqrt(out, out=out)


def _move(params: Array, step: Array, velocity: Array | None, momentum: float, part: slice) -> None:
    if velocity is None:
        params[part] += step[part]
    else:
        velocity[part] *= momentum
        velocity[part] += step[part]
        params[part] += velocity[part]
