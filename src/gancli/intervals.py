"""Means over seeds and their 95 % intervals, by Student's distribution."""

import functools
import math
from collections.abc import Sequence

CONFIDENCE = 0.95


def mean_and_half(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and half the width of its 95 % interval: t s / √n. NaN for fewer than two values."""
    count = len(values)
    if count == 0:
        return math.nan, math.nan
    mean = math.fsum(values) / count
    return mean, student(count - 1) * deviation(values) / math.sqrt(count) if count > 1 else math.nan


def deviation(values: Sequence[float]) -> float:
    """Their standard deviation, with n − 1 below the sum; NaN for fewer than two."""
    if len(values) < 2:
        return math.nan
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def paired(one: Sequence[float], other: Sequence[float], comparisons: int = 1) -> tuple[float, float]:
    """The mean of one − other, pair by pair, and half its interval; NaN for fewer than two pairs.

    With several `comparisons` each interval is wider, so that all of them hold together with 95 % (Bonferroni).
    """
    differences = [a - b for a, b in zip(one, other, strict=True)]
    mean, half = mean_and_half(differences)
    freedom = len(differences) - 1
    if comparisons > 1 and freedom > 0:
        half *= student(freedom, 1 - (1 - CONFIDENCE) / comparisons) / student(freedom)
    return mean, half


def text(value: float | None, half: float | None = None) -> str:
    """A number and half its interval as people write them: `76.05 ± 110`; a dash for what is not known."""
    if value is None or not math.isfinite(value):
        return "–"
    known = half is not None and math.isfinite(half)
    return f"{value:.4g}" + (f" ± {float(f'{half:.2g}'):g}" if known else "")


@functools.cache
def student(freedom: int, confidence: float = CONFIDENCE) -> float:
    """The t within which Student's distribution of so many degrees of freedom lies with this probability."""
    low, high = 0.0, 1.0
    while _within(high, freedom) < confidence:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _within(middle, freedom) < confidence else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    """P(|T| < t), in closed form for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for power in range(freedom // 2):
        total += term
        term *= (2 * power + 1 + odd) / (2 * power + 2 + odd) * cosine**2
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
