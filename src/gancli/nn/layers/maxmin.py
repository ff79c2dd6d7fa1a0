"""MaxMin: of every two units the larger first (Anil et al. 2019, GroupSort of two); it keeps a gradient's norm."""

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array
from gancli.nn.layers.base import Moving


class MaxMin(Moving):
    """Units 2k and 2k + 1 in order; of images, every two channels of a pixel. Which was larger stands still."""

    def __init__(self, units: int):
        super().__init__()
        self.inputs = self.units = units
        self._which: dict[int, NDArray[np.int64]] = {}

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Where each unit was (batch, units), too."""
        super().resize(batch, dtype)
        self.which = self._which.setdefault(batch, np.zeros((batch, self.units), np.int64))

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """In order."""
        self.engine.sort_pairs(x, out=self.y, which=self.which)
        return self.y

    def there(self, x: Array, out: Array) -> None:
        """In the order of the last pass."""
        self.engine.pick(x, self.which, out=out)

    def back(self, dy: Array, out: Array) -> None:
        """Each gradient to where its unit was."""
        self.engine.pick_input(dy, self.which, out=out)
