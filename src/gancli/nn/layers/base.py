"""What every layer does: declare its parameters, forward, backward."""

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array, Engine
from gancli.nn.layout import Shape


class Layer:
    """A function of a batch (batch, inputs) → (batch, units), with parameters that the network allocates.

    What a layer leaves out is that of one without parameters.
    """

    inputs: int
    units: int

    def __init__(self) -> None:
        self._buffers: dict[tuple[int, str], list[Array]] = {}

    def buffers(self, batch: int, dtype: np.dtype[np.floating], *widths: int, of: str = "pass") -> list[Array]:
        """One array (batch, width) for each of `widths`, the same ones each time for a batch size and a purpose."""
        if (batch, of) not in self._buffers:
            self._buffers[batch, of] = [np.zeros((batch, width), dtype) for width in widths]
        return self._buffers[batch, of]

    def shapes(self) -> dict[str, Shape]:
        """Names and shapes of the parameters."""
        return {}

    def states(self) -> dict[str, Shape]:
        """Names and shapes of what it keeps besides, such as running statistics."""
        return {}

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Take views of the network's vectors; write into them, never rebind them."""

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the initial parameters."""

    def after_step(self) -> None:
        """What is to be done after each step of the parameters."""

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Have buffers for this batch size at hand."""
        raise NotImplementedError

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The output (batch, units), in a buffer that the next forward pass overwrites.

        Without `training` nothing is dropped, and a batch is not normalised by itself.
        """
        raise NotImplementedError

    def tangent(self, t: Array) -> Array:
        """How the output of the last pass moves, (batch, units), when its input moves along t (batch, inputs)."""
        raise NotImplementedError(f"{type(self).__name__} has no tangent")

    def tangent_backward(self, dy: Array | None, dt: Array, inputs: bool) -> tuple[Array | None, Array]:
        """Through the last `tangent`: from ∂s/∂y and ∂s/∂(y's tangent), add to the parameters' gradients of s.

        Returns ∂s/∂x and ∂s/∂(x's tangent) if `inputs`, else anything; None stands for 0, and `dy` and `dt` are
        overwritten.
        """
        raise NotImplementedError(f"{type(self).__name__} has no tangent")

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Overwrite `dy` (batch, units), write the parameters' gradients if asked, return ∂E/∂x if asked."""
        raise NotImplementedError


class Moving(Layer):
    """A layer that is linear and has no parameters: numbers go there and, by its adjoint, back."""

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """The engine moves them."""
        self.engine = engine

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units) and dx (batch, inputs)."""
        self.y, self.dx = self.buffers(batch, dtype, self.units, self.inputs)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """There."""
        self.there(x, self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Back."""
        if not inputs:
            return None
        self.back(dy, self.dx)
        return self.dx

    def tangent(self, t: Array) -> Array:
        """There too, for it is linear."""
        (moved,) = self.buffers(len(t), t.dtype, self.units, of="tangent")
        self.there(t, moved)
        return moved

    def tangent_backward(self, dy: Array | None, dt: Array, inputs: bool) -> tuple[Array | None, Array]:
        """As `backward`, for both."""
        if not inputs:
            return dy, dt
        below, moved = self.buffers(len(dt), dt.dtype, self.inputs, self.inputs, of="back along the tangent")
        for given, out in ((dy, below), (dt, moved)):
            if given is not None:
                self.back(given, out)
        return None if dy is None else below, moved

    def there(self, x: Array, out: Array) -> None:
        """Write y (batch, units) from x (batch, inputs)."""
        raise NotImplementedError

    def back(self, dy: Array, out: Array) -> None:
        """Write dx (batch, inputs) from dy (batch, units)."""
        raise NotImplementedError


class Picking(Moving):
    """A layer each of whose units is one of its inputs, as found in the last pass; which one stands still."""

    def __init__(self, inputs: int, units: int):
        super().__init__()
        self.inputs, self.units = inputs, units
        self._which: dict[int, NDArray[np.int64]] = {}

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Which inputs they are (batch, units), too."""
        super().resize(batch, dtype)
        self.which = self._which.setdefault(batch, np.zeros((batch, self.units), np.int64))

    def there(self, x: Array, out: Array) -> None:
        """The inputs that the last pass picked."""
        self.engine.pick(x, self.which, out=out)

    def back(self, dy: Array, out: Array) -> None:
        """Each gradient to the input that was picked."""
        self.engine.pick_input(dy, self.which, out=out)
