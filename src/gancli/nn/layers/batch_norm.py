"""Batch normalisation (Ioffe and Szegedy 2015): each unit with mean 0 and variance 1 over its batch, then γ x̂ + β."""

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.activations import Activation
from gancli.nn.layers.base import Layer
from gancli.nn.layout import Shape

EPSILON = 1e-5
"""Added to a variance."""
MOMENTUM = 0.9
"""Of the running mean and variance, which stand for a batch's own outside training."""


class BatchNorm(Layer):
    """y = f(γ x̂ + β). A pass of several batches is normalised batch by batch, `batch` rows at a time."""

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
        """Buffers for x̂ and y, both (batch, units)."""
        self.normal, self.y = self.buffers(batch, dtype, self.units, self.units)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """x̂ from each batch's own mean and variance or, outside training, from the running ones."""
        self.own = training
        if training:
            groups = x.reshape(-1, self.batch, self.units)
            mean, variance = groups.mean(axis=1, keepdims=True), groups.var(axis=1, keepdims=True)
            self._keep(mean, variance)
            self.factor = 1.0 / np.sqrt(variance + EPSILON)
            np.multiply(groups - mean, self.factor, out=self.normal.reshape(groups.shape))
        else:
            self.factor = 1.0 / np.sqrt(self.variance + EPSILON)
            np.multiply(x - self.mean, self.factor, out=self.normal)
        np.multiply(self.normal, self.scale, out=self.y)
        self.y += self.shift
        self.activation.forward(self.engine, self.y)
        return self.y

    def _keep(self, mean: Array, variance: Array) -> None:
        """Move the running statistics by each batch's own, (batches, 1, units).

        The running variance estimates the population's, so it takes the unbiased m / (m − 1) × variance of m samples
        (Ioffe and Szegedy 2015, algorithm 2), while x̂ is normalised by the biased one (algorithm 1).
        """
        unbiased = variance * (self.batch / (self.batch - 1))
        for running, batches in ((self.mean, mean), (self.variance, unbiased)):
            for value in batches[:, 0]:
                running += (1.0 - MOMENTUM) * (value - running)

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """dβ = Σ dy, dγ = Σ dy x̂; dx = γ (dy − mean dy − x̂ mean(dy x̂)) / √(variance + ε), means over a batch."""
        self.activation.backward(self.engine, self.y, dy)
        if params:
            np.sum(dy, axis=0, out=self.dshift)
            np.einsum("bu,bu->u", dy, self.normal, out=self.dscale)
        if not inputs:
            return None
        dy *= self.scale
        if not self.own:
            dy *= self.factor
            return dy
        groups = dy.reshape(-1, self.batch, self.units)
        normal = self.normal.reshape(groups.shape)
        along = np.mean(groups * normal, axis=1, keepdims=True)
        groups -= groups.mean(axis=1, keepdims=True)
        groups -= normal * along
        groups *= self.factor
        return dy
