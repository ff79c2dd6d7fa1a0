"""The reference engine: every kernel in plain NumPy, written into an explicit `out`.

Shapes: a batch `x` is (batch, inputs), weights `w` are (inputs, units), `y` and `dy` are (batch, units);
`dy` is ∂E/∂y. Activations work in place on a layer's output `y`, and their derivatives are taken from that
output. Optimisers work on a network's flat vectors; `step` is scratch that leaves with the step taken.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

BLOCK = 8192
"""Elements of a flat vector worked on at once, so that temporaries stay in the first-level cache."""


class NumpyEngine:
    """Kernels in NumPy."""

    name = "numpy"

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
        """σ_μ(x) = 1 / (1 + e^(−μx)), as (1 + tanh(μx/2)) / 2, which never overflows."""
        y *= 0.5 * mu
        np.tanh(y, out=y)
        y += 1.0
        y *= 0.5

    def sigmoid_gradient(self, y: Array, dy: Array, mu: float) -> None:
        """σ' = μ σ (1 − σ)."""
        dy *= y * (1.0 - y)
        dy *= mu

    def tanh(self, y: Array, k: float, alpha: float) -> None:
        """K tanh(αx)."""
        y *= alpha
        np.tanh(y, out=y)
        y *= k

    def tanh_gradient(self, y: Array, dy: Array, k: float, alpha: float) -> None:
        """Its derivative: kα (1 − (y/k)²)."""
        dy *= k * alpha - (alpha / k) * (y * y)

    def relu(self, y: Array, slope: float) -> None:
        """x where positive, slope × x elsewhere."""
        np.maximum(y, y * slope if slope else 0.0, out=y)

    def relu_gradient(self, y: Array, dy: Array, slope: float) -> None:
        """1 where y > 0, the slope elsewhere."""
        np.multiply(dy, slope, out=dy, where=y <= 0.0)

    def softplus(self, y: Array) -> None:
        """log(1 + e^x), as max(x, 0) + log(1 + e^(−|x|))."""
        positive = np.maximum(y, 0.0)
        np.abs(y, out=y)
        np.negative(y, out=y)
        np.exp(y, out=y)
        np.log1p(y, out=y)
        y += positive

    def softplus_gradient(self, y: Array, dy: Array) -> None:
        """σ(x) = 1 − e^(−y)."""
        dy *= -np.expm1(-y)

    def step(self, y: Array) -> None:
        """1 where x > 0, else 0 (Heaviside)."""
        np.greater(y, 0.0, out=y)

    # --- data

    def load(self, source: NDArray[np.generic], rows: NDArray[np.intp], factor: float, out: Array) -> None:
        """Out = factor × source[rows]: a batch drawn from stored samples."""
        np.multiply(source[rows], out.dtype.type(factor), out=out)

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
            square[part] += g * g
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
            _average(square[part], g * g, gamma)
            _root(g, square, mean, gamma, epsilon, part, s)
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
            _average(square[part], g * g, gamma)
            _root(g, square, mean, gamma, epsilon, part, s)
            np.divide(g, s, out=s)
            s *= -np.sqrt(x + epsilon)
            _average(x, s * s, gamma)
            _move(params, step, velocity, momentum, part)

    def adam(
        self, params: Array, grads: Array, step: Array, velocity: Array | None, momentum: float,
        first: Array, second: Array, count: int, eta: float, beta1: float, beta2: float, epsilon: float,
    ) -> None:  # fmt: skip
        """Step −η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁^k), v̂ = v / (1 − β₂^k), k = `count` from 1 (report, 3.1.5)."""
        for part in blocks(params.size):
            g, s = grads[part], step[part]
            _average(first[part], g, beta1)
            _average(second[part], g * g, beta2)
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
        largest = float(np.abs(params).max(initial=0.0))
        if largest > bound:
            params *= bound / largest

    def finite(self, params: Array) -> bool:
        """Is every element a finite number? One product: inf and nan do not survive × 0."""
        with np.errstate(invalid="ignore", over="ignore"):
            return bool(np.isfinite(np.dot(params, np.zeros_like(params))))


def blocks(size: int) -> Iterator[slice]:
    """Slices of at most BLOCK elements that cover a flat vector."""
    return (slice(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK))


def _average(average: Array, value: Array, decay: float) -> None:
    """Average ← decay × average + (1 − decay) × value."""
    average *= decay
    average += (1.0 - decay) * value


def _root(g: Array, square: Array, mean: Array | None, gamma: float, epsilon: float, part: slice, out: Array) -> None:
    """Out = √G + ε or, centred, √(G − M² + ε)."""
    if mean is None:
        np.sqrt(square[part], out=out)
        out += epsilon
    else:
        _average(mean[part], g, gamma)
        np.subtract(square[part], mean[part] ** 2, out=out)
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
