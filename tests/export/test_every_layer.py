"""Every layer and every activation as ONNX: what the reference evaluator says beside what the network says."""

from typing import Any

import numpy as np
import onnx
import pytest

from gancli.engines import make_engine
from gancli.export.activations import ACTIVATIONS as EXPORTED_ACTIVATIONS
from gancli.export.errors import ExportError
from gancli.export.layers import LAYERS as EXPORTED
from gancli.export.model import End, model_of, rows
from gancli.export.verify import verify
from gancli.nn import Network
from gancli.nn.activations import ACTIVATIONS, LeakyRelu, Linear, Softplus, Tanh
from gancli.nn.initializers import glorot
from gancli.nn.layers import (
    LAYERS,
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
    Noise,
    Orthonormal,
    Projection,
    Reorder,
    Scalar,
    Similarity,
    SpectralNorm,
    average_pool,
    bilinear,
    dropout,
    nearest,
)  # fmt: skip

LEARNED = 4
"""The batch that networks here would learn with."""
CLASSES = 3
TANH = Tanh(1.7159, 2 / 3)


def dense(inputs: int, units: int, activation: Any = TANH, bias: bool = True) -> Dense:
    return Dense(inputs, units, activation, glorot(), bias)


def conv(image: tuple[int, int, int], channels: int, kernel: int, stride: int, padding: int, bias: bool = True) -> Conv:
    return Conv(image, channels, kernel, stride, padding, LeakyRelu(0.2), glorot(), bias)


def up(image: Any, out: Any, kernel: int, stride: int, padding: int) -> ConvTranspose:
    return ConvTranspose(image, out, kernel, stride, padding, Softplus(), glorot())


def everywhere(channels: int, places: int) -> Everywhere:
    return Everywhere(BatchNorm(channels, LeakyRelu(0.1), LEARNED * places), places)


def noise(mode: str, size: int | None = None, scale: float = 0.5) -> Noise:
    return Noise(5, mode, size, "gaussian", scale)


# by the name in the registry: rows of layers, each with what goes in
CASES: dict[str, list[list[Layer]]] = {
    "dense": [[dense(5, 3)], [dense(5, 4, bias=False), dense(4, 2, Linear(2.0))]],
    "noise": [[noise("concat", 2), dense(7, 2)], *([noise(mode), dense(5, 2)] for mode in ("add", "multiply", "times")),
              [dropout(5, 0.5), dense(5, 2)], [noise("add"), dense(5, 5), noise("concat", 3), dense(8, 1)]],
    "batch_norm": [[dense(5, 4), BatchNorm(4, TANH, LEARNED), dense(4, 2)]],
    "similarity": [[Similarity(5, LEARNED), dense(5 + LEARNED, 2)]],
    "kernel": [[Kernel(5, 3, 2, LEARNED), dense(8, 2)], [Kernel(5, 3, 2, LEARNED), Noise(8, "concat", 2, "uniform", 1.0), dense(10, 1)]],
    "scalar": [[Scalar(1.5)]],
    "conv": [[conv((1, 6, 6), 3, 3, 1, 0)], [Reorder((2, 5, 7)), conv((2, 5, 7), 3, 4, 2, 1), conv((3, 2, 3), 2, 2, 1, 0, bias=False), dense(4, 2)]],
    "conv_transpose": [
        [up((1, 3, 4), (2, 6, 8), 4, 2, 1), Reorder((2, 6, 8), to_first=True)],
        [dense(5, 12), up((3, 2, 2), (2, 6, 6), 3, 3, 0), up((2, 6, 6), (1, 6, 6), 3, 1, 1)],
        [dense(5, 12), up((3, 2, 2), (2, 5, 5), 3, 2, 0), Reorder((2, 5, 5), to_first=True)],
        [dense(5, 12), up((3, 2, 2), (2, 4, 4), 3, 2, 1), Reorder((2, 4, 4), to_first=True)],  # one more pixel
    ],
    "everywhere": [[conv((1, 6, 6), 3, 3, 1, 0), everywhere(3, 16), dense(48, 2)], [dense(5, 12), everywhere(3, 4), up((3, 2, 2), (1, 4, 4), 2, 2, 0)],
                   [dense(5, 12), everywhere(3, 4), dense(12, 2)]],
    "reorder": [[Reorder((3, 2, 4)), dense(24, 5)], [dense(5, 24), Reorder((3, 2, 4), to_first=True)], [Reorder((3, 2, 4)), dense(24, 24), Reorder((3, 2, 4), to_first=True)],
                [Reorder((3, 2, 4)), conv((3, 2, 4), 2, 1, 1, 0), Reorder((2, 2, 4), to_first=True)]],
    "mixed": [[layer, dense(layer.units, 2)] for layer in (
        average_pool((2, 5, 6), (2, 2), 2), average_pool((2, 5, 6), (5, 6), 1), average_pool((1, 5, 5), (3, 3), 1), nearest((2, 3, 2), 3), bilinear((2, 3, 4), 2))],
    "max_pool": [[MaxPool((2, 5, 6), 2, 2), dense(12, 2)], [MaxPool((3, 5, 6), 3, 1), dense(36, 2)]],
    "layer_norm": [[LayerNorm(5, TANH), dense(5, 2)], [conv((1, 6, 6), 3, 3, 1, 0), LayerNorm(3, TANH, 16), dense(48, 2)], [dense(5, 12), LayerNorm(3, TANH, 4), dense(12, 2)]],
    "channel_dropout": [[ChannelDropout(2, 9, 0.5), conv((2, 3, 3), 2, 2, 1, 0)]],
    "spectral_norm": [[SpectralNorm(dense(5, 3), 1, 0.7)], [SpectralNorm(conv((1, 5, 5), 2, 3, 1, 0)), SpectralNorm(up((2, 3, 3), (1, 5, 5), 3, 1, 0))]],
    "orthonormal": [[Orthonormal(5, 3, TANH, glorot())]],
    "maxmin": [[dense(5, 6), MaxMin(6), dense(6, 2)], [conv((1, 6, 6), 4, 3, 1, 0), MaxMin(64), dense(64, 2)], [conv((1, 6, 6), 3, 3, 1, 0), MaxMin(48), dense(48, 2)]],
    "beside": [[Beside(5, CLASSES), dense(5 + CLASSES, 2)], [conv((1, 6, 6), 2, 3, 2, 0), Beside(8, CLASSES), dense(8 + CLASSES, 2)], [Beside(5, 2 * CLASSES), dense(11, 2)]],
    "projection": [[dense(5, 1 + CLASSES, Linear()), Projection(CLASSES)], [dense(5, 1 + 2 * CLASSES, Linear()), Projection(2 * CLASSES, 2)]],
}  # fmt: skip


def network_of(layers: list[Layer], dtype: str = "float32") -> Network:
    """With parameters and statistics away from where they begin."""
    network = Network(layers, make_engine("checked"), dtype, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    for name, view in network.views(network.params).items():
        if not name.endswith("weights"):
            view += rng.uniform(0.1, 0.5, view.shape)
    for name, view in network.state_layout.views(network.state).items():
        if name.endswith(("mean", "variance")):
            view += rng.uniform(0.1, 0.9, view.shape)
    return network


def tried(network: Network, count: int, taken: End | None = None, given: End | None = None) -> float:
    """How far the model of a network is from it on `count` samples."""
    rng = np.random.default_rng(count)
    x = rng.standard_normal((count, network.inputs)).astype(np.float32)
    labels, codes, told = (10, 20, 30), None, {}
    if network.classes:
        chosen = rng.integers(0, CLASSES, (count, network.classes // CLASSES))
        codes = np.eye(CLASSES, dtype=network.dtype)[chosen].reshape(count, -1)
        told = {"labels": np.array(labels)[chosen if chosen.shape[1] > 1 else chosen[:, 0]]}
    expected = network.forward(x.astype(network.dtype), rng, training=False, codes=codes)
    noises = [one for one in network.layers if isinstance(one, Noise) and one.distribution != "dropout"]
    drawn = {f"noise{k}": (one.noise - (one.mode == "multiply")).astype(np.float32) for k, one in enumerate(noises, 1)}
    model = model_of(network, taken or End("x", (network.inputs,)), given or End("y", (network.outputs,)), labels)
    return verify(model, {"x": x, **told, **drawn}, expected)


@pytest.mark.parametrize(("name", "number"), [(name, k) for name, cases in CASES.items() for k in range(len(cases))])
@pytest.mark.parametrize("batches", [1, 2])
def test_a_layers_model_says_what_the_layer_says(name: str, number: int, batches: int) -> None:
    layers = CASES[name][number]
    assert any(type(one) is LAYERS[name] or type(getattr(one, "inner", None)) is LAYERS[name] for one in layers)
    network = network_of(layers)
    compared = name in ("similarity", "kernel")
    assert rows(network) == (LEARNED if compared else 1)
    assert tried(network, LEARNED * batches if compared else 2 * batches + 1) <= 1e-5


def test_every_layer_and_every_activation_has_a_model_and_is_tried() -> None:
    assert set(EXPORTED) == set(LAYERS.values()) and set(CASES) == set(LAYERS)
    assert {type(make()) for make in ACTIVATIONS.values()} == set(EXPORTED_ACTIVATIONS)


SETTINGS: dict[str, list[dict[str, float]]] = {
    "sigmoid": [{"mu": 0.3}],
    "centered_sigmoid": [{"mu": 0.3}],
    "tanh": [{"k": 1.7, "alpha": 0.6}],
    "leaky_relu": [{"slope": 0.1}],
    "linear": [{"slope": 2.0}],
}


@pytest.mark.parametrize(
    ("name", "k"), [(name, k) for name in ACTIVATIONS for k in range(1 + len(SETTINGS.get(name, [])))]
)
def test_an_activations_model_says_what_the_activation_says(name: str, k: int) -> None:
    activation = ACTIVATIONS[name](**[{}, *SETTINGS.get(name, [])][k])
    network = network_of([dense(5, 40, activation)])
    assert tried(network, 7) <= 1e-5
    network.params *= 100.0  # where exponentials overflow
    assert tried(network, 7) <= 1e-5


def test_a_model_that_says_something_else_is_not_let_through() -> None:
    network = network_of([dense(5, 3)])
    model = model_of(network, End("x", (5,)), End("y", (3,)))
    x = np.ones((2, 5), np.float32)
    with pytest.raises(ExportError, match=r"differ by 0\.\d+ of the largest output, 1"):
        verify(model, {"x": x}, network.forward(x, np.random.default_rng(0)) + 0.25)
    with pytest.raises(ExportError, match="differ by inf"):
        verify(model, {"x": x}, np.zeros((2, 4)))


def test_what_has_no_model_is_named() -> None:
    class Own(Dense):
        pass

    class Cube(Linear):
        pass

    for layer, name in ((Own(2, 1, Linear(), glorot()), "the layer Own"), (dense(2, 1, Cube()), "the activation Cube")):
        with pytest.raises(ExportError, match=f"{name} has no ONNX model"):
            model_of(network_of([layer]), End("x", (2,)), End("y", (1,)))
    with pytest.raises(ExportError, match="Dense has no ONNX model for each pixel"):
        model_of(network_of([Everywhere(dense(2, 2), 3)]), End("x", (6,)), End("y", (6,)))


def test_numbers_far_from_0_are_standardised_without_loss() -> None:
    """A column of years has a mean that single precision holds to 1e-4 alone."""
    network = network_of([dense(2, 3)])
    mean, std = np.array([2003.4567891, -1e5 / 3]), np.array([0.01, 0.02])
    x = (np.random.default_rng(0).standard_normal((5, 2)) * std + mean).astype(np.float32)
    seen = ((x.astype(np.float64) - mean) / std).astype(np.float32)
    model = model_of(network, End("x", (2,), std, mean), End("y", (3,), np.array([2.0, 1.0, 0.5]), 3.0))
    expected = network.forward(seen, np.random.default_rng(0)) * np.array([2.0, 1.0, 0.5], np.float32) + 3.0
    assert verify(model, {"x": x}, expected) <= 1e-5


def test_a_model_between_images_of_several_channels_takes_and_gives_channels_first() -> None:
    network = network_of([Reorder((3, 4, 4)), conv((3, 4, 4), 2, 3, 1, 1), Reorder((2, 4, 4), to_first=True)])
    x = np.random.default_rng(0).random((5, 3, 4, 4), np.float32)
    expected = network.forward(x.reshape(5, -1), np.random.default_rng(0), training=False).reshape(5, 2, 4, 4)
    model = model_of(network, End("x", (3, 4, 4)), End("y", (2, 4, 4), within=(0.0, 0.1)))
    assert verify(model, {"x": x}, np.clip(expected, 0.0, 0.1)) <= 1e-5 and expected.max() > 0.1
    kinds = [node.op_type for node in model.graph.node]
    assert kinds == ["Conv", "LeakyRelu", "Clip", "Identity"], "nothing is moved between"
    flat = network_of([dense(12, 6)])
    model = model_of(flat, End("x", (3, 2, 2)), End("y", (2, 3, 1), last="softmax"))
    y = flat.forward(x[:, :, :2, :2].reshape(5, -1), np.random.default_rng(0))
    expected = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    assert verify(model, {"x": x[:, :, :2, :2]}, expected.reshape(5, 2, 3, 1)) <= 1e-5


def test_a_model_is_one_for_single_precision_and_says_what_it_needs() -> None:
    network = network_of([noise("concat", 2), Kernel(7, 3, 2, LEARNED), Similarity(10, 6), dense(16, 1)], "float64")
    model = model_of(network, End("x", (5,)), End("y", (1,)), about={"run": "größer"})
    assert {one.data_type for one in model.graph.initializer} == {onnx.TensorProto.FLOAT, onnx.TensorProto.INT64}
    said = {one.key: one.value for one in model.metadata_props}
    assert said == {"run": "größer", "noise1": "gaussian, scale 0.5", "batch_multiple": "12"}
    named = {one.name for one in model.graph.initializer}
    assert {"layer1.tensor", "layer2.weights", "layer2.bias"} <= named, "names of the run's own"
