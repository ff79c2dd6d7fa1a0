"""A network is a row of layers over one flat vector of parameters: two loops, forward and backward."""

import itertools
import math
from collections.abc import Sequence

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.layers import Layer, Told
from gancli.nn.layout import Layout, Shape


class Network:
    """Layers whose parameters and gradients are views of `params` and `grads`, both (size,).

    What layers keep besides, such as running statistics, are views of `state`.

    Never rebind those vectors, and never copy or pickle a network: its layers would keep the old views.
    """

    def __init__(self, layers: Sequence[Layer], engine: Engine, dtype: str, rng: np.random.Generator):
        self.layers = list(layers)
        self._told = [layer for layer in self.layers if isinstance(layer, Told)]
        self.engine = engine
        self.dtype = np.dtype(dtype)
        self.layout = Layout.of(self._named([layer.shapes() for layer in self.layers]))
        self.state_layout = Layout.of(self._named([layer.states() for layer in self.layers]))
        self.params: Array = np.zeros(self.layout.size, self.dtype)
        self.grads: Array = np.zeros(self.layout.size, self.dtype)
        self.state: Array = np.zeros(self.state_layout.size, self.dtype)
        self.batch = 0
        self._columns: dict[int, tuple[Array, Array]] = {}
        self._bind()
        self._first_to_learn = next(index for index, layer in enumerate(self.layers) if layer.shapes())
        for layer in self.layers:
            layer.initialize(rng)

    @property
    def inputs(self) -> int:
        """Size of one input."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """Size of one output."""
        return self.layers[-1].units

    @property
    def classes(self) -> int:
        """Numbers in the code of a sample's class, which a network with a condition is told; else 0."""
        return self._told[0].classes if self._told else 0

    def tell(self, codes: Array | None) -> None:
        """Of which classes the samples of the next pass are, (batch, classes); None without a condition."""
        for layer in self._told:
            layer.codes = codes

    def forward(self, x: Array, rng: np.random.Generator, training: bool = True, codes: Array | None = None) -> Array:
        """The output (batch, outputs) for x (batch, inputs), in a buffer that the next pass overwrites.

        `rng` draws the layers' noise. Without `training` nothing is dropped, and running statistics stand for a batch's
        own. `codes` are of the samples' classes.
        """
        self.batch = len(x)
        self.tell(codes)
        with self.engine.blas:
            for layer in self.layers:
                layer.resize(len(x), self.dtype)
                x = layer.forward(x, rng, training)
        return x

    def features(self, x: Array, rng: np.random.Generator) -> Array:
        """What the last layer sees of x (batch, inputs) when nothing is dropped, in a buffer: (batch, its inputs)."""
        with self.engine.blas:
            for layer in self.layers[:-1]:
                layer.resize(len(x), self.dtype)
                x = layer.forward(x, rng, training=False)
        return x

    def backward(self, dy: Array, params: bool = True, inputs: bool = False) -> Array | None:
        """From ∂E/∂output, which it overwrites, write `grads` if `params`, return ∂E/∂input if `inputs`.

        It differentiates the last forward pass.
        """
        gradient: Array | None = dy
        with self.engine.blas:
            for index in range(len(self.layers) - 1, -1, -1):
                below = inputs or (params and index > self._first_to_learn)
                gradient = self.layers[index].backward(gradient, params, below)  # type: ignore[arg-type]
                if gradient is None:
                    break
        return gradient

    def after_step(self) -> None:
        """What its layers do after each step of their parameters."""
        with self.engine.blas:
            for layer in self.layers:
                layer.after_step()

    def columns(self) -> tuple[Array, Array]:
        """Two buffers like the output of the last pass, (batch, outputs), for a penalty."""
        shape = self.batch, self.outputs
        return self._columns.setdefault(self.batch, (np.zeros(shape, self.dtype), np.zeros(shape, self.dtype)))

    def views(self, vector: Array) -> dict[str, Array]:
        """Named views of a vector laid out like `params`: `layer1.weights`, `layer1.bias`, …"""
        return self.layout.views(vector)

    def norms(self, vector: Array) -> dict[str, float]:
        """L2 norm of each learning layer's elements of a vector laid out like `params`: `layer1`, …"""
        squares: dict[str, float] = {}
        for name, view in self.views(vector).items():
            layer = name.partition(".")[0]
            squares[layer] = squares.get(layer, 0.0) + float(np.square(view, dtype=np.float64).sum())
        return {layer: math.sqrt(square) for layer, square in squares.items()}

    def _named(self, shapes: list[dict[str, Shape]]) -> dict[str, Shape]:
        """Shapes of all layers by name; layers are counted from 1, those without parameters left out."""
        learning = [1 if layer.shapes() else 0 for layer in self.layers]
        numbers = itertools.accumulate(learning)
        return {
            f"layer{number}.{name}": shape
            for number, own in zip(numbers, shapes, strict=True)
            for name, shape in own.items()
        }

    def _bind(self) -> None:
        params, grads = iter(self.views(self.params).values()), iter(self.views(self.grads).values())
        states = iter(self.state_layout.views(self.state).values())
        for layer in self.layers:
            names = list(layer.shapes())
            own = {name: next(params) for name in names}, {name: next(grads) for name in names}
            layer.bind(self.engine, *own, {name: next(states) for name in layer.states()})
