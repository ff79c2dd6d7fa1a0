"""Layers: each has its forward and backward pass side by side."""

from gancli.nn.layers.base import Layer
from gancli.nn.layers.batch_norm import BatchNorm
from gancli.nn.layers.conv import Assemble, Everywhere, Patches, Reorder
from gancli.nn.layers.dense import Dense
from gancli.nn.layers.minibatch import Kernel, Similarity
from gancli.nn.layers.noise import Noise, dropout
from gancli.nn.layers.scalar import Scalar

LAYERS = {
    "dense": Dense,
    "noise": Noise,
    "batch_norm": BatchNorm,
    "similarity": Similarity,
    "kernel": Kernel,
    "scalar": Scalar,
    "patches": Patches,
    "everywhere": Everywhere,
    "assemble": Assemble,
    "reorder": Reorder,
}

__all__ = [
    "LAYERS", "Assemble", "BatchNorm", "Dense", "Everywhere", "Kernel", "Layer", "Noise", "Patches", "Reorder",
    "Scalar", "Similarity", "dropout",
]  # fmt: skip
