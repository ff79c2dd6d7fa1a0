"""What games draw of the plane: which way up it is, how far it goes, what lies where."""

import numpy as np
import pytest

from gancli.games import planes
from helpers import game

TEXT = """
kind: {kind}
engine: numpy
dtype: float64
data: {{set: grid, samples: 600}}
generator: {{shape: [4, 6, 2]}}
{opponent}: {{shape: [2, 1], {output}}}
training: {{games: 10, batch: 8}}
"""
GAN = TEXT.format(kind="gan", opponent="discriminator", output="mu: 0.3")
WGAN = TEXT.format(kind="wgan", opponent="critic", output="optimizer: sgd")


@pytest.mark.parametrize("text", [GAN, WGAN])
def test_outputs_over_the_plane_are_seen_from_above(text: str) -> None:
    """D = σ_0.3(x + 2y + 0.5), or f = x + 2y + 0.5: row 0 is y = half, column 0 is x = −half."""
    built = game(text)
    built.opponent.network.params[...] = [1.0, 2.0, 0.5]
    drawn = built.picture(30, np.random.default_rng(0)).arrays
    half = float(drawn["half"])
    axis = np.linspace(-half, half, 50)
    a = axis[None, :] + 2 * axis[::-1][:, None] + 0.5
    assert drawn["scores"] == pytest.approx(1 / (1 + np.exp(-0.3 * a)) if text is GAN else a)


@pytest.mark.parametrize("setting", ["dropout=0.5", "batch_norm=true"])
def test_nothing_is_dropped_from_what_is_drawn_nor_a_batch_normalised_by_itself(setting: str) -> None:
    built = game(GAN, "discriminator.shape=[2, 5, 1]", f"discriminator.{setting}")
    built.play(2)
    drawn, network = built.picture(30, np.random.default_rng(0)).arrays, built.opponent.network
    points = planes.square(float(drawn["half"]), np.dtype(np.float64), 50)
    expected = built.loss.score(network.forward(points, np.random.default_rng(1), training=False))
    assert drawn["scores"].reshape(-1, 1) == pytest.approx(expected, rel=1e-12)


def test_a_picture_of_points_has_the_samples_and_real_ones_within_its_square() -> None:
    built, rng = game(GAN), np.random.default_rng
    built.opponent.network.params[...] = 0.0
    drawn = built.picture(30, rng(3))
    arrays, real = drawn.arrays, built.real.split.samples
    assert np.array_equal(arrays["samples"], built.sample(30, rng(3)))
    assert np.array_equal(arrays["real"], real), "all of them, to 5,000"
    assert arrays["half"] == np.ceil(np.abs(real).max() * 12.5) / 10 and 4.5 < arrays["half"] < 6
    assert (arrays["scores"] == 0.5).all()
    assert np.array_equal(drawn.raster, planes.raster(arrays["samples"], float(arrays["half"])))


def test_more_than_five_thousand_real_points_are_not_kept_in_each_picture() -> None:
    built = game(GAN, "data.samples=5003")
    assert built.picture(3, np.random.default_rng(0)).arrays["real"].shape == (5000, 2)


def test_points_of_the_square_go_row_by_row_from_the_top_left() -> None:
    points = planes.square(2.0, np.dtype(np.float64), 3)
    assert points.tolist() == [[x, y] for y in (2.0, 0.0, -2.0) for x in (-2.0, 0.0, 2.0)]
    assert planes.square(2.0, np.dtype(np.float32)).dtype == np.float32


def test_a_raster_is_the_root_of_how_many_points_are_where() -> None:
    """Four at the top right, one at the bottom left of the middle, one outside."""
    points = np.array([[0.9, 0.9]] * 4 + [[-0.1, -0.9]] + [[0.0, 1.5]])
    assert planes.raster(points, 1.0, side=3).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0.5, 0]]
    assert not planes.raster(points[-1:], 1.0, side=3).any()
    assert planes.raster(points[:1], 1.0, side=3).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(("largest", "half"), [(1.0, 1.3), (-4.0, 5.0), (0.16, 0.2)])
def test_a_square_shows_a_quarter_more_than_its_points_in_tenths(largest: float, half: float) -> None:
    assert planes.extent(np.array([[0.1, largest], [0.0, 0.1]])) == pytest.approx(half)


def test_images_are_samples_and_nothing_else_is_drawn() -> None:
    built = game(
        "kind: gan\nengine: numpy\ndata: {classes: [7]}\ngenerator: {shape: [4, 784]}\ndiscriminator: {shape: [784, 1]}\n"
        "training: {games: 1, batch: 8}"
    )
    drawn = built.picture(3, np.random.default_rng(2))
    assert drawn.samples.shape == (3, 784) and not drawn.arrays
    assert np.array_equal(drawn.samples, built.sample(3, np.random.default_rng(2)))
