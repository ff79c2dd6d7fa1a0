"""MaxMin: of every two units the larger first (Anil et al. 2019, GroupSort of two); it keeps a gradient's norm."""

import numpy as np

from gancli.engines import Array
from gancli.nn.layers.base import Picking


class MaxMin(Picking):
    """Units 2k and 2k + 1 in order; of images, every two channels of a pixel. Which was larger stands still."""

    def __init__(self, units: int):
        super().__init__(units, units)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """In order."""
        self.engine.sort_pairs(x, out=self.y, which=self.which)
        return self.y
