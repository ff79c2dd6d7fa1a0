"""What keeps a network's slope within a bound, in plain NumPy: clips, spectral normalisation, orthonormal weights."""

import numpy as np

from gancli.engines.arrays import In, InOut, Out

TINY = 1e-30
"""Instead of a norm of 0."""
CONVERGES = 2.5
"""Björck's iteration converges where no singular value is over √3; a bound of their squares is brought to this."""


class NumpyBounds:
    """Weights `w` are (inputs, units), vectors (1, n), a norm (1,)."""

    def clamp(self, params: InOut, bound: float) -> None:
        """Each parameter to [−bound, bound] (Arjovsky et al. 2017, algorithm 1)."""
        np.clip(params, -bound, bound, out=params)

    def rescale(self, params: InOut, bound: float) -> None:
        """params × bound / max|params|, where that maximum is over the bound (the report's code)."""
        largest = max(float(params.max(initial=0.0)), -float(params.min(initial=0.0)))
        if largest > bound:
            params *= bound / largest

    # --- spectral normalisation

    def unit(self, x: InOut, norm: Out) -> None:
        """norm = ‖x‖, and x / ‖x‖."""
        norm[...] = max(float(np.sqrt(np.vdot(x, x))), TINY)
        x /= norm

    def divide(self, w: In, norm: In, bound: float, out: Out) -> None:
        """out = w × (bound / norm), the same bits in every engine."""
        np.multiply(w, w.dtype.type(bound) / norm[0], out=out)

    def spectral_gradient(self, dbar: In, wbar: In, outer: In, norm: In, bound: float, out: Out) -> None:
        """dW = (bound dW̄ − ⟨dW̄, W̄⟩ ∂σ/∂W) / σ, of W̄ = bound W / σ; `outer` is ∂σ/∂W, `norm` is σ."""
        np.multiply(outer, -np.vdot(dbar, wbar), out=out)
        out += bound * dbar
        out /= norm[0]

    # --- orthonormal weights

    def bjorck(self, gram: InOut) -> None:
        """From G = WᵀW, what W is multiplied with: 3/2 − G/2 (Björck and Bowie 1971).

        Where W may be too large for that to converge, it is made smaller first: no eigenvalue of G is over the largest
        sum of a row's sizes.
        """
        largest = max(float(np.abs(gram).sum(axis=1).max()) / CONVERGES, 1.0)
        gram *= -0.5 / largest**1.5
        gram[np.diag_indices(len(gram))] += 1.5 / largest**0.5
