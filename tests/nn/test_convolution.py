"""Convolutions: against sums written out, dense matrices, their adjoints, and finite differences."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gancli.engines import make_engine
from gancli.nn.activations import LeakyRelu, Linear, Sigmoid, Tanh
from gancli.nn.initializers import glorot, he
from gancli.nn.layers import BatchNorm, Conv, ConvTranspose, Dense, Everywhere, Reorder
from nn.test_gradients import anywhere, check, check_r1, network

ENGINE = make_engine("checked")
RNG = np.random.default_rng


def by_hand(x: Any, w: Any, b: Any, kernel: int, stride: int, padding: int) -> Any:
    """y[o, i, j] = b[o] + Σ w[c, di, dj, o] x[c, s i + di − p, s j + dj − p], as the definition has it."""
    channels, height, width = x.shape
    down, across = ((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
    y = np.zeros((w.shape[-1], down, across))
    for o, i, j in np.ndindex(y.shape):
        y[o, i, j] = b[o]
        for c, di, dj in np.ndindex(channels, kernel, kernel):
            r, s = stride * i + di - padding, stride * j + dj - padding
            if 0 <= r < height and 0 <= s < width:
                y[o, i, j] += w[di, dj, c, o] * x[c, r, s]
    return y


sizes = st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6))


@st.composite
def geometries(draw: Any) -> tuple[tuple[int, int, int], int, int, int, int]:
    """An image, channels out, kernel, stride and padding that fit it."""
    image = draw(sizes)
    padding = draw(st.integers(0, 2))
    kernel = draw(st.integers(padding + 1, max(padding + 1, min(image[1:]) + 2 * padding)))
    if kernel > min(image[1:]) + 2 * padding:
        padding, kernel = 0, 1
    return image, draw(st.integers(1, 3)), kernel, draw(st.integers(1, 3)), padding


@settings(max_examples=50)
@given(geometries())
def test_a_convolution_is_the_sum_that_defines_it(geometry: Any) -> None:
    image, channels, kernel, stride, padding = geometry
    net = anywhere([Reorder(image), Conv(image, channels, kernel, stride, padding, Linear(), glorot())])
    w, b = net.views(net.params).values()
    x = RNG(3).standard_normal((2, *image))
    found = net.forward(x.reshape(2, -1), RNG(0))
    weights = w.reshape(kernel, kernel, image[0], channels)
    for one, y in zip(x, found, strict=True):
        expected = by_hand(one, weights, b, kernel, stride, padding)
        assert y.reshape(*expected.shape[1:], channels).transpose(2, 0, 1) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=50)
@given(geometries())
def test_the_transposed_convolution_is_the_adjoint(geometry: Any) -> None:
    """⟨A x, y⟩ = ⟨x, Aᵀ y⟩ with the same weights, whatever the shapes."""
    image, channels, kernel, stride, padding = geometry
    there = network([Conv(image, channels, kernel, stride, padding, Linear(), glorot(), bias=False)])
    down, across = ((side + 2 * padding - kernel) // stride + 1 for side in image[1:])
    small = channels, down, across
    back = network([ConvTranspose(small, image, kernel, stride, padding, Linear(), glorot(), bias=False)])
    (w,), (u,) = there.views(there.params).values(), back.views(back.params).values()
    u[...] = w
    x, y = RNG(1).standard_normal((1, there.inputs)), RNG(2).standard_normal((1, back.inputs))
    assert np.sum(there.forward(x, RNG(0)) * y) == pytest.approx(
        np.sum(x * back.forward(y, RNG(0))), rel=1e-11, abs=1e-11
    )


def test_a_kernel_of_one_pixel_is_a_dense_layer_of_each() -> None:
    net = anywhere([Conv((3, 4, 5), 2, 1, 1, 0, Tanh(1.0, 1.0), glorot())])
    w, b = net.views(net.params).values()
    x = RNG(4).standard_normal((2, 20, 3))
    assert net.forward(x.reshape(2, -1), RNG(0)).reshape(2, 20, 2) == pytest.approx(np.tanh(x @ w + b), abs=1e-12)


def test_a_convolution_is_a_dense_layer_with_shared_weights() -> None:
    """Its Toeplitz matrix, column by column from unit images, gives the same for any image."""
    net = network([Conv((2, 5, 4), 3, 3, 2, 1, Linear(), glorot(), bias=False)])
    matrix = net.forward(np.eye(40), RNG(0)).copy()
    x = RNG(5).standard_normal((3, 40))
    assert net.forward(x, RNG(0)) == pytest.approx(x @ matrix, abs=1e-12)
    assert len(np.unique(matrix.round(12))) == 2 * 9 * 3 + 1, "each weight, and 0 where a patch is not"


LAYERS: dict[str, Any] = {
    "convolutions": lambda: [
        Reorder((2, 5, 6)), Conv((2, 5, 6), 3, 4, 2, 1, Tanh(1.0, 1.0), glorot()), Dense(18, 2, Sigmoid(1.0), glorot()),
    ],
    "the way up": lambda: [
        Dense(4, 12, Tanh(1.0, 1.0), glorot()), Everywhere(BatchNorm(2, Tanh(1.0, 1.0), 5 * 6), 6),
        ConvTranspose((2, 2, 3), (3, 4, 6), 4, 2, 1, Tanh(1.0, 1.0), glorot()), Reorder((3, 4, 6), to_first=True),
    ],
    "without bias": lambda: [
        Conv((1, 4, 4), 2, 3, 1, 0, Linear(), glorot(), False),
        ConvTranspose((2, 2, 2), (1, 5, 5), 2, 3, 0, LeakyRelu(0.3), glorot(), False),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_gradients(name: str) -> None:
    net = anywhere(LAYERS[name]())
    weights = RNG(6).standard_normal((5, net.outputs))

    def gradient(output: Any, out: Any) -> None:
        out[...] = weights

    check(net, RNG(2).standard_normal((5, net.inputs)), lambda output: float(np.sum(weights * output)), gradient)


@pytest.mark.parametrize("activation", [LeakyRelu(0.2), Tanh(1.0, 1.0)], ids=["leaky_relu", "tanh"])
def test_the_tangent_is_how_the_output_moves(activation: Any) -> None:
    net = anywhere(
        [Reorder((2, 5, 5)), Conv((2, 5, 5), 3, 3, 2, 1, activation, glorot()), Dense(27, 1, Linear(), glorot())]
    )
    x, t = RNG(2).standard_normal((4, 50)), RNG(3).standard_normal((4, 50))
    h = 1e-6
    ahead, behind = (net.forward(x + step * t, RNG(0)).copy() for step in (h, -h))
    net.forward(x, RNG(0))
    moved = t
    for layer in net.layers:
        moved = layer.tangent(moved)
    assert moved == pytest.approx((ahead - behind) / (2 * h), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    "activation", [LeakyRelu(0.2), Tanh(1.0, 1.0), Sigmoid(0.7)], ids=["leaky_relu", "tanh", "sigmoid"]
)
def test_the_penalty_r1_through_convolutions(activation: Any) -> None:
    """Second derivatives too, through layers above and below a change of order."""
    layers = [
        Reorder((2, 6, 5)), Conv((2, 6, 5), 3, 3, 1, 1, activation, glorot()), Conv((3, 6, 5), 2, 4, 2, 1, activation, glorot()),
        Reorder((2, 3, 2), to_first=True), Dense(12, 1, Linear(), glorot()),
    ]  # fmt: skip
    check_r1(network(layers), RNG(2).standard_normal((4, 60)))


@pytest.mark.parametrize("activation", [LeakyRelu(0.2), Tanh(1.0, 1.0)], ids=["leaky_relu", "tanh"])
def test_the_penalty_r1_through_transposed_convolutions(activation: Any) -> None:
    layers = [
        ConvTranspose((2, 2, 3), (3, 4, 6), 4, 2, 1, activation, glorot()),
        ConvTranspose((3, 4, 6), (1, 9, 13), 3, 2, 0, activation, glorot()), Dense(117, 1, Linear(), glorot()),
    ]  # fmt: skip
    check_r1(network(layers), RNG(2).standard_normal((4, 12)))


def test_what_nobody_asks_for_is_not_computed() -> None:
    turned = network([Dense(3, 12, Linear(), glorot()), Reorder((3, 2, 2))]).layers[1]
    turned.resize(2, np.dtype("float64"))
    dy = np.ones((2, 12))
    assert turned.backward(dy, params=True, inputs=False) is None
    assert turned.tangent_backward(None, dy, inputs=False) == (None, dy)


def test_running_statistics_are_of_each_channel() -> None:
    layer = Everywhere(BatchNorm(3, Linear(), 8 * 4), 4)
    net = network([Dense(2, 12, Linear(), glorot()), layer])
    x = RNG(7).standard_normal((8, 2))
    y = net.forward(x, RNG(0)).reshape(-1, 3)
    assert y.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12) and y.std(axis=0) == pytest.approx(
        np.ones(3), abs=1e-2
    )
    assert {name.split(".")[1]: view.shape for name, view in net.state_layout.views(net.state).items()} == {
        "mean": (3,), "variance": (3,),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "inputs", "units"),
    [
        (Conv((8, 12, 12), 16, 4, 2, 1, Linear(), he()), 4 * 4 * 8, 2 * 2 * 16),
        (ConvTranspose((16, 6, 6), (8, 12, 12), 4, 2, 1, Linear(), he()), 2 * 2 * 16, 4 * 4 * 8),
    ],
    ids=["conv", "conv_transpose"],
)
def test_first_weights_are_as_large_as_an_outputs_true_inputs_ask(layer: Any, inputs: int, units: int) -> None:
    """A transposed convolution's outputs are each in kernel² / stride² patches of every channel."""
    assert layer.fans() == (inputs, units)
    weights = next(iter((net := network([layer])).views(net.params).values()))
    assert weights.std() == pytest.approx(np.sqrt(2.0 / inputs), rel=0.1)
