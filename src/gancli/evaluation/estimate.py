"""A number and how far it may be off, from sets of samples that were measured apart.

A measure of a set of n samples has a distribution over such sets; its mean, at this n, is what is estimated.
Resampling one set puts the same sample in twice, which neighbours and distances notice, so that sets are drawn anew:
of a generator as many as one likes, of real data as many as there are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.intervals import mean_and_half, student

Array = NDArray[Any]
Rng = np.random.Generator


@dataclass(frozen=True)
class Estimate:
    """`value`, and half the width of its 95 % interval; NaN where nothing says how far it may be off."""

    value: float
    half: float = math.nan


def of_sets(values: Sequence[float]) -> Estimate:
    """The mean over independent sets, and its interval by Student's distribution."""
    return Estimate(*mean_and_half(_known(values)))


def of_held_out(values: Sequence[float], others: Sequence[float]) -> Estimate:
    """The mean over held-out sets, its interval by the spread of `others`: sets of as many samples, measured likewise.

    A single held-out set, as there mostly is, does not say how far it may be off; sets of training data, each measured
    against the rest of them, do.
    """
    values, others = _known(values), _known(others)
    value = float(np.mean(values)) if values else math.nan
    if len(others) < 2 or not values:
        return Estimate(value)
    quantile = student(len(others) - 1) / math.sqrt(len(values))
    half = quantile * float(np.std(others, ddof=1))
    return Estimate(value, half if half > 0.0 or value == others[0] else math.nan)  # blocks that are all alike


def of_samples(values: Array) -> Estimate:
    """The mean of a number of each sample (count,), and its interval by the normal distribution."""
    half = student(len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return Estimate(float(values.mean()), float(half))


def of_share(estimate: Estimate, count: int) -> Estimate:
    """A share of `count` samples: where it is 0 or 1 in every set, 3 / count, the rule of three (Hanley 1983)."""
    if estimate.half == 0.0 and estimate.value in (0.0, 1.0):
        return Estimate(estimate.value, min(1.0, 3.0 / count))
    return estimate


def of_count(estimate: Estimate, sets: int) -> Estimate:
    """A count: where it is the same in every set, one more or less in so many others as could have gone unseen."""
    return Estimate(estimate.value, 1.0 - 0.05 ** (1.0 / sets)) if estimate.half == 0.0 else estimate


def _known(values: Sequence[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]
