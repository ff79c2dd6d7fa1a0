"""Parzen-window log-likelihood: the historical measure of GANs, here for comparison with the first papers.

It says little of how samples look (Theis et al. 2016): the training images themselves do not have the best.
"""

from dataclasses import dataclass

import numpy as np

from gancli.evaluation.estimate import Array
from gancli.evaluation.manifold import squared_distances

WIDTHS = np.logspace(-1, 0, 10)
"""The σ that are tried (Goodfellow et al. 2014 and their code)."""
ROWS = 500


@dataclass(frozen=True)
class Parzen:
    """The mean log-likelihood of test images, in nats, and the σ that validation images chose."""

    likelihood: float
    width: float


def parzen(samples: Array, validation: Array, test: Array) -> Parzen:
    """Of windows around `samples` (n, pixels), their σ the best of `WIDTHS` for `validation` (m, pixels)."""
    tried = log_likelihoods(validation, samples, WIDTHS).mean(axis=0)
    width = float(WIDTHS[tried.argmax()])
    return Parzen(float(log_likelihoods(test, samples, np.array([width])).mean()), width)


def log_likelihoods(x: Array, samples: Array, widths: Array) -> Array:
    """log p(x) for each row of x (n, pixels) and each σ of `widths`, p the mean of N(sample, σ²) over samples."""
    likelihoods = np.empty((len(x), len(widths)))
    for start in range(0, len(x), ROWS):
        distances = squared_distances(x[start : start + ROWS], samples)
        least = distances.min(axis=1, keepdims=True)
        distances -= least
        for column, width in enumerate(widths):
            precision = 0.5 / width**2
            sums = np.log(np.exp(distances * -precision).mean(axis=1))
            constant = 0.5 * samples.shape[1] * np.log(2 * np.pi * width**2)
            likelihoods[start : start + ROWS, column] = sums - least[:, 0] * precision - constant
    return likelihoods
