"""Convolution and its transpose, over images (batch, height × width × channels), channels last.

A convolution is a dense layer that sees a patch of an image, the same for each patch; its transpose is its adjoint, so
that each is the other's gradient (report, 3.2; Dumoulin and Visin 2016).
"""

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.activations import Activation
from gancli.nn.initializers import Initializer
from gancli.nn.layers.base import Layer, Moving
from gancli.nn.layers.dense import Dense
from gancli.nn.layout import Shape

Image = tuple[int, int, int]
"""Channels, height, width."""


class Conv(Dense):
    """y = f(w * x + b), w (kernel × kernel × channels in, channels out), laid over patches `stride` pixels apart."""

    def __init__(
        self, image: Image, channels: int, kernel: int, stride: int, padding: int, activation: Activation,
        init: Initializer, bias: bool = True,
    ):  # fmt: skip
        below, height, width = image
        self.geometry = height, width, kernel, stride, padding
        self.places = ((height + 2 * padding - kernel) // stride + 1) * ((width + 2 * padding - kernel) // stride + 1)
        self.patch, self.channels = kernel * kernel * below, channels
        super().__init__(height * width * below, self.places * channels, activation, init, bias)

    def shapes(self) -> dict[str, Shape]:
        """Weights (kernel × kernel × channels in, channels out) and, unless it has none, a bias (channels out,)."""
        bias: dict[str, Shape] = {"bias": (self.channels,)} if self.bias else {}
        return {"weights": (self.patch, self.channels), **bias}

    def fans(self) -> tuple[float, float]:
        """The numbers of a patch, and as many patches as a pixel is in."""
        _, _, kernel, stride, _ = self.geometry
        return self.patch, (kernel / stride) ** 2 * self.channels

    def product(self, x: Array, bias: Array | None, out: Array) -> None:
        """out = w * x, + b."""
        self.engine.conv(x, self.w, bias, *self.geometry, out=out)

    def back(self, dy: Array, out: Array) -> None:
        """out = wᵀ * dy: each patch's gradient added where the patch is from."""
        self.engine.conv_input(dy, self.w, None, *self.geometry, out=out)

    def gradients(self, x: Array, dy: Array, db: Array | None) -> None:
        """dw = Σ of each patch times its gradients, db = Σ dy."""
        self.engine.conv_params(x, dy, self.dw, db, *self.geometry)

    def add_gradients(self, x: Array, dy: Array, db: Array | None) -> None:
        """The same, added to what is there."""
        self.engine.add_conv_params(x, dy, self.dw, db, *self.geometry)


class ConvTranspose(Dense):
    """y = f(wᵀ * x + b): the adjoint of a convolution from `out` to `image`, of whose weights it has the shape."""

    def __init__(
        self, image: Image, out: Image, kernel: int, stride: int, padding: int, activation: Activation,
        init: Initializer, bias: bool = True,
    ):  # fmt: skip
        self.channels, height, width = out
        self.geometry = height, width, kernel, stride, padding
        self.channels_below = image[0]
        super().__init__(image[0] * image[1] * image[2], height * width * self.channels, activation, init, bias)

    def shapes(self) -> dict[str, Shape]:
        """Weights (kernel × kernel × channels out, channels in) and, unless it has none, a bias (channels out,)."""
        bias: dict[str, Shape] = {"bias": (self.channels,)} if self.bias else {}
        return {"weights": (self.geometry[2] ** 2 * self.channels, self.channels_below), **bias}

    def fans(self) -> tuple[float, float]:
        """Each pixel is in kernel² / stride² patches of every channel below; each of these goes to a patch."""
        _, _, kernel, stride, _ = self.geometry
        return (kernel / stride) ** 2 * self.channels_below, kernel**2 * self.channels

    def product(self, x: Array, bias: Array | None, out: Array) -> None:
        """out = wᵀ * x, + b."""
        self.engine.conv_input(x, self.w, bias, *self.geometry, out=out)

    def back(self, dy: Array, out: Array) -> None:
        """out = w * dy."""
        self.engine.conv(dy, self.w, None, *self.geometry, out=out)

    def gradients(self, x: Array, dy: Array, db: Array | None) -> None:
        """dw as of the convolution, with dy for its images; db = Σ dy over all pixels."""
        self.engine.conv_params(dy, x, self.dw, None, *self.geometry)
        if db is not None:
            self.engine.sum_rows(dy.reshape(-1, self.channels), out=db)

    def add_gradients(self, x: Array, dy: Array, db: Array | None) -> None:
        """The same, added to what is there."""
        self.engine.add_conv_params(dy, x, self.dw, None, *self.geometry)
        if db is not None:
            (more,) = self.buffers(1, db.dtype, self.channels, of="bias")
            self.engine.sum_rows(dy.reshape(-1, self.channels), out=more[0])
            self.engine.add(more[0], db)


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

    def _rows(self, array: Array) -> Array:
        return array.reshape(len(array) * self.places, -1)


class Reorder(Moving):
    """Channels that come first, as images have them, to last, as convolutions have them; `to_first`, the way back."""

    def __init__(self, image: Image, to_first: bool = False):
        super().__init__()
        self.image, self.to_first = image, to_first
        self.inputs = self.units = image[0] * image[1] * image[2]

    def there(self, x: Array, out: Array) -> None:
        """To last, or to first."""
        self._move(x, self.to_first, out)

    def back(self, dy: Array, out: Array) -> None:
        """Where they were."""
        self._move(dy, not self.to_first, out)

    def _move(self, x: Array, to_first: bool, out: Array) -> None:
        move = self.engine.channels_first if to_first else self.engine.channels_last
        move(x, self.image[0], out=out)
