import math
from typing import Any

import numpy as np
import pytest

from gancli.engines import EngineError, make_engine
from gancli.nn import Network
from gancli.nn.activations import LeakyRelu, Linear, Sigmoid, Softplus, Tanh, centered_sigmoid
from gancli.nn.initializers import glorot, he, normal
from gancli.nn.layers import BatchNorm, Dense, draw
from gancli.nn.layout import Layout

RNG = np.random.default_rng


def small(dtype: str = "float32", engine: str = "checked") -> Network:
    return Network(
        [Dense(3, 4, Sigmoid(), normal()), Dense(4, 2, Sigmoid(), normal())], make_engine(engine), dtype, RNG(0)
    )


def test_layers_hold_views_of_one_vector_before_and_after_learning() -> None:
    net = small()
    dense: Any = net.layers[0]
    for view, vector in ((dense.w, net.params), (dense.b, net.params), (dense.dw, net.grads), (dense.db, net.grads)):
        assert np.shares_memory(view, vector)
    before = net.params.copy()
    net.backward(net.forward(np.ones((5, 3), np.float32), RNG(0)).copy())
    net.params -= net.grads
    assert not np.array_equal(dense.w.ravel(), before[: dense.w.size])
    assert np.array_equal(dense.w.ravel(), net.params[: dense.w.size])
    assert list(net.views(net.params)) == ["layer1.weights", "layer1.bias", "layer2.weights", "layer2.bias"]


def test_a_pass_allocates_no_new_output() -> None:
    net, x = small(), np.ones((5, 3), np.float32)
    first = net.forward(x, RNG(0))
    net.forward(np.ones((2, 3), np.float32), RNG(0))
    assert net.forward(x, RNG(0)) is first


def test_a_known_network_by_hand() -> None:
    net = Network([Dense(2, 1, Sigmoid(mu=0.5), normal())], make_engine("numpy"), "float64", RNG(0))
    net.params[...] = [0.3, -0.2, 0.1]
    y = net.forward(np.array([[1.0, 2.0]]), RNG(0))
    assert y[0, 0] == pytest.approx(1 / (1 + math.exp(-0.5 * (0.3 - 0.4 + 0.1))))


@pytest.mark.parametrize(
    ("activation", "x", "y"),
    [
        (Sigmoid(mu=0.1), 3.0, 1 / (1 + math.exp(-0.3))),
        (centered_sigmoid(mu=2.0), 0.4, 2 / (1 + math.exp(-0.8)) - 1),
        (Tanh(k=1.7, alpha=0.6), 0.5, 1.7 * math.tanh(0.3)),
        (LeakyRelu(0.2), -2.0, -0.4),
        (LeakyRelu(0.0), -2.0, 0.0),
        (Softplus(), -3.0, math.log1p(math.exp(-3))),
        (Softplus(), 800.0, 800.0),
        (Sigmoid(), -800.0, 0.0),
    ],
)
def test_activations_by_hand(activation: Any, x: float, y: float) -> None:
    values = np.full((1, 1), x)
    with np.errstate(all="raise", under="ignore"):
        activation.forward(make_engine("numpy"), values)
    assert values[0, 0] == pytest.approx(y, abs=1e-15)


@pytest.mark.parametrize(
    ("init", "std"), [(normal(), 1.0), (normal(0.02), 0.02), (glorot(), math.sqrt(2 / 700)), (he(), math.sqrt(2 / 400))]
)
def test_initial_weights_have_their_spread_and_biases_are_zero(init: Any, std: float) -> None:
    net = Network([Dense(400, 300, Sigmoid(), init)], make_engine("numpy"), "float32", RNG(0))
    views = net.views(net.params)
    assert views["layer1.weights"].std() == pytest.approx(std, rel=0.02)
    assert abs(views["layer1.weights"].mean()) < 0.02 * std
    assert not views["layer1.bias"].any()


@pytest.mark.parametrize(("law", "std"), [("gaussian", 2.0), ("uniform", 2 / math.sqrt(3))])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_latents_have_their_law(law: str, std: float, dtype: str) -> None:
    out = np.empty((500, 100), dtype)
    draw(make_engine("numpy"), RNG(0), law, 2.0, out=out)
    assert out.std() == pytest.approx(std, rel=0.02) and abs(out.mean()) < 0.03
    assert law == "gaussian" or (out.min() >= -2 and out.max() < 2)


def test_a_layout_refuses_a_vector_of_another_size() -> None:
    with pytest.raises(ValueError, match="6 elements"):
        Layout.of({"w": (2, 3)}).views(np.zeros(5))


def test_the_checked_engine_catches_what_it_is_for() -> None:
    engine = make_engine("checked")
    a = np.ones((2, 3))
    with pytest.raises(EngineError, match="shapes"):
        engine.affine(a, np.ones((4, 5)), None, out=np.empty((2, 5)))
    with pytest.raises(EngineError, match="types"):
        engine.affine(a, np.ones((3, 5), np.float32), None, out=np.empty((2, 5)))
    with pytest.raises(EngineError, match="share"):
        engine.affine(a, np.ones((3, 3)), None, out=a)
    with pytest.raises(FloatingPointError):
        engine.sigmoid(np.full((1, 1), np.nan), 1.0)


def test_a_running_variance_is_unbiased_and_a_batch_is_normalised_by_its_own() -> None:
    """Two batches of two in one pass, then one more, by hand (Ioffe and Szegedy 2015, algorithms 1 and 2).

    The batches 0, 2 and 1, 7 have means 1 and 4, biased variances 1 and 9 and unbiased ones 2 and 18. From mean 0 and
    variance 1, with momentum 0.9: means 0.1, then 0.49; variances 1.1, then 0.99 + 1.8. After 3, 3: 0.741 and 2.511.
    """
    norm = BatchNorm(1, Linear(), batch=2)
    net = Network([norm], make_engine("numpy"), "float64", RNG(0))
    y = net.forward(np.array([[0.0], [2.0], [1.0], [7.0]]), RNG(0))
    expected = [
        [-1 / math.sqrt(1.00001)],
        [1 / math.sqrt(1.00001)],
        [-3 / math.sqrt(9.00001)],
        [3 / math.sqrt(9.00001)],
    ]
    assert y == pytest.approx(np.array(expected), rel=1e-14)
    assert norm.mean[0] == pytest.approx(0.49, rel=1e-14) and norm.variance[0] == pytest.approx(2.79, rel=1e-14)
    net.forward(np.full((2, 1), 3.0), RNG(0))
    assert norm.mean[0] == pytest.approx(0.741, rel=1e-14) and norm.variance[0] == pytest.approx(2.511, rel=1e-14)
    shown = net.forward(np.array([[0.741], [2.741]]), RNG(0), training=False)
    assert shown == pytest.approx(np.array([[0.0], [2 / math.sqrt(2.51101)]]), abs=1e-14)


def test_running_statistics_of_many_small_batches_are_the_populations() -> None:
    """Batches of 2 from N(3, 2²): over 2,000 units the mean of the running variances is 4, not the biased 2."""
    norm, rng = BatchNorm(2_000, Linear(), batch=2), RNG(0)
    net = Network([norm], make_engine("numpy"), "float64", rng)
    for _ in range(60):
        net.forward(3.0 + 2.0 * rng.standard_normal((2, 2_000)), rng)
    assert norm.variance.mean() == pytest.approx(4.0, rel=0.05) and norm.mean.mean() == pytest.approx(3.0, rel=0.02)
