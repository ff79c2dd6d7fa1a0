"""`gancli sample --interpolate`: rows between pairs of latents."""

import numpy as np
import pytest
from PIL import Image

from gancli.experiment import sample
from gancli.experiment.learned import learned
from helpers import gancli, train

END = "\ntraining: {games: 2, batch: 4}\nengine: numpy\n"
PLAIN = (
    "kind: wgan\ndata: {classes: [7]}\nlatent: {distribution: gaussian}\ngenerator: {shape: [6, 9, 784]}\ncritic: {shape: [784, 7, 1], clip: {bound: 0.1}}"
    + END
)
CONDITION = (
    "kind: gan\ncondition: labels\ndata: {classes: [7, 1, 3]}\ngenerator: {shape: [6, 9, 784]}\ndiscriminator: {shape: [784, 7, 1]}"
    + END
)


def test_rows_go_from_latent_to_latent() -> None:
    folder, _ = train(PLAIN, "-q")
    assert gancli("sample", "latest", "-n", "3", "--interpolate", "5", "-o", "a.npz").exit_code == 0
    with np.load("a.npz") as found:
        images, latents = found["images"], found["latents"]
    assert images.shape == (15, 1, 28, 28) and latents.shape == (15, 6)
    assert learned(folder).outputs(latents) == pytest.approx(images, abs=1e-6), "each is of its latent"
    ends = np.random.default_rng(0).standard_normal((6, 6), np.float32)
    rows = latents.reshape(3, 5, 6)
    assert np.array_equal(rows[:, 0], ends[:3]) and rows[:, -1] == pytest.approx(ends[3:], abs=1e-6)
    mean = (rows[:, 0] + rows[:, -1]) / 2
    assert (np.linalg.norm(rows[:, 2], axis=1) > np.linalg.norm(mean, axis=1)).all(), "around, not through the middle"


def test_a_row_of_the_picture_is_one_way() -> None:
    folder, _ = train(PLAIN, "-q")
    assert gancli("sample", "latest", "-n", "2", "--interpolate", "7", "-o", "a.png").exit_code == 0
    with Image.open("a.png") as picture:
        assert picture.size == (2 * (7 * 30 + 2), 2 * (2 * 30 + 2))
        shown = np.asarray(picture)
    values = sample(folder, 2, 0, steps=7).values
    for number in (0, 6, 7, 13):
        row, column = divmod(number, 7)
        pixels = shown[2 * (2 + row * 30) : 2 * (30 + row * 30) : 2, 2 * (2 + column * 30) : 2 * (30 + column * 30) : 2]
        assert np.array_equal(pixels, 255 - np.rint(values[number, 0] * 255)), "drawn as ink"
    assert gancli("sample", "latest", "--interpolate", "3").exit_code == 0
    with Image.open("samples-0.png") as picture:
        assert picture.size == (2 * (3 * 30 + 2), 2 * (8 * 30 + 2)), "eight rows by default"


def test_a_row_has_one_class() -> None:
    train(CONDITION, "-q")
    assert gancli("sample", "latest", "-n", "4", "--interpolate", "3", "-o", "a.npz").exit_code == 0
    with np.load("a.npz") as found:
        assert found["labels"].reshape(4, 3).tolist() == [[1] * 3, [3] * 3, [7] * 3, [1] * 3]
        rows = found["latents"].reshape(4, 3, 6)
    assert rows[:, 1] == pytest.approx((rows[:, 0] + rows[:, 2]) / 2, abs=1e-6), "uniform: along lines"
    words = ("sample", "latest", "-n", "4", "--interpolate", "3", "--class", "7")
    assert gancli(*words, "-o", "b.npz").exit_code == 0 and gancli(*words, "-o", "b.png").exit_code == 0
    with np.load("b.npz") as found:
        assert set(found["labels"].tolist()) == {7}
    with Image.open("b.png") as picture:
        assert picture.size == (2 * (3 * 30 + 2), 2 * (4 * 30 + 2))


def test_too_many_are_refused() -> None:
    train(PLAIN, "-q")
    result = gancli("sample", "latest", "-n", "2000", "--interpolate", "1000")
    assert result.exit_code == 2 and "2,000 rows of 1000 are more than 1,000,000 samples" in result.stderr
    assert gancli("sample", "latest", "--interpolate", "1").exit_code == 2
