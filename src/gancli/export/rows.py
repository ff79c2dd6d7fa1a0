"""Layers that join something to a row of numbers, or weigh it: noise, classes, other samples of the batch."""

from gancli.export.graph import Graph, Value
from gancli.nn.layers import Beside, Kernel, Noise, Projection, Scalar, Similarity


def noise(graph: Graph, layer: Noise, value: Value) -> Value:
    """Noise that is drawn outside training too is an input of the model, as it is drawn; dropout is nothing."""
    if layer.distribution == "dropout":
        return value
    name = graph.input(f"noise{len(graph.noises) + 1}", (layer.size,))
    graph.noises[name] = layer
    x = graph.flat(value)
    if layer.mode == "concat":
        return Value(graph.add("Concat", x, name, axis=1))
    if layer.mode == "add":
        return Value(graph.add("Add", x, name))
    factor = graph.add("Add", name, graph.constant(1.0)) if layer.mode == "multiply" else name
    return Value(graph.add("Mul", x, factor))


def beside(graph: Graph, layer: Beside, value: Value) -> Value:
    """(x, code)."""
    return Value(graph.add("Concat", graph.flat(value), graph.codes, axis=1))


def projection(graph: Graph, layer: Projection, value: Value) -> Value:
    """The first input, and those that the code chooses."""
    x = graph.flat(value)
    ends = [graph.whole(one) for one in (0, 1, layer.inputs)]
    first, others = (graph.add("Slice", x, ends[k], ends[k + 1], graph.whole(1)) for k in (0, 1))
    chosen = graph.add("ReduceSum", graph.add("Mul", others, graph.codes), graph.whole(1))
    return Value(graph.add("Add", first, chosen))


def similarity(graph: Graph, layer: Similarity, value: Value) -> Value:
    """exp(−‖h_i − h_j‖₁) of every two samples of a batch, in batches of the size that the layer has learned with."""
    x = graph.flat(value)
    batches = graph.add("Reshape", x, graph.whole(-1, layer.batch, layer.inputs))
    alike = _closeness(graph, batches, [layer.inputs])
    return Value(graph.add("Concat", x, graph.add("Reshape", alike, graph.whole(-1, layer.batch)), axis=1))


def kernel(graph: Graph, layer: Kernel, value: Value) -> Value:
    """Σ_j exp(−‖M_ib − M_jb‖₁), likewise."""
    x = graph.flat(value)
    m = graph.add("MatMul", x, graph.parameter("tensor", layer.tensor))
    batches = graph.add("Reshape", m, graph.whole(-1, layer.batch, layer.extra, layer.size))
    sums = graph.add("ReduceSum", _closeness(graph, batches, [layer.extra, layer.size]), graph.whole(2), keepdims=0)
    return Value(graph.add("Concat", x, graph.add("Reshape", sums, graph.whole(-1, layer.extra)), axis=1))


def _closeness(graph: Graph, batches: str, shape: list[int]) -> str:
    """From (batches, batch, *shape), of every two samples (batches, batch, batch, …), the last of the shape summed."""
    one, other = (graph.add("Unsqueeze", batches, graph.whole(place)) for place in (2, 1))
    distance = graph.add("Abs", graph.add("Sub", one, other))
    summed = graph.add("ReduceSum", distance, graph.whole(2 + len(shape)), keepdims=0)
    return graph.add("Exp", graph.add("Neg", summed))


def scalar(graph: Graph, layer: Scalar, value: Value) -> Value:
    """The number for each row of no inputs, whose sum is 0."""
    nothing = graph.add("ReduceSum", graph.flat(value), graph.whole(1))
    return Value(graph.add("Add", nothing, graph.parameter("value", layer.value)))
