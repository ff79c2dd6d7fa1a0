"""Kernels that look at a batch as a whole; the reference's are in `numpy_batches`."""

import numpy as np

from gancli.engines.compiled.jit import loop, part
from gancli.engines.compiled.kernels import corner, kernel, row
from gancli.engines.compiled.views import add, cut, fill, room, share_of
from gancli.engines.numpy_batches import EPSILON, MOMENTUM
from gancli.engines.replay.layout import BY_ROWS, COLUMNS, FIRST, ROWS

# --- batch normalisation, for a share of the units


CHUNK = 256
"""Units at a time, whose sums are at home in the first-level cache."""
sums = room(CHUNK)


@loop
def add_square(a, b):
    """b ← b + a²."""
    for i in range(b.size):
        b[i] += a[i] * a[i]


@loop
def add_product(a, b, c):
    """c ← c + a b."""
    for i in range(c.size):
        c[i] += a[i] * b[i]


@loop
def subtract(a, b, c):
    """c ← a − b."""
    for i in range(c.size):
        c[i] = a[i] - b[i]


@loop
def scale_by(a, b):
    """b ← b a."""
    for i in range(b.size):
        b[i] *= a[i]


@loop
def times(a, factor):
    """a ← factor a."""
    for i in range(a.size):
        a[i] *= factor


@kernel
def normalize(share, shares, game, op, numbers, like):
    """x at FIRST; then the running mean and variance, x̂, and the factors. Row by row, which all units pass at once."""
    _, last, left, right = corner(op, share, shares)
    batch = int(numbers[0])
    if last == 0:
        return
    mean, variance = row(like, op, FIRST + 2, 0, left, right), row(like, op, FIRST + 4, 0, left, right)
    t = mean.dtype.type
    share_of_one, unbiased, keep = t(1.0 / batch), t(batch / (batch - 1.0)), t(1.0 - MOMENTUM)
    for group in range(op[ROWS] // batch):
        factor = row(like, op, FIRST + 8, group, left, right)  # the mean, then the spread, then what it is for
        fill(factor, 0.0)
        for r in range(group * batch, (group + 1) * batch):
            add(row(like, op, FIRST, r, left, right), factor)
        times(factor, share_of_one)
        for j in range(factor.size):
            mean[j] += keep * (factor[j] - mean[j])
        for r in range(group * batch, (group + 1) * batch):
            subtract(row(like, op, FIRST, r, left, right), factor, row(like, op, FIRST + 6, r, left, right))
        fill(factor, 0.0)
        for r in range(group * batch, (group + 1) * batch):
            add_square(row(like, op, FIRST + 6, r, left, right), factor)
        times(factor, share_of_one)
        for j in range(factor.size):
            variance[j] += keep * (factor[j] * unbiased - variance[j])
            factor[j] = t(1) / np.sqrt(factor[j] + t(EPSILON))
        for r in range(group * batch, (group + 1) * batch):
            scale_by(factor, row(like, op, FIRST + 6, r, left, right))


@kernel
def multiply_columns(share, shares, game, op, numbers, like):
    """factor, dy."""
    _, last, left, right = corner(op, share, shares)
    for r in range(last):
        scale_by(row(like, op, FIRST, 0, left, right), row(like, op, FIRST + 2, r, left, right))


@kernel
def stretch(share, shares, game, op, numbers, like):
    """γ x̂ + β: x̂, γ, β, out."""
    _, last, left, right = corner(op, share, shares)
    scale, shift = row(like, op, FIRST + 2, 0, left, right), row(like, op, FIRST + 4, 0, left, right)
    for r in range(last):
        normal, out = row(like, op, FIRST, r, left, right), row(like, op, FIRST + 6, r, left, right)
        for j in range(out.size):
            out[j] = scale[j] * normal[j] + shift[j]


@kernel
def stretch_params(share, shares, game, op, numbers, like):
    """dy, x̂; Σ dy x̂ and Σ dy."""
    _, last, left, right = corner(op, share, shares)
    dscale, dshift = row(like, op, FIRST + 4, 0, left, right), row(like, op, FIRST + 6, 0, left, right)
    fill(dscale, 0.0)
    fill(dshift, 0.0)
    for r in range(last):
        dy, normal = row(like, op, FIRST, r, left, right), row(like, op, FIRST + 2, r, left, right)
        for j in range(dy.size):
            dscale[j] += dy[j] * normal[j]
            dshift[j] += dy[j]


@loop
def below(dy, x, gamma, factor, total, along):
    """dy ← (γ dy − total − x̂ along) factor."""
    for i in range(dy.size):
        dy[i] = (gamma[i] * dy[i] - total[i] - x[i] * along[i]) * factor[i]


@kernel
def normalize_gradient(share, shares, game, op, numbers, like):
    """x̂, γ, factors; dy, in place."""
    _, last, first, stop = corner(op, share, shares)
    batch = int(numbers[0])
    if last == 0:
        return
    totals, alongs = sums(like), sums(like)
    for group in range(op[ROWS] // batch):
        for left in range(first, stop, CHUNK):
            right = min(stop, left + CHUNK)
            scale, factor = row(like, op, FIRST + 2, 0, left, right), row(like, op, FIRST + 4, group, left, right)
            total, along = cut(totals, 0, right - left), cut(alongs, 0, right - left)
            fill(total, 0.0)
            fill(along, 0.0)
            for r in range(group * batch, (group + 1) * batch):
                dy = row(like, op, FIRST + 6, r, left, right)
                add(dy, total)
                add_product(dy, row(like, op, FIRST, r, left, right), along)
            for sum_ in (total, along):
                scale_by(scale, sum_)
                times(sum_, scale.dtype.type(1.0 / batch))
            for r in range(group * batch, (group + 1) * batch):
                dy = row(like, op, FIRST + 6, r, left, right)
                below(dy, row(like, op, FIRST, r, left, right), scale, factor, total, along)


# --- minibatch discrimination, for a share of the samples


@part
def distance(a, b):
    """‖a − b‖₁."""
    total = a.dtype.type(0)
    for i in range(a.size):
        total += abs(a[i] - b[i])
    return total


@kernel
def similarity(share, shares, game, op, numbers, like):
    """h; out (batch, batch)."""
    rows, width = op[ROWS], op[COLUMNS]
    start, stop = share_of(rows, share, shares, 1)
    for i in range(start, stop):
        h, out = row(like, op, FIRST, i, 0, width), row(like, op, FIRST + 2, i, 0, rows)
        for j in range(rows):
            out[j] = np.exp(-distance(h, row(like, op, FIRST, j, 0, width)))


@kernel
def add_similarity_gradient(share, shares, game, op, numbers, like):
    """h, y, dy; dx, to which it is added."""
    rows, width = op[ROWS], op[COLUMNS]
    start, stop = share_of(rows, share, shares, 1)
    for i in range(start, stop):
        h, dx = row(like, op, FIRST, i, 0, width), row(like, op, FIRST + 6, i, 0, width)
        y, dy = row(like, op, FIRST + 2, i, 0, rows), row(like, op, FIRST + 4, i, 0, rows)
        zero = h.dtype.type(0)
        for j in range(rows):
            weight = (dy[j] + row(like, op, FIRST + 4, j, i, rows)[0]) * y[j]
            other = row(like, op, FIRST, j, 0, width)
            for k in range(width):
                off = h[k] - other[k]
                dx[k] -= weight if off > zero else (-weight if off < zero else zero)


@kernel
def closeness(share, shares, game, op, numbers, like):
    """M (batch, kernels × size); out (batch, kernels)."""
    rows, count = op[ROWS], op[BY_ROWS]
    size = op[COLUMNS] // count
    start, stop = share_of(rows, share, shares, 1)
    for i in range(start, stop):
        out = row(like, op, FIRST + 2, i, 0, count)
        fill(out, 0.0)
        for j in range(rows):
            for b in range(count):
                left = b * size
                one, other = row(like, op, FIRST, i, left, left + size), row(like, op, FIRST, j, left, left + size)
                out[b] += np.exp(-distance(one, other))


@kernel
def closeness_gradient(share, shares, game, op, numbers, like):
    """M, dy; ∂E/∂M."""
    rows, width = op[ROWS], op[COLUMNS]
    start, stop = share_of(rows, share, shares, 1)
    for i in range(start, stop):
        dm = row(like, op, FIRST + 4, i, 0, width)
        fill(dm, 0.0)
        zero, count = dm.dtype.type(0), op[BY_ROWS]
        size = width // count
        mine = row(like, op, FIRST + 2, i, 0, count)
        for j in range(rows):
            others = row(like, op, FIRST + 2, j, 0, count)
            for b in range(count):
                left = b * size
                one, other = row(like, op, FIRST, i, left, left + size), row(like, op, FIRST, j, left, left + size)
                weight = (mine[b] + others[b]) * np.exp(-distance(one, other))
                for k in range(size):
                    off = one[k] - other[k]
                    dm[left + k] -= weight if off > zero else (-weight if off < zero else zero)
