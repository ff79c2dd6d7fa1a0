"""The optimisers' kernels in plain NumPy: params ← params + Δ, with Δ = momentum × Δ + step where there is a velocity.

They work on a network's flat vectors, block by block.
"""

import numpy as np

from gancli.engines.arrays import Array, Counter, Counting, In, InOut
from gancli.engines.strips import Scratch, blocks

FLOOR = 1e-30
"""Added to squares that decay, which would sink to subnormal numbers otherwise, where √ is six times slower."""


class NumpyOptimizers(Scratch):
    """One kernel for each optimiser."""

    def count(self, count: Counting) -> None:
        """One step more."""
        count += 1

    def sgd(self, params: InOut, grads: In, velocity: InOut | None, eta: float, momentum: float) -> None:
        """Step −η g."""
        for block in blocks(params.size):
            s = self._spare(params[block])
            np.multiply(grads[block], -eta, out=s)
            _move(params, s, velocity, momentum, block)

    def adagrad(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, eta: float, epsilon: float,
    ) -> None:  # fmt: skip
        """square ← square + g²; step −η g / (√square + ε) (report, 3.1.2)."""
        for block in blocks(params.size):
            g, s = grads[block], self._spare(params[block])
            np.multiply(g, g, out=s)
            square[block] += s
            np.sqrt(square[block], out=s)
            s += epsilon
            np.divide(g, s, out=s)
            s *= -eta
            _move(params, s, velocity, momentum, block)

    def rmsprop(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, mean: InOut | None, eta: float, gamma: float, epsilon: float,
    ) -> None:  # fmt: skip
        """square ← γ square + (1−γ)g²; step −η g / (√square + ε).

        With a mean, −η g / √(square − mean² + ε) (report, 3.1.3).
        """
        for block in blocks(params.size):
            g, s = grads[block], self._spare(params[block])
            _average_square(square[block], g, gamma, s)
            if mean is None:
                np.sqrt(square[block], out=s)
                s += epsilon
            else:
                _deviation(g, square, mean, gamma, epsilon, block, s, self._spare(s, which=1))
            np.divide(g, s, out=s)
            s *= -eta
            _move(params, s, velocity, momentum, block)

    def adadelta(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        square: InOut, mean: InOut | None, moved: InOut, gamma: float, epsilon: float,
    ) -> None:  # fmt: skip
        """square as in RMSProp, moved ← γ moved + (1−γ)step²; step −g √(moved + ε) / √(square + ε) (Zeiler 2012).

        With a mean, −g √(moved + ε) / √(square − mean² + ε) (report, 3.1.4).
        """
        for block in blocks(params.size):
            g, s, x = grads[block], self._spare(params[block]), moved[block]
            spare = self._spare(s, which=1)
            _average_square(square[block], g, gamma, s)
            _deviation(g, square, mean, gamma, epsilon, block, s, spare)
            np.divide(g, s, out=s)
            np.add(x, epsilon, out=spare)
            np.sqrt(spare, out=spare)
            np.negative(spare, out=spare)
            s *= spare
            _average_square(x, s, gamma, spare)
            _move(params, s, velocity, momentum, block)

    def adam(
        self, params: InOut, grads: In, velocity: InOut | None, momentum: float,
        first: InOut, second: InOut, count: Counter, eta: float, beta1: float, beta2: float, epsilon: float,
    ) -> None:  # fmt: skip
        """Step −η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁^k), v̂ = v / (1 − β₂^k), k = `count` from 1 (report, 3.1.5)."""
        k = int(count[0])
        for block in blocks(params.size):
            g, s = grads[block], self._spare(params[block])
            _average(first[block], g, beta1, s)
            _average_square(second[block], g, beta2, s)
            np.multiply(second[block], 1.0 / (1.0 - beta2**k), out=s)
            np.sqrt(s, out=s)
            s += epsilon
            np.divide(first[block], s, out=s)
            s *= -eta / (1.0 - beta1**k)
            _move(params, s, velocity, momentum, block)


def _average(average: Array, value: Array, decay: float, spare: Array) -> None:
    """average ← decay × average + (1 − decay) × value."""
    np.multiply(value, 1.0 - decay, out=spare)
    average *= decay
    average += spare


def _average_square(average: Array, value: Array, decay: float, spare: Array) -> None:
    """average ← decay × average + (1 − decay) × value², kept above the subnormal numbers."""
    np.multiply(value, value, out=spare)
    spare *= 1.0 - decay
    spare += FLOOR
    average *= decay
    average += spare


def _deviation(
    g: Array, square: Array, mean: Array | None, gamma: float, epsilon: float, block: slice, out: Array, spare: Array
) -> None:
    """out = √(square + ε) or, centred, √(square − mean² + ε)."""
    if mean is None:
        np.add(square[block], epsilon, out=out)
    else:
        _average(mean[block], g, gamma, spare)
        np.multiply(mean[block], mean[block], out=spare)
        np.subtract(square[block], spare, out=out)
        np.maximum(out, 0.0, out=out)  # rounding can leave a variance just under zero
        out += epsilon
    np.sqrt(out, out=out)


def _move(params: Array, step: Array, velocity: Array | None, momentum: float, block: slice) -> None:
    if velocity is None:
        params[block] += step
    else:
        velocity[block] *= momentum
        velocity[block] += step
        params[block] += velocity[block]
