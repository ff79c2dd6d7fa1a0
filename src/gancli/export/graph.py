"""An ONNX graph in the making: its nodes and constants, and which of its tensors stands for a network's numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array
from gancli.export.library import NodeProto, helper, numpy_helper

OPSET, IR_VERSION = 18, 8
"""Of the operators, and of the file: what ONNX Runtime reads from 1.14 (2023) on."""
BATCH = "N"
"""The name of the first dimension, which may have any length."""
Image = tuple[int, int, int]


@dataclass(frozen=True)
class Value:
    """A batch of numbers on its way through a network, by the name of its tensor.

    It is (N, units) in the network's order or, of an `image` (channels, height, width), (N, channels, height, width):
    then the network has these numbers with channels last, unless it has them `first`.
    """

    name: str
    image: Image | None = None
    first: bool = False


class Graph:
    """Nodes, constants and inputs, under names of which each is used once."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, NDArray[Any]] = {}
        self.inputs: dict[str, tuple[Any, tuple[int, ...]]] = {}
        """By name, the type and the shape of one sample."""
        self.noises: dict[str, Any] = {}
        """The layers whose noise is an input, by its name."""
        self.codes = ""
        """The codes (N, classes) of the samples' classes, where the network has a condition."""
        self.layer = 0
        """The number of the layer in the making, of those that have parameters."""

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """A node; the name of its output."""
        name = f"{operator.lower()}{len(self.nodes) + 1}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def input(self, name: str, shape: tuple[int, ...], kind: Any = np.float32) -> str:
        """An input (N, *shape)."""
        self.inputs[name] = kind, shape
        return name

    def constant(self, value: Any) -> str:
        """Numbers in single precision; one constant for equal ones."""
        array = np.asarray(value, np.float32)
        for name, known in self.constants.items():
            if name.startswith("constant") and known.dtype == array.dtype and np.array_equal(known, array):
                return name
        return self._keep(f"constant{len(self.constants) + 1}", array)

    def whole(self, *values: int) -> str:
        """Whole numbers (count,): a shape, or axes."""
        return self._keep(f"whole{len(self.constants) + 1}", np.array(values, np.int64))

    def parameter(self, name: str, array: Array) -> str:
        """Something that this layer has learned, under the name that it has in a run."""
        return self._keep(f"layer{self.layer}.{name}", np.ascontiguousarray(array, np.float32))

    def _keep(self, name: str, array: NDArray[Any]) -> str:
        self.constants[name] = array
        return name

    def tensors(self) -> list[Any]:
        """The constants as ONNX has them."""
        return [numpy_helper.from_array(array, name) for name, array in self.constants.items()]

    # --- the same numbers in another shape

    def reshape(self, name: str, shape: Sequence[int]) -> str:
        """(N, *shape)."""
        return self.add("Reshape", name, self.whole(0, *shape))

    def flat(self, value: Value) -> str:
        """(N, units), in the network's order."""
        if value.image is None:
            return value.name
        name = value.name
        if not (value.first or value.image[0] == 1):
            name = self.add("Transpose", name, perm=[0, 2, 3, 1])
        return self.reshape(name, [math.prod(value.image)])

    def image(self, value: Value, image: Image) -> str:
        """(N, channels, height, width) of what the network has with channels last."""
        channels, height, width = image
        if value.image == image and not value.first:
            return value.name
        if value.image is not None and not value.first and value.image[0] == channels:
            return self.reshape(value.name, image)
        if channels == 1:
            return self.reshape(value.name, image)
        last = self.reshape(self.flat(value), [height, width, channels])
        return self.add("Transpose", last, perm=[0, 3, 1, 2])
