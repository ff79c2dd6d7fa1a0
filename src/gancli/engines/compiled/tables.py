"""What compiled code is given: a network and its optimiser as one named tuple, and one vector for all buffers."""

from typing import Any, NamedTuple

import numpy as np

from gancli.engines.compiled import activations, optimizers
from gancli.engines.compiled.columns import ADD, CONCAT, DY, MULTIPLY, UNITS
from gancli.engines.plan import DensePlan, NetworkPlan

MODES = {"concat": CONCAT, "add": ADD, "multiply": MULTIPLY}
FEW = 6
"""Rows up to which products are done without BLAS, which would spend its time on packing the weights."""
BLOCK = 32768
"""Elements of gradient that a thread computes before it steps along them: 128 kB, at home in the second-level cache."""


class Net(NamedTuple):
    """A network and its optimiser, as compiled code takes them."""

    numbers: Any
    """int64, by `columns`."""
    layers: Any
    """(layers, 10) int64, likewise."""
    slopes: Any
    """(layers, 2) float64: the activations' two numbers."""
    hyper: Any
    """float64, by the places in `optimizers`."""


class Memory:
    """Places in the one vector that holds all buffers of a game."""

    def __init__(self) -> None:
        self.size = 32  # place 0 stands for none

    def place(self, size: int) -> int:
        """Room for `size` elements, on a cache line of its own."""
        start, self.size = self.size, self.size + -(-size // 32) * 32
        return start


def table(plan: NetworkPlan, memory: Memory, rows: int, threads: int, section: int) -> Net:
    """A network's table, with room in the memory for `rows` rows and `threads` threads."""
    layers, before = [], 0
    for layer in plan.layers:
        code = activations.CODES[layer.activation[0]]
        sizes = (layer.inputs, layer.units, layer.weights, layer.bias, code, before)
        layers.append((*sizes, layer.below, *_noise(layer, memory, rows)))
        before += layer.units
    room = -(-max(BLOCK, *(FEW * layer.units for layer in plan.layers)) // 32) * 32
    places = [memory.place(rows * before), memory.place(rows * before), memory.place(threads * room), room]
    optimizer = optimizers.CODES[plan.optimizer.name]
    average, decay = plan.average or (None, 0.0)
    numbers = [*_addresses(plan), optimizer, section, 0, *places]
    numbers += [0 if average is None else average.ctypes.data, plan.params.size]
    mode, bound = plan.clip or (None, 0.0)
    hyper = {**plan.optimizer.settings, "bound": bound if mode == "clamp" else 0.0}
    hyper |= {"rescale": bound if mode == "rescale" else 0.0, "decay": decay}
    return Net(
        np.array(numbers, np.int64),
        np.array(layers, np.int64),
        np.array([layer.activation[1:] for layer in plan.layers], np.float64),
        np.array([hyper.get(name, 0.0) for name in optimizers.HYPER], np.float64),
    )


def twin(net: Net, memory: Memory, rows: int) -> Net:
    """The same network, with a place of its own for ∂E/∂(x W + b) of all layers and `rows` rows."""
    numbers = net.numbers.copy()
    numbers[DY] = memory.place(rows * int(net.layers[:, UNITS].sum()))
    return net._replace(numbers=numbers)


def _noise(layer: DensePlan, memory: Memory, rows: int) -> tuple[int, int, int]:
    """Its mode, and places for the inputs with noise and for the factors."""
    if layer.noise is None:
        return 0, 0, 0
    mode = MODES[layer.noise.mode]
    return mode, memory.place(rows * layer.inputs), memory.place(rows * layer.below if mode == MULTIPLY else 0)


def _addresses(plan: NetworkPlan) -> list[int]:
    """Of params, square, mean, moved and velocity; the networks and optimisers never rebind them."""
    vectors = plan.optimizer.vectors
    named = [vectors.get("square", vectors.get("second")), vectors.get("mean")]
    named += [vectors.get("moved", vectors.get("first")), vectors.get("velocity")]
    return [plan.params.ctypes.data, *(0 if vector is None else vector.ctypes.data for vector in named)]
