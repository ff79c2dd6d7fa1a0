"""Kernels over all samples of a batch, in plain NumPy: batch normalisation and minibatch discrimination."""

import numpy as np

from gancli.engines.arrays import In, InOut, Out

EPSILON = 1e-5
"""Added to a variance."""
MOMENTUM = 0.9
"""Of the running mean and variance, which stand for a batch's own outside training."""


class NumpyBatches:
    """x (rows, units) holds several batches where rows are a multiple of `batch`; `factor` is (batches, units)."""

    def normalize(self, x: In, mean: InOut, variance: InOut, batch: int, out: Out, factor: Out) -> None:
        """x̂ = (x − mean) × factor, factor = 1 / √(variance + ε), each of its own batch; and the running statistics.

        The running variance estimates the population's, so it takes the unbiased m / (m − 1) × variance of m samples
        (Ioffe and Szegedy 2015, algorithm 2), while x̂ is normalised by the biased one (algorithm 1).
        """
        groups = x.reshape(-1, batch, x.shape[1])
        middle, spread = groups.mean(axis=1, keepdims=True), groups.var(axis=1, keepdims=True)
        factor[...] = 1.0 / np.sqrt(spread[:, 0] + EPSILON)
        np.multiply(groups - middle, factor[:, None], out=out.reshape(groups.shape))
        unbiased = spread * (batch / (batch - 1))
        for running, batches in ((mean, middle), (variance, unbiased)):
            for value in batches[:, 0]:
                running += (1.0 - MOMENTUM) * (value - running)

    def normalize_by(self, x: In, mean: In, variance: In, out: Out, factor: Out) -> None:
        """x̂ by the running mean and variance, as outside training."""
        factor[...] = 1.0 / np.sqrt(variance + EPSILON)
        np.multiply(x - mean, factor[0], out=out)

    def stretch(self, normal: In, scale: In, shift: In, out: Out) -> None:
        """out = γ x̂ + β."""
        np.multiply(normal, scale, out=out)
        out += shift

    def stretch_params(self, dy: In, normal: In, dscale: Out, dshift: Out) -> None:
        """dβ = Σ dy, dγ = Σ dy x̂."""
        np.sum(dy, axis=0, out=dshift)
        np.einsum("bu,bu->u", dy, normal, out=dscale)

    def normalize_gradient(self, normal: In, scale: In, factor: In, batch: int, dy: InOut) -> None:
        """dx = γ (dy − mean dy − x̂ mean(dy x̂)) × factor, means over a batch, in place of dy."""
        dy *= scale
        groups = dy.reshape(-1, batch, dy.shape[1])
        x = normal.reshape(groups.shape)
        along = np.mean(groups * x, axis=1, keepdims=True)
        groups -= groups.mean(axis=1, keepdims=True)
        groups -= x * along
        groups *= factor[:, None]

    def normalize_rows(self, x: In, out: Out, factor: Out) -> None:
        """x̂ of each row by its own mean and variance, factor (rows, 1) = 1 / √(variance + ε) (Ba et al. 2016)."""
        centred = x - x.mean(axis=1, keepdims=True)
        factor[...] = 1.0 / np.sqrt(np.mean(centred * centred, axis=1, keepdims=True) + EPSILON)
        np.multiply(centred, factor, out=out)

    def normalize_rows_gradient(self, normal: In, factor: In, dy: InOut) -> None:
        """dx = (dy − mean dy − x̂ mean(dy x̂)) × factor, means over a row, in place of dy; a tangent moves alike."""
        along = np.mean(dy * normal, axis=1, keepdims=True)
        dy -= dy.mean(axis=1, keepdims=True)
        dy -= normal * along
        dy *= factor

    def normalize_rows_curve(self, normal: In, factor: In, t: In, dt: In, out: Out) -> None:
        """out = ∂/∂x of dt · (what `normalize_rows_gradient` makes of t), both held fixed."""
        units = t.shape[1]
        moved, given = np.mean(normal * t, axis=1, keepdims=True), np.sum(dt * normal, axis=1, keepdims=True)
        stretched = np.sum(dt * (t - t.mean(axis=1, keepdims=True)), axis=1, keepdims=True) - moved * given
        out[...] = -factor * (moved * dt + given / units * t)
        self.normalize_rows_gradient(normal, factor, out)
        out -= factor**2 * stretched / units * normal

    def multiply_columns(self, factor: In, dy: InOut) -> None:
        """dy × factor, (units,)."""
        dy *= factor

    def similarity(self, h: In, out: Out) -> None:
        """out (batch, batch) = exp(−‖h_i − h_j‖₁)."""
        out[...] = np.exp(-np.abs(h[:, None] - h).sum(axis=2))

    def add_similarity_gradient(self, h: In, y: In, dy: In, dx: InOut) -> None:
        """∂(y_ij)/∂h_i = −y_ij sign(h_i − h_j), and both y_ij and y_ji know h_i."""
        weight = (dy + dy.T) * y
        dx -= np.einsum("ij,ijk->ik", weight, np.sign(h[:, None] - h))

    def closeness(self, m: In, out: Out) -> None:
        """out (batch, kernels) = Σ_j exp(−‖M_ib − M_jb‖₁), M (batch, kernels × size)."""
        groups = m.reshape(len(m), out.shape[1], -1)
        np.exp(-np.abs(groups[:, None] - groups).sum(axis=3)).sum(axis=1, out=out)

    def closeness_gradient(self, m: In, dy: In, out: Out) -> None:
        """∂E/∂M from dy (batch, kernels); each pair counts twice, in the sums of both."""
        groups = m.reshape(len(m), dy.shape[1], -1)
        differences = groups[:, None] - groups
        weight = (dy[:, None] + dy) * np.exp(-np.abs(differences).sum(axis=3))
        out[...] = -np.einsum("ijb,ijbc->ibc", weight, np.sign(differences)).reshape(m.shape)
