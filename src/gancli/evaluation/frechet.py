"""The Fréchet distance between two sets of features, as if each were Gaussian (Heusel et al. 2017)."""

from dataclasses import dataclass

import numpy as np

from gancli.evaluation.estimate import Array


@dataclass(frozen=True)
class Gaussian:
    """A mean (features,) and a covariance (features, features)."""

    mean: Array
    covariance: Array


def gaussian(features: Array) -> Gaussian:
    """Mean and unbiased covariance of features (count, features), in double precision."""
    x = np.asarray(features, np.float64)
    mean = x.mean(axis=0)
    x = x - mean
    return Gaussian(mean, x.T @ x / (len(x) - 1))


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """‖μ_a − μ_b‖² + tr(C_a + C_b − 2 √(C_a C_b)): the squared 2-Wasserstein distance of two Gaussians.

    √(C_a C_b) has the trace of √(√C_a C_b √C_a), which is symmetric, so that its eigenvalues are real.
    """
    root = _root(a.covariance)
    product = np.linalg.eigvalsh(root @ b.covariance @ root)
    shared = np.sqrt(np.maximum(product, 0.0)).sum()
    difference = a.mean - b.mean
    return float(difference @ difference + np.trace(a.covariance) + np.trace(b.covariance) - 2.0 * shared)


def _root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
