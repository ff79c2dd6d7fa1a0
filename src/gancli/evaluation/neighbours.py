"""Does a generator repeat itself, or its training data? By the nearest image, in pixels."""

import numpy as np

from gancli.evaluation.estimate import Array
from gancli.evaluation.manifold import squared_distances

CLOSE = 0.01
"""Two samples are near-duplicates that are as close as this share of real images are to their nearest other one."""
ROWS = 500
"""Rows compared at once: the products stay within some tens of megabytes."""


def nearest(x: Array, others: Array) -> Array:
    """The L2 distance of each row of x (n, pixels) to the nearest of `others` (m, pixels): (n,); 0 for a copy."""
    indices = [squared_distances(x[start : start + ROWS], others).argmin(axis=1) for start in range(0, len(x), ROWS)]
    return _distances(x, others, np.concatenate(indices))


def nearest_other(x: Array) -> Array:
    """The L2 distance of each row of x (n, pixels) to the nearest other row (n,); 0 where there are two alike."""
    indices = []
    for start in range(0, len(x), ROWS):
        distances = squared_distances(x[start : start + ROWS], x)
        rows = np.arange(len(distances))
        distances[rows, start + rows] = np.inf
        indices.append(distances.argmin(axis=1))
    return _distances(x, x, np.concatenate(indices))


def _distances(x: Array, others: Array, nearest: Array) -> Array:
    """From each row of x to its row of `others`, by their difference: products round small distances away."""
    differences = [x[start : start + ROWS] - others[nearest[start : start + ROWS]] for start in range(0, len(x), ROWS)]
    return np.concatenate([np.sqrt(np.einsum("ij,ij->i", difference, difference)) for difference in differences])


def close_distance(real: Array) -> float:
    """The distance that a share of `CLOSE` of real images have to their nearest other one, of `nearest_other`."""
    return float(np.quantile(real, CLOSE, method="inverted_cdf"))


def duplicates(own: Array, close: float) -> float:
    """The share of samples with a near-duplicate, from `nearest_other` of them and `close_distance` of real images."""
    return float((own <= close).mean())
