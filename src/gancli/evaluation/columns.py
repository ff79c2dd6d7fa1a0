"""How samples of a table differ from real rows, column by column and in pairs of columns."""

import itertools

import numpy as np

from gancli.evaluation.estimate import Array


def kolmogorov_smirnov(a: Array, b: Array) -> Array:
    """Of each column of a (n, columns) and b (m, columns): the largest gap of their distribution functions (columns,).

    The statistic of the two-sample test (Smirnov 1939): 0 for the same values, 1 where no two ranges meet.
    """
    gaps = []
    for x, y in zip(np.sort(a, axis=0).T, np.sort(b, axis=0).T, strict=True):
        values = np.concatenate([x, y])
        below = (np.searchsorted(one, values, side="right") / len(one) for one in (x, y))
        gaps.append(np.abs(np.subtract(*below)).max())
    return np.array(gaps)


def correlation_difference(a: Array, b: Array) -> float:
    """The mean over pairs of columns of |ρ_a − ρ_b|, ρ Pearson's correlation; NaN where there is no pair.

    A column that is constant has no correlation: it counts as 0.
    """
    pairs = list(itertools.combinations(range(a.shape[1]), 2))
    if not pairs:
        return float("nan")
    rows, columns = np.array(pairs).T
    return float(np.abs(_correlations(a) - _correlations(b))[rows, columns].mean())


def _correlations(x: Array) -> Array:
    x = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    norms = np.linalg.norm(x, axis=0)
    x /= np.where(norms > 0.0, norms, 1.0)
    return np.asarray(x.T @ x)
