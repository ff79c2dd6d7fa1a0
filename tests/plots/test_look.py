"""Figures, their axes and their files: as large as is asked for up to a bound, and of the kind that the name says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gancli.plots.style import GREEN, colour_map, drawing, figure, save, subplots


@drawing()
def test_a_figure_has_the_size_that_is_asked_for_up_to_a_bound() -> None:
    assert figure().get_size_inches().tolist() == [7.2, 4.2] and figure(dpi=80).dpi == 80
    assert figure(figsize=(3, 2)).get_size_inches().tolist() == [3, 2]
    assert figure(figsize=(90, 2)).get_size_inches().tolist() == [50, 2]
    assert figure(figsize=(3, 90)).get_size_inches().tolist() == [3, 50]


@drawing()
def test_axes_share_what_is_asked_for_and_no_more() -> None:
    _, one = subplots()
    assert one.get_gridspec().get_geometry() == (1, 1)
    _, grid = subplots(2, 3, gridspec_kw={"left": 0.25})
    assert grid.shape == (2, 3) and grid[0, 0].get_gridspec().left == 0.25
    assert not grid[0, 0].get_shared_x_axes().joined(grid[0, 0], grid[1, 0])
    assert not grid[0, 0].get_shared_y_axes().joined(grid[0, 0], grid[0, 1])
    _, grid = subplots(1, 2, squeeze=False, sharex=True, sharey=True)
    assert grid.shape == (1, 2) and grid[0, 0].get_shared_x_axes().joined(*grid[0])
    assert grid[0, 0].get_shared_y_axes().joined(*grid[0])
    assert colour_map("Greys")(0.0)[:3] == (1, 1, 1)


@pytest.mark.parametrize(("form", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
@drawing()
def test_a_file_is_what_the_end_of_its_name_says(form: str, start: bytes) -> None:
    path = Path(f"a.b.{form}")
    made, axes = subplots(figsize=(1, 1))
    axes.set(position=(0, 0, 1, 1), facecolor=GREEN)
    assert save(made, path) == path and path.read_bytes().startswith(start)
    if form == "png":
        with Image.open(path) as image:
            pixels: Any = np.asarray(image.convert("RGB"))
        assert pixels.shape == (100, 100, 3) and (pixels == (0, 158, 115)).all(axis=-1).mean() > 0.5
