"""A dense layer: y = f(x W + b)."""

import numpy as np

from gancli.engines import Array, DensePlan, Engine
from gancli.nn.activations import Activation
from gancli.nn.initializers import Initializer
from gancli.nn.layers.base import Layer
from gancli.nn.layout import Shape


class Dense(Layer):
    """`units` neurons that each see all `inputs` (report, sections 1.2.2 and 1.2.3)."""

    def __init__(self, inputs: int, units: int, activation: Activation, init: Initializer, bias: bool = True):
        super().__init__()
        self.inputs, self.units = inputs, units
        self.activation, self.init, self.bias = activation, init, bias

    def shapes(self) -> dict[str, Shape]:
        """Weights (inputs, units) and, unless it has none, a bias (units,)."""
        bias: dict[str, Shape] = {"bias": (self.units,)} if self.bias else {}
        return {"weights": (self.inputs, self.units), **bias}

    def plan(self, starts: dict[str, int]) -> DensePlan | None:
        """What an engine that plays by itself is told; `starts` says where each parameter begins."""
        activation = self.activation.plan
        if activation is None:
            return None
        return DensePlan(self.inputs, self.units, starts["weights"], starts.get("bias", -1), activation)

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Take views of the network's vectors."""
        self.engine = engine
        self.w, self.dw = params["weights"], grads["weights"]
        self.b, self.db = params.get("bias"), grads.get("bias")

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the weights; zero the bias."""
        self.init(rng, self.w)
        if self.b is not None:
            self.b[...] = 0.0

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units) and dx (batch, inputs), kept for each batch size."""
        self.y, self.dx = self.buffers(batch, dtype, self.units, self.inputs)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """Y = f(x W + b)."""
        self.x = x
        self.engine.affine(x, self.w, self.b, out=self.y)
        self.activation.forward(self.engine, self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Through f, then dW = xᵀ dy, db = Σ dy, dx = dy Wᵀ."""
        self.activation.backward(self.engine, self.y, dy)
        if params:
            self.engine.affine_params(self.x, dy, self.dw, self.db)
        if not inputs:
            return None
        self.engine.affine_input(dy, self.w, out=self.dx)
        return self.dx

    def tangent(self, t: Array) -> Array:
        """f'(x W + b) (t W)."""
        self.t, self.bent = t, t @ self.w
        moved = self.bent.copy()
        self.activation.backward(self.engine, self.y, moved)
        return moved

    def tangent_backward(self, dy: Array | None, dt: Array) -> tuple[Array | None, Array]:
        """With a = x W + b and τ = y's tangent: ∂s/∂a = f' ∂s/∂y + f'' (t W) ∂s/∂τ; of the tangent of a, f' ∂s/∂τ."""
        bend = self.activation.bend(self.y)
        da = None if dy is None else dy.copy()
        if da is not None:
            self.activation.backward(self.engine, self.y, da)
        if bend is not None:
            curved = bend * self.bent * dt
            da = curved if da is None else da + curved
        straight = dt.copy()
        self.activation.backward(self.engine, self.y, straight)
        self.dw += self.t.T @ straight
        if da is not None:
            self.dw += self.x.T @ da
            if self.db is not None:
                self.db += da.sum(axis=0)
        return None if da is None else da @ self.w.T, straight @ self.w.T
