"""Pools and enlargements: each pixel that is made is a mixture of some pixels, or the largest of them, by channel.

Images are (batch, height × width × channels), channels last.
"""

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array
from gancli.nn.layers.base import Moving, Picking
from gancli.nn.layers.conv import Image

Indices = NDArray[np.int64]


class Mixed(Moving):
    """Pixels of an image as weighted sums of pixels: `matrix` (made, pixels), the same for every channel.

    It is made of what happens along each side, `down` (rows made, rows) and `across` (columns made, columns), divided
    by `area`.
    """

    def __init__(self, channels: int, down: Array, across: Array, area: int = 1):
        super().__init__()
        self.channels, self.sides = channels, (down / area, across)
        self.matrix = matrix = np.kron(down, across) / area
        made, pixels = matrix.shape
        self.inputs, self.units = pixels * channels, made * channels
        self._there, self._back = _table(matrix), _table(matrix.T)

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Tables of that type too."""
        super().resize(batch, dtype)
        if self._there[1].dtype != dtype:
            self._there, self._back = ((pixels, weights.astype(dtype)) for pixels, weights in (self._there, self._back))

    def there(self, x: Array, out: Array) -> None:
        """The sums."""
        self.engine.mix(x, *self._there, out=out)

    def back(self, dy: Array, out: Array) -> None:
        """The transposed matrix's."""
        self.engine.mix(dy, *self._back, out=out)


def _table(matrix: Array) -> tuple[Indices, Array]:
    """The columns in which a row is not zero, as many for each row, and what it is there."""
    few = max(1, int(np.count_nonzero(matrix, axis=1).max()))
    columns = np.argsort(matrix == 0, axis=1, kind="stable")[:, :few]  # those that are not zero come first
    return np.ascontiguousarray(columns, np.int64), np.ascontiguousarray(np.take_along_axis(matrix, columns, 1))


def average_pool(image: Image, kernel: tuple[int, int], stride: int) -> Mixed:
    """The mean of each patch of `kernel` pixels (down, across), `stride` apart."""
    channels, *sides = image
    down, across = (_windows(side, wide, stride) for side, wide in zip(sides, kernel, strict=True))
    return Mixed(channels, down, across, kernel[0] * kernel[1])


def nearest(image: Image, factor: int) -> Mixed:
    """Each pixel as `factor` × `factor` alike."""
    channels, *sides = image
    down, across = (np.repeat(np.eye(side), factor, axis=0) for side in sides)
    return Mixed(channels, down, across)


def bilinear(image: Image, factor: int) -> Mixed:
    """Pixels between pixels by their distance, as corners of pixels lie; beyond the outermost centres, these."""
    channels, *sides = image
    down, across = (_between(side, factor) for side in sides)
    return Mixed(channels, down, across)


def _windows(side: int, wide: int, stride: int) -> Array:
    starts = np.arange(0, side - wide + 1, stride)[:, None]
    pixels = np.arange(side)
    return ((starts <= pixels) & (pixels < starts + wide)).astype(float)


def _between(side: int, factor: int) -> Array:
    """(side × factor, side): of two neighbours, each as much as the other is far away."""
    centres = (np.arange(side * factor) + 0.5) / factor - 0.5
    distance = np.abs(np.clip(centres, 0, side - 1)[:, None] - np.arange(side))
    return np.maximum(1.0 - distance, 0.0)


class MaxPool(Picking):
    """The largest number of each patch of `kernel` × `kernel` pixels, `stride` apart, in each channel.

    Which it is stands still for gradients and tangents, and is the first of equals.
    """

    def __init__(self, image: Image, kernel: int, stride: int):
        self.image, self.kernel, self.stride = image, kernel, stride
        channels, *sides = image
        patches = np.kron(*(_windows(side, kernel, stride) for side in sides))
        super().__init__(channels * sides[0] * sides[1], channels * len(patches))
        self._pixels, _ = _table(patches)
        self.most_in = int(patches.sum(axis=0).max())
        """Patches that a pixel is in at most."""

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """The largest."""
        self.engine.largest(x, self._pixels, out=self.y, which=self.which)
        return self.y
