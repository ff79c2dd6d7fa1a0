"""Histograms, filters and biases: the numbers of the newest checkpoint, each in its place."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gancli.plots import weights
from gancli.plots.weights import plot_weights
from gancli.runs import RunError
from helpers import gancli, train
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


def of_shape(shape: Any, **networks: Any) -> dict[str, Any]:
    at = Path("runs") / "-".join(map(str, shape))
    return figures(plot_weights, run(params={30: networks}, at=at, data={"shape": [*shape]}), Path(), "png", "mine")


def test_filters_over_colours_are_in_colour_around_grey() -> None:
    """What a neuron looks for in red, green and blue, in units of the largest weight drawn."""
    shape, weights = (3, 4, 5), RNG.normal(size=(60, 12)) * np.arange(1, 13)
    order = np.argsort(-np.linalg.norm(weights, axis=0))
    figure = of_shape(shape, critic={"0.weight": weights})["filters-critic.png"]
    assert len(figure.axes) == 1, "no bar explains colours"
    (image,) = figure.axes[0].images
    sheet, bound = np.array(image.get_array()), np.abs(weights).max()
    assert sheet.shape == (2 * 6, 10 * 7, 3) and not figure.axes[0].axison and image.get_interpolation() == "none"
    for place, unit in enumerate(order):
        top, left = 6 * (place // 10), 7 * (place % 10)
        expected = weights[:, unit].reshape(3, 4, 5).transpose(1, 2, 0) / (2 * bound) + 0.5
        np.testing.assert_allclose(sheet[top : top + 4, left : left + 5], expected, atol=1e-12)
        sheet[top : top + 4, left : left + 5] = 1.0
    assert (sheet == 1.0).all(), "white stands between the filters"
    assert "12 of 12 neurons (grey: 0; black and white: ∓" in figure.get_suptitle()


def test_filters_over_colours_that_are_all_zero_are_grey() -> None:
    (image,) = of_shape((3, 2, 2), critic={"0.weight": np.zeros((12, 1))})["filters-critic.png"].axes[0].images
    assert (np.array(image.get_array())[:2, :2] == 0.5).all()


@pytest.mark.parametrize("shape", [(1, 3, 7), (2, 4, 3)])
def test_filters_have_the_data_s_own_shape_their_channels_added(shape: tuple[int, int, int]) -> None:
    weights = RNG.normal(size=(int(np.prod(shape)), 2)) * [1, 9]
    figure = of_shape(shape, critic={"0.weight": weights})["filters-critic.png"]
    (image,) = figure.axes[0].images
    sheet = np.ma.filled(image.get_array(), np.nan)
    height, width = shape[1:]
    for place, unit in enumerate((1, 0)):
        tile = sheet[:height, place * (width + 2) : place * (width + 2) + width]
        np.testing.assert_allclose(tile, weights[:, unit].reshape(shape).sum(axis=0))
    bound = np.abs(weights.T.reshape(-1, *shape).sum(axis=1)).max()
    assert image.get_clim() == pytest.approx((-bound, bound)) and figure.axes[1].get_ylabel() == "weight"


def test_the_last_bias_of_colours_has_an_image_a_channel() -> None:
    bias = np.linspace(-0.5, 0.25, 24)
    figure = of_shape((3, 2, 4), generator={"0.weight": np.ones((2, 24)), "0.bias": bias})["last-bias-generator.png"]
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 3 and [axes.get_title()[-9:] for axes in shown] == ["channel 0", "channel 1", "channel 2"]
    for axes, channel in zip(shown, bias.reshape(3, 2, 4), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), channel)
        assert axes.images[0].get_clim() == (-0.5, 0.5)


@pytest.mark.parametrize(
    "shape",
    [[4], [2, 2], [1, 2, 3], [1, 2, 0], [1, -2, -2], [1.0, 2, 2], ["1", 2, 2], [1, 1, 2, 2], "122", None],
    ids=str,
)
def test_what_is_no_image_has_histograms_alone(shape: Any) -> None:
    at = run(params={1: {"critic": {"0.weight": np.ones((4, 2)), "0.bias": np.ones(4)}}}, data={"shape": shape})
    assert list(figures(plot_weights, at, Path(), "png", "")) == ["weights-critic.png"]


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([3.0] * 3, (2.5, 3.5)),
        ([0.0] * 3, (-0.5, 0.5)),
        ([1e20] * 3, (1e20 - 1e14, 1e20 + 1e14)),
        ([-1e9, 1e-9, 1e9], (-1e9, 1e9)),
    ],
    ids=str,
)
def test_weights_that_are_next_to_the_same_or_huge_have_bars(values: Any, ends: tuple[float, float]) -> None:
    params = {1: {"one": {"0.bias": np.array(values, np.float32)}}}
    (axes,) = figures(plot_weights, run(params=params), Path(), "png", "mine")["weights-one.png"].axes
    bars = axes.patches
    assert len(bars) == 60 and sum(bar.get_height() for bar in bars) == 3
    assert (bars[0].get_x(), bars[-1].get_x() + bars[-1].get_width()) == pytest.approx(ends, rel=1e-6)


def with_layers(params: Any, shape: list[int], **layers: Any) -> dict[str, Any]:
    spec = {name: {"layers": own} for name, own in layers.items()}
    folder = run(params={30: params}, at=Path("runs/conv"), data={"shape": shape}, spec=spec)
    return figures(plot_weights, folder, Path(), "png", "mine")


def test_kernels_are_those_of_the_convolution_over_pixels() -> None:
    """Stored pixel by pixel, channels last; drawn like filters."""
    weights = RNG.uniform(1.0, 2.0, size=(3, 3, 1, 4)) * [27.0, 9.0, 3.0, 1.0]
    views = {"layer1.weights": weights.reshape(9, 4), "layer1.bias": np.zeros(4), "layer2.weights": np.zeros((4, 1))}
    found = with_layers({"critic": views}, [1, 9, 9], critic=[{"conv": 4, "kernel": 3}, {"units": 1}])
    sheet = np.ma.filled(found["kernels-critic.png"].axes[0].images[0].get_array(), np.nan)
    for place in range(4):
        np.testing.assert_array_equal(sheet[:3, 5 * place : 5 * place + 3], weights[:, :, 0, place])
    assert "kernels of 4 of 4 channels of the first layer" in found["kernels-critic.png"].get_suptitle()
    assert "filters-critic.png" not in found


def test_kernels_of_the_transposed_convolution_that_makes_pixels_are_drawn_in_colours() -> None:
    weights = RNG.uniform(1.0, 2.0, size=(2, 2, 3, 2)) * [3.0, 1.0]
    views = {"layer1.weights": np.zeros((5, 8)), "layer2.weights": weights.reshape(12, 2), "layer2.bias": np.zeros(3)}
    layers = [{"units": 8}, {"conv_transpose": 3, "kernel": 2}]
    found = with_layers({"generator": views}, [3, 4, 4], generator=layers)["kernels-generator.png"]
    (image,) = found.axes[0].images
    bound = np.abs(weights).max()
    np.testing.assert_allclose(np.array(image.get_array())[:2, :2], weights[..., 0] / (2 * bound) + 0.5)
    assert "channels below, what each paints" in found.get_suptitle()


@pytest.mark.parametrize("layers", [None, "conv", [], [7], [{"units": 3}], [{"conv": 0}]])
def test_where_no_convolution_is_on_record_no_kernel_is_drawn(layers: Any) -> None:
    views = {"layer1.weights": np.zeros((9, 4)), "layer1.bias": np.zeros(4)}
    assert list(with_layers({"critic": views}, [1, 9, 9], critic=layers)) == ["weights-critic.png"]


def test_weights_are_of_the_checkpoint_that_is_asked_for(tmp_path: Path) -> None:
    text = "kind: supervised\nname: w\nengine: numpy\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 30}\n"
    folder, _ = train(f"{text}checkpoint: {{every: 10, keep: 3}}\n", "-q")
    shown = []
    for which in ("last", "10", "20"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gancli.plots.weights.save", lambda figure, path: shown.append(figure.get_suptitle()) or path)
            weights.plot_weights(folder.path, tmp_path, "png", "w", which)
    assert shown == [f"w: network, game {game}" for game in (30, 10, 20)]
    with pytest.raises(RunError, match="must be last, best, or the game of one that is kept: 10, 20, 30; got '15'"):
        weights.plot_weights(folder.path, tmp_path, "png", "w", "15")
    assert gancli("plot", "w", "--checkpoint", "15").exit_code == 2
