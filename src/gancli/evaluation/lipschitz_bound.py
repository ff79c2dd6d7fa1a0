"""A bound of a network's Lipschitz constant: the product of its layers' (Szegedy et al. 2014, section 4.3)."""

import copy
import math

import numpy as np

from gancli.nn import Network
from gancli.nn.activations import Activation, Linear, Sigmoid, Step, Tanh
from gancli.nn.layers import (
    BatchNorm,
    Beside,
    ChannelDropout,
    Conv,
    ConvTranspose,
    Dense,
    Everywhere,
    Layer,
    MaxMin,
    MaxPool,
    Mixed,
    Noise,
    Projection,
    Reorder,
    SpectralNorm,
)  # fmt: skip

ITERATIONS, CLOSE = 1000, 1e-10
"""Of a convolution's norm: at most, and until it changes by less than this share."""


def bound(network: Network) -> float:
    """The product of the layers' Lipschitz constants, as they are outside training; infinite where one has none."""
    return math.prod(of_layer(layer) for layer in network.layers)


def of_layer(layer: Layer) -> float:
    """The Lipschitz constant of one layer, or a bound of it."""
    if isinstance(layer, SpectralNorm):
        return operator_norm(normalised(layer)) * steepest(layer.inner.activation)
    if isinstance(layer, Dense):
        return operator_norm(layer) * steepest(layer.activation)
    if isinstance(layer, Everywhere):
        return of_layer(layer.inner)
    if isinstance(layer, BatchNorm):
        spread = np.sqrt(layer.variance.astype(np.float64) + layer.epsilon)
        return float(np.abs(layer.scale / spread).max()) * steepest(layer.activation)
    if isinstance(layer, Mixed):
        return float(np.linalg.norm(layer.matrix, 2))
    if isinstance(layer, MaxPool):
        return math.sqrt(layer.most_in)
    if isinstance(layer, Noise):
        still = layer.mode in ("concat", "add") or layer.distribution == "dropout"
        return 1.0 if still else math.inf
    if isinstance(layer, Projection):
        return math.sqrt(1.0 + layer.samples)
    return 1.0 if isinstance(layer, Reorder | MaxMin | ChannelDropout | Beside) else math.inf


def steepest(activation: Activation) -> float:
    """The largest |f'|."""
    if isinstance(activation, Sigmoid):
        return activation.mu / 4.0
    if isinstance(activation, Tanh):
        return activation.k * activation.alpha
    if isinstance(activation, Linear):
        return abs(activation.slope)
    return math.inf if isinstance(activation, Step) else 1.0  # of relus and softplus


def operator_norm(layer: Dense) -> float:
    """‖W‖₂ of a dense layer, and of a convolution that of images to images."""
    if not isinstance(layer, Conv | ConvTranspose):
        return float(np.linalg.norm(layer.w.astype(np.float64), 2))
    own = _of_doubles(layer)
    u, before = np.random.default_rng(0).standard_normal((1, layer.units)), 0.0
    v = np.empty((1, layer.inputs))
    for _ in range(ITERATIONS):
        own.back(u / np.linalg.norm(u), out=v)
        own.product(v / np.linalg.norm(v), None, out=u)
        norm = float(np.linalg.norm(u))
        if abs(norm - before) <= CLOSE * norm:
            break
        before = norm
    return norm


def _of_doubles(layer: Dense) -> Dense:
    """A layer with the same weights in double precision."""
    own = copy.copy(layer)
    own.w = layer.w.astype(np.float64)
    return own


def normalised(layer: SpectralNorm) -> Dense:
    """The layer within, with the weights that it works with."""
    layer.engine.divide(layer.w, layer.norm, layer.bound, out=layer.wbar)
    return layer.inner
