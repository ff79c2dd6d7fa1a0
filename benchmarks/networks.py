"""What peers are told of gancli's networks: layers, an optimiser and a bound, as names and numbers.

Peers read these rather than gancli's own objects: a peer then needs to know nothing of how gancli computes. What no
peer plays, be it a layer, an activation or a setting, raises NotImplementedError here: none leaves it out in silence.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from gancli.engines import Array
from gancli.games.player import Clamp, Clip, Player
from gancli.nn import activations, layers, optimizers


class Activation(NamedTuple):
    """A name and up to two numbers: sigmoid (μ), tanh (k, α), relu (slope), linear (slope)."""

    name: str
    first: float
    second: float = 0.0


@dataclass(frozen=True)
class Dense:
    """f(x W + b), with b or without."""

    inputs: int
    units: int
    bias: bool
    activation: Activation


Image = tuple[int, int, int]
"""Channels, height, width."""


@dataclass(frozen=True)
class Conv:
    """f(w * x + b) of an image, its channels last where it is flat."""

    image: Image
    channels: int
    kernel: int
    stride: int
    padding: int
    bias: bool
    activation: Activation


@dataclass(frozen=True)
class ConvTranspose:
    """The adjoint of a convolution from `out` to `image`: f(wᵀ * x + b)."""

    image: Image
    out: Image
    kernel: int
    stride: int
    padding: int
    bias: bool
    activation: Activation


@dataclass(frozen=True)
class BatchNorm:
    """f(γ x̂ + β), each unit normalised over its batch; each channel over the `places` of an image too."""

    units: int
    places: int
    activation: Activation


@dataclass(frozen=True)
class Similarity:
    """Beside x, exp(−‖x − x_i‖₁) for each sample i of the batch."""


@dataclass(frozen=True)
class Reorder:
    """An image's channels, first, made last; or `to_first` the way back."""

    image: Image
    to_first: bool


@dataclass(frozen=True)
class SpectralNorm:
    """A dense layer whose weights are divided by their norm, which one power iteration after each step follows."""

    inner: Dense


Layer = Dense | Conv | ConvTranspose | BatchNorm | Similarity | Reorder | SpectralNorm


@dataclass(frozen=True)
class Optimizer:
    """An optimiser by name, and its numbers by theirs."""

    name: str
    settings: dict[str, float]


@dataclass(frozen=True)
class Network:
    """A network and how it learns; `clip` is what its parameters are clamped to, where they are."""

    inputs: int
    layers: tuple[Layer, ...]
    optimizer: Optimizer
    clip: float | None

    @property
    def with_biases(self) -> tuple[Dense | Conv, ...]:
        """Its layers, for a peer that knows (W, b) only, of units or of patches. Raises NotImplementedError."""
        found = tuple(layer for layer in self.layers if isinstance(layer, Dense | Conv) and layer.bias)
        if len(found) < len(self.layers):
            raise NotImplementedError("written for dense layers and convolutions with a bias only")
        return found

    @property
    def dense(self) -> tuple[Dense, ...]:
        """Its layers, for a peer that knows (W, b) only. Raises NotImplementedError where there are others."""
        found = tuple(layer for layer in self.layers if isinstance(layer, Dense) and layer.bias)
        if len(found) < len(self.layers):
            raise NotImplementedError("written for dense layers with a bias only")
        return found


def describe(player: Player) -> Network:
    """The network of a built player. Raises NotImplementedError for what no peer plays."""
    if player.average is not None:
        raise NotImplementedError("moving averages")
    found = tuple(_layer(layer) for layer in player.network.layers)
    return Network(player.network.inputs, found, _optimizer(player.optimizer), _bound(player.clip))


def arrays(player: Player) -> list[tuple[Array, ...]]:
    """What each layer learns and keeps, as views: (W, b) or (W,), (γ, β, mean, variance); layers without are left out.

    Of normalised weights (W, b, v, u, σ), v of inputs and u of outputs.

    W of a convolution is (kernel, kernel, channels in, channels out), that of its transpose (…, channels out, in).

    The running mean and variance are among them because gancli judges a generator by these.
    """
    return [held for layer in player.network.layers if (held := _arrays(layer))]


def _layer(layer: Any) -> Layer:
    if isinstance(layer, layers.SpectralNorm):
        if (layer.iterations, layer.bound) != (1, 1.0) or not isinstance(inner := _layer(layer.inner), Dense):
            raise NotImplementedError("spectral normalisation but of dense layers, by one iteration, to a norm of 1")
        return SpectralNorm(inner)
    if isinstance(layer, layers.Conv):
        height, width, kernel, stride, padding = layer.geometry
        image = layer.inputs // (height * width), height, width
        return Conv(image, layer.channels, kernel, stride, padding, layer.bias, _activation(layer.activation))
    if isinstance(layer, layers.ConvTranspose):
        height, width, kernel, stride, padding = layer.geometry
        down, across = ((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
        image, out = (layer.channels_below, down, across), (layer.channels, height, width)
        return ConvTranspose(image, out, kernel, stride, padding, layer.bias, _activation(layer.activation))
    if isinstance(layer, layers.Dense):
        return Dense(layer.inputs, layer.units, layer.bias, _activation(layer.activation))
    if isinstance(layer, layers.Everywhere) and isinstance(layer.inner, layers.BatchNorm):
        return BatchNorm(layer.inner.units, layer.places, _activation(layer.inner.activation))
    if isinstance(layer, layers.BatchNorm):
        return BatchNorm(layer.units, 1, _activation(layer.activation))
    if isinstance(layer, layers.Similarity):
        return Similarity()
    if isinstance(layer, layers.Reorder):
        return Reorder(layer.image, layer.to_first)
    raise NotImplementedError(f"layer {type(layer).__name__}")


def _arrays(layer: Any) -> tuple[Array, ...]:
    if isinstance(layer, layers.SpectralNorm):
        bias = () if layer.inner.b is None else (layer.inner.b,)
        return (layer.w, *bias, layer.v[0], layer.u[0], layer.norm)
    if isinstance(layer, layers.Everywhere):
        return _arrays(layer.inner)
    if isinstance(layer, layers.Dense):
        w = layer.w
        if isinstance(layer, layers.Conv | layers.ConvTranspose):
            kernel = layer.geometry[2]
            w = w.reshape(kernel, kernel, -1, w.shape[1])
        return (w,) if layer.b is None else (w, layer.b)
    if isinstance(layer, layers.BatchNorm):
        return layer.scale, layer.shift, layer.mean, layer.variance
    return ()


def _activation(activation: Any) -> Activation:
    if isinstance(activation, activations.Sigmoid):
        return Activation("sigmoid", activation.mu)
    if isinstance(activation, activations.Tanh):
        return Activation("tanh", activation.k, activation.alpha)
    if isinstance(activation, activations.LeakyRelu):
        return Activation("relu", activation.slope)
    if isinstance(activation, activations.Linear):
        return Activation("linear", activation.slope)
    raise NotImplementedError(f"activation {type(activation).__name__}")


def _optimizer(optimizer: Any) -> Optimizer:
    plain = not optimizer.momentum and getattr(optimizer, "mean", None) is None
    names = {optimizers.Sgd: "eta", optimizers.Rmsprop: "eta gamma epsilon", optimizers.Adam: "eta beta1 beta2 epsilon"}
    if type(optimizer) not in names or not plain:
        raise NotImplementedError(f"optimiser {optimizer.name}, or its momentum or centring")
    return Optimizer(optimizer.name, {name: getattr(optimizer, name) for name in names[type(optimizer)].split()})


def _bound(clip: Clip | None) -> float | None:
    if clip is None or isinstance(clip, Clamp):
        return None if clip is None else clip.bound
    raise NotImplementedError(f"clip {clip.mode}")
