"""Does a generator repeat itself, or its training data? By the nearest image, in pixels."""

import numpy as np

from gancli.evaluation.estimate import Array
from gancli.evaluation.manifold import squared_distances

CLOSE = 0.01
"""Two samples are near-duplicates that are closer than this share of real images are to their nearest."""
ROWS = 500
"""Rows compared at once: the products stay within some tens of megabytes."""


def nearest(x: Array, others: Array) -> Array:
    """The L2 distance of each row of x (n, pixels) to the nearest of `others` (m, pixels): (n,)."""
    parts = [squared_distances(x[start : start + ROWS], others).min(axis=1) for start in range(0, len(x), ROWS)]
    return np.asarray(np.sqrt(np.concatenate(parts)))


def nearest_other(x: Array) -> Array:
    """The L2 distance of each row of x (n, pixels) to the nearest other row (n,)."""
    found = np.empty(len(x))
    for start in range(0, len(x), ROWS):
        distances = squared_distances(x[start : start + ROWS], x)
        rows = np.arange(len(distances))
        distances[rows, start + rows] = np.inf
        found[start : start + ROWS] = np.sqrt(distances.min(axis=1))
    return found


def duplicates(own: Array, real: Array) -> Array:
    """Which of the samples have a near-duplicate, from `nearest_other` of as many samples and real images."""
    return np.asarray(own < np.quantile(real, CLOSE))
