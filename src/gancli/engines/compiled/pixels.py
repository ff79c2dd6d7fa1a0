"""Kernels of whole pixels and of whole rows, a share of a batch's each; the reference's are in `numpy_pixels`.

Of each array, its address is at FIRST, FIRST + 2, …, and the numbers of a row (of a table, of a pixel) beside it.
"""

import numpy as np

from gancli.engines.compiled.jit import loop, part
from gancli.engines.compiled.kernels import kernel
from gancli.engines.compiled.views import cut, fill, reals, share_of, words
from gancli.engines.numpy_batches import EPSILON
from gancli.engines.replay.layout import FIRST, ROWS


@part
def whole(like, op, place, r):
    """Row r of the array at `place`."""
    width = op[place + 1]
    return reals(like, op[place] + r * width * reals(like, 0, 0).itemsize, width)


@loop
def add_times(a, factor, b):
    """b ← b + factor a."""
    for i in range(b.size):
        b[i] += factor * a[i]


@kernel
def mix(share, shares, game, op, numbers, like):
    """x, pixels, weights, out."""
    first, last = share_of(op[ROWS], share, shares, 1)
    few, made = op[FIRST + 3], op[FIRST + 8]
    channels = op[FIRST + 7] // made
    pixels, weights = words(like, op[FIRST + 2], made * few), reals(like, op[FIRST + 4], made * few)
    for r in range(first, last):
        x, out = whole(like, op, FIRST, r), whole(like, op, FIRST + 6, r)
        for m in range(made):
            target = cut(out, m * channels, channels)
            fill(target, 0.0)
            for k in range(m * few, (m + 1) * few):
                if weights[k] != 0:
                    add_times(cut(x, pixels[k] * channels, channels), weights[k], target)


@kernel
def largest(share, shares, game, op, numbers, like):
    """x, pixels, out, which."""
    first, last = share_of(op[ROWS], share, shares, 1)
    few, made, width = op[FIRST + 3], op[FIRST + 8], op[FIRST + 5]
    channels = width // made
    pixels = words(like, op[FIRST + 2], made * few)
    for r in range(first, last):
        x, out = whole(like, op, FIRST, r), whole(like, op, FIRST + 4, r)
        which = words(like, op[FIRST + 6] + r * width * 8, width)
        for m in range(made):
            for c in range(channels):
                best = pixels[m * few] * channels + c
                for k in range(m * few + 1, (m + 1) * few):
                    place = pixels[k] * channels + c
                    if x[place] > x[best]:
                        best = place
                out[m * channels + c], which[m * channels + c] = x[best], best


@kernel
def pick(share, shares, game, op, numbers, like):
    """x, which, out."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        x, out = whole(like, op, FIRST, r), whole(like, op, FIRST + 4, r)
        which = words(like, op[FIRST + 2] + r * out.size * 8, out.size)
        for j in range(out.size):
            out[j] = x[which[j]]


@kernel
def pick_input(share, shares, game, op, numbers, like):
    """dy, which, out."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        dy, out = whole(like, op, FIRST, r), whole(like, op, FIRST + 4, r)
        which = words(like, op[FIRST + 2] + r * dy.size * 8, dy.size)
        fill(out, 0.0)
        for j in range(dy.size):
            out[which[j]] += dy[j]


@kernel
def sort_pairs(share, shares, game, op, numbers, like):
    """x, out, which."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        x, out = whole(like, op, FIRST, r), whole(like, op, FIRST + 2, r)
        which = words(like, op[FIRST + 4] + r * x.size * 8, x.size)
        for i in range(0, x.size, 2):
            larger = i + 1 if x[i + 1] > x[i] else i
            smaller = 2 * i + 1 - larger
            out[i], out[i + 1], which[i], which[i + 1] = x[larger], x[smaller], larger, smaller


@kernel
def multiply_channels(share, shares, game, op, numbers, like):
    """factor, y."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        factor, y = whole(like, op, FIRST, r), whole(like, op, FIRST + 2, r)
        for start in range(0, y.size, factor.size):
            for c in range(factor.size):
                y[start + c] *= factor[c]


# --- penalties


@kernel
def weigh_slopes(share, shares, game, op, numbers, like):
    """slope, out."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        slope, out = whole(like, op, FIRST, r), whole(like, op, FIRST + 2, r)
        t = slope.dtype.type
        norm = np.sqrt(mean_of_products(slope, slope) * t(slope.size))
        off = norm - t(numbers[1])
        if norm == 0 or (numbers[2] != 0 and off < 0):
            off = t(0)
        out[0] = t(2.0 * numbers[0] / op[ROWS]) * off / max(norm, t(1e-30))


@kernel
def between(share, shares, game, op, numbers, like):
    """x, other, share of x, out."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        x, other = whole(like, op, FIRST, r), whole(like, op, FIRST + 2, r)
        part_of, out = whole(like, op, FIRST + 4, r)[0], whole(like, op, FIRST + 6, r)
        for i in range(out.size):
            out[i] = other[i] + part_of * (x[i] - other[i])


# --- layer normalisation


@loop
def mean(a):
    """Of a row's numbers."""
    total = a.dtype.type(0)
    for i in range(a.size):
        total += a[i]
    return total / a.dtype.type(a.size)


@loop
def mean_of_products(a, b):
    """Likewise, of two rows' products."""
    total = a.dtype.type(0)
    for i in range(a.size):
        total += a[i] * b[i]
    return total / a.dtype.type(a.size)


@kernel
def normalize_rows(share, shares, game, op, numbers, like):
    """x, out, factor."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        x, out, factor = whole(like, op, FIRST, r), whole(like, op, FIRST + 2, r), whole(like, op, FIRST + 4, r)
        middle = mean(x)
        for i in range(x.size):
            out[i] = x[i] - middle
        t = x.dtype.type
        factor[0] = t(1) / np.sqrt(mean_of_products(out, out) + t(EPSILON))
        for i in range(x.size):
            out[i] *= factor[0]


@part
def through(normal, factor, dy):
    """(dy − mean dy − x̂ mean(dy x̂)) × factor, in place of dy."""
    middle, along = mean(dy), mean_of_products(dy, normal)
    for i in range(dy.size):
        dy[i] = (dy[i] - middle - normal[i] * along) * factor


@kernel
def normalize_rows_gradient(share, shares, game, op, numbers, like):
    """x̂, factor, dy."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        through(whole(like, op, FIRST, r), whole(like, op, FIRST + 2, r)[0], whole(like, op, FIRST + 4, r))


@kernel
def normalize_rows_curve(share, shares, game, op, numbers, like):
    """x̂, factor, t, dt, out."""
    first, last = share_of(op[ROWS], share, shares, 1)
    for r in range(first, last):
        normal, factor = whole(like, op, FIRST, r), whole(like, op, FIRST + 2, r)[0]
        t, dt, out = whole(like, op, FIRST + 4, r), whole(like, op, FIRST + 6, r), whole(like, op, FIRST + 8, r)
        moved, given = mean_of_products(normal, t), mean_of_products(dt, normal)
        stretched = mean_of_products(dt, t) - mean(dt) * mean(t) - moved * given
        for i in range(out.size):
            out[i] = -factor * (moved * dt[i] + given * t[i])
        through(normal, factor, out)
        for i in range(out.size):
            out[i] -= factor * factor * stretched * normal[i]
