"""XOR on the square: train on the four corners of {−1, 1}², test over a grid (report, section 1.4)."""

import numpy as np

from gancli.data.dataset import Dataset, Part

GRID = 20
"""Test points along each side; none lies on an axis, where XOR is not defined."""


def load() -> Dataset:
    """Label 1 where x·y > 0, else 0."""
    corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32)
    axis = (np.arange(GRID, dtype=np.float32) + 0.5) * (2 / GRID) - 1
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return Dataset("xor", (2,), 2, _labelled(corners), _labelled(grid), "made here")


def _labelled(points: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Part:
    return Part(points, (points[:, 0] * points[:, 1] > 0).astype(np.intp))
