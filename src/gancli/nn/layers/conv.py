"""Convolution and its transpose, over images (batch, height × width × channels), channels last.

A patch of `kernel` × `kernel` pixels is a row of numbers, so a convolution is a dense layer that is laid over each
patch of an image, and its transpose a dense layer of each pixel whose output is a patch, added where it belongs
(report, 3.2; Dumoulin and Visin 2016).
"""

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.activations import Activation, Linear
from gancli.nn.initializers import Initializer
from gancli.nn.layers.base import Layer
from gancli.nn.layers.dense import Dense
from gancli.nn.layout import Shape

Image = tuple[int, int, int]
"""Channels, height, width."""


class Everywhere(Layer):
    """A layer of a pixel's channels, at each of the `places` of an image."""

    def __init__(self, inner: Layer, places: int):
        super().__init__()
        self.inner, self.places = inner, places
        self.inputs, self.units = inner.inputs * places, inner.units * places

    def shapes(self) -> dict[str, Shape]:
        """Those of the layer that is everywhere the same."""
        return self.inner.shapes()

    def states(self) -> dict[str, Shape]:
        """Likewise."""
        return self.inner.states()

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Likewise."""
        self.inner.bind(engine, params, grads, state)

    def initialize(self, rng: np.random.Generator) -> None:
        """Likewise."""
        self.inner.initialize(rng)

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """A row for each place of each image."""
        self.inner.resize(batch * self.places, dtype)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The layer, a row for each place."""
        return self.inner.forward(self._rows(x), rng, training).reshape(len(x), -1)

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Likewise."""
        dx = self.inner.backward(self._rows(dy), params, inputs)
        return None if dx is None else dx.reshape(len(dy), -1)

    def tangent(self, t: Array) -> Array:
        """Likewise."""
        return self.inner.tangent(self._rows(t)).reshape(len(t), -1)

    def tangent_backward(self, dy: Array | None, dt: Array, inputs: bool) -> tuple[Array | None, Array]:
        """Likewise."""
        given = None if dy is None else self._rows(dy)
        below, moved = self.inner.tangent_backward(given, self._rows(dt), inputs)
        return None if below is None else below.reshape(len(dt), -1), moved.reshape(len(dt), -1)

    def _rows(self, array: Array) -> Array:
        return array.reshape(len(array) * self.places, -1)


class _Moving(Layer):
    """A layer that is linear and has no parameters: numbers are moved there and, as its adjoint, back."""

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """The engine moves numbers."""
        self.engine = engine

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units) and dx (batch, inputs)."""
        self.y, self.dx = self.buffers(batch, dtype, self.units, self.inputs)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """There."""
        self._there(x, self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Back."""
        if not inputs:
            return None
        self._back(dy, self.dx)
        return self.dx

    def tangent(self, t: Array) -> Array:
        """There too, for it is linear."""
        (moved,) = self.buffers(len(t), t.dtype, self.units, of="tangent")
        self._there(t, moved)
        return moved

    def tangent_backward(self, dy: Array | None, dt: Array, inputs: bool) -> tuple[Array | None, Array]:
        """As `backward`, for both."""
        if not inputs:
            return dy, dt
        below, moved = self.buffers(len(dt), dt.dtype, self.inputs, self.inputs, of="back along the tangent")
        for given, out in ((dy, below), (dt, moved)):
            if given is not None:
                self._back(given, out)
        return None if dy is None else below, moved

    def _there(self, x: Array, out: Array) -> None:
        """Write y (batch, units) from x (batch, inputs)."""
        raise NotImplementedError

    def _back(self, dy: Array, out: Array) -> None:
        """Write dx (batch, inputs) from dy (batch, units)."""
        raise NotImplementedError


class Patches(_Moving):
    """Each patch of an image as the channels of one place.

    `geometry` is the image's height and width, then the patches' kernel, stride and padding.
    """

    def __init__(self, image: Image, kernel: int, stride: int, padding: int):
        super().__init__()
        channels, height, width = image
        self.geometry = height, width, kernel, stride, padding
        self.places = ((height + 2 * padding - kernel) // stride + 1) * ((width + 2 * padding - kernel) // stride + 1)
        self.patch = kernel * kernel * channels
        self.inputs, self.units = height * width * channels, self.places * self.patch

    def _there(self, x: Array, out: Array) -> None:
        """The patches, one after another."""
        self.engine.unfold(x, *self.geometry, out=out.reshape(-1, self.patch))

    def _back(self, dy: Array, out: Array) -> None:
        """Each patch's gradient added where the patch is from."""
        self.engine.fold(dy.reshape(-1, self.patch), None, *self.geometry, out=out)


class Assemble(Layer):
    """An image of patches that are added where they belong, a bias a channel, and the activation."""

    def __init__(
        self, image: Image, kernel: int, stride: int, padding: int, activation: Activation, bias: bool = True,
    ):  # fmt: skip
        super().__init__()
        self._patches = Patches(image, kernel, stride, padding)
        self.inputs, self.units = self._patches.units, self._patches.inputs
        self.activation, self.bias, self.channels = activation, bias, image[0]

    def shapes(self) -> dict[str, Shape]:
        """A bias (channels,), unless it has none."""
        return {"bias": (self.channels,)} if self.bias else {}

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """Take views of the network's vectors."""
        self.engine = engine
        self.b, self.db = params.get("bias"), grads.get("bias")

    def initialize(self, rng: np.random.Generator) -> None:
        """Zero."""
        if self.b is not None:
            self.b[...] = 0.0

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units) and dx (batch, inputs)."""
        self.y, self.dx = self.buffers(batch, dtype, self.units, self.inputs)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """y = f(Σ patches + b)."""
        self.engine.fold(x.reshape(-1, self._patches.patch), self.b, *self._patches.geometry, out=self.y)
        self.activation.forward(self.engine, self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Through f; db = Σ dy over all pixels; dx = the patches of dy."""
        self.activation.backward(self.engine, self.y, dy)
        if params and self.db is not None:
            self.engine.sum_rows(dy.reshape(-1, self.channels), out=self.db)
        if not inputs:
            return None
        self.engine.unfold(dy, *self._patches.geometry, out=self.dx.reshape(-1, self._patches.patch))
        return self.dx


class Reorder(_Moving):
    """Channels that come first, as images have them, to last, as convolutions have them; with `back` the way back."""

    def __init__(self, image: Image, back: bool = False):
        super().__init__()
        channels, height, width = image
        self.inputs = self.units = channels * height * width
        self.channels, self.back = channels, back

    def _there(self, x: Array, out: Array) -> None:
        move = self.engine.channels_first if self.back else self.engine.channels_last
        move(x, self.channels, out=out)

    def _back(self, dy: Array, out: Array) -> None:
        move = self.engine.channels_last if self.back else self.engine.channels_first
        move(dy, self.channels, out=out)


def conv(
    image: Image, channels: int, kernel: int, stride: int, padding: int, activation: Activation, init: Initializer,
    bias: bool = True,
) -> list[Layer]:  # fmt: skip
    """y = f(w * x + b): weights (kernel × kernel × channels in, channels out), the same for each patch of the image."""
    patches = Patches(image, kernel, stride, padding)
    return [patches, Everywhere(Dense(patches.patch, channels, activation, init, bias), patches.places)]


def conv_transpose(
    image: Image, out: Image, kernel: int, stride: int, padding: int, activation: Activation, init: Initializer,
    bias: bool = True,
) -> list[Layer]:  # fmt: skip
    """The adjoint of a convolution from `out` to `image`: weights (channels in, kernel × kernel × channels out)."""
    places = image[1] * image[2]
    dense = Dense(image[0], kernel * kernel * out[0], Linear(), init, bias=False)
    return [Everywhere(dense, places), Assemble(out, kernel, stride, padding, activation, bias)]
