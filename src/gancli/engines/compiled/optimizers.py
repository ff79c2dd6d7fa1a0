"""A whole optimiser step over a stretch of parameters, with its momentum and its clamp, while it is in the cache.

The formulas are `NumpyOptimizers`'s, kernel by kernel; its docstrings give their sources.
"""

import numpy as np

from gancli.engines.compiled.arrays import cut, vector
from gancli.engines.compiled.columns import COUNT, MEAN, MOVED, OPTIMIZER, PARAMS, SQUARE, VELOCITY
from gancli.engines.compiled.jit import kernel, part
from gancli.engines.numpy_optimizers import FLOOR

CODES = {"sgd": 0, "adagrad": 1, "rmsprop": 2, "adadelta": 3, "adam": 4}
SGD, ADAGRAD, RMSPROP, ADADELTA, ADAM = range(5)
HYPER = ("eta", "gamma", "epsilon", "beta1", "beta2", "momentum", "bound", "rescale", "decay")
"""The order of the numbers in `hyper`; `bound` is the clamp's, 0 for none, as `rescale`; `decay` the average's."""
ETA, GAMMA, EPSILON, BETA1, BETA2, MOMENTUM, BOUND, RESCALE, DECAY = range(9)
STRIP = 2048
"""Parameters moved at once: their vectors are at home in the first-level cache."""


@kernel
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


@kernel
def rmsprop(w, g, square, mean, eta, gamma, rest, epsilon):
    """w ← w − η g / (√G + ε), G a moving average; with a mean, / √(G − M² + ε)."""
    for i in range(g.size):
        variance = _variance(g, square, mean, i, gamma, rest)
        root = np.sqrt(variance + epsilon) if mean.size else np.sqrt(variance) + epsilon
        step = -eta * g[i] / root
        g[i] = step
        w[i] += step


@kernel
def adadelta(w, g, square, mean, moved, gamma, rest, epsilon):
    """w ← w − g √(X + ε) / √(G + ε); with a mean, / √(G − M² + ε)."""
    floor = g.dtype.type(FLOOR)
    for i in range(g.size):
        deviation = np.sqrt(_variance(g, square, mean, i, gamma, rest) + epsilon)
        step = -g[i] * np.sqrt(moved[i] + epsilon) / deviation
        moved[i] = gamma * moved[i] + (rest * step * step + floor)
        g[i] = step
        w[i] += step


@kernel
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


@kernel
def sgd(w, g, eta):
    """w ← w − η g; like all of these, it leaves the step in g."""
    for i in range(g.size):
        step = -eta * g[i]
        g[i] = step
        w[i] += step


@kernel
def gain_momentum(w, step, velocity, momentum):
    """w ← w + Δ, Δ = momentum × Δ + step, where w has taken the step already."""
    for i in range(w.size):
        carried = momentum * velocity[i]
        velocity[i] = carried + step[i]
        w[i] += carried


@kernel
def clamp(w, bound):
    """w ← w within [−bound, bound]."""
    for i in range(w.size):
        w[i] = min(max(w[i], -bound), bound)


@part
def _part(like, address, start, size):
    """Elements start … start + size of a vector; none where the network has no such vector."""
    return vector(like, address + start * like.itemsize, size if address else 0)


@part
def step(net, start, gradient):
    """Move params[start:start + gradient.size]; the gradient is overwritten. `net` is a `tables.Net`."""
    t = gradient.dtype.type
    h, code, count = net.hyper, net.numbers[OPTIMIZER], net.numbers[COUNT] + 1
    eta, gamma, rest, epsilon = t(h[ETA]), t(h[GAMMA]), t(1.0 - h[GAMMA]), t(h[EPSILON])
    momentum, bound = t(h[MOMENTUM]), t(h[BOUND])
    rate, unbiased = eta, t(1)
    if code == ADAM:
        rate, unbiased = t(h[ETA] / (1.0 - h[BETA1] ** count)), t(1.0 / (1.0 - h[BETA2] ** count))
    for begin in range(0, gradient.size, STRIP):
        g = cut(gradient, begin, min(STRIP, gradient.size - begin))
        a, n = start + begin, g.size
        w, square = _part(g, net.numbers[PARAMS], a, n), _part(g, net.numbers[SQUARE], a, n)
        mean, moved = _part(g, net.numbers[MEAN], a, n), _part(g, net.numbers[MOVED], a, n)
        if code == SGD:
            sgd(w, g, eta)
        elif code == ADAGRAD:
            adagrad(w, g, square, eta, epsilon)
        elif code == RMSPROP:
            rmsprop(w, g, square, mean, eta, gamma, rest, epsilon)
        elif code == ADADELTA:
            adadelta(w, g, square, mean, moved, gamma, rest, epsilon)
        else:
            beta1, beta2 = t(h[BETA1]), t(h[BETA2])
            rest1, rest2 = t(1.0 - h[BETA1]), t(1.0 - h[BETA2])
            adam(w, g, moved, square, rate, unbiased, beta1, rest1, beta2, rest2, epsilon)
        if momentum > 0:
            gain_momentum(w, g, _part(g, net.numbers[VELOCITY], a, n), momentum)
        if bound > 0:
            clamp(w, bound)
