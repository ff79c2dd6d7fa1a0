"""Gradients of the losses with respect to a network's outputs in plain NumPy; `nn.losses` gives the losses."""

import numpy as np

from gancli.engines.arrays import Array, In, Out


class NumpyLosses:
    """One kernel for each loss or term; outputs are (batch, outputs), and `out` is none of the arrays read."""

    def mse(self, output: In, target: In, out: Out) -> None:
        """2 (o − t) / batch."""
        np.subtract(output, target, out=out)
        out *= 2.0 / len(output)

    def cross_entropy(self, output: In, target: In, out: Out) -> None:
        """(σ(a) − t) / batch, from the log-odds a."""
        np.subtract(sigmoid(output), target, out=out)
        out /= len(output)

    def categorical_cross_entropy(self, output: In, target: In, out: Out) -> None:
        """(softmax(a) − t) / batch, from the log-odds a."""
        np.subtract(softmax(output), target, out=out)
        out /= len(output)

    def log_term(self, output: In, targets: In | None, target: float, weight: float, out: Out) -> None:
        """weight × ((1 − t) σ(a) − t σ(−a)) / batch; `targets` (batch, 1), where there are any, instead of `target`.

        Exact where the discriminator is sure, as σ(a) − t is not.
        """
        t = target if targets is None else targets
        out[...] = (1.0 - t) * sigmoid(output) - t * sigmoid(-output)
        out *= weight / len(output)

    def square_term(self, output: In, targets: In | None, target: float, weight: float, out: Out) -> None:
        """weight × (o − t) / batch."""
        np.subtract(output, target if targets is None else targets, out=out)
        out *= weight / len(output)

    def hinge_term(self, output: In, side: float, out: Out) -> None:
        """−side / batch where side × o < 1, else 0."""
        out[...] = np.where(side * output < 1.0, -side / len(output), 0.0)

    def exp_term(self, output: In, weight: float, rate: float, shift: float, out: Out) -> None:
        """weight × e^(rate × o + shift) / batch."""
        np.exp(rate * output + shift, out=out)
        out *= weight / len(output)

    def tanh_term(self, output: In, weight: float, out: Out) -> None:
        """weight × (1 − tanh²(o)) / batch."""
        out[...] = 1.0 - np.tanh(output) ** 2
        out *= weight / len(output)

    def pair_term(self, output: In, targets: In | None, side: float, out: Out) -> None:
        """−side × σ(−side × (o − other)) / batch; `targets` (batch, 1) are the others, 0 where there are none."""
        out[...] = sigmoid(-side * (output - (0.0 if targets is None else targets)))
        out *= -side / len(output)

    # --- penalties

    def weigh_slopes(self, slope: In, weight: float, target: float, above: float, out: Out) -> None:
        """2 weight (n − target) / n / batch for each slope (batch, inputs) of norm n; 0 for none, and below if `above`.

        The gradient of weight × mean (n − target)² is those times the slope.
        """
        norm = np.sqrt(np.einsum("ij,ij->i", slope, slope))[:, None]
        out[...] = norm - target
        if above:
            np.maximum(out, 0.0, out=out)
        out *= 2.0 * weight / len(slope)
        np.divide(out, norm, out=out, where=norm > 0.0)
        out[norm == 0.0] = 0.0

    def between(self, x: In, other: In, share: In, out: Out) -> None:
        """out = other + share (x − other); `share` (batch, 1)."""
        np.subtract(x, other, out=out)
        out *= share
        out += other


def sigmoid(a: Array) -> Array:
    """1 / (1 + e^(−a)), without overflow, and exact to the last digits where it is small.

    (½ (1 + tanh(a/2)) is not: in single precision it has lost half of them at a = −8, where a sure discriminator is.)
    """
    small = np.exp(-np.abs(a))
    return np.where(a >= 0.0, np.ones((), a.dtype), small) / (1.0 + small)


def softmax(a: Array) -> Array:
    """e^a / Σ e^a of each row, without overflow."""
    powers = np.exp(a - a.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]
