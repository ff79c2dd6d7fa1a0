"""Each activation as nodes of an ONNX graph."""

from collections.abc import Callable
from typing import Any

from gancli.export.errors import ExportError
from gancli.export.graph import Graph
from gancli.nn.activations import Activation, LeakyRelu, Linear, Sigmoid, Softplus, Step, Tanh


def activate(graph: Graph, activation: Activation, name: str) -> str:
    """f of the tensor `name`. Raises ExportError for an activation without an entry here."""
    if type(activation) not in ACTIVATIONS:
        raise ExportError(f"the activation {type(activation).__name__} has no ONNX model")
    return ACTIVATIONS[type(activation)](graph, activation, name)


def times(graph: Graph, factor: float, name: str) -> str:
    """factor × it."""
    return name if factor == 1.0 else graph.add("Mul", name, graph.constant(factor))


def _sigmoid(graph: Graph, own: Sigmoid, name: str) -> str:
    return graph.add("Sigmoid", times(graph, own.mu, name))


def _tanh(graph: Graph, own: Tanh, name: str) -> str:
    return times(graph, own.k, graph.add("Tanh", times(graph, own.alpha, name)))


def _leaky_relu(graph: Graph, own: LeakyRelu, name: str) -> str:
    return graph.add("LeakyRelu", name, alpha=own.slope) if own.slope else graph.add("Relu", name)


def _softplus(graph: Graph, own: Softplus, name: str) -> str:
    """As the engine has it: `Softplus` overflows in ONNX's reference evaluator up to 1.20."""
    small = graph.add("Exp", graph.add("Neg", graph.add("Abs", name)))
    return graph.add("Add", graph.add("Relu", name), graph.add("Log", graph.add("Add", small, graph.constant(1.0))))


def _linear(graph: Graph, own: Linear, name: str) -> str:
    return times(graph, own.slope, name)


def _step(graph: Graph, own: Step, name: str) -> str:
    return graph.add("Cast", graph.add("Greater", name, graph.constant(0.0)), to=1)  # to single precision


ACTIVATIONS: dict[type, Callable[[Graph, Any, str], str]] = {
    Sigmoid: _sigmoid,
    Tanh: _tanh,
    LeakyRelu: _leaky_relu,
    Softplus: _softplus,
    Linear: _linear,
    Step: _step,
}
