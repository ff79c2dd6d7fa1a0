"""Image grids as PNG: arrays in, bytes out. Ink is dark on light, as in the report."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GAP = 2
"""Pixels between two samples."""


def grid(samples: NDArray[np.floating], scale: int = 2) -> bytes:
    """A PNG of images (count, height, width) in [0, 1], on about the squarest grid; values outside are cut off.

    Raises ValueError where there is none.
    """
    if len(samples) == 0:
        raise ValueError("no image to draw")
    count, height, width = samples.shape
    columns = math.ceil(math.sqrt(count))
    while count % columns and columns < 2 * math.sqrt(count):  # rather wide and full than square with a gap
        columns += 1
    rows = math.ceil(count / columns)
    sheet = np.full((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP), 200, np.uint8)
    pixels = 255 - np.rint(np.clip(np.nan_to_num(samples), 0.0, 1.0) * 255).astype(np.uint8)
    for index, picture in enumerate(pixels):
        top, left = GAP + index // columns * (height + GAP), GAP + index % columns * (width + GAP)
        sheet[top : top + height, left : left + width] = picture
    image = Image.fromarray(sheet).resize((sheet.shape[1] * scale, sheet.shape[0] * scale), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def as_images(samples: NDArray[np.floating]) -> NDArray[np.floating]:
    """Flat samples (count, pixels) as square images (count, height, width)."""
    side = math.isqrt(samples.shape[1])
    return samples.reshape(-1, side, side)
