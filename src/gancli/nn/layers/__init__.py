"""Layers: each has its forward and backward pass side by side."""

from gancli.nn.layers.base import Layer
from gancli.nn.layers.dense import Dense
from gancli.nn.layers.noise import Noise, draw

LAYERS = {"dense": Dense, "noise": Noise}

__all__ = ["LAYERS", "Dense", "Layer", "Noise", "draw"]
