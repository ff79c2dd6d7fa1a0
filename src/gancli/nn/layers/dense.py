"""A dense layer: y = f(x W + b)."""

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.activations import Activation, back_along_tangent
from gancli.nn.initializers import Initializer
from gancli.nn.layers.base import Layer
from gancli.nn.layout import Shape


class Dense(Layer):
    """`units` neurons that each see all `inputs` (report, sections 1.2.2 and 1.2.3)."""

    def __init__(self, inputs: int, units: int, activation: Activation, init: Initializer, bias: bool = True):
        super().__init__()
        self.inputs, self.units = inputs, units
        self.activation, self.init, self.bias = activation, init, bias
        self.draws_bias = False
        """Is the first bias drawn as the weights are?"""

    def shapes(self) -> dict[str, Shape]:
        """Weights (inputs, units) and, unless it has none, a bias (units,)."""
        bias: dict[str, Shape] = {"bias": (self.units,)} if self.bias else {}
        return {"weights": (self.inputs, self.units), **bias}

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Take views of the network's vectors."""
        self.engine = engine
        self.w, self.dw = params["weights"], grads["weights"]
        self.b, self.db = params.get("bias"), grads.get("bias")

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the weights; zero the bias, or draw it too."""
        self.init(rng, self.w, *self.fans())
        if self.b is not None and self.draws_bias:
            self.init(rng, self.b, *self.fans())
        elif self.b is not None:
            self.b[...] = 0.0

    def fans(self) -> tuple[float, float]:
        """How many inputs a unit sees, and how many units an input goes to."""
        return self.inputs, self.units

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units) and dx (batch, inputs), the same ones each time for a batch size."""
        self.y, self.dx = self.buffers(batch, dtype, self.units, self.inputs)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """y = f(x W + b)."""
        self.x = x
        self.product(x, self.b, out=self.y)
        self.activation.forward(self.engine, self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Through f, then dW = xᵀ dy, db = Σ dy, dx = dy Wᵀ."""
        self.activation.backward(self.engine, self.y, dy)
        if params:
            self.gradients(self.x, dy, self.db)
        if not inputs:
            return None
        self.back(dy, out=self.dx)
        return self.dx

    # --- what weights do, which a convolution does otherwise

    def product(self, x: Array, bias: Array | None, out: Array) -> None:
        """out = x W, + b."""
        self.engine.affine(x, self.w, bias, out=out)

    def back(self, dy: Array, out: Array) -> None:
        """out = dy Wᵀ."""
        self.engine.affine_input(dy, self.w, out=out)

    def gradients(self, x: Array, dy: Array, db: Array | None) -> None:
        """dW = xᵀ dy, db = Σ dy."""
        self.engine.affine_params(x, dy, self.dw, db)

    def add_gradients(self, x: Array, dy: Array, db: Array | None) -> None:
        """The same, added to what is there."""
        self.engine.add_affine_params(x, dy, self.dw, db)

    # --- along the tangent

    def tangent(self, t: Array) -> Array:
        """f'(x W + b) (t W)."""
        widths = self.units, self.units, self.inputs
        self.t, (self.tw, moved, self.below) = t, self.buffers(len(t), t.dtype, *widths, of="tangent")
        self.product(t, None, out=self.tw)
        self.engine.copy(self.tw, out=moved)
        self.activation.backward(self.engine, self.y, moved)
        return moved

    def tangent_backward(self, dy: Array | None, dt: Array, inputs: bool) -> tuple[Array | None, Array]:
        """With a = x W + b and τ = y's tangent: ∂s/∂a = f' ∂s/∂y + f'' (t W) ∂s/∂τ; of the tangent of a, f' ∂s/∂τ."""
        da = back_along_tangent(self.activation, self.engine, self.y, self.tw, dy, dt)
        self.add_gradients(self.t, dt, None)
        if da is not None:
            self.add_gradients(self.x, da, self.db)
        if not inputs:
            return None, dt
        if da is not None:
            self.back(da, out=self.below)
        self.back(dt, out=self.dx)
        return None if da is None else self.below, self.dx
