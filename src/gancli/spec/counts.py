"""How many parameters a network has, from its configuration alone."""

import math

from gancli.spec.models import Learning
from gancli.spec.networks import Kernel, width
from gancli.spec.shapes import Placed


def parameters(spec: Learning, key: str) -> list[int]:
    """Of each layer of network `key`, for data whose classes the configuration knows."""
    placed, beside = list(spec.networks()[key].placed(spec.mu)), spec.beside(key)
    counts = [_of_layer(one, spec.training.rows(key), beside.get(place, 0)) for place, one in enumerate(placed)]
    if projected := spec.projected(key):
        rows = width(math.prod(placed[-1].inputs), placed[-1].layer, spec.training.rows(key))
        counts[-1] += projected * (rows + bool(placed[-1].layer.bias))
    return counts


def _of_layer(one: Placed, batch: int, beside: int) -> int:
    """Weights, biases or normalisations, and what minibatch discrimination compares samples by."""
    inputs, layer = math.prod(one.inputs), one.layer
    rows, columns = one.weights(width(inputs, layer, batch) + beside)
    biases = 2 * one.normalized[0] if layer.batch_norm or layer.layer_norm else one.biases if layer.bias else 0
    compared = layer.minibatch.kernels * layer.minibatch.size if isinstance(layer.minibatch, Kernel) else 0
    return rows * columns + biases + inputs * compared
