"""Layers: each has its forward and backward pass side by side."""

from gancli.nn.layers.base import Layer
from gancli.nn.layers.batch_norm import BatchNorm
from gancli.nn.layers.bounded import Orthonormal, SpectralNorm
from gancli.nn.layers.condition import Beside, Projection, Told
from gancli.nn.layers.conv import Conv, ConvTranspose, Everywhere, Reorder
from gancli.nn.layers.dense import Dense
from gancli.nn.layers.layer_norm import LayerNorm
from gancli.nn.layers.maxmin import MaxMin
from gancli.nn.layers.minibatch import Kernel, Similarity
from gancli.nn.layers.noise import ChannelDropout, Noise, RealSamples, dropout
from gancli.nn.layers.pixels import MaxPool, Mixed, average_pool, bilinear, nearest
from gancli.nn.layers.scalar import Scalar

LAYERS = {
    "dense": Dense,
    "noise": Noise,
    "batch_norm": BatchNorm,
    "similarity": Similarity,
    "kernel": Kernel,
    "scalar": Scalar,
    "conv": Conv,
    "conv_transpose": ConvTranspose,
    "everywhere": Everywhere,
    "reorder": Reorder,
    "mixed": Mixed,
    "max_pool": MaxPool,
    "layer_norm": LayerNorm,
    "channel_dropout": ChannelDropout,
    "spectral_norm": SpectralNorm,
    "orthonormal": Orthonormal,
    "maxmin": MaxMin,
    "beside": Beside,
    "projection": Projection,
}

__all__ = [
    "LAYERS", "BatchNorm", "Beside", "ChannelDropout", "Conv", "ConvTranspose", "Dense", "Everywhere", "Kernel",
    "Layer", "LayerNorm", "MaxMin", "MaxPool", "Mixed", "Noise", "Orthonormal", "Projection", "RealSamples", "Reorder",
    "Scalar", "Similarity", "SpectralNorm", "Told", "average_pool", "bilinear", "dropout", "nearest",
]  # fmt: skip
