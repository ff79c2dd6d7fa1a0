"""Steps of the optimisers: along a gradient that is there, or along each block of it while that is in the cache.

The formulas are `NumpyOptimizers`'s, kernel by kernel; its docstrings give their sources.
"""

from typing import Any

import numpy as np

from gancli.engines.compiled.clock import put_down
from gancli.engines.compiled.few import add_outer
from gancli.engines.compiled.jit import loop, part
from gancli.engines.compiled.kernels import KERNELS, kernel
from gancli.engines.compiled.products import TINY, bias_gradient, gradient
from gancli.engines.compiled.views import after, clamp, cut, fill, reals, share_of, words
from gancli.engines.numpy_optimizers import FLOOR
from gancli.engines.replay.layout import (
    B_AT,
    BETA1,
    BETA2,
    BLOCKS,
    BOUND,
    CLOCK,
    COLUMNS,
    COUNT,
    DECAY,
    DY,
    EPSILON,
    ETA,
    FIRST,
    GAMMA,
    GRADS,
    GRAIN,
    INPUTS,
    MEAN,
    MOMENTUM,
    MOVED,
    NESTEROV,
    OPTIMISER,
    PARAMS,
    RATE,
    ROWS,
    SECTION,
    SIZE,
    SQUARE,
    UNITS,
    VELOCITY,
    W_AT,
    X,
)  # fmt: skip

STRIP = 2048
"""Parameters moved at once: their vectors are at home in the first-level cache."""

# --- formulas


@loop
def adagrad(w, g, square, eta, epsilon):
    """w ← w − η g / (√G + ε)."""
    for i in range(g.size):
        total = square[i] + g[i] * g[i]
        square[i] = total
        step = -eta * g[i] / (np.sqrt(total) + epsilon)
        g[i] = step
        w[i] += step


@part
def _variance(g, square, mean, i, gamma, rest):
    """G or, with a mean, G − M², both averages moved by g."""
    average = gamma * square[i] + (rest * g[i] * g[i] + g.dtype.type(FLOOR))
    square[i] = average
    if not mean.size:
        return average
    middle = gamma * mean[i] + rest * g[i]
    mean[i] = middle
    return max(average - middle * middle, g.dtype.type(0))


@loop
def rmsprop(w, g, square, mean, eta, gamma, rest, epsilon):
    """w ← w − η g / (√G + ε), G a moving average; with a mean, / √(G − M² + ε)."""
    for i in range(g.size):
        variance = _variance(g, square, mean, i, gamma, rest)
        root = np.sqrt(variance + epsilon) if mean.size else np.sqrt(variance) + epsilon
        step = -eta * g[i] / root
        g[i] = step
        w[i] += step


@loop
def adadelta(w, g, square, mean, moved, gamma, rest, epsilon):
    """w ← w − g √(X + ε) / √(G + ε); with a mean, / √(G − M² + ε)."""
    floor = g.dtype.type(FLOOR)
    for i in range(g.size):
        deviation = np.sqrt(_variance(g, square, mean, i, gamma, rest) + epsilon)
        step = -g[i] * np.sqrt(moved[i] + epsilon) / deviation
        moved[i] = gamma * moved[i] + (rest * step * step + floor)
        g[i] = step
        w[i] += step


@loop
def adam(w, g, first, second, rate, unbiased, beta1, rest1, beta2, rest2, epsilon):
    """w ← w − η m̂ / (√v̂ + ε); `rate` is η / (1 − β₁^k), `unbiased` 1 / (1 − β₂^k)."""
    floor = g.dtype.type(FLOOR)
    for i in range(g.size):
        m = beta1 * first[i] + rest1 * g[i]
        v = beta2 * second[i] + (rest2 * g[i] * g[i] + floor)
        first[i], second[i] = m, v
        step = -rate * m / (np.sqrt(unbiased * v) + epsilon)
        g[i] = step
        w[i] += step


@loop
def sgd(w, g, eta):
    """w ← w − η g; like all of these, it leaves the step in g."""
    for i in range(g.size):
        step = -eta * g[i]
        g[i] = step
        w[i] += step


@loop
def gain_momentum(w, step, velocity, momentum):
    """w ← w + Δ, Δ = momentum × Δ + step, where w has taken the step already."""
    for i in range(w.size):
        carried = momentum * velocity[i]
        velocity[i] = carried + step[i]
        w[i] += carried


@loop
def look_ahead(w, step, velocity, momentum):
    """w ← w + step + momentum × Δ, Δ = momentum × Δ + step, where w has taken the step already."""
    for i in range(w.size):
        velocity[i] = momentum * velocity[i] + step[i]
        w[i] += momentum * velocity[i]


@loop
def decay(w, g, rate):
    """g ← g + λ w."""
    for i in range(g.size):
        g[i] += rate * w[i]


@loop
def shrink(w, factor):
    """w ← factor × w."""
    for i in range(w.size):
        w[i] *= factor


# --- of a stretch of parameters that begins at `at`


@part
def vector(like, op, place, start, size):
    """Elements of one of an optimiser's vectors; none where it has none."""
    return reals(like, op[place] + start * reals(like, 0, 0).itemsize, size if op[place] else 0)


@part
def rate_now(like, op, numbers):
    """η, as a schedule has it."""
    return numbers[ETA] * reals(like, op[RATE], 1)[0] if op[RATE] else numbers[ETA]


@part
def step_sgd(like, op, numbers, w, g, at):
    sgd(w, g, g.dtype.type(rate_now(like, op, numbers)))


@part
def step_adagrad(like, op, numbers, w, g, at):
    t = g.dtype.type
    adagrad(w, g, vector(like, op, SQUARE, at, g.size), t(rate_now(like, op, numbers)), t(numbers[EPSILON]))


@part
def step_rmsprop(like, op, numbers, w, g, at):
    t, gamma = g.dtype.type, numbers[GAMMA]
    square, mean = vector(like, op, SQUARE, at, g.size), vector(like, op, MEAN, at, g.size)
    eta = t(rate_now(like, op, numbers))
    rmsprop(w, g, square, mean, eta, t(gamma), t(1.0 - gamma), t(numbers[EPSILON]))


@part
def step_adadelta(like, op, numbers, w, g, at):
    t, gamma = g.dtype.type, numbers[GAMMA]
    square, mean = vector(like, op, SQUARE, at, g.size), vector(like, op, MEAN, at, g.size)
    moved = vector(like, op, MOVED, at, g.size)
    adadelta(w, g, square, mean, moved, t(gamma), t(1.0 - gamma), t(numbers[EPSILON]))


@part
def step_adam(like, op, numbers, w, g, at):
    t, b1, b2, k = g.dtype.type, numbers[BETA1], numbers[BETA2], words(like, op[COUNT], 1)[0]
    rate, unbiased = t(rate_now(like, op, numbers) / (1.0 - b1**k)), t(1.0 / (1.0 - b2**k))
    first, second = vector(like, op, MOVED, at, g.size), vector(like, op, SQUARE, at, g.size)
    adam(w, g, first, second, rate, unbiased, t(b1), t(1.0 - b1), t(b2), t(1.0 - b2), t(numbers[EPSILON]))


@part
def step_adamw(like, op, numbers, w, g, at):
    shrink(w, w.dtype.type(1.0 - rate_now(like, op, numbers) * numbers[DECAY]))
    step_adam(like, op, numbers, w, g, at)


@part
def carry_on(like, op, numbers, w, h, at):
    """With momentum, after a step that is in h."""
    velocity, momentum = vector(like, op, VELOCITY, at, h.size), h.dtype.type(numbers[MOMENTUM])
    if op[NESTEROV]:
        look_ahead(w, h, velocity, momentum)
    else:
        gain_momentum(w, h, velocity, momentum)


def _stepping(name: str, step: Any) -> None:
    """Enter the kernels of an optimiser: with the gradient of few rows, of many, and along one that is there."""
    by_gradient = name != "adamw"  # whose weights decay by themselves

    @part
    def walk(share, like, op, numbers, g, start):
        """Along a stretch of gradient that begins at `start`, in strips whose vectors stay in the first cache."""
        if op[CLOCK] and share == 0:
            put_down(like, op[CLOCK], op[SECTION])
        for a in range(0, g.size, STRIP):
            h, at = cut(g, a, min(STRIP, g.size - a)), start + a
            w = vector(like, op, PARAMS, at, h.size)
            if by_gradient and numbers[DECAY] > 0:
                decay(w, h, h.dtype.type(numbers[DECAY]))
            step(like, op, numbers, w, h, at)
            if op[VELOCITY]:
                carry_on(like, op, numbers, w, h, at)
            if numbers[BOUND] > 0:
                clamp(w, h.dtype.type(numbers[BOUND]))
        if op[CLOCK] and share == 0:
            put_down(like, op[CLOCK], OPTIMISER)

    @part
    def own_block(share, op, like):
        return reals(like, op[BLOCKS] + share * op[SIZE] * reals(like, 0, 0).itemsize, op[SIZE])

    @part
    def bias(share, shares, op, numbers, like):
        left, right = share_of(op[UNITS], share, shares, GRAIN)
        if right > left and op[B_AT] >= 0:
            g = cut(own_block(share, op, like), 0, right - left)
            fill(g, 0.0)
            bias_gradient(like, op, g, left, right)
            walk(share, like, op, numbers, g, op[B_AT] + left)

    def few(share, shares, game, op, numbers, like):
        rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
        start, stop = share_of(inputs, share, shares, GRAIN)
        dy, x, own = reals(like, op[DY], rows * units), reals(like, op[X], rows * inputs), own_block(share, op, like)
        together = max(STRIP // units // 4, 1) * 4
        for i in range(start, stop, together):
            g = cut(own, 0, min(together, stop - i) * units)
            fill(g, 0.0)
            add_outer(g, units, rows, after(x, i), inputs, dy, 1.0)
            walk(share, like, op, numbers, g, op[W_AT] + i * units)
        bias(share, shares, op, numbers, like)

    def many(share, shares, game, op, numbers, like):
        start, stop = share_of(op[INPUTS], share, shares, GRAIN)
        own, together = own_block(share, op, like), max(op[SIZE] // op[UNITS], 1)
        together -= together % 8 if together > 8 else 0  # the rows of a tile
        for i in range(start, stop, together):
            count = min(together, stop - i)
            g = cut(own, 0, count * op[UNITS])
            gradient(like, op, g, i, count, False)
            walk(share, like, op, numbers, g, op[W_AT] + i * op[UNITS])
        bias(share, shares, op, numbers, like)

    def everywhere(share, shares, game, op, numbers, like):
        start, stop = share_of(op[INPUTS], share, shares, GRAIN)
        if stop > start:
            walk(share, like, op, numbers, after(reals(like, op[GRADS], stop), start), start)

    KERNELS[f"step_few_{name}"], KERNELS[f"step_many_{name}"], KERNELS[f"step_all_{name}"] = few, many, everywhere


for _name, _step in (
    ("sgd", step_sgd), ("adagrad", step_adagrad), ("rmsprop", step_rmsprop), ("adadelta", step_adadelta),
    ("adam", step_adam), ("adamw", step_adamw),
):  # fmt: skip
    _stepping(_name, _step)


@kernel
def step_few_plain(share, shares, game, op, numbers, like):
    """SGD with nothing besides, of few rows: steps are added to the weights at once."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    start, stop = share_of(inputs, share, shares, GRAIN)
    dy, x = reals(like, op[DY], rows * units), reals(like, op[X], rows * inputs)
    w = vector(like, op, PARAMS, op[W_AT] + start * units, max(stop - start, 0) * units)
    rate = rate_now(like, op, numbers)
    if units < TINY:
        eta = w.dtype.type(rate)
        for i in range(start, stop):
            for r in range(rows):
                factor = eta * x[r * inputs + i]
                for j in range(units):
                    w[(i - start) * units + j] -= factor * dy[r * units + j]
    else:
        add_outer(w, units, rows, after(x, start), inputs, dy, -rate)
    left, right = share_of(units, share, shares, GRAIN)
    if right > left and op[B_AT] >= 0:
        b = vector(like, op, PARAMS, op[B_AT] + left, right - left)
        eta = b.dtype.type(rate)
        for r in range(rows):
            for j in range(b.size):
                b[j] -= eta * dy[r * units + left + j]


@kernel
def count(share, shares, game, op, numbers, like):
    """One step more."""
    if share == shares - 1:
        words(like, op[COUNT], 1)[0] += 1


@loop
def sum_of_squares(g):
    """Σ g², in double precision."""
    total = 0.0
    for i in range(g.size):
        total += np.float64(g[i]) * np.float64(g[i])
    return total


@kernel
def clip_norm(share, shares, game, op, numbers, like):
    """Gradient, count of steps, how often it was clipped and when first; by the last share, for it needs all of it."""
    if share == shares - 1:
        g = reals(like, op[FIRST], op[ROWS] * op[COLUMNS])
        norm = np.sqrt(sum_of_squares(g))
        if norm > numbers[0]:
            shrink(g, g.dtype.type(numbers[0] / norm))
            clipped = words(like, op[FIRST + 4], 2)
            if clipped[0] == 0:
                clipped[1] = words(like, op[FIRST + 2], 1)[0]
            clipped[0] += 1


@kernel
def average(share, shares, game, op, numbers, like):
    """The moving average of the parameters follows them."""
    start, stop = share_of(op[INPUTS], share, shares, GRAIN)
    mean, w = vector(like, op, SQUARE, start, stop - start), vector(like, op, PARAMS, start, stop - start)
    steps = words(like, op[COUNT], 1)[0]
    rest = mean.dtype.type(1.0 - min(numbers[0], (1.0 + steps) / (10.0 + steps)))
    for i in range(mean.size):
        mean[i] += rest * (w[i] - mean[i])
