"""Minibatch discrimination: units beside a layer's inputs that say how near each sample is to the others of its batch.

A discriminator that sees them tells a batch of fakes that are all alike from a varied one, which punishes mode
collapse. A pass of several batches is compared batch by batch, `batch` rows at a time.
"""

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.initializers import glorot
from gancli.nn.layers.base import Layer
from gancli.nn.layout import Shape


class _Minibatch(Layer):
    """Inputs h (batch, inputs), and `extra` units beside them."""

    def __init__(self, inputs: int, extra: int, batch: int):
        super().__init__()
        self.inputs, self.extra, self.batch, self.units = inputs, extra, batch, inputs + extra

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units) and dx (batch, inputs). Raises ValueError for part of a batch."""
        if batch % self.batch:
            raise ValueError(f"minibatch discrimination needs whole batches of {self.batch} samples; got {batch}")
        self.y, self.dx = self.buffers(batch, dtype, self.units, self.inputs)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The inputs, and beside them their likenesses."""
        self.y[:, : self.inputs] = x
        self.x = x
        for rows in self._batches(len(x)):
            self._compare(rows, self.y[rows, self.inputs :])
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Every likeness depends on two samples, so a sample's gradient comes from its whole batch."""
        self.dx[...] = dy[:, : self.inputs]
        for rows in self._batches(len(dy)):
            self._spread(rows, self.y[rows, self.inputs :], dy[rows, self.inputs :], params)
        return self.dx if inputs else None

    def _batches(self, count: int) -> list[slice]:
        return [slice(start, start + self.batch) for start in range(0, count, self.batch)]

    def _compare(self, rows: slice, out: Array) -> None:
        raise NotImplementedError

    def _spread(self, rows: slice, y: Array, dy: Array, params: bool) -> None:
        """Add the likenesses' part to dx[rows] and, if asked, to the parameters' gradients."""
        raise NotImplementedError


class Similarity(_Minibatch):
    """The report's (section 2.6.4): as many units as the batch has samples, unit i = exp(−‖h − h_i‖₁)."""

    def __init__(self, inputs: int, batch: int):
        super().__init__(inputs, batch, batch)

    def _compare(self, rows: slice, out: Array) -> None:
        h = self.x[rows]
        np.exp(-np.abs(h[:, None] - h).sum(axis=2), out=out)

    def _spread(self, rows: slice, y: Array, dy: Array, params: bool) -> None:
        """∂(s_ij)/∂h_i = −s_ij sign(h_i − h_j), and both s_ij and s_ji know h_i."""
        h = self.x[rows]
        weight = (dy + dy.T) * y
        self.dx[rows] -= np.einsum("ij,ijk->ik", weight, np.sign(h[:, None] - h))


class Kernel(_Minibatch):
    """M_i = h_i T, T (inputs, kernels, size); unit b = Σ_j exp(−‖M_ib − M_jb‖₁) (Salimans et al. 2016, section 3.2)."""

    def __init__(self, inputs: int, kernels: int, size: int, batch: int):
        super().__init__(inputs, kernels, batch)
        self.size = size

    def shapes(self) -> dict[str, Shape]:
        """T as (inputs, kernels × size)."""
        return {"tensor": (self.inputs, self.extra * self.size)}

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Take views of the network's vectors."""
        self.engine = engine
        self.tensor, self.dtensor = params["tensor"], grads["tensor"]

    def initialize(self, rng: np.random.Generator) -> None:
        """Uniform in ±√(6 / (inputs + kernels × size))."""
        glorot()(rng, self.tensor)

    def _differences(self, rows: slice) -> Array:
        """M_ib − M_jb, (batch i, batch j, kernels, size)."""
        m = (self.x[rows] @ self.tensor).reshape(self.batch, self.extra, self.size)
        return np.asarray(m[:, None] - m)

    def _compare(self, rows: slice, out: Array) -> None:
        np.exp(-np.abs(self._differences(rows)).sum(axis=3)).sum(axis=1, out=out)

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """The tensor's gradient is the sum of those of all batches."""
        if params:
            self.dtensor[...] = 0.0
        return super().backward(dy, params, inputs)

    def _spread(self, rows: slice, y: Array, dy: Array, params: bool) -> None:
        differences = self._differences(rows)
        likeness = np.exp(-np.abs(differences).sum(axis=3))
        weight = (dy[:, None] + dy) * likeness
        dm = -np.einsum("ijb,ijbc->ibc", weight, np.sign(differences)).reshape(self.batch, self.extra * self.size)
        self.dx[rows] += dm @ self.tensor.T
        if params:
            self.dtensor += self.x[rows].T @ dm
