"""Pools, enlargements, layer normalisation and dropout of channels: against their definitions, and finite differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gancli.nn.activations import LeakyRelu, Linear, Sigmoid, Tanh
from gancli.nn.initializers import glorot
from gancli.nn.layers import ChannelDropout, Conv, Dense, LayerNorm, MaxPool, average_pool, bilinear, nearest
from nn.test_gradients import anywhere, check, check_r1, network

RNG = np.random.default_rng
IMAGE = 2, 5, 6


def through(layer: Any, x: Any) -> Any:
    """Of images, channels first, what a layer makes, channels first too."""
    (channels, _, _), count = x.shape[1:], len(x)
    net = network([Dense(1, 1, Linear(), glorot()), layer])  # a network learns something
    layer.resize(count, net.dtype)
    y = layer.forward(x.transpose(0, 2, 3, 1).reshape(count, -1).copy(), RNG(0), True)
    return y.reshape(count, -1, channels).transpose(0, 2, 1)


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 2), (2, 1), (5, 3)])
@pytest.mark.parametrize("kind", ["max", "average"])
def test_a_pool_is_of_each_patch(kind: str, kernel: int, stride: int) -> None:
    x = RNG(1).standard_normal((3, *IMAGE))
    rows, columns = range(0, 5 - kernel + 1, stride), range(0, 6 - kernel + 1, stride)
    patches = [x[:, :, i : i + kernel, j : j + kernel] for i in rows for j in columns]
    expected = np.stack([getattr(patch, "max" if kind == "max" else "mean")(axis=(2, 3)) for patch in patches], axis=2)
    layer = MaxPool(IMAGE, kernel, stride) if kind == "max" else average_pool(IMAGE, (kernel, kernel), stride)
    assert through(layer, x) == pytest.approx(expected, abs=1e-12)


def test_a_global_pool_is_the_mean_of_each_channel() -> None:
    x = RNG(1).standard_normal((3, *IMAGE))
    assert through(average_pool(IMAGE, (5, 6), 1), x)[:, :, 0] == pytest.approx(x.mean(axis=(2, 3)), abs=1e-12)


def test_of_equals_the_first_is_the_largest() -> None:
    layer = MaxPool((1, 2, 2), 2, 2)
    net = network([Dense(4, 4, Linear(), glorot()), layer])
    net.forward(np.zeros((1, 4)), RNG(0))
    assert layer.backward(np.ones((1, 1)), params=True, inputs=True).tolist() == [[1.0, 0.0, 0.0, 0.0]]  # type: ignore[union-attr]


def test_nearest_repeats_each_pixel() -> None:
    x = RNG(1).standard_normal((3, *IMAGE))
    expected = x.repeat(3, axis=2).repeat(3, axis=3)
    assert through(nearest(IMAGE, 3), x) == pytest.approx(expected.reshape(3, 2, -1), abs=0)


def test_bilinear_is_exact_for_what_is_linear() -> None:
    """But for the half pixels beyond the outermost centres, which are as these."""
    i, j = np.mgrid[0:4, 0:5]
    x = np.array([[2.0 * i - 3.0 * j + 1.0]])
    rows, columns = np.meshgrid((np.arange(8) + 0.5) / 2 - 0.5, (np.arange(10) + 0.5) / 2 - 0.5, indexing="ij")
    expected = 2.0 * rows.clip(0, 3) - 3.0 * columns.clip(0, 4) + 1.0
    assert through(bilinear((1, 4, 5), 2), x).reshape(8, 10) == pytest.approx(expected, abs=1e-12)


def test_a_normalised_sample_has_mean_0_and_variance_1() -> None:
    x = 5.0 + 3.0 * RNG(1).standard_normal((4, 30))
    layer = LayerNorm(2, Linear(), 15)
    net = network([layer])
    y = net.forward(x, RNG(0))
    assert y.mean(axis=1) == pytest.approx(np.zeros(4), abs=1e-12) and y.std(axis=1) == pytest.approx(
        np.ones(4), abs=1e-5
    )
    assert net.forward(7.0 * x + 2.0, RNG(0)) == pytest.approx(y, abs=1e-4), "neither scale nor shift is seen"


def test_whole_channels_are_dropped() -> None:
    y = through(ChannelDropout(2, 30, 0.25), np.ones((200, *IMAGE)))
    assert np.ptp(y, axis=2).max() == 0 and set(np.unique(y)) == {0.0, 1 / 0.75}
    assert (y == 0).mean() == pytest.approx(0.25, abs=0.05)


def test_none_is_dropped_outside_training() -> None:
    net = network([Dense(3, 12, Linear(), glorot()), ChannelDropout(2, 6, 0.9)])
    x = RNG(1).standard_normal((4, 3))
    assert net.forward(x, RNG(0), training=False) == pytest.approx(net.layers[0].y, abs=0)  # type: ignore[attr-defined]


LAYERS: dict[str, Callable[[Any], list[Any]]] = {
    "max pool": lambda f: [Conv(IMAGE, 3, 3, 1, 1, f, glorot()), MaxPool((3, 5, 6), 2, 2), Dense(18, 1, Linear(), glorot())],
    "average pool": lambda f: [
        average_pool(IMAGE, (3, 3), 2), Conv((2, 2, 2), 3, 2, 1, 0, f, glorot()), Dense(3, 1, Linear(), glorot()),
    ],
    "global pool": lambda f: [
        Conv(IMAGE, 4, 3, 2, 0, f, glorot()), average_pool((4, 2, 2), (2, 2), 1), Dense(4, 1, Linear(), glorot()),
    ],
    "nearest": lambda f: [
        nearest((2, 3, 5), 2), Conv((2, 6, 10), 2, 3, 2, 0, f, glorot()), Dense(16, 1, Linear(), glorot()),
    ],
    "bilinear": lambda f: [
        bilinear((2, 3, 5), 2), Conv((2, 6, 10), 2, 3, 2, 0, f, glorot()), Dense(16, 1, Linear(), glorot()),
    ],
    "layer norm": lambda f: [Dense(60, 7, Linear(), glorot()), LayerNorm(7, f), Dense(7, 1, Linear(), glorot())],
    "layer norm of channels": lambda f: [
        Conv(IMAGE, 3, 3, 1, 0, Linear(), glorot()), LayerNorm(3, f, 12), Conv((3, 3, 4), 2, 2, 1, 0, Linear(), glorot()),
        LayerNorm(2, f, 6), Dense(12, 1, Linear(), glorot()),
    ],
    "layer norm first": lambda f: [LayerNorm(5, f), Dense(5, 1, Linear(), glorot())],
    "channel dropout": lambda f: [
        Conv(IMAGE, 4, 3, 1, 0, f, glorot()), ChannelDropout(4, 12, 0.4), Dense(48, 1, Linear(), glorot()),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_gradients(name: str) -> None:
    net = anywhere(LAYERS[name](Tanh(1.0, 1.0)))

    def gradient(output: Any, out: Any) -> None:
        out[...] = np.cos(output)

    check(net, RNG(2).standard_normal((5, net.inputs)), lambda output: float(np.sum(np.sin(output))), gradient)


@pytest.mark.parametrize("activation", [LeakyRelu(0.2), Sigmoid(0.7)], ids=["leaky_relu", "sigmoid"])
@pytest.mark.parametrize("name", LAYERS)
def test_r1(name: str, activation: Any) -> None:
    net = anywhere(LAYERS[name](activation))
    check_r1(net, RNG(3).standard_normal((4, net.inputs)))


@pytest.mark.parametrize("layer", [MaxPool((1, 2, 2), 2, 2), nearest((1, 2, 2), 2), ChannelDropout(1, 4, 0.5)])
def test_what_nobody_asks_for_is_not_computed(layer: Any) -> None:
    network([Dense(4, 4, Linear(), glorot()), layer])
    layer.resize(2, np.dtype("float64"))
    dy = np.ones((2, layer.units))
    assert layer.backward(dy, params=True, inputs=False) is None
    assert layer.tangent_backward(None, dy, inputs=False) == (None, dy)
