"""The optimisers' kernels in plain NumPy: params ← params + Δ, with Δ = momentum × Δ + step where there is a velocity.

They work on a network's flat vectors.
"""

import numpy as np

from gancli.engines.arrays import Array, Counter, Counting, In, InOut

FLOOR = 1e-30
"""Added to squares that decay, which would sink to subnormal numbers otherwise, where √ is six times slower."""


class NumpyOptimizers:
    """One kernel for each optimiser."""

    def count(self, count: Counting) -> None:
        """One step more."""
        count += 1

    def sgd(self, params: InOut, grads: In, velocity: InOut | None, eta: float, momentum: float) -> None:
        """Step −η g."""
        _move(params, -eta * grads, velocity, momentum)

    def adagrad(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, eta: float, epsilon: float,
    ) -> None:  # fmt: skip
        """G ← G + g², in `square`; step −η g / (√G + ε) (report, 3.1.2)."""
        square += grads * grads
        _move(params, -eta * grads / (np.sqrt(square) + epsilon), velocity, momentum)

    def rmsprop(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, mean: InOut | None, eta: float, gamma: float, epsilon: float,
    ) -> None:  # fmt: skip
        """G ← γG + (1−γ)g², in `square`; step −η g / (√G + ε) (report, 3.1.3).

        With a mean M of g, −η g / √(G − M² + ε).
        """
        _average_square(square, grads, gamma)
        deviation = np.sqrt(square) + epsilon if mean is None else _deviation(grads, square, mean, gamma, epsilon)
        _move(params, -eta * grads / deviation, velocity, momentum)

    def adadelta(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, mean: InOut | None, moved: InOut, gamma: float, epsilon: float,
    ) -> None:  # fmt: skip
        """G as in RMSProp, X ← γX + (1−γ)step², in `moved`; step −g √(X+ε) / √(G+ε) (Zeiler 2012).

        With a mean M of g, −g √(X+ε) / √(G − M² + ε) (report, 3.1.4).
        """
        _average_square(square, grads, gamma)
        step = -grads * np.sqrt(moved + epsilon) / _deviation(grads, square, mean, gamma, epsilon)
        _average_square(moved, step, gamma)
        _move(params, step, velocity, momentum)

    def adam(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        first: InOut, second: InOut, count: Counter, eta: float, beta1: float, beta2: float, epsilon: float,
    ) -> None:  # fmt: skip
        """Step −η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁^k), v̂ = v / (1 − β₂^k), k = `count` from 1 (report, 3.1.5)."""
        k = int(count[0])
        _average(first, grads, beta1)
        _average_square(second, grads, beta2)
        deviation = np.sqrt(second * (1.0 / (1.0 - beta2**k))) + epsilon
        _move(params, (-eta / (1.0 - beta1**k)) * first / deviation, velocity, momentum)


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


def _move(params: Array, step: Array, velocity: Array | None, momentum: float) -> None:
    if velocity is not None:
        velocity *= momentum
        velocity += step
        step = velocity
    params += step
