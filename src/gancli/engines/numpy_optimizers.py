"""The optimisers' kernels in plain NumPy: params ← params + Δ, with Δ = momentum × Δ + step where there is a velocity.

They work on a network's flat vectors. All of them take the same three options: `nesterov` looks ahead, so that params ←
params + step + momentum × Δ (Sutskever et al. 2013); `weight_decay` λ stands for a gradient g + λ params, that of
λ/2 ‖params‖² besides; η is multiplied by `rate` (1,), which a schedule writes, where there is one.
"""

import math

import numpy as np

from gancli.engines.arrays import Array, Counter, Counting, In, InOut

FLOOR = 1e-30
"""Added to squares that decay, which would sink to subnormal numbers otherwise, where √ is six times slower."""


class NumpyOptimizers:
    """One kernel for each optimiser."""

    def count(self, count: Counting) -> None:
        """One step more."""
        count += 1

    def clip_norm(self, grads: InOut, count: Counter, clipped: Counting, most: float) -> None:
        """g × most / ‖g‖ where ‖g‖ is over `most` (Pascanu et al. 2013, algorithm 1).

        `clipped` (2,) counts how often that was so, and holds the step at which it first was.
        """
        norm = math.sqrt(np.sum(np.square(grads, dtype=np.float64)))
        if norm > most:
            grads *= most / norm
            clipped[1] = count[0] if clipped[0] == 0 else clipped[1]
            clipped[0] += 1

    def sgd(
        self, params: InOut, grads: In, velocity: InOut | None, eta: float, momentum: float,
        nesterov: bool = False, weight_decay: float = 0.0, rate: In | None = None,
    ) -> None:  # fmt: skip
        """Step −η g."""
        grads = _decayed(grads, params, weight_decay)
        _move(params, -_now(eta, rate) * grads, velocity, momentum, nesterov)

    def adagrad(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, eta: float, epsilon: float,
        nesterov: bool = False, weight_decay: float = 0.0, rate: In | None = None,
    ) -> None:  # fmt: skip
        """G ← G + g², in `square`; step −η g / (√G + ε) (report, 3.1.2)."""
        grads = _decayed(grads, params, weight_decay)
        square += grads * grads
        _move(params, -_now(eta, rate) * grads / (np.sqrt(square) + epsilon), velocity, momentum, nesterov)

    def rmsprop(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, mean: InOut | None, eta: float, gamma: float, epsilon: float,
        nesterov: bool = False, weight_decay: float = 0.0, rate: In | None = None,
    ) -> None:  # fmt: skip
        """G ← γG + (1−γ)g², in `square`; step −η g / (√G + ε) (report, 3.1.3).

        With a mean M of g, −η g / √(G − M² + ε).
        """
        grads = _decayed(grads, params, weight_decay)
        _average_square(square, grads, gamma)
        deviation = np.sqrt(square) + epsilon if mean is None else _deviation(grads, square, mean, gamma, epsilon)
        _move(params, -_now(eta, rate) * grads / deviation, velocity, momentum, nesterov)

    def adadelta(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, mean: InOut | None, moved: InOut, gamma: float, epsilon: float,
        nesterov: bool = False, weight_decay: float = 0.0,
    ) -> None:  # fmt: skip
        """G as in RMSProp, X ← γX + (1−γ)step², in `moved`; step −g √(X+ε) / √(G+ε) (Zeiler 2012).

        With a mean M of g, −g √(X+ε) / √(G − M² + ε) (report, 3.1.4). It has no η that a schedule could multiply.
        """
        grads = _decayed(grads, params, weight_decay)
        _average_square(square, grads, gamma)
        step = -grads * np.sqrt(moved + epsilon) / _deviation(grads, square, mean, gamma, epsilon)
        _average_square(moved, step, gamma)
        _move(params, step, velocity, momentum, nesterov)

    def adam(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        first: InOut, second: InOut, count: Counter, eta: float, beta1: float, beta2: float, epsilon: float,
        nesterov: bool = False, weight_decay: float = 0.0, rate: In | None = None,
    ) -> None:  # fmt: skip
        """Step −η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁^k), v̂ = v / (1 − β₂^k), k = `count` from 1 (report, 3.1.5)."""
        k, grads = int(count[0]), _decayed(grads, params, weight_decay)
        _average(first, grads, beta1)
        _average_square(second, grads, beta2)
        deviation = np.sqrt(second * (1.0 / (1.0 - beta2**k))) + epsilon
        _move(params, (-_now(eta, rate) / (1.0 - beta1**k)) * first / deviation, velocity, momentum, nesterov)

    def adamw(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        first: InOut, second: InOut, count: Counter, eta: float, beta1: float, beta2: float, epsilon: float,
        nesterov: bool = False, weight_decay: float = 0.0, rate: In | None = None,
    ) -> None:  # fmt: skip
        """params ← (1 − ηλ) params, and then Adam's step along g alone: the decay is of no gradient, and no average
        divides it (Loshchilov and Hutter 2019, algorithm 2)."""
        params *= 1.0 - _now(eta, rate) * weight_decay
        state = (velocity, momentum, first, second, count)
        NumpyOptimizers.adam(self, params, grads, *state, eta, beta1, beta2, epsilon, nesterov, rate=rate)


def _now(eta: float, rate: Array | None) -> float:
    """η as a schedule has it."""
    return eta if rate is None else eta * float(rate[0])


def _decayed(grads: Array, params: Array, weight_decay: float) -> Array:
    """g + λ params."""
    return grads + weight_decay * params if weight_decay else grads


def _average(average: Array, value: Array, decay: float) -> None:
    """`average` moved to decay × average + (1 − decay) × value."""
    average *= decay
    average += (1.0 - decay) * value


def _average_square(average: Array, value: Array, decay: float) -> None:
    """The same of value², kept above the subnormal numbers."""
    _average(average, value * value, decay)
    average += FLOOR


def _deviation(g: Array, square: Array, mean: Array | None, gamma: float, epsilon: float) -> Array:
    """√(G + ε), or of a centred optimiser √(G − M² + ε), where M moves first."""
    if mean is None:
        return np.sqrt(square + epsilon)  # type: ignore[no-any-return]
    _average(mean, g, gamma)
    variance = np.maximum(square - mean * mean, 0.0)  # rounding can leave it just under zero
    return np.sqrt(variance + epsilon)


def _move(params: Array, step: Array, velocity: Array | None, momentum: float, nesterov: bool) -> None:
    if velocity is not None:
        velocity *= momentum
        velocity += step
        step = step + momentum * velocity if nesterov else velocity
    params += step
