"""Are the samples where data are, and are samples wherever data are? By k nearest neighbours among features."""

from dataclasses import dataclass

import numpy as np

from gancli.evaluation.estimate import Array

NEIGHBOURS = 5


@dataclass(frozen=True)
class Manifold:
    """Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020)."""

    precision: float
    """Share of samples within a real image's ball, which reaches to its k-th nearest real one."""
    recall: float
    """Share of real images within a sample's ball."""
    density: float
    """How many real balls a sample is in, divided by k; above 1 where samples crowd where data are dense."""
    coverage: float
    """Share of real images whose ball holds a sample: unlike recall, it is not fooled by samples far out."""


def manifold(real: Array, fake: Array, k: int = NEIGHBOURS) -> Manifold:
    """Of features (count, features), as many of both; k must be less than either count."""
    real_radius, fake_radius = _radii(real, k), _radii(fake, k)
    between = squared_distances(real, fake)  # (real, fake)
    in_real = between < real_radius[:, None]
    in_fake = between < fake_radius
    return Manifold(
        precision=float(in_real.any(axis=0).mean()),
        recall=float(in_fake.any(axis=1).mean()),
        density=float(in_real.sum(axis=0).mean() / k),
        coverage=float(in_real.any(axis=1).mean()),
    )


def _radii(x: Array, k: int) -> Array:
    """The squared distance of each row to its k-th nearest other one."""
    distances = squared_distances(x, x)
    np.fill_diagonal(distances, np.inf)
    return np.asarray(np.partition(distances, k - 1)[:, k - 1])


def squared_distances(a: Array, b: Array) -> Array:
    """Squared L2 distances between the rows of a (n, features) and of b (m, features): (n, m)."""
    products = a @ b.T
    products *= -2.0
    products += np.einsum("ij,ij->i", a, a)[:, None]
    products += np.einsum("ij,ij->i", b, b)
    return np.asarray(np.maximum(products, 0.0, out=products))
