"""NumPy's kernels against closed forms, in float64."""

import numpy as np
import pytest

from gancli.engines import make_engine

ENGINE = make_engine("numpy")
LONG = 70_001
X = np.random.default_rng(0).standard_normal(LONG)
FORWARD = {
    "sigmoid": ((0.7,), 1 / (1 + np.exp(-0.7 * X))),
    "tanh": ((1.7, 0.6), 1.7 * np.tanh(0.6 * X)),
    "relu": ((0.2,), np.where(X > 0, X, 0.2 * X)),
    "softplus": ((), np.log1p(np.exp(X))),
    "scale": ((0.3,), 0.3 * X),
    "step": ((), (X > 0) * 1.0),
}
Y = np.random.default_rng(1).uniform(0.1, 0.9, LONG) * np.where(np.arange(LONG) % 3, 1.0, -1.0)
BACKWARD = {
    "sigmoid_gradient": ((0.7,), 0.7 * Y * (1 - Y)),
    "tanh_gradient": ((1.7, 0.6), 1.7 * 0.6 * (1 - (Y / 1.7) ** 2)),
    "relu_gradient": ((0.2,), np.where(Y > 0, 1.0, 0.2)),
    "softplus_gradient": ((), 1 - np.exp(-Y)),
}


@pytest.mark.parametrize("kernel", FORWARD)
def test_activations_of_long_arrays(kernel: str) -> None:
    numbers, expected = FORWARD[kernel]
    found = X.copy()
    getattr(ENGINE, kernel)(found, *numbers)
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kernel", BACKWARD)
def test_derivatives_of_long_arrays(kernel: str) -> None:
    numbers, slopes = BACKWARD[kernel]
    found = X.copy()
    getattr(ENGINE, kernel)(Y.copy(), found, *numbers)
    assert np.allclose(found, X * slopes, rtol=1e-12, atol=1e-15)


def test_a_relu_that_is_flat_has_the_slope_zero_at_zero_and_below() -> None:
    dy = np.ones(3)
    ENGINE.relu_gradient(np.array([-1.0, 0.0, 1.0]), dy, 0.0)
    assert dy.tolist() == [0.0, 0.0, 1.0]
    leaky = np.ones(3)
    ENGINE.relu_gradient(np.array([-0.2, 0.0, 1.0]), leaky, 0.2)
    assert leaky == pytest.approx([0.2, 0.2, 1.0])


def test_an_average_moves_by_what_its_decay_leaves() -> None:
    for steps, decay in ((1000, 0.9), (2, 0.25)):  # at first less: (1 + k) / (10 + k)
        average = X.copy()
        ENGINE.average(average, Y, np.array([steps]), 0.9)
        assert np.allclose(average, decay * X + (1 - decay) * Y, rtol=1e-12)


@pytest.mark.parametrize("place", [0, 40_000, LONG - 1])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_seen_wherever_it_is(place: int, value: float) -> None:
    found = X.copy()
    assert ENGINE.finite(found)
    found[place] = value
    assert not ENGINE.finite(found)


def test_a_rescaling_looks_at_both_signs_and_leaves_what_is_within() -> None:
    for params, expected in (([0.1, -0.4], [0.05, -0.2]), ([0.4, -0.1], [0.2, -0.05]), ([0.1, -0.2], [0.1, -0.2])):
        found = np.array(params)
        ENGINE.rescale(found, 0.2)
        assert found == pytest.approx(expected)
