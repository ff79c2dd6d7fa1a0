"""Histograms, filters and biases: the numbers of the newest checkpoint, each in its place."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gancli.plots.weights import plot_weights
from plots.by_hand import BLUE, ORANGE, figures, run

RNG = np.random.default_rng(0)
WIDE = {"0.weight": RNG.normal(size=(784, 12)), "0.bias": RNG.normal(size=12), "1.weight": RNG.normal(size=(12, 1))}
DRAWING = {"0.weight": RNG.normal(size=(4, 784)), "0.bias": np.linspace(-0.25, 0.5, 784)}


def drawn(params: Any) -> dict[str, Any]:
    return figures(plot_weights, run(params=params, data={"shape": [1, 28, 28]}), Path(), "png", "mine")


def test_histograms_count_each_layer_s_own_numbers_on_a_logarithmic_axis() -> None:
    figure = drawn({30: {"critic": WIDE}})["weights-critic.png"]
    assert "mine: critic, game 30" in figure.get_suptitle()
    assert figure.axes[0].get_gridspec().get_geometry() == (1, 3)
    assert 2.5 < figure.get_size_inches()[0] / 3 < 3.5, "each has its room"
    for axes, (key, values) in zip(figure.axes, WIDE.items(), strict=True):
        counts, edges = np.histogram(values, 60)
        assert [bar.get_height() for bar in axes.patches] == counts.tolist(), key
        np.testing.assert_allclose([bar.get_x() for bar in axes.patches], edges[:-1])
        assert axes.get_title() == key.replace(".", " ")
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("value", "parameters")
        assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
        assert to_hex(axes.patches[0].get_facecolor()) == (ORANGE if key.endswith("bias") else BLUE)


def test_filters_are_the_weights_into_each_neuron_the_largest_first_and_red_is_positive() -> None:
    weights = RNG.normal(size=(784, 12)) * np.array([3, 1, 12, 2, 4, 5, 6, 7, 8, 9, 10, 11])
    order = [2, 11, 10, 9, 8, 7, 6, 5, 4, 0, 3, 1]
    figure = drawn({30: {"critic": {"0.weight": weights}}})["filters-critic.png"]
    (image,) = figure.axes[0].images
    assert not figure.axes[0].axison
    sheet = np.ma.filled(image.get_array(), np.nan)
    assert sheet.shape == (60, 300) and image.origin == "upper" and image.get_interpolation() == "none"
    for place, unit in enumerate(order):
        top, left = 30 * (place // 10), 30 * (place % 10)
        tile = sheet[top : top + 28, left : left + 28]
        np.testing.assert_array_equal(tile, weights[:, unit].reshape(28, 28), f"place {place}")
        sheet[top : top + 28, left : left + 28] = np.nan
    assert np.isnan(sheet).all(), "nothing stands between the filters"
    bound = np.abs(weights).max()
    assert image.get_clim() == (-bound, bound), "zero is in the middle"
    negative, zero, positive = image.get_cmap()(image.norm([-bound, 0, bound]))
    assert negative[2] > negative[0] and positive[0] > positive[2] and zero[:3].min() > 0.9
    assert "12 of 12" in figure.get_suptitle() and figure.axes[1].get_ylabel() == "weight"


def test_only_the_strongest_filters_are_drawn_and_their_scale_is_theirs() -> None:
    weights = np.outer(np.linspace(-1, 0.5, 784), np.arange(1.0, 71.0))
    figure = drawn({0: {"critic": {"0.weight": weights}}})["filters-critic.png"]
    (image,) = figure.axes[0].images
    assert image.get_array().shape == (180, 300) and "60 of 70" in figure.get_suptitle()
    assert image.get_clim() == (-70, 70)
    last = np.ma.filled(image.get_array(), np.nan)[150:178, 270:298]
    np.testing.assert_array_equal(last, weights[:, 10].reshape(28, 28))


def test_the_last_bias_is_an_image_of_its_pixels() -> None:
    figure = drawn({30: {"generator": DRAWING}})["last-bias-generator.png"]
    (image,) = figure.axes[0].images
    np.testing.assert_array_equal(image.get_array(), DRAWING["0.bias"].reshape(28, 28))
    assert image.get_clim() == (-0.5, 0.5) and image.origin == "upper" and image.get_cmap().name == "RdBu_r"
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("pixel column", "pixel row")
    assert "bias" in figure.axes[1].get_ylabel() and "generator, game 30" in figure.axes[0].get_title()


def test_weights_are_those_of_the_newest_checkpoint_of_each_network() -> None:
    older = {"generator": {key: 0 * value for key, value in DRAWING.items()}, "critic": WIDE}
    found = drawn({9: older, 1_000: {"generator": DRAWING, "critic": WIDE}})
    assert list(found) == [
        "weights-generator.png", "last-bias-generator.png", "weights-critic.png", "filters-critic.png",
    ]  # fmt: skip
    assert "game 1,000" in found["weights-generator.png"].get_suptitle()
    np.testing.assert_array_equal(
        found["last-bias-generator.png"].axes[0].images[0].get_array().ravel(), DRAWING["0.bias"]
    )


@pytest.mark.parametrize("params", [{}, {1: {"theta": {"0.scalar": np.ones(1)}}}], ids=["nothing", "one number"])
def test_few_numbers_have_no_histogram(params: Any) -> None:
    assert drawn(params) == {}


def test_three_numbers_have_a_histogram() -> None:
    assert list(drawn({1: {"one": {"0.weight": np.ones((1, 2)), "0.bias": np.ones(1)}}})) == ["weights-one.png"]


def test_weights_that_are_all_zero_are_drawn() -> None:
    found = drawn({1: {"critic": {"0.weight": np.zeros((784, 2)), "1.bias": np.zeros(784)}}})
    assert found["filters-critic.png"].axes[0].images[0].get_clim() == (-1, 1)
    assert found["last-bias-critic.png"].axes[0].images[0].get_clim() == (-1, 1)
