"""From a network to an ONNX model that takes and gives samples in their own units."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gancli.engines import Array
from gancli.export.activations import activate
from gancli.export.graph import BATCH, IR_VERSION, OPSET, Graph, Value
from gancli.export.layers import add_layer
from gancli.export.library import ModelProto, TensorProto, checker, helper
from gancli.nn import Network
from gancli.nn.activations import Sigmoid
from gancli.nn.layers import Kernel, Similarity

TYPES = {np.float32: TensorProto.FLOAT, np.int64: TensorProto.INT64}


@dataclass(frozen=True)
class End:
    """What a model takes or gives, (N, *shape), under its name: std × what the network has + mean.

    Of the network's output, `last` is taken first.
    """

    name: str
    shape: tuple[int, ...]
    std: Array | float = 1.0
    """One for all, or one for each number of a sample; so is the mean."""
    mean: Array | float = 0.0
    last: Literal["", "sigmoid", "softmax"] = ""
    """What the loss does to the output, where it takes log-odds."""
    within: tuple[float, float] | None = None
    """Where given, what is beyond is cut off."""


def model_of(
    network: Network, taken: End, given: End, labels: Sequence[int] = (), about: Mapping[str, str] | None = None
) -> ModelProto:
    """The model of a network as it is outside training, with `about` as its metadata.

    With a condition `labels` are the data's labels of the classes, in the order of a code. Raises ExportError.
    """
    graph = Graph()
    value = _into(graph, taken)
    if network.classes:
        graph.codes = _codes(graph, labels, network.classes)
    for layer in network.layers:
        value = add_layer(graph, layer, value)
    _out_of(graph, value, given)
    inputs = [
        helper.make_tensor_value_info(name, TYPES[kind], [BATCH, *shape])
        for name, (kind, shape) in graph.inputs.items()
    ]
    output = helper.make_tensor_value_info(given.name, TensorProto.FLOAT, [BATCH, *given.shape])
    body = helper.make_graph(graph.nodes, "network", inputs, [output], graph.tensors())
    model = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="gancli"
    )
    helper.set_model_props(model, {**(about or {}), **_of_inputs(network, graph)})
    checker.check_model(model, full_check=True)
    return model


def rows(network: Network) -> int:
    """Of what number of rows a batch must be a multiple: 1, or more where samples of a batch are compared."""
    return math.lcm(*(layer.batch for layer in network.layers if isinstance(layer, Kernel | Similarity)))


def _of_inputs(network: Network, graph: Graph) -> dict[str, str]:
    """What a model says of the inputs that it cannot do without."""
    noises = {name: f"{layer.distribution}, scale {layer.scale:g}" for name, layer in graph.noises.items()}
    return {**noises, **({"batch_multiple": str(rows(network))} if rows(network) > 1 else {})}


def _into(graph: Graph, taken: End) -> Value:
    """(x − mean) / std; of a mean that single precision does not hold, what it leaves over is subtracted too."""
    name = graph.input(taken.name, taken.shape)
    single = np.asarray(taken.mean, np.float32)
    for mean in (single, np.asarray(taken.mean, np.float64) - single):
        name = _with(graph, "Sub", name, mean, 0.0)
    name = _with(graph, "Div", name, taken.std, 1.0)
    if len(taken.shape) == 3:
        channels, height, width = taken.shape
        return Value(name, (channels, height, width), first=channels > 1)
    return Value(name)


def _with(graph: Graph, operator: str, name: str, other: Array | float, nothing: float) -> str:
    """A node that takes a number, or one for each of a sample's, unless it does nothing."""
    array = np.asarray(other, np.float32)
    return graph.add(operator, name, graph.constant(array)) if (array != nothing).any() else name


def _codes(graph: Graph, labels: Sequence[int], classes: int) -> str:
    """Codes (N, classes) from labels (N,) or, of packs of samples, (N, pack)."""
    pack = classes // len(labels)
    told = graph.input("labels", (pack,) if pack > 1 else (), np.int64)
    each = graph.add("Reshape", told, graph.whole(-1, pack, 1))
    codes = graph.add("Cast", graph.add("Equal", each, graph.whole(*labels)), to=TensorProto.FLOAT)
    return graph.reshape(codes, [classes])


def _out_of(graph: Graph, value: Value, given: End) -> None:
    """std × y + mean, in the shape of what is given."""
    as_given = value.first and value.image == given.shape
    name = value.name if as_given else graph.flat(value)
    if given.last == "softmax":
        name = graph.add("Softmax", name, axis=1)
    elif given.last:
        name = activate(graph, Sigmoid(), name)
    if not as_given and len(given.shape) > 1:
        name = graph.reshape(name, given.shape)
    name = _with(graph, "Mul", name, given.std, 1.0)
    name = _with(graph, "Add", name, given.mean, 0.0)
    if given.within is not None:
        name = graph.add("Clip", name, *map(graph.constant, given.within))
    graph.nodes.append(helper.make_node("Identity", [name], [given.name], name=given.name))
