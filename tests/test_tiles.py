"""Grids of images: each the right way up and in its place, grey or in colours, digits dark on light."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gancli import pictures


def sheet(samples: Any, scale: int = 1) -> Any:
    with Image.open(io.BytesIO(pictures.grid(np.asarray(samples, np.float32)[:, None], scale, ink=True))) as picture:
        assert picture.mode == "L" and picture.format == "PNG"
        return np.asarray(picture)


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(1, 1, 1), (2, 2, 1), (4, 2, 2), (5, 5, 1), (6, 3, 2), (12, 4, 3), (20, 5, 4), (23, 10, 3)]
)  # fmt: skip
def test_images_stand_row_by_row_two_pixels_apart_on_about_the_squarest_grid(
    count: int, columns: int, rows: int
) -> None:
    samples = (np.arange(count * 6).reshape(count, 2, 3) / 255).astype(np.float32)  # higher than wide
    found = sheet(samples).copy()
    assert found.shape == (4 * rows + 2, 5 * columns + 2)
    for place in range(count):
        top, left = 2 + 4 * (place // columns), 2 + 5 * (place % columns)
        tile = found[top : top + 2, left : left + 3]
        first = 255 - 6 * place
        assert tile.tolist() == [[first, first - 1, first - 2], [first - 3, first - 4, first - 5]], f"place {place}"
        tile[...] = 200
    assert (found == 200).all(), "between and after them is grey"


def test_ink_is_dark_and_values_beyond_the_range_are_cut_off() -> None:
    values = [0.0, 0.25, 0.5, 1.0, 2.0, -1.0, np.nan, np.inf, -np.inf]
    found = sheet(np.reshape(values, (1, 1, 9)))[2, 2:11]
    assert found.tolist() == [255, 191, 127, 0, 0, 255, 255, 0, 255]


def test_a_scale_makes_squares_of_pixels() -> None:
    samples = [[[0.0, 1.0], [0.5, 0.25]]]
    assert np.array_equal(sheet(samples, 3), np.kron(sheet(samples), np.ones((3, 3), np.uint8)))


def test_nothing_has_no_grid() -> None:
    with pytest.raises(ValueError, match="no image"):
        pictures.grid(np.zeros((0, 1, 28, 28)))


def colours(samples: Any, mode: str, ink: bool) -> Any:
    with Image.open(io.BytesIO(pictures.grid(np.asarray(samples, np.float32), 1, ink))) as picture:
        assert picture.mode == mode
        return np.asarray(picture)[2:-2, 2:-2].tolist()


@pytest.mark.parametrize(("ink", "expected"), [(False, [255, 51, 0]), (True, [0, 204, 255])])
def test_three_channels_are_red_green_and_blue(ink: bool, expected: list[int]) -> None:
    assert colours([[[[1.0]], [[0.2]], [[0.0]]]], "RGB", ink) == [[expected]]


def test_of_one_channel_without_ink_1_is_white_and_of_two_the_mean_is_shown() -> None:
    assert colours([[[[1.0, 0.0, 0.2]]]], "L", False) == [[255, 0, 51]]
    assert colours([[[[1.0, 0.0]], [[0.2, 0.0]]]], "L", False) == [[153, 0]]
