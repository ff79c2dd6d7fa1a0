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

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """The engine compares."""
        self.engine = engine

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units) and dx (batch, inputs). Raises ValueError for an incomplete batch."""
        if batch % self.batch:
            raise ValueError(f"minibatch discrimination needs full batches of {self.batch} samples; got {batch}")
        self.y, self.dx = self.buffers(batch, dtype, self.units, self.inputs)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The inputs, and beside them their likenesses."""
        self.x = x
        self.engine.copy(x, out=self.y[:, : self.inputs])
        self._compare(self.y[:, self.inputs :])
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Every likeness depends on two samples, so a sample's gradient comes from its entire batch."""
        self.engine.copy(dy[:, : self.inputs], out=self.dx)
        self._spread(dy[:, self.inputs :], params, inputs)
        return self.dx if inputs else None

    def _batches(self, count: int) -> list[slice]:
        return [slice(start, start + self.batch) for start in range(0, count, self.batch)]

    def _compare(self, out: Array) -> None:
        """Write the likenesses, (batch, extra)."""
        raise NotImplementedError

    def _spread(self, dy: Array, params: bool, inputs: bool) -> None:
        """From the likenesses' gradient, write the parameters' and add to dx, as asked."""
        raise NotImplementedError


class Similarity(_Minibatch):
    """The report's (section 2.6.4): as many units as the batch has samples, unit i = exp(−‖h − h_i‖₁)."""

    def __init__(self, inputs: int, batch: int):
        super().__init__(inputs, batch, batch)

    def _compare(self, out: Array) -> None:
        for rows in self._batches(len(out)):
            self.engine.similarity(self.x[rows], out=out[rows])

    def _spread(self, dy: Array, params: bool, inputs: bool) -> None:
        for rows in self._batches(len(dy)):
            y = self.y[rows, self.inputs :]
            self.engine.add_similarity_gradient(self.x[rows], y, dy[rows], self.dx[rows])


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
        super().bind(engine, params, grads, state)
        self.tensor, self.dtensor = params["tensor"], grads["tensor"]

    def initialize(self, rng: np.random.Generator) -> None:
        """Uniform in ±√(6 / (inputs + kernels × size))."""
        glorot()(rng, self.tensor, *self.tensor.shape)

    def _compare(self, out: Array) -> None:
        width = self.extra * self.size
        self.m, self.dm, self.dh = self.buffers(len(out), self.y.dtype, width, width, self.inputs, of="kernel")
        self.engine.affine(self.x, self.tensor, None, out=self.m)
        for rows in self._batches(len(out)):
            self.engine.closeness(self.m[rows], out=out[rows])

    def _spread(self, dy: Array, params: bool, inputs: bool) -> None:
        for rows in self._batches(len(dy)):
            self.engine.closeness_gradient(self.m[rows], dy[rows], out=self.dm[rows])
        if params:
            self.engine.affine_params(self.x, self.dm, self.dtensor, None)
        if inputs:
            self.engine.affine_input(self.dm, self.tensor, out=self.dh)
            self.engine.add(self.dh, self.dx)
