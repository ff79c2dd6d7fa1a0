import math
from typing import Any

import numpy as np
import pytest

from gancli.engines import DISTRIBUTIONS, make_engine
from gancli.nn import Network
from gancli.nn.activations import (
    ACTIVATIONS,
    LeakyRelu,
    Linear,
    Sigmoid,
    Softplus,
    Step,
    Tanh,
    centered_sigmoid,
    log_odds,
)  # fmt: skip
from gancli.nn.initializers import INITIALIZERS, normal
from gancli.nn.layers import BatchNorm, Dense, Kernel, Noise, Similarity, dropout
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


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_all_its_vectors_have_the_networks_precision(dtype: str) -> None:
    net = Network([Dense(3, 4, Linear(), normal()), BatchNorm(4, Sigmoid(), 2)], make_engine("numpy"), dtype, RNG(0))
    assert {vector.dtype for vector in (net.params, net.grads, net.state)} == {np.dtype(dtype)}


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
        (Linear(), -0.7, -0.7),
        (Linear(slope=0.3), -2.0, -0.6),
        (Linear(slope=2.0), -2.0, -4.0),
        (log_odds(Sigmoid(mu=0.3)), -2.0, -0.6),
        (log_odds(Tanh(k=3.0)), -2.0, -2.0),
        (Step(), 0.0, 0.0),
        (Step(), 1e-9, 1.0),
    ],
)
def test_activations_by_hand(activation: Any, x: float, y: float) -> None:
    values = np.full((1, 1), x)
    with np.errstate(all="raise", under="ignore"):
        activation.forward(make_engine("numpy"), values)
    assert values[0, 0] == pytest.approx(y, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("leaky_relu", -2.0, -0.4),
        ("relu", -2.0, 0.0),
        ("tanh", 0.3, math.tanh(0.3)),
        ("sigmoid", 0.3, 1 / (1 + math.exp(-0.3))),
        ("centered_sigmoid", 0.3, math.tanh(0.15)),
        ("softmax", 0.3, 0.3),
    ],
)
def test_activations_where_nothing_is_said_of_them(name: str, x: float, y: float) -> None:
    values = np.full((1, 1), x)
    ACTIVATIONS[name]().forward(make_engine("numpy"), values)
    assert values[0, 0] == pytest.approx(y, abs=1e-15)


WITHIN = {"normal": math.erf(math.sqrt(0.5)), "uniform": 1 / math.sqrt(3)}
"""The share of numbers within one standard deviation."""
DRAWN = [
    ("normal", {}, 1.0, "normal"), ("normal", {"std": 0.02}, 0.02, "normal"),
    ("uniform", {"bound": 0.3}, 0.3 / math.sqrt(3), "uniform"),
    ("glorot", {}, math.sqrt(2 / 700), "uniform"), ("he", {}, math.sqrt(2 / 400), "normal"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "std", "distribution"), DRAWN)
def test_initial_weights_have_their_distribution_and_biases_are_zero(
    name: str, settings: Any, std: float, distribution: str
) -> None:
    """Of 400 inputs and 300 units: N(0, 1), U(±√(6/700)) (Glorot and Bengio 2010), N(0, 2/400) (He et al. 2015)."""
    net = Network([Dense(400, 300, Sigmoid(), INITIALIZERS[name](**settings))], make_engine("numpy"), "float32", RNG(0))
    views = net.views(net.params)
    drawn_as(views["layer1.weights"], std, distribution)
    assert not views["layer1.bias"].any()


def test_biases_may_be_drawn_as_the_weights_are() -> None:
    layer = Dense(40, 3000, Sigmoid(), INITIALIZERS["uniform"](0.3))
    layer.draws_bias = True
    net = Network([layer], make_engine("numpy"), "float32", RNG(0))
    drawn_as(net.views(net.params)["layer1.bias"], 0.3 / math.sqrt(3), "uniform")


def test_every_initializer_is_drawn_from() -> None:
    assert {name for name, *_ in DRAWN} == set(INITIALIZERS)


def test_the_kernels_of_minibatch_discrimination_begin_as_glorots() -> None:
    """200 inputs to 50 kernels of 6 numbers each: U(±√(6/500)), so that distances of a few hundred units stay near 1."""
    net = Network([Kernel(200, 50, 6, 4)], make_engine("numpy"), "float32", RNG(0))
    drawn_as(net.params, math.sqrt(2 / 500), "uniform")


def drawn_as(values: Any, std: float, distribution: str) -> None:
    assert values.std() == pytest.approx(std, rel=0.02) and abs(values.mean()) < 0.02 * std
    assert (np.abs(values) < std).mean() == pytest.approx(WITHIN[distribution], abs=0.01)
    assert distribution == "normal" or np.abs(values).max() <= math.sqrt(3) * std * (1 + 1e-6)


@pytest.mark.parametrize(("distribution", "std"), [("gaussian", 2.0), ("uniform", 2 / math.sqrt(3))])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_latents_have_their_distribution(distribution: str, std: float, dtype: str) -> None:
    out = np.empty((500, 100), dtype)
    make_engine("numpy").draw(RNG(0), DISTRIBUTIONS[distribution](2.0), out=out)
    assert out.std() == pytest.approx(std, rel=0.02) and abs(out.mean()) < 0.03
    assert distribution == "gaussian" or (out.min() >= -2 and out.max() < 2)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dropout_drops_its_share_and_keeps_the_mean(dtype: str) -> None:
    """−1 in 30 % of the places and 0.3 / 0.7 in the others: multiplied by 1 + n, an input is 0 or divided by 0.7."""
    out = np.empty((500, 100), dtype)
    make_engine("numpy").draw(RNG(0), DISTRIBUTIONS["dropout"](0.3), out=out)
    assert np.unique(out).tolist() == pytest.approx([-1.0, 3 / 7]) and (out == -1.0).mean() == pytest.approx(
        0.3, abs=0.01
    )


NOISES = {
    "concat": lambda x, n: np.concatenate([x, n], axis=1),
    "add": lambda x, n: x + n,
    "multiply": lambda x, n: x * (1 + n),
    "times": lambda x, n: x * n,
}


@pytest.mark.parametrize("mode", NOISES)
@pytest.mark.parametrize("distribution", ["gaussian", "uniform"])
def test_noise_joins_its_input_as_is_said_of_it(mode: str, distribution: str) -> None:
    layer = Noise(3, mode, 3, distribution, 0.5)
    net = Network([layer, Dense(layer.units, 1, Linear(), normal())], make_engine("numpy"), "float64", RNG(0))
    x = RNG(1).standard_normal((4, 3))
    net.forward(x, RNG(2), training=False)
    drawn = 0.5 * RNG(2).standard_normal((4, 3)) if distribution == "gaussian" else RNG(2).uniform(-0.5, 0.5, (4, 3))
    assert layer.y == pytest.approx(NOISES[mode](x, drawn), rel=1e-12)


@pytest.mark.parametrize("kind", ["similarity", "kernel"])
def test_likenesses_are_those_of_a_sample_to_its_own_batch(kind: str) -> None:
    """exp(−‖h − h_i‖₁) for each i, and Σ_j exp(−‖M_ib − M_jb‖₁), itself among the j, sample by sample of two batches."""
    layer: Any = Similarity(3, 4) if kind == "similarity" else Kernel(3, 2, 5, 4)
    net = Network([layer, Dense(layer.units, 1, Linear(), normal())], make_engine("numpy"), "float64", RNG(0))
    h = 0.3 * RNG(1).standard_normal((8, 3))
    net.forward(h, RNG(2))
    assert np.array_equal(layer.y[:, :3], h)
    for index, own in enumerate(h):
        others = h[index // 4 * 4 :][:4]
        if kind == "similarity":
            expected = [math.exp(-sum(abs(own - other))) for other in others]
        else:
            m = (layer.tensor[:, :5], layer.tensor[:, 5:])  # the numbers that each of the two kernels compares
            expected = [sum(math.exp(-sum(abs(own @ part - other @ part))) for other in others) for part in m]
        assert layer.y[index, 3:] == pytest.approx(np.array(expected), rel=1e-12)


def test_features_are_the_last_layers_input_with_nothing_dropped() -> None:
    net = Network(
        [Dense(3, 4, Tanh(), normal()), dropout(4, 0.5), Dense(4, 5, Tanh(), normal()), Dense(5, 2, Sigmoid(), normal())],
        make_engine("numpy"), "float64", RNG(0),
    )  # fmt: skip
    x, views = RNG(1).standard_normal((5, 3)), net.views(net.params)
    expected = np.tanh(np.tanh(x @ views["layer1.weights"]) @ views["layer2.weights"])
    assert net.features(x, RNG(2)) == pytest.approx(expected, rel=1e-12)


def test_parameters_lie_layer_after_layer_weights_row_by_row_and_then_the_bias() -> None:
    layers = [Dense(5, 4, Sigmoid(), normal()), Dense(4, 2, Linear(), normal(), bias=False)]
    net = Network([*layers, Dense(2, 1, Tanh(), normal())], make_engine("numpy"), "float32", RNG(0))
    assert [slot.start for slot in net.layout.slots] == [0, 20, 24, 32, 34]
    net.params[24 + 3] = 7.0
    assert net.views(net.params)["layer2.weights"][1, 1] == 7.0


def test_a_layout_refuses_a_vector_of_another_size() -> None:
    with pytest.raises(ValueError, match="6 elements"):
        Layout.of({"w": (2, 3)}).views(np.zeros(5))


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


def test_an_unbiased_variance_divides_by_one_sample_less() -> None:
    """Of 0, 0, 3: the mean is 1 and the variance 2, or 3 without bias; 1 moves a tenth of the way there, to 1.2."""
    norm = BatchNorm(1, Linear(), batch=3)
    net = Network([norm], make_engine("numpy"), "float64", RNG(0))
    net.forward(np.array([[0.0], [0.0], [3.0]]), RNG(0))
    assert norm.mean[0] == pytest.approx(0.1, rel=1e-14) and norm.variance[0] == pytest.approx(1.2, rel=1e-14)


def test_running_statistics_of_many_small_batches_are_the_populations() -> None:
    """Batches of 2 from N(3, 2²): over 2,000 units the mean of the running variances is 4, not the biased 2."""
    norm, rng = BatchNorm(2_000, Linear(), batch=2), RNG(0)
    net = Network([norm], make_engine("numpy"), "float64", rng)
    for _ in range(60):
        net.forward(3.0 + 2.0 * rng.standard_normal((2, 2_000)), rng)
    assert norm.variance.mean() == pytest.approx(4.0, rel=0.05) and norm.mean.mean() == pytest.approx(3.0, rel=0.02)
