"""Layers whose weights are kept within a bound, so that the network is Lipschitz: by their norm, or orthonormal."""

import copy

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.layers.base import Layer
from gancli.nn.layers.dense import Dense
from gancli.nn.layout import Shape

FIRST, CLOSE = 1000, 1e-9
"""Iterations at most before training, which end where σ changes by less than this share of it."""


class SpectralNorm(Layer):
    """A dense layer or a convolution with weights W̄ = bound × W / σ (Miyato et al. 2018).

    σ = uᵀ W v is the norm of the layer's linear operator, of a convolution that of images to images and not of its
    flattened kernel. After each step u and v, each of length 1, take `iterations` steps of power iteration; u, v and σ
    are the network's state, from which alone W̄ is worked out.
    """

    def __init__(self, inner: Dense, iterations: int = 1, bound: float = 1.0):
        super().__init__()
        self.inner, self.iterations, self.bound = inner, iterations, bound
        self.inputs, self.units = inner.inputs, inner.units

    def shapes(self) -> dict[str, Shape]:
        """Those of the layer without it."""
        return self.inner.shapes()

    def states(self) -> dict[str, Shape]:
        """The singular vectors v, of inputs, and u, of outputs, and the singular value σ."""
        return {"inputs": (self.inputs,), "outputs": (self.units,), "norm": (1,)}

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """The layer within has W̄ for weights, and a gradient of its own for them."""
        self.engine = engine
        self.w, self.dw = params["weights"], grads["weights"]
        self.v, self.u = state["inputs"].reshape(1, -1), state["outputs"].reshape(1, -1)
        self.norm = state["norm"]
        self.wbar, self.dbar, self.outer = (np.zeros_like(self.w) for _ in range(3))
        self._length = np.zeros_like(self.norm)
        self.inner.bind(engine, {**params, "weights": self.wbar}, {**grads, "weights": self.dbar}, {})
        self._raw = copy.copy(self.inner)
        self._raw.bind(engine, params, {**grads, "weights": self.outer}, {})

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the weights as without it, then find their norm; the start is drawn apart, which leaves `rng` alone."""
        self._raw.initialize(rng)
        self.u[...] = rng.spawn(1)[0].standard_normal(self.u.shape)
        before = 0.0
        for _ in range(FIRST):
            self.iterate()
            if abs(self.norm[0] - before) <= CLOSE * self.norm[0]:
                break
            before = self.norm[0]

    def after_step(self) -> None:
        """The norm of the weights as they are now."""
        for _ in range(self.iterations):
            self.iterate()

    def iterate(self) -> None:
        """v ← Wᵀ u / ‖Wᵀ u‖, u ← W v / ‖W v‖, σ = ‖W v‖."""
        self._raw.back(self.u, out=self.v)
        self.engine.unit(self.v, self._length)
        self._raw.product(self.v, None, out=self.u)
        self.engine.unit(self.u, self.norm)

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """The layer's."""
        self.inner.resize(batch, dtype)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The layer's, with W̄."""
        self.engine.divide(self.w, self.norm, self.bound, out=self.wbar)
        return self.inner.forward(x, rng, training)

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """The layer's, and dW from dW̄."""
        dx = self.inner.backward(dy, params, inputs)
        if params:
            self._gradient()
        return dx

    def tangent(self, t: Array) -> Array:
        """The layer's."""
        return self.inner.tangent(t)

    def tangent_backward(self, dy: Array | None, dt: Array, inputs: bool) -> tuple[Array | None, Array]:
        """The layer's, which adds to dW̄ what a backward pass before has written there."""
        below = self.inner.tangent_backward(dy, dt, inputs)
        self._gradient()
        return below

    def _gradient(self) -> None:
        """dW, with v and u held: they are where σ is stationary, so that ∂σ/∂W is their outer product."""
        self._raw.gradients(self.v, self.u, None)
        self.engine.spectral_gradient(self.dbar, self.wbar, self.outer, self.norm, self.bound, out=self.dw)


class Orthonormal(Dense):
    """A dense layer whose weights have singular values of 1 alone (Anil et al. 2019): it keeps the norm of a gradient.

    After each step they are brought back by Björck's iteration.
    """

    iterations = 4

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the weights; then the nearest that are orthonormal."""
        super().initialize(rng)
        left, _, right = np.linalg.svd(self.w.astype(np.float64), full_matrices=False)
        self.w[...] = left @ right

    def after_step(self) -> None:
        """W ← W (3/2 − WᵀW/2), or the same from the left where there are more units than inputs."""
        few = min(self.w.shape)
        gram, moved = self._room(few)
        for _ in range(self.iterations):
            if few == self.units:
                self.engine.affine_params(self.w, self.w, gram, None)
                self.engine.bjorck(gram)
                self.engine.affine(self.w, gram, None, out=moved)
            else:
                self.engine.affine_input(self.w, self.w, out=gram)
                self.engine.bjorck(gram)
                self.engine.affine(gram, self.w, None, out=moved)
            self.engine.copy(moved, out=self.w)

    def _room(self, few: int) -> tuple[Array, Array]:
        (gram,) = self.buffers(few, self.w.dtype, few, of="gram")
        (moved,) = self.buffers(len(self.w), self.w.dtype, self.units, of="moved")
        return gram, moved
