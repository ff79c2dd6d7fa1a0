"""Points in the plane against the Gaussians they should come from: which of them are covered, how well, how evenly."""

from dataclasses import dataclass

import numpy as np

from gancli.evaluation.estimate import Array
from gancli.evaluation.manifold import squared_distances

NEAR = 3.0
"""Standard deviations within which a point is of high quality (Srivastava et al. 2017)."""


@dataclass(frozen=True)
class Mixture:
    """How points lie to the modes."""

    captured: int
    """Modes with a point of high quality nearest to them."""
    quality: float
    """Share of points within `NEAR` standard deviations of their mode."""
    reverse_kl: float
    """KL(shares of the modes among the points of high quality ‖ even shares), in nats; NaN where there is none."""


def mixture(points: Array, modes: Array, std: float) -> Mixture:
    """Of points (count, 2) and modes (modes, 2) of equal weight, with this standard deviation along each axis."""
    distances = squared_distances(points.astype(np.float64), modes.astype(np.float64))
    own = distances.argmin(axis=1)
    good = distances.min(axis=1) <= (NEAR * std) ** 2
    _, counts = np.unique(own[good], return_counts=True)  # of the modes that have any
    shares = counts / counts.sum()
    divergence = float((shares * np.log(shares * len(modes))).sum()) if len(counts) else float("nan")
    return Mixture(len(counts), float(good.mean()), divergence)
