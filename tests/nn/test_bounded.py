"""Spectral normalisation, orthonormal weights and MaxMin: norms, gradients, and what a network keeps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gancli.nn import Network
from gancli.nn.activations import LeakyRelu, Linear, Tanh
from gancli.nn.initializers import glorot, normal
from gancli.nn.layers import Conv, ConvTranspose, Dense, MaxMin, Orthonormal, Reorder, SpectralNorm
from nn.test_gradients import check, network, slope

RNG = np.random.default_rng
NORMED: dict[str, Callable[[], Any]] = {
    "dense": lambda: Dense(7, 5, Tanh(1.0, 1.0), glorot()),
    "dense, wider": lambda: Dense(4, 9, LeakyRelu(0.2), normal(2.0)),
    "conv": lambda: Conv((2, 5, 4), 3, 3, 2, 1, Tanh(1.0, 1.0), glorot()),
    "conv_transpose": lambda: ConvTranspose((2, 3, 2), (3, 6, 4), 4, 2, 1, Tanh(1.0, 1.0), glorot()),
}


def matrix(layer: Any) -> Any:
    """What a linear layer does, (units, inputs), column by column."""
    layer.inner.activation = Linear()
    if layer.inner.b is not None:
        layer.inner.b[...] = 0.0
    layer.resize(layer.inputs, np.dtype("float64"))
    return layer.forward(np.eye(layer.inputs), RNG(0), True).T.copy()


@pytest.mark.parametrize("name", NORMED)
@pytest.mark.parametrize("bound", [1.0, 0.3])
def test_the_norm_is_the_bound_after_fifty_iterations(name: str, bound: float) -> None:
    """The operator's, whatever the weights were before."""
    layer = SpectralNorm(NORMED[name](), bound=bound)
    net = network([layer])
    net.params[...] = RNG(3).standard_normal(net.params.shape)
    for _ in range(50):
        net.after_step()
    assert np.linalg.norm(matrix(layer), 2) == pytest.approx(bound, rel=1e-6)


@pytest.mark.parametrize("name", NORMED)
def test_the_first_weights_are_normalised_already_and_drawn_as_without(name: str) -> None:
    layer = SpectralNorm(NORMED[name]())
    net, plain = network([layer]), network([NORMED[name]()])
    assert np.array_equal(net.params, plain.params)
    assert np.linalg.norm(matrix(layer), 2) == pytest.approx(1.0, rel=1e-4)


def test_the_norm_follows_a_step_by_one_iteration() -> None:
    """An iteration of what it is now, from the singular vectors of what it was."""
    layer = SpectralNorm(Dense(30, 20, Linear(), glorot(), bias=False))
    net = network([layer])
    net.params += 0.01 * RNG(1).standard_normal(net.params.shape)
    w, u = net.params.reshape(30, 20), layer.u.copy()
    net.after_step()
    v = u @ w.T
    v /= np.linalg.norm(v)
    assert layer.v == pytest.approx(v, rel=1e-12)
    assert layer.norm[0] == pytest.approx(np.linalg.norm(v @ w), rel=1e-12)


def converge(net: Network) -> None:
    for layer in net.layers:
        for _ in range(300):
            layer.after_step()


def normed(*layers: Any) -> Network:
    net = network([SpectralNorm(layer) if isinstance(layer, Dense) else layer for layer in layers])
    net.params += 0.3 * RNG(7).standard_normal(net.params.shape)
    converge(net)
    return net


NETWORKS: dict[str, Callable[[], Network]] = {
    "dense": lambda: normed(Dense(4, 6, Tanh(1.0, 1.0), glorot()), Dense(6, 1, Linear(), glorot())),
    "convolutions": lambda: normed(
        Reorder((2, 2, 3)), Conv((2, 2, 3), 4, 3, 1, 1, LeakyRelu(0.2), glorot()), MaxMin(24),
        ConvTranspose((4, 2, 3), (2, 4, 6), 4, 2, 1, Tanh(1.0, 1.0), glorot()), Dense(48, 1, Linear(), glorot()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("weight", [0.0, 0.7])
def test_gradients_of_normalised_weights(name: str, weight: float) -> None:
    """Of E a(x) + weight × E ‖∇a‖², the norm moving with the weights: three directions."""
    from gancli.nn.penalty import add_penalty

    net = NETWORKS[name]()
    x = RNG(2).standard_normal((5, net.inputs))

    def value() -> float:
        mean = float(net.forward(x, RNG(0)).mean())
        dx = net.backward(np.ones((5, 1)), params=False, inputs=True)
        assert dx is not None
        return mean + weight * float((dx**2).sum() / 5)

    net.forward(x, RNG(0))
    net.backward(np.full((5, 1), 0.2))
    if weight:
        add_penalty(net, weight)
    found, start = net.grads.copy(), net.params.copy()
    for seed in range(3):
        direction = RNG(10 + seed).standard_normal(net.params.shape)

        def moved(t: float, direction: Any = direction) -> float:
            net.params[...] = start + t * direction
            converge(net)
            return value()

        assert found @ direction == pytest.approx(slope(moved), rel=1e-6, abs=1e-8)


def test_maxmin_keeps_what_there_is_in_order() -> None:
    net = network([Dense(6, 6, Linear(), glorot()), MaxMin(6)])
    (w, b), x = net.views(net.params).values(), np.array([[1.0, 2.0, 5.0, 4.0, 3.0, 3.0]])
    w[...], b[...] = np.eye(6), 0.0
    assert net.forward(x, RNG(0)).tolist() == [[2.0, 1.0, 5.0, 4.0, 3.0, 3.0]]
    assert net.layers[1].which.tolist() == [[1, 0, 2, 3, 4, 5]]  # type: ignore[attr-defined]


def test_gradients_through_maxmin() -> None:
    net = network([Dense(4, 6, Linear(), glorot()), MaxMin(6), Dense(6, 3, Tanh(1.0, 1.0), glorot())])
    weights = RNG(6).standard_normal((5, 3))

    def gradient(output: Any, out: Any) -> None:
        out[...] = weights

    check(net, RNG(2).standard_normal((5, 4)), lambda output: float(np.sum(weights * output)), gradient)


@pytest.mark.parametrize(("inputs", "units"), [(9, 4), (4, 9), (6, 6), (7, 1)])
def test_orthonormal_weights_stay_so(inputs: int, units: int) -> None:
    """Small steps leave them orthonormal; a huge one is mended within some steps, and never ends in infinity."""
    net = network([Orthonormal(inputs, units, Linear(), glorot())])
    w = next(iter(net.views(net.params).values()))

    def off() -> float:
        return float(np.abs(np.linalg.svd(w, compute_uv=False) - 1.0).max())

    assert off() < 1e-12
    for step, (size, most) in enumerate([(0.02, 1e-6), (0.1, 1e-3), (0.0, 1e-9)]):
        w += size * RNG(step).standard_normal(w.shape)
        net.after_step()
        assert off() < most
    w += 100.0 * RNG(9).standard_normal(w.shape)
    for _ in range(20):
        net.after_step()
    assert off() < 1e-6


def test_orthonormal_weights_with_maxmin_keep_the_norm_of_a_gradient() -> None:
    layers = [Orthonormal(8, 8, Linear(), glorot()), MaxMin(8), Orthonormal(8, 6, Linear(), glorot()), MaxMin(6)]
    net = network([*layers, Orthonormal(6, 1, Linear(), glorot())])
    net.forward(RNG(1).standard_normal((50, 8)), RNG(0))
    dx = net.backward(np.ones((50, 1)), params=False, inputs=True)
    assert dx is not None and np.linalg.norm(dx, axis=1) == pytest.approx(1.0, abs=1e-9)
