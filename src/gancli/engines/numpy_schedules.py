"""Schedules' kernels: what η is multiplied by at step k, written for the step's kernel to read.

k is the number of steps taken before, 0 at the first. During a `warmup` of W steps the factor rises, (k + 1) / W; a
schedule's own formula begins after it: factor(k) = min((k + 1) / W, 1) × f(max(k − W, 0)). All engines compute with the
formulas of this file.
"""

import math

from gancli.engines.arrays import Counter, Out


def constant(k: float) -> float:
    """f = 1: a warm-up alone."""
    return 1.0


def step(k: float, every: float, factor: float) -> float:
    """f = factor^⌊k / every⌋."""
    return factor ** math.floor(k / every)


def linear(k: float, steps: float, end: float) -> float:
    """f from 1 to `end` in `steps` steps, and `end` then: 1 + (end − 1) min(k / steps, 1)."""
    return 1.0 + (end - 1.0) * min(k / steps, 1.0)


def cosine(k: float, steps: float, end: float) -> float:
    """The same by half a cosine: end + (1 − end) (1 + cos(π min(k / steps, 1))) / 2.

    (Loshchilov and Hutter 2017, equation 5, without restarts.)
    """
    return end + (1.0 - end) * 0.5 * (1.0 + math.cos(math.pi * min(k / steps, 1.0)))


def inverse(k: float, steps: float) -> float:
    """f = 1 / (1 + k / steps): a half after `steps` steps, a third after twice as many (Robbins and Monro 1951)."""
    return 1.0 / (1.0 + k / steps)


def rise(k: float, warmup: float) -> float:
    """min((k + 1) / W, 1)."""
    return (k + 1.0) / warmup if k + 1.0 < warmup else 1.0


def own_step(k: float, warmup: float) -> float:
    """max(k − W, 0)."""
    return max(k - warmup, 0.0)


class NumpySchedules:
    """One kernel for each schedule; `count` has the coming step, from 1, and `out` is (1,)."""

    def schedule_constant(self, count: Counter, out: Out, warmup: float) -> None:
        """A warm-up alone."""
        out[0] = rise(count[0] - 1.0, warmup)

    def schedule_step(self, count: Counter, out: Out, warmup: float, every: float, factor: float) -> None:
        """`step`."""
        k = count[0] - 1.0
        out[0] = rise(k, warmup) * step(own_step(k, warmup), every, factor)

    def schedule_linear(self, count: Counter, out: Out, warmup: float, steps: float, end: float) -> None:
        """`linear`."""
        k = count[0] - 1.0
        out[0] = rise(k, warmup) * linear(own_step(k, warmup), steps, end)

    def schedule_cosine(self, count: Counter, out: Out, warmup: float, steps: float, end: float) -> None:
        """`cosine`."""
        k = count[0] - 1.0
        out[0] = rise(k, warmup) * cosine(own_step(k, warmup), steps, end)

    def schedule_inverse(self, count: Counter, out: Out, warmup: float, steps: float) -> None:
        """`inverse`."""
        k = count[0] - 1.0
        out[0] = rise(k, warmup) * inverse(own_step(k, warmup), steps)
