"""Layer normalisation (Ba et al. 2016): each sample with mean 0 and variance 1 over its own units, then γ x̂ + β."""

import numpy as np

from gancli.engines import Array, Engine
from gancli.engines.numpy_batches import EPSILON
from gancli.nn.activations import Activation, back_along_tangent
from gancli.nn.layers.base import Layer
from gancli.nn.layout import Shape


class LayerNorm(Layer):
    """y = f(γ x̂ + β), γ and β of each unit or, of an image of `places` pixels, of each of its channels."""

    epsilon = EPSILON

    def __init__(self, units: int, activation: Activation, places: int = 1):
        super().__init__()
        self.inputs = self.units = units * places
        self.channels, self.activation = units, activation

    def shapes(self) -> dict[str, Shape]:
        """γ and β, each (units,) or (channels,)."""
        return {"scale": (self.channels,), "shift": (self.channels,)}

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Take views of the network's vectors."""
        self.engine = engine
        self.scale, self.shift = params["scale"], params["shift"]
        self.dscale, self.dshift = grads["scale"], grads["shift"]

    def initialize(self, rng: np.random.Generator) -> None:
        """γ = 1, β = 0."""
        self.scale[...], self.shift[...] = 1.0, 0.0

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for x̂ and y, both (batch, units), and 1 / √(variance + ε) of each sample."""
        self.normal, self.y, self.factor = self.buffers(batch, dtype, self.units, self.units, 1)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The same in training and outside."""
        self.engine.normalize_rows(x, out=self.normal, factor=self.factor)
        self.engine.stretch(self._places(self.normal), self.scale, self.shift, out=self._places(self.y))
        self.activation.forward(self.engine, self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Through the activation, then dβ and dγ, then dx in place of dy."""
        self.activation.backward(self.engine, self.y, dy)
        if params:
            self.engine.stretch_params(self._places(dy), self._places(self.normal), self.dscale, self.dshift)
        if not inputs:
            return None
        self._back(dy)
        return dy

    def tangent(self, t: Array) -> Array:
        """f' γ (J t), J the normalisation's derivative, which is its own transpose."""
        self.t, (self.jt, self.stretched, moved) = t, self.buffers(len(t), t.dtype, *[self.units] * 3, of="tangent")
        self.engine.copy(t, out=self.jt)
        self.engine.normalize_rows_gradient(self.normal, self.factor, self.jt)
        self.engine.copy(self.jt, out=self.stretched)
        self.engine.multiply_columns(self.scale, self._places(self.stretched))
        self.engine.copy(self.stretched, out=moved)
        self.activation.backward(self.engine, self.y, moved)
        return moved

    def tangent_backward(self, dy: Array | None, dt: Array, inputs: bool) -> tuple[Array | None, Array]:
        """With a = γ x̂ + β, as a dense layer's; and J moves with x, even where f is piecewise linear."""
        engine = self.engine
        da = back_along_tangent(self.activation, engine, self.y, self.stretched, dy, dt)
        self._add_params(dt, self.jt, shift=False)
        if da is not None:
            self._add_params(da, self.normal, shift=True)
        if not inputs:
            return None, dt
        (below,) = self.buffers(len(dt), dt.dtype, self.units, of="back along the tangent")
        engine.multiply_columns(self.scale, self._places(dt))
        engine.normalize_rows_curve(self.normal, self.factor, self.t, dt, out=below)
        engine.normalize_rows_gradient(self.normal, self.factor, dt)
        if da is not None:
            self._back(da)
            engine.add(da, below)
        return below, dt

    def _back(self, da: Array) -> None:
        self.engine.multiply_columns(self.scale, self._places(da))
        self.engine.normalize_rows_gradient(self.normal, self.factor, da)

    def _add_params(self, da: Array, along: Array, shift: bool) -> None:
        dscale, dshift = (one[0] for one in self.buffers(1, da.dtype, self.channels, self.channels, of="gradients"))
        self.engine.stretch_params(self._places(da), self._places(along), dscale, dshift)
        self.engine.add(dscale, self.dscale)
        if shift:
            self.engine.add(dshift, self.dshift)

    def _places(self, array: Array) -> Array:
        return array.reshape(-1, self.channels)
