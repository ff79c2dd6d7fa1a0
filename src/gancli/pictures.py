"""Image grids as PNG: arrays in, bytes out."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GAP = 2
"""Pixels between two samples."""
GREY = 200
"""Of the gaps."""


def grid(
    samples: NDArray[np.floating], scale: int = 2, ink: bool = False, rows: int | None = None, across: int | None = None
) -> bytes:
    """A PNG of images (count, channels, height, width) in [0, 1], on about the squarest grid; beyond, they are cut off.

    With `across`, so many are in a row. With `rows`, images go down columns of so many: images that are `rows` apart
    are in one row. One channel is grey,
    three are red, green and blue; of other numbers the mean is shown. With `ink`, 1 is black and 0 white, as digits are
    printed. Raises ValueError where there is no image.
    """
    if len(samples) == 0:
        raise ValueError("no image to draw")
    pixels = _pixels(samples, ink)
    count, height, width = pixels.shape[:3]
    across = across or _across(count, rows)
    down = math.ceil(count / across) if rows is None else min(rows, count)
    size = (down * (height + GAP) + GAP, across * (width + GAP) + GAP)
    sheet = np.full((*size, *pixels.shape[3:]), GREY, np.uint8)
    for index, picture in enumerate(pixels):
        row, column = divmod(index, across) if rows is None else divmod(index, rows)[::-1]
        top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
        sheet[top : top + height, left : left + width] = picture
    image = Image.fromarray(sheet).resize((size[1] * scale, size[0] * scale), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _across(count: int, rows: int | None) -> int:
    if rows is not None:
        return math.ceil(count / rows)
    across = math.ceil(math.sqrt(count))
    while count % across and across < 2 * math.sqrt(count):  # rather wide and full than with a gap
        across += 1
    return across


def _pixels(samples: NDArray[np.floating], ink: bool) -> NDArray[np.uint8]:
    """(count, height, width), with colours (count, height, width, 3)."""
    shown = samples.transpose(0, 2, 3, 1)
    shown = shown if shown.shape[3] == 3 else shown.mean(axis=3)
    pixels = np.rint(np.clip(np.nan_to_num(shown), 0.0, 1.0) * 255).astype(np.uint8)
    return np.asarray(255 - pixels if ink else pixels)
