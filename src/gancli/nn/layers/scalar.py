"""A single number that is learned: all there is of a player in a game of two numbers."""

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.layers.base import Layer
from gancli.nn.layout import Shape


class Scalar(Layer):
    """The number itself, whatever the batch; it has no inputs."""

    inputs, units = 0, 1

    def __init__(self, start: float):
        super().__init__()
        self.start = start

    def shapes(self) -> dict[str, Shape]:
        """The number, (1,)."""
        return {"value": (1,)}

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Take views of the network's vectors."""
        self.engine, self.value, self.dvalue = engine, params["value"], grads["value"]

    def initialize(self, rng: np.random.Generator) -> None:
        """Begin at the start."""
        self.value[...] = self.start

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """A buffer for y (batch, 1)."""
        (self.y,) = self.buffers(batch, dtype, 1)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The number for each row."""
        self.engine.copy(np.broadcast_to(self.value, self.y.shape), out=self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Σ dy."""
        if params:
            self.dvalue[...] = dy.sum()
        return dy[:, :0] if inputs else None
