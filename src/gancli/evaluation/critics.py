"""What a critic f says of two distributions, and how steep f is, which is the unit of what it says.

By Kantorovich and Rubinstein, E f(x) − E f(x') is at most L times the 1-Wasserstein distance of x and x', for any f of
Lipschitz constant L. With bounded weights L is neither 1 nor known, so that E f(x) − E f(x') alone ranks nothing: the
same critic with its last weights doubled says twice as much. Divided by a slope of f it is in the unit of the data.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gancli.evaluation.estimate import Array, Rng
from gancli.evaluation.lipschitz import between, slopes
from gancli.nn import Network

FEWEST = 8
"""Readings before a critic can have settled."""
SETTLED = 0.02
"""Settled: since half its training, the distance has changed by no more than this share of it …"""
NOISE = 0.5
"""… or by no more than this many of its standard errors: a longer training could not be seen to matter."""


@dataclass(frozen=True)
class Reading:
    """`estimate` is E f(x) − E f(x') in f's own unit, `error` its standard error from the sampling of both sides."""

    estimate: float
    error: float
    slope: float
    """The mean of ‖∇f‖ at points between x and x'."""
    steepest: float
    """The largest ‖∇f‖ seen, at those points, at x and at x': at least the mean, at most f's Lipschitz constant."""

    @property
    def distance(self) -> float:
        """The estimate per mean slope, in the unit of the data; NaN of a dead critic.

        It bounds nothing strictly: f may be steeper where the two sides are apart than elsewhere.
        """
        return self._per(self.slope)

    @property
    def bound(self) -> float:
        """The estimate per steepest slope: at most the distance, and nearer to a lower bound of 1-Wasserstein."""
        return self._per(self.steepest)

    @property
    def dead(self) -> bool:
        """Is there no slope to divide by? All ReLUs are silent, or something is no number."""
        return not (math.isfinite(self.estimate) and math.isfinite(self.steepest) and self.slope > 0.0)

    def _per(self, slope: float) -> float:
        return math.nan if self.dead else self.estimate / slope


def read(critic: Network, real: Array, fake: Array, rng: Rng) -> Reading:
    """A critic's reading of samples (count, features) of both sides; `rng` draws the points between them.

    Those are t x + (1 − t) x', t uniform, x and x' independent (Gulrajani et al. 2017, algorithm 1).
    """
    points = real, fake, between(real, fake, rng)
    (of_real, at_real), (of_fake, at_fake), (_, at_between) = (slopes(critic, x, rng) for x in points)
    error = math.sqrt(of_real.var() / len(real) + of_fake.var() / len(fake))
    steepest = max(float(some.max()) for some in (at_real, at_fake, at_between))
    return Reading(float(of_real.mean() - of_fake.mean()), error, float(at_between.mean()), steepest)


def settled(readings: Sequence[Reading]) -> bool:
    """Is a critic's distance what it was at half its training? `readings` are of the same samples, evenly spaced.

    The distance is judged, not the estimate, which grows with the slope while weights are on their way to their bounds,
    or stands still while the slope grows on. It is compared with half the training ago, not with the reading before,
    which a slow drift would always pass; and after eight readings at least, so that none settles at once.
    """
    if len(readings) < FEWEST:
        return False
    half, last = len(readings) // 2, readings[-1]
    before, now = (sum(reading.distance for reading in pair) / 2 for pair in (readings[half - 2 : half], readings[-2:]))
    return not last.dead and abs(now - before) <= max(SETTLED * abs(now), NOISE * last.error / last.slope)
