"""Bounds and exact Lipschitz constants against closed forms, brute force, and slopes that are seen."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gancli.engines import make_engine
from gancli.evaluation.lipschitz import slopes
from gancli.evaluation.lipschitz_bound import bound, operator_norm
from gancli.evaluation.lipschitz_constant import constant, largest_sum
from gancli.nn import Network
from gancli.nn.activations import LeakyRelu, Linear, Sigmoid, Softplus, Tanh
from gancli.nn.initializers import glorot, normal
from gancli.nn.layers import (
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Everywhere,
    LayerNorm,
    MaxMin,
    MaxPool,
    Noise,
    Orthonormal,
    Reorder,
    SpectralNorm,
    average_pool,
    bilinear,
    nearest,
)  # fmt: skip

RNG = np.random.default_rng
RELU = LeakyRelu(0.0)


def network(*layers: Any, seed: int = 0) -> Network:
    return Network(layers, make_engine("numpy"), "float64", RNG(seed))


def critic(inputs: int, units: int, slope: float = 0.0, seed: int = 0) -> Network:
    """One hidden layer of ReLUs, its biases drawn too."""
    net = network(Dense(inputs, units, LeakyRelu(slope), normal()), Dense(units, 1, Linear(), normal()), seed=seed)
    net.views(net.params)["layer1.bias"][...] = RNG(seed + 1).standard_normal(units)
    return net


def sorting(inputs: int, units: int) -> Network:
    """One hidden layer of MaxMin."""
    layers = Dense(inputs, units, Linear(), normal()), MaxMin(units), Dense(units, 1, Linear(), normal())
    net = network(*layers)
    net.views(net.params)["layer1.bias"][...] = RNG(1).standard_normal(units)
    return net


def absolute() -> Network:
    """relu(x) + relu(−x)."""
    net = network(Dense(1, 2, RELU, normal()), Dense(2, 1, Linear(), normal()))
    views = net.views(net.params)
    views["layer1.weights"][...], views["layer2.weights"][...] = [[1.0, -1.0]], [[1.0], [1.0]]
    return net


def test_the_bound_is_twice_the_constant_of_the_absolute_value() -> None:
    assert bound(absolute()) == pytest.approx(2.0, rel=1e-12)
    assert constant(absolute()).value == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_the_largest_sum_is_that_of_all_sides(slope: float) -> None:
    rows = RNG(3).standard_normal((9, 12))
    for base in (np.zeros(12), RNG(4).standard_normal(12)):
        sides = itertools.product((slope, 1.0), repeat=9)
        largest = max(np.linalg.norm(base + np.array(s) @ rows) for s in sides)
        assert largest_sum(rows, slope, base) == pytest.approx(largest, rel=1e-12)


@pytest.mark.parametrize(
    ("inputs", "units", "slope"), [(20, 11, 0.0), (12, 12, 0.1), (2, 9, 0.0), (2, 30, 0.3), (1, 8, 0.0)]
)
def test_the_constant_is_the_largest_slope_and_is_reached(inputs: int, units: int, slope: float) -> None:
    """No slope seen is larger, and somewhere f is that steep: found from the units' sides in many places."""
    net = critic(inputs, units, slope)
    value = constant(net).value
    assert value is not None and value <= bound(net)
    x = 3.0 * RNG(5).standard_normal((60_000, inputs)) if inputs < 3 else _everywhere(net, inputs, units)
    seen = slopes(net, x, RNG(0))[1].max()
    assert seen == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(("inputs", "units"), [(20, 14), (7, 14), (2, 20), (1, 8)])
def test_the_constant_of_maxmin_is_the_largest_slope_and_is_reached(inputs: int, units: int) -> None:
    net = sorting(inputs, units)
    value = constant(net).value
    assert value is not None and value <= bound(net)
    x = 3.0 * RNG(5).standard_normal((60_000, inputs))
    if inputs > 2:  # a place for each order of each pair
        views = net.views(net.params)
        w, b = (views[name][..., ::2] - views[name][..., 1::2] for name in ("layer1.weights", "layer1.bias"))
        x = (np.array(list(itertools.product((-1.0, 1.0), repeat=units // 2))) - b) @ np.linalg.pinv(w)
    assert slopes(net, x, RNG(0))[1].max() == pytest.approx(value, rel=1e-9)


def test_orthonormal_weights_and_maxmin_have_a_constant_of_at_most_1() -> None:
    layers = Orthonormal(784, 20, Linear(), normal()), MaxMin(20), Orthonormal(20, 1, Linear(), normal())
    found = constant(network(*layers)).value
    assert found is not None and 0.9 < found <= 1.0 + 1e-9


def _everywhere(net: Network, inputs: int, units: int) -> Any:
    """A place for each combination of sides."""
    views = net.views(net.params)
    wanted = np.array(list(itertools.product((-1.0, 1.0), repeat=units)))
    return (wanted - views["layer1.bias"]) @ np.linalg.pinv(views["layer1.weights"])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2), st.integers(1, 6), st.data())
def test_units_that_lie_on_one_another_or_beside_one_another(inputs: int, units: int, data: Any) -> None:
    """Weights of few values: parallel, equal and opposite corners, three lines through one point, units of no weight."""
    few = st.sampled_from([-2.0, -1.0, 0.0, 1.0])
    drawn = [data.draw(few) for _ in range(inputs * units + 2 * units)]
    net = critic(inputs, units)
    views = net.views(net.params)
    views["layer1.weights"][...] = np.reshape(drawn[: inputs * units], (inputs, units))
    views["layer1.bias"][...] = drawn[inputs * units : (inputs + 1) * units]
    views["layer2.weights"][:, 0] = drawn[(inputs + 1) * units :]
    ticks = np.arange(-6.0, 6.0, 0.173 if inputs == 2 else 0.0173) + 0.0123
    grid = np.stack(np.meshgrid(*[ticks] * inputs), axis=-1).reshape(-1, inputs)
    seen = float(slopes(net, grid, RNG(0))[1].max())
    value = constant(net).value
    assert value is not None and seen <= value * (1 + 1e-9) + 1e-12
    if inputs == 1:
        assert seen == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("net", [
    network(Dense(30, 25, RELU, normal()), Dense(25, 1, Linear(), normal())),
    network(Dense(5, 6, RELU, normal()), Dense(6, 6, RELU, normal()), Dense(6, 1, Linear(), normal())),
    network(Dense(5, 3, Tanh(1.0, 1.0), normal()), Dense(3, 1, Linear(), normal())),
    network(Dense(5, 6, RELU, normal()), Dense(6, 1, Linear(), normal())),
    network(Conv((1, 4, 4), 2, 3, 1, 0, RELU, normal()), Dense(8, 1, Linear(), normal())),
])  # fmt: skip
def test_where_there_is_no_exact_constant_it_says_why(net: Network) -> None:
    found = constant(net)
    assert found.value is None and found.why


def test_a_linear_critic_and_one_of_normalised_weights_have_one_too() -> None:
    net = network(Dense(4, 1, Linear(), normal()))
    assert constant(net).value == pytest.approx(np.linalg.norm(net.params[:4]), rel=1e-12)
    net = network(SpectralNorm(Dense(9, 4, RELU, normal())), SpectralNorm(Dense(4, 1, Linear(), normal())))
    value = constant(net).value
    assert value is not None and 0.3 < value <= bound(net) * (1 + 1e-9) and bound(net) == pytest.approx(1.0, rel=1e-4)


LAYERS: dict[str, Any] = {
    "dense": lambda: Dense(6, 4, Sigmoid(3.0), normal()),
    "conv": lambda: Conv((2, 5, 4), 3, 3, 2, 1, Linear(), normal()),
    "conv_transpose": lambda: ConvTranspose((2, 3, 2), (3, 6, 4), 4, 2, 1, LeakyRelu(0.2), normal()),
    "spectral": lambda: SpectralNorm(Conv((2, 5, 4), 3, 3, 1, 1, Linear(), normal()), bound=0.7),
    "orthonormal": lambda: Orthonormal(6, 4, Tanh(2.0, 0.4), normal()),
    "batch norm": lambda: Everywhere(BatchNorm(2, Softplus(), 4), 6),
    "average pool": lambda: average_pool((2, 5, 4), (3, 3), 1),
    "max pool": lambda: MaxPool((2, 5, 4), 3, 1),
    "nearest": lambda: nearest((2, 3, 2), 2),
    "bilinear": lambda: bilinear((2, 3, 2), 2),
    "maxmin": lambda: MaxMin(6),
    "noise": lambda: Noise(6, "add", None, "gaussian", 1.0),
    "order": lambda: Reorder((2, 3, 2)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_no_layer_moves_further_than_its_bound(name: str) -> None:
    """Over many pairs of inputs near one another, and the bound is no more than ten times what is seen."""
    net = network(LAYERS[name](), Dense(LAYERS[name]().units, 1, Linear(), glorot()))
    layer = net.layers[0]
    if name == "batch norm":
        layer.inner.scale[...], layer.inner.variance[...] = [2.0, -3.0], [0.5, 4.0]
    own = bound(net) / operator_norm(net.layers[1])  # type: ignore[arg-type]
    x, rng, furthest = RNG(1).standard_normal((2000, layer.inputs)), RNG(2), 0.0
    layer.resize(len(x), np.dtype("float64"))
    before = layer.forward(x, RNG(0), False).copy()
    for size in (1e-4, 1.0):
        move = rng.standard_normal(x.shape) * size
        moved = layer.forward(x + move, RNG(0), False) - before
        furthest = max(furthest, float((np.linalg.norm(moved, axis=1) / np.linalg.norm(move, axis=1)).max()))
    assert furthest <= own * (1 + 1e-9) and own <= 10 * furthest


def test_what_has_no_bound_says_infinity() -> None:
    assert (
        bound(network(Dense(3, 4, RELU, normal()), LayerNorm(4, Linear()), Dense(4, 1, Linear(), normal()))) == math.inf
    )
