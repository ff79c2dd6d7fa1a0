"""Pictures of the plane: predictions over a square of it, and points in it."""

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array

SIDE = 101
"""Points along each side of a picture."""


def square(half: float, dtype: np.dtype[np.floating], side: int = SIDE) -> Array:
    """Points (side × side, 2) of [−half, half]², from the top left corner, row by row."""
    axis = np.linspace(-half, half, side, dtype=dtype)
    return np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)


def raster(points: Array, half: float, side: int = SIDE) -> Array:
    """Where `points` (count, 2) lie in [−half, half]²: (side, side), 1 where most are, 0 where none is."""
    edges = np.linspace(-half, half, side + 1)
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=(edges, edges))
    return np.asarray(np.sqrt(counts[::-1] / max(counts.max(), 1.0)))


def extent(points: NDArray[np.floating]) -> float:
    """Half the side of a square around 0 that shows `points` with some room."""
    return float(np.ceil(np.abs(points).max() * 12.5) / 10)
