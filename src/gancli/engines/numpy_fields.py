"""The fields of games of two numbers in plain NumPy: θ descends L(θ, φ), φ ascends it, and optimisers descend.

A field's kernel writes ∂L/∂θ and −∂L/∂φ; its `_hessian` writes ∂²L/∂θ², ∂²L/∂θ∂φ and ∂²L/∂φ². All arrays of a call have
one shape: (1,) in a game, a square of places for a picture.
"""

import numpy as np

from gancli.engines.arrays import Array, In, InOut, Out


class NumpyFields:
    """Two kernels for each field, and one for each way of changing its gradients."""

    def bilinear(self, theta: In, phi: In, dtheta: Out, dphi: Out) -> None:
        """Of L = θ φ."""
        dtheta[...], dphi[...] = phi, -theta

    def bilinear_hessian(self, theta: In, phi: In, tt: Out, tp: Out, pp: Out) -> None:
        """The same everywhere."""
        tt[...], tp[...], pp[...] = 0.0, 1.0, 0.0

    def quadratic(self, theta: In, phi: In, dtheta: Out, dphi: Out, a: float) -> None:
        """Of L = a/2 θ² + θ φ − a/2 φ²."""
        dtheta[...], dphi[...] = a * theta + phi, a * phi - theta

    def quadratic_hessian(self, theta: In, phi: In, tt: Out, tp: Out, pp: Out, a: float) -> None:
        """The same everywhere."""
        tt[...], tp[...], pp[...] = a, 1.0, -a

    def dirac(self, theta: In, phi: In, dtheta: Out, dphi: Out, gamma: float) -> None:
        """Of the Dirac-GAN: L = f(θφ) + f(0) − γ/2 φ², f(t) = −log(1 + e^(−t)) (Mescheder et al. 2018, section 2).

        The data are all at 0, the generator's samples all at θ, and the discriminator's log-odds are φ x, whose slope
        R1 punishes: φ everywhere (section 3).
        """
        slope = _odds(theta * phi)
        dtheta[...], dphi[...] = phi * slope, gamma * phi - theta * slope

    def dirac_hessian(self, theta: In, phi: In, tt: Out, tp: Out, pp: Out, gamma: float) -> None:
        """φ² f'', f' + θφ f'' and θ² f'' − γ, at t = θφ."""
        slope = _odds(theta * phi)
        curve = slope * (slope - 1.0)  # f''(t) = −σ(−t) σ(t)
        tt[...], tp[...], pp[...] = phi * phi * curve, slope + theta * phi * curve, theta * theta * curve - gamma

    def wgan_gp(self, theta: In, phi: In, dtheta: Out, dphi: Out, weight: float) -> None:
        """Of a WGAN whose critic φ x is kept near the slope 1: L = θ φ − λ (|φ| − 1)² (section 3).

        Where φ is 0 the penalty has two slopes; this is their mean.
        """
        dtheta[...], dphi[...] = phi, 2.0 * weight * (phi - np.sign(phi)) - theta

    def wgan_gp_hessian(self, theta: In, phi: In, tt: Out, tp: Out, pp: Out, weight: float) -> None:
        """The same everywhere but at φ = 0, where the gradient jumps."""
        tt[...], tp[...], pp[...] = 0.0, 1.0, -2.0 * weight

    # --- what updates make of the gradients

    def consensus(self, dtheta: InOut, dphi: InOut, tt: In, tp: In, pp: In, gamma: float) -> None:
        """γ ∇ ½‖v‖² added, v = (−∂L/∂θ, ∂L/∂φ), whose squares are those of both gradients (Mescheder et al. 2017).

        ∇ ½‖v‖² is the Hessian of L times L's gradient, and ∂L/∂φ is −dphi.
        """
        along, across = dtheta * tt - dphi * tp, dtheta * tp - dphi * pp
        dtheta += gamma * along
        dphi += gamma * across

    def optimistic(self, grads: InOut, previous: InOut) -> None:
        """grads ← 2 grads − previous, and `previous` becomes what grads were (Daskalakis et al. 2018)."""
        before = previous.copy()
        previous[...] = grads
        grads += grads - before


def _odds(t: Array) -> Array:
    """f'(t) = σ(−t)."""
    with np.errstate(over="ignore"):  # 1/∞ is the 0 that it should be
        return 1.0 / (1.0 + np.exp(t))
