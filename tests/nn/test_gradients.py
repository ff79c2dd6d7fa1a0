"""Every backward pass against finite differences along random directions, in float64, on the checked engine."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.nn import Network
from gancli.nn.activations import ACTIVATIONS, Linear, Sigmoid, log_odds
from gancli.nn.adversarial_losses import ADVERSARIAL, F_DIVERGENCES, PairTerm
from gancli.nn.initializers import glorot
from gancli.nn.layers import LAYERS, BatchNorm, Dense, Kernel, Noise, Scalar, Similarity, dropout
from gancli.nn.losses import LOSSES, CategoricalCrossEntropy
from gancli.nn.penalty import add_penalty

ENGINE = make_engine("checked")
SETTINGS: dict[str, list[dict[str, float]]] = {
    "sigmoid": [{"mu": 1.0}, {"mu": 0.1}, {"mu": 3.0}],
    "centered_sigmoid": [{"mu": 0.7}],
    "tanh": [{}, {"k": 1.7159, "alpha": 2 / 3}],
    "leaky_relu": [{"slope": 0.2}, {"slope": 0.01}],
    "linear": [{}, {"slope": 2.0}],
}
ALL_ADVERSARIAL: dict[Any, Any] = {**ADVERSARIAL, **F_DIVERGENCES}
CASES = [(name, settings) for name in ACTIVATIONS if name != "step" for settings in SETTINGS.get(name, [{}])]


def slope(function: Callable[[float], float], h: float = 1e-5) -> float:
    """Five-point derivative at 0."""
    return (function(-2 * h) - 8 * function(-h) + 8 * function(h) - function(2 * h)) / (12 * h)


def network(layers: list[Any], seed: int = 0) -> Network:
    return Network(layers, ENGINE, "float64", np.random.default_rng(seed))


def anywhere(layers: list[Any]) -> Network:
    """A network away from its first parameters, where biases and shifts are 0 and scales are 1."""
    net = network(layers)
    net.params += 0.3 * np.random.default_rng(7).standard_normal(net.params.shape)
    return net


def check(
    net: Network, x: np.ndarray[Any, Any], loss: Callable[[Any], float], gradient: Callable[[Any, Any], None]
) -> None:
    """Parameters' and inputs' gradients along three random directions each, to 1e-7 of their size.

    Both overwrite what was there before, and neither is there where nobody asks for it.
    """

    def value() -> float:
        return loss(net.forward(x, np.random.default_rng(5)))

    output = net.forward(x, np.random.default_rng(5))
    dy = np.empty_like(output)
    gradient(output, dy)
    net.grads[...] = 7.0
    net.backward(dy.copy(), params=False, inputs=True)
    assert (net.grads == 7.0).all()
    assert net.backward(dy.copy()) is None
    dx = net.backward(dy, params=True, inputs=True)
    assert dx is not None
    dx, grads = dx.copy(), net.grads.copy()
    rng = np.random.default_rng(1)
    for target, found in ((net.params, grads), (x, dx)):
        for _ in range(3 if target.size else 0):
            direction, start = rng.standard_normal(target.shape), target.copy()

            def moved(t: float, target: Any = target, start: Any = start, direction: Any = direction) -> float:
                target[...] = start + t * direction
                return value()

            expected = slope(moved)
            target[...] = start
            assert np.sum(found * direction) == pytest.approx(expected, rel=1e-7, abs=1e-9)


def batch(size: int = 5, features: int = 4, seed: int = 2) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).standard_normal((size, features))


@pytest.mark.parametrize(("name", "settings"), CASES)
@pytest.mark.parametrize("bias", [True, False])
def test_dense_layers_with_every_activation(name: str, settings: dict[str, float], bias: bool) -> None:
    activation = ACTIVATIONS[name](**settings)
    net = network([Dense(4, 6, activation, glorot(), bias), Dense(6, 3, activation, glorot(), bias)])
    target = batch(5, 3, seed=3)
    mse = LOSSES["mse"]()
    check(net, batch(), lambda o: mse.value(o, target), lambda o, out: mse.gradient(ENGINE, o, target, out))


@pytest.mark.parametrize(("mode", "size"), [("concat", 3), ("add", None), ("multiply", None), ("times", None)])
@pytest.mark.parametrize("distribution", ["gaussian", "uniform"])
@pytest.mark.parametrize("where", [0, 1])
def test_noise(mode: str, size: int | None, distribution: str, where: int) -> None:
    sizes = [4, 6, 3]
    layers: list[Any] = []
    for index in range(2):
        inputs = sizes[index]
        if index == where:
            layers.append(Noise(inputs, mode, size, distribution, 0.5))
            inputs = layers[-1].units
        layers.append(Dense(inputs, sizes[index + 1], Sigmoid(), glorot()))
    target, mse = batch(5, 3, seed=3), LOSSES["mse"]()
    check(network(layers), batch(), lambda o: mse.value(o, target), lambda o, out: mse.gradient(ENGINE, o, target, out))


BETWEEN: dict[str, tuple[list[Any], int]] = {  # layers between two dense ones, and how many units they give
    "batch_norm": ([BatchNorm(6, Sigmoid(), 5)], 6),
    "batch_norm, two batches": ([BatchNorm(6, Linear(), 5)], 6),
    "similarity": ([Similarity(6, 5)], 11),
    "similarity, two batches": ([Similarity(6, 5)], 11),
    "kernel": ([Kernel(6, 3, 2, 5)], 9),
    "kernel, two batches": ([Kernel(6, 3, 2, 5)], 9),
    "dropout": ([dropout(6, 0.4)], 6),
    "dropout, similarity and noise": ([dropout(6, 0.4), Similarity(6, 5), Noise(11, "concat", 2, "gaussian", 1.0)], 13),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_layers_that_couple_a_batch(name: str) -> None:
    """Through the batch: every sample's output depends on the others' inputs."""
    between, units = BETWEEN[name]
    net = anywhere([Dense(4, 6, Sigmoid(), glorot()), *between, Dense(units, 3, Sigmoid(), glorot())])
    rows = 10 if "two" in name else 5
    target, mse = batch(rows, 3, seed=3), LOSSES["mse"]()
    check(net, batch(rows), lambda o: mse.value(o, target), lambda o, out: mse.gradient(ENGINE, o, target, out))


@pytest.mark.parametrize(
    "layer", [BatchNorm(4, Sigmoid(), 5), Similarity(4, 5), Kernel(4, 3, 2, 5)], ids=lambda v: type(v).__name__
)
def test_they_are_first_layers_too(layer: Any) -> None:
    net = anywhere([layer, Dense(layer.units, 3, Sigmoid(), glorot())])
    target, mse = batch(5, 3, seed=3), LOSSES["mse"]()
    check(net, batch(5), lambda o: mse.value(o, target), lambda o, out: mse.gradient(ENGINE, o, target, out))


def test_outside_training_nothing_is_coupled_nor_dropped() -> None:
    """Running statistics stand for a batch's; a gradient of the inputs goes through them alone."""
    net = anywhere(
        [Dense(4, 6, Linear(), glorot()), BatchNorm(6, Sigmoid(), 5), dropout(6, 0.4), Dense(6, 1, Linear(), glorot())]
    )
    rng = np.random.default_rng(0)
    for _ in range(5):
        net.forward(batch(), rng)
    kept, x, direction = net.state.copy(), batch(), batch(seed=8)
    net.forward(x, rng, training=False)
    found = net.backward(np.ones((5, 1)), params=True, inputs=True)
    assert found is not None
    expected = slope(lambda t: float(net.forward(x + t * direction, rng, training=False).sum()))
    assert np.sum(found * direction) == pytest.approx(expected, rel=1e-7)
    one = net.forward(x, rng, training=False)[0].copy()
    assert net.forward(x[:1], rng, training=False)[0] == pytest.approx(one, rel=1e-12)
    assert np.array_equal(net.state, kept), "measuring must not move the running statistics"


def test_every_layer_is_checked() -> None:
    checked = {type(layer).__name__ for layers, _ in BETWEEN.values() for layer in layers} | {"Dense"}
    elsewhere = {
        "Scalar",
        "Conv",
        "ConvTranspose",
        "Everywhere",
        "Reorder",
        "SpectralNorm",
        "Orthonormal",
        "MaxMin",
    }  # below, in test_convolution, test_pixels and test_bounded
    elsewhere |= {"Mixed", "MaxPool", "LayerNorm", "ChannelDropout", "Beside", "Projection"}
    assert checked | elsewhere == {cls.__name__ for cls in LAYERS.values()}


def test_a_scalar() -> None:
    net = network([Scalar(0.7)])
    assert (
        net.params.tolist() == [0.7] and net.forward(np.zeros((3, 0)), np.random.default_rng(0)).tolist() == [[0.7]] * 3
    )
    net.backward(np.array([[1.0], [2.0], [4.0]]))
    assert net.grads.tolist() == [7.0]
    assert net.backward(np.ones((3, 1))) is None
    dx = net.backward(np.ones((3, 1), np.float32), inputs=True)
    assert dx is not None and (dx.shape, dx.dtype) == ((3, 0), np.float32)


@pytest.mark.parametrize(
    "loss", [*(cls() for cls in LOSSES.values()), CategoricalCrossEntropy()], ids=lambda v: type(v).__name__
)
def test_supervised_losses(loss: Any) -> None:
    net = network([Dense(4, 6, Sigmoid(), glorot()), Dense(6, 3, log_odds(Sigmoid(0.3)), glorot())])
    target = np.eye(3)[[0, 1, 2, 1, 0]]
    check(net, batch(), lambda o: loss.value(o, target), lambda o, out: loss.gradient(ENGINE, o, target, out))


@pytest.mark.parametrize("key", ALL_ADVERSARIAL, ids=str)
@pytest.mark.parametrize("term", ["real", "fake", "generator"])
def test_adversarial_terms(key: Any, term: str) -> None:
    part = getattr(ALL_ADVERSARIAL[key], term)
    net = network([Dense(4, 6, Sigmoid(), glorot()), Dense(6, 1, Linear(), glorot())])
    check(net, batch(), part.value, partial(part.gradient, ENGINE))


@pytest.mark.parametrize("loss", ["gan", "least_squares"])
def test_terms_with_targets_of_each_sample(loss: str) -> None:
    """A sample's target changes its own gradient only; all with the same target are the term with that target."""
    part = ADVERSARIAL[loss, "non_saturating" if loss == "gan" else None].real
    output = batch(5, 1)
    for target in (0.0, 0.3, 1.0):
        same = dataclasses.replace(part, target=target)
        net = network([Dense(4, 1, Linear(), glorot())])
        check(net, batch(), same.value, partial(same.gradient, ENGINE))
        expected, found = np.empty_like(output), np.empty_like(output)
        same.gradient(ENGINE, output, out=expected)
        part.gradient(ENGINE, output, out=found, targets=np.full((5, 1), target))
        assert found == pytest.approx(expected, rel=1e-12)
        part.gradient(ENGINE, output, out=found, targets=np.array([[target], [1.0], [1.0], [1.0], [1.0]]))
        assert found[0] == pytest.approx(expected[0], rel=1e-12)


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_term_of_pairs(side: float) -> None:
    """Its other side stands still."""
    part, other = PairTerm(side), batch(5, 1, seed=9)
    net = network([Dense(4, 6, Sigmoid(), glorot()), Dense(6, 1, Linear(), glorot())])

    def gradient(output: Any, out: Any) -> None:
        part.gradient(ENGINE, output, out, targets=other)

    check(net, batch(), lambda output: part.value(output, other), gradient)


@pytest.mark.parametrize("key", ADVERSARIAL, ids=str)
def test_the_generators_gradient_goes_through_the_opponent(key: Any) -> None:
    """∂E/∂θ_G of E(D(G(z))), the two networks checked as one; D's gradients stay untouched."""
    generator = network([Dense(4, 5, Sigmoid(), glorot()), Dense(5, 7, Sigmoid(), glorot())])
    opponent = network([Dense(7, 6, Sigmoid(), glorot()), Dense(6, 1, Linear(0.5), glorot())], seed=9)
    part, z, rng = ADVERSARIAL[key].generator, batch(), np.random.default_rng(0)
    direction, start = rng.standard_normal(generator.params.shape), generator.params.copy()

    def value(t: float) -> float:
        generator.params[...] = start + t * direction
        return part.value(opponent.forward(generator.forward(z, rng), rng))

    expected = slope(value)
    generator.params[...] = start
    output = opponent.forward(generator.forward(z, rng), rng)
    dy = np.empty_like(output)
    part.gradient(ENGINE, output, dy)
    opponent.grads[...] = 7.0
    dx = opponent.backward(dy, params=False, inputs=True)
    assert dx is not None
    generator.backward(dx)
    assert generator.grads @ direction == pytest.approx(expected, rel=1e-7)
    assert (opponent.grads == 7.0).all()


def test_step_is_for_display_only() -> None:
    net = network([Dense(4, 3, ACTIVATIONS["step"](), glorot())])
    output = net.forward(batch(), np.random.default_rng(0))
    assert set(np.unique(output)) <= {0.0, 1.0}
    with pytest.raises(TypeError, match="no gradient"):
        net.backward(np.ones_like(output))


@pytest.mark.parametrize("a", [-1000.0, -100.0, 100.0, 1000.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_log_losses_do_not_overflow(a: float, dtype: str) -> None:
    output = np.full((2, 1), a, dtype)
    with np.errstate(all="raise", under="ignore"):
        for key in (("gan", "non_saturating"), ("gan", "minimax")):
            for part in (ADVERSARIAL[key].real, ADVERSARIAL[key].fake, ADVERSARIAL[key].generator):
                gradient = np.empty_like(output)
                part.gradient(make_engine("numpy"), output, gradient)
                assert np.isfinite(part.value(output)) and np.isfinite(gradient).all()
    assert ADVERSARIAL["gan", "minimax"].real.value(output) == pytest.approx(max(-a, 0) / 2)


ON_INPUTS: dict[str, Callable[[int], list[Any]]] = {
    "nothing": lambda inputs: [],
    "dropout": lambda inputs: [dropout(inputs, 0.3)],
    "concat": lambda inputs: [Noise(inputs, "concat", 2, "gaussian", 1.0)],
    "add": lambda inputs: [Noise(inputs, "add", None, "uniform", 0.5)],
    "multiply": lambda inputs: [Noise(inputs, "multiply", None, "gaussian", 1.0)],
    "times": lambda inputs: [Noise(inputs, "times", None, "gaussian", 1.0)],
}


def discriminator(activation: Any, between: str) -> list[Any]:
    """Three dense layers, and the same kind of noise on the inputs of the second and of the last."""
    second, last = ON_INPUTS[between](6), ON_INPUTS[between](5)
    return [
        Dense(4, 6, activation, glorot()),
        *second,
        Dense(second[-1].units if second else 6, 5, Sigmoid(0.7), glorot()),
        *last,
        Dense(last[-1].units if last else 5, 1, Linear(), glorot()),
    ]


@pytest.mark.parametrize(("name", "settings"), CASES)
@pytest.mark.parametrize("between", ON_INPUTS)
def test_the_penalty_r1(name: str, settings: dict[str, float], between: str) -> None:
    check_r1(network(discriminator(ACTIVATIONS[name](**settings), between)), batch())


@pytest.mark.parametrize(("name", "settings"), CASES)
@pytest.mark.parametrize(("target", "above"), [(1.0, False), (0.3, True), (0.0, True)])
def test_the_gradient_penalty(name: str, settings: dict[str, float], target: float, above: bool) -> None:
    """Of points some of which are steeper than the target."""
    net = network(discriminator(ACTIVATIONS[name](**settings), "nothing"))
    check_penalty(net, batch(), 3.0, target, above)


def test_a_point_without_a_slope_has_no_penalty_to_learn_from() -> None:
    net = network([Dense(4, 6, ACTIVATIONS["relu"](), glorot()), Dense(6, 1, Linear(), glorot())])
    net.views(net.params)["layer1.bias"][...] = -1e9
    net.forward(batch(), np.random.default_rng(0))
    net.grads[...] = 1.0
    add_penalty(net, 10.0, 1.0)
    assert (net.grads == 1.0).all()


def check_r1(net: Network, x: np.ndarray[Any, Any]) -> None:
    """The gradient of γ/2 E ‖∇ₓD‖², γ = 0.8."""
    check_penalty(net, x, 0.4, 0.0, False)


def check_penalty(net: Network, x: np.ndarray[Any, Any], weight: float, target: float, above: bool) -> None:
    """The gradient of weight × E (‖∇ₓD‖ − target)² along three random directions."""

    def penalty() -> float:
        net.forward(x, np.random.default_rng(5))
        slope_of_d = net.backward(np.ones((len(x), 1)), params=False, inputs=True)
        assert slope_of_d is not None
        off = np.sqrt((slope_of_d**2).sum(axis=1)) - target
        return float(weight * (np.maximum(off, 0.0 if above else -np.inf) ** 2).mean())

    net.grads[...] = 1.0
    net.forward(x, np.random.default_rng(5))
    add_penalty(net, weight, target, above)
    found = net.grads - 1.0
    rng, start = np.random.default_rng(1), net.params.copy()
    for _ in range(3):
        direction = rng.standard_normal(net.params.shape)

        def moved(t: float, direction: Any = direction) -> float:
            net.params[...] = start + t * direction
            return penalty()

        expected = slope(moved)
        net.params[...] = start
        assert np.sum(found * direction) == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("between", ON_INPUTS)
def test_the_penalty_r1_stays_in_single_precision(between: str) -> None:
    """The checked engine refuses a kernel arrays of two types; noise that is concatenated keeps the tangents' type."""
    net = Network(discriminator(Sigmoid(), between), ENGINE, "float32", np.random.default_rng(0))
    net.forward(batch().astype(np.float32), np.random.default_rng(5))
    net.grads[...] = 0.0
    add_penalty(net, 0.4)
    assert net.grads.any()
    assert all(layer.tangent(np.ones((5, layer.inputs), np.float32)).dtype == np.float32 for layer in net.layers)
