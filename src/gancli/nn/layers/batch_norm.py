"""Batch normalisation (Ioffe and Szegedy 2015): each unit with mean 0 and variance 1 over its batch, then γ x̂ + β."""

import numpy as np

from gancli.engines import Array, Engine
from gancli.engines.numpy_batches import EPSILON
from gancli.nn.activations import Activation
from gancli.nn.layers.base import Layer
from gancli.nn.layout import Shape


class BatchNorm(Layer):
    """y = f(γ x̂ + β). A pass of several batches is normalised batch by batch, `batch` rows at a time."""

    epsilon = EPSILON

    def __init__(self, units: int, activation: Activation, batch: int):
        super().__init__()
        self.inputs = self.units = units
        self.activation, self.batch = activation, batch

    def shapes(self) -> dict[str, Shape]:
        """γ and β, each (units,)."""
        return {"scale": (self.units,), "shift": (self.units,)}

    def states(self) -> dict[str, Shape]:
        """Running mean and variance, each (units,)."""
        return {"mean": (self.units,), "variance": (self.units,)}

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Take views of the network's vectors."""
        self.engine = engine
        self.scale, self.shift = params["scale"], params["shift"]
        self.dscale, self.dshift = grads["scale"], grads["shift"]
        self.mean, self.variance = state["mean"], state["variance"]

    def initialize(self, rng: np.random.Generator) -> None:
        """γ = 1, β = 0."""
        self.scale[...], self.shift[...] = 1.0, 0.0
        self.mean[...], self.variance[...] = 0.0, 1.0

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for x̂ and y, both (batch, units), and 1 / √(variance + ε) of each batch (or of the running ones)."""
        self.normal, self.y = self.buffers(batch, dtype, self.units, self.units)
        (self.factor,) = self.buffers(max(batch // self.batch, 1), dtype, self.units, of="factor")

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """x̂ from each batch's own mean and variance or, outside training, from the running ones."""
        self.own = training
        if training:
            self.engine.normalize(x, self.mean, self.variance, self.batch, out=self.normal, factor=self.factor)
        else:
            self.engine.normalize_by(x, self.mean, self.variance, out=self.normal, factor=self.factor[:1])
        self.engine.stretch(self.normal, self.scale, self.shift, out=self.y)
        self.activation.forward(self.engine, self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Through the activation, then dβ and dγ, then dx in place of dy."""
        self.activation.backward(self.engine, self.y, dy)
        if params:
            self.engine.stretch_params(dy, self.normal, self.dscale, self.dshift)
        if not inputs:
            return None
        if self.own:
            self.engine.normalize_gradient(self.normal, self.scale, self.factor, self.batch, dy)
        else:
            self.engine.multiply_columns(self.scale, dy)
            self.engine.multiply_columns(self.factor[0], dy)
        return dy
