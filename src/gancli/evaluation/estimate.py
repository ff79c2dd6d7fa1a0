"""A number and how far it may be off: resampled, or from repeated draws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Rng = np.random.Generator
RESAMPLES = 20
"""Of a bootstrap: enough for a spread that is right to a sixth."""
NORMAL = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Estimate:
    """`value`, and half the width of its 95 % interval; NaN where nothing says how far it may be off."""

    value: float
    half: float = float("nan")


def bootstrap(measure: Callable[[Array], float], count: int, rng: Rng, resamples: int = RESAMPLES) -> Estimate:
    """`measure` of all rows, and the spread of what it says of `count` rows drawn with replacement.

    `measure` takes row numbers (count,) (Efron 1979).
    """
    values = [measure(rng.integers(count, size=count)) for _ in range(resamples)]
    return Estimate(measure(np.arange(count)), float(NORMAL * np.std(values, ddof=1)))


def mean(values: Array) -> Estimate:
    """The mean of independent values (count,), and its interval by the normal law."""
    return Estimate(float(values.mean()), float(NORMAL * values.std(ddof=1) / np.sqrt(len(values))))


def repeated(values: Sequence[float], quantile: float) -> Estimate:
    """The mean of repeated draws; `quantile` is Student's, of one degree of freedom less than there are draws."""
    return Estimate(float(np.mean(values)), float(quantile * np.std(values, ddof=1) / np.sqrt(len(values))))
