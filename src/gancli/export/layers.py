"""Each layer as nodes of an ONNX graph, as it is outside training.

A network has images with channels last, ONNX has them first: what stands for them stays so from one convolution to the
next (`graph.Value`), and their kernels are put in that order.
"""

from collections.abc import Callable
from typing import Any

from gancli.engines import Array
from gancli.export.activations import activate
from gancli.export.errors import ExportError
from gancli.export.graph import Graph, Value
from gancli.export.rows import beside, kernel, noise, projection, scalar, similarity
from gancli.nn.layers import (
    BatchNorm,
    Beside,
    ChannelDropout,
    Conv,
    ConvTranspose,
    Dense,
    Everywhere,
    Kernel,
    Layer,
    LayerNorm,
    MaxMin,
    MaxPool,
    Mixed,
    Noise,
    Orthonormal,
    Projection,
    Reorder,
    Scalar,
    Similarity,
    SpectralNorm,
)  # fmt: skip


def add_layer(graph: Graph, layer: Layer, value: Value) -> Value:
    """The output of a layer for the input `value`. Raises ExportError for a layer without an entry here."""
    if type(layer) not in LAYERS:
        raise ExportError(f"the layer {type(layer).__name__} has no ONNX model")
    graph.layer += bool(layer.shapes())
    return LAYERS[type(layer)](graph, layer, value)


def _learned(graph: Graph, layer: Dense, weights: Array) -> list[str]:
    """Weights, and the bias if there is one."""
    bias = [] if layer.b is None else [graph.parameter("bias", layer.b)]
    return [graph.parameter("weights", weights), *bias]


def _dense(graph: Graph, layer: Dense, value: Value) -> Value:
    y = graph.add("Gemm", graph.flat(value), *_learned(graph, layer, layer.w))
    return Value(activate(graph, layer.activation, y))


def _conv(graph: Graph, layer: Conv, value: Value) -> Value:
    height, width, kernel, stride, padding = layer.geometry
    below = layer.patch // kernel**2
    weights = layer.w.reshape(kernel, kernel, below, layer.channels).transpose(3, 2, 0, 1)
    across = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [padding] * 4}
    x = graph.image(value, (below, height, width))
    y = graph.add("Conv", x, *_learned(graph, layer, weights), **across)
    down, right = ((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
    return Value(activate(graph, layer.activation, y), (layer.channels, down, right))


def _conv_transpose(graph: Graph, layer: ConvTranspose, value: Value) -> Value:
    height, width, kernel, stride, padding = layer.geometry
    weights = layer.w.reshape(kernel, kernel, layer.channels, layer.channels_below).transpose(3, 2, 0, 1)
    down, right = ((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
    more = [out - ((side - 1) * stride + kernel - 2 * padding) for out, side in ((height, down), (width, right))]
    across = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [padding] * 4, "output_padding": more}
    x = graph.image(value, (layer.channels_below, down, right))
    y = graph.add("ConvTranspose", x, *_learned(graph, layer, weights), **across)
    return Value(activate(graph, layer.activation, y), (layer.channels, height, width))


def _spectral_norm(graph: Graph, layer: SpectralNorm, value: Value) -> Value:
    layer.engine.divide(layer.w, layer.norm, layer.bound, out=layer.wbar)  # as each pass begins
    return LAYERS[type(layer.inner)](graph, layer.inner, value)


def _by_channel(graph: Graph, value: Value, channels: int, places: int) -> Value:
    """As an image where there are several places, whose sides may not be known here; else (N, units)."""
    if places == 1:
        return Value(graph.flat(value))
    if value.image is not None and value.image[0] == channels and not value.first:
        return value
    image = channels, places, 1
    return Value(graph.image(value, image), image)


def _batch_norm(graph: Graph, layer: BatchNorm, value: Value, places: int = 1) -> Value:
    x = _by_channel(graph, value, layer.units, places)
    kept = {"scale": layer.scale, "shift": layer.shift, "mean": layer.mean, "variance": layer.variance}
    y = graph.add("BatchNormalization", x.name, *(graph.parameter(*one) for one in kept.items()), epsilon=layer.epsilon)
    return Value(activate(graph, layer.activation, y), x.image)


def _everywhere(graph: Graph, layer: Everywhere, value: Value) -> Value:
    if not isinstance(layer.inner, BatchNorm):
        raise ExportError(f"the layer {type(layer.inner).__name__} has no ONNX model for each pixel of an image")
    return _batch_norm(graph, layer.inner, value, layer.places)


def _layer_norm(graph: Graph, layer: LayerNorm, value: Value) -> Value:
    x = _by_channel(graph, value, layer.channels, layer.units // layer.channels)
    own = (1, -1, 1, 1) if x.image else (1, -1)
    axes = graph.whole(*range(1, len(own)))
    centred = graph.add("Sub", x.name, graph.add("ReduceMean", x.name, axes))
    variance = graph.add("ReduceMean", graph.add("Mul", centred, centred), axes)
    normal = graph.add("Div", centred, graph.add("Sqrt", graph.add("Add", variance, graph.constant(layer.epsilon))))
    scaled = graph.add("Mul", normal, graph.parameter("scale", layer.scale.reshape(own)))
    y = graph.add("Add", scaled, graph.parameter("shift", layer.shift.reshape(own)))
    return Value(activate(graph, layer.activation, y), x.image)


def _maxmin(graph: Graph, layer: MaxMin, value: Value) -> Value:
    """Neighbours are channels of a pixel or, where these are not even in number, units."""
    if value.image is not None and value.image[0] % 2 == 0 and not value.first:
        channels, *sides = value.image
        x, shape = value, [channels, *sides]
    else:
        x, shape, sides = Value(graph.flat(value)), [layer.units], []
    pairs, axis = graph.reshape(x.name, [shape[0] // 2, 2, *sides]), graph.whole(2)
    ordered = [graph.add(each, pairs, axis) for each in ("ReduceMax", "ReduceMin")]
    return Value(graph.reshape(graph.add("Concat", *ordered, axis=2), shape), x.image)


def _max_pool(graph: Graph, layer: MaxPool, value: Value) -> Value:
    channels, *sides = layer.image
    down, right = ((side - layer.kernel) // layer.stride + 1 for side in sides)
    across = {"kernel_shape": [layer.kernel] * 2, "strides": [layer.stride] * 2}
    return Value(graph.add("MaxPool", graph.image(value, layer.image), **across), (channels, down, right))


def _mixed(graph: Graph, layer: Mixed, value: Value) -> Value:
    """Pools and enlargements alike: rows are mixed, then columns, which is exact where rules of `Resize` differ."""
    down, across = layer.sides
    image = layer.channels, down.shape[1], across.shape[1]
    rows = graph.add("MatMul", graph.constant(down), graph.image(value, image))
    mixed = graph.add("MatMul", rows, graph.constant(across.T))
    return Value(mixed, (layer.channels, len(down), len(across)))


def _reorder(graph: Graph, layer: Reorder, value: Value) -> Value:
    """Nothing moves: it is the network's order that is another."""
    if layer.to_first:
        return Value(graph.image(value, layer.image), layer.image, first=True)
    if value.image == layer.image and value.first:
        return Value(value.name, value.image)
    return Value(graph.reshape(graph.flat(value), layer.image), layer.image)


def _as_it_is(graph: Graph, layer: Layer, value: Value) -> Value:
    return value


LAYERS: dict[type[Layer], Callable[[Graph, Any, Value], Value]] = {
    Dense: _dense,
    Orthonormal: _dense,
    Noise: noise,
    BatchNorm: _batch_norm,
    Similarity: similarity,
    Kernel: kernel,
    Scalar: scalar,
    Conv: _conv,
    ConvTranspose: _conv_transpose,
    Everywhere: _everywhere,
    Reorder: _reorder,
    Mixed: _mixed,
    MaxPool: _max_pool,
    LayerNorm: _layer_norm,
    ChannelDropout: _as_it_is,
    SpectralNorm: _spectral_norm,
    MaxMin: _maxmin,
    Beside: beside,
    Projection: projection,
}
