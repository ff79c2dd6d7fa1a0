"""Kernels that look at a batch as a whole; the reference's are in `numpy_batches`."""

import numpy as np

from gancli.engines.compiled.jit import FAST, loop, part
from gancli.engines.compiled.kernels import corner, kernel, row
from gancli.engines.compiled.strips import over_rows
from gancli.engines.compiled.views import cut, fill, reals, room, share_of
from gancli.engines.numpy_batches import EPSILON, MOMENTUM
from gancli.engines.replay.layout import BY_ROWS, COLUMNS, FIRST, ROWS

# --- batch normalisation, for a share of the units


def _fma(builder, a, b, c):
    return builder.fadd(builder.fmul(a, b, flags=FAST), c, flags=FAST)


def _sum(builder, held, rows):
    return [], rows


def _centre(builder, held, rows):
    """x − mean, and the sum of its squares; the rows are x and what is made of it."""
    difference = builder.fsub(rows[0], held[0])
    return [difference], [builder.fmul(difference, difference, flags=FAST)]


def _times(builder, held, rows):
    return [builder.fmul(rows[0], held[0])], []


def _stretch(builder, held, rows):
    return [_fma(builder, rows[0], held[0], held[1])], []


def _products(builder, held, rows):
    return [], [builder.fmul(rows[0], rows[1], flags=FAST), rows[0]]


def _below(builder, held, rows):
    """(γ dy − total − x̂ along) factor; the rows are x̂ and dy."""
    gamma, factor, total, along = held
    taken = _fma(builder, rows[0], along, total)
    return [builder.fmul(builder.fsub(builder.fmul(gamma, rows[1]), taken), factor, flags=FAST)], []


sum_over = over_rows(_sum, 0)
centre = over_rows(_centre, 1)
times_held = over_rows(_times, 1)
stretch_by = over_rows(_stretch, 1)
products_over = over_rows(_products, 0)
below = over_rows(_below, 1)
CHUNK = 256
"""Units whose sums a share keeps at a time."""
sums = room(CHUNK)


@loop
def times(a, factor):
    """a ← factor a."""
    for i in range(a.size):
        a[i] *= factor


@part
def columns_of(like, op, place, first, count):
    """Rows first … first + count of the array at `place`, in one piece with whatever is between."""
    size = reals(like, 0, 0).itemsize
    return reals(like, op[place] + first * op[place + 1] * size, count * op[place + 1])


@kernel
def normalize(share, shares, game, op, numbers, like):
    """x at FIRST; then the running mean and variance, x̂, and the factors."""
    _, last, left, right = corner(op, share, shares)
    batch, width = int(numbers[0]), right - left
    if last == 0:
        return
    mean, variance = row(like, op, FIRST + 2, 0, left, right), row(like, op, FIRST + 4, 0, left, right)
    t = mean.dtype.type
    share_of_one, unbiased, keep = t(1.0 / batch), t(batch / (batch - 1.0)), t(1.0 - MOMENTUM)
    for group in range(op[ROWS] // batch):
        factor = row(like, op, FIRST + 8, group, left, right)  # the mean, then the spread, then what it is for
        x = columns_of(like, op, FIRST, group * batch, batch)
        out = columns_of(like, op, FIRST + 6, group * batch, batch)
        apart = op[FIRST + 1]
        sum_over((), (x,), (factor,), left, batch, apart, width)
        times(factor, share_of_one)
        for j in range(width):
            mean[j] += keep * (factor[j] - mean[j])
        centre((factor,), (x, out), (factor,), left, batch, apart, width)
        times(factor, share_of_one)
        for j in range(width):
            variance[j] += keep * (factor[j] * unbiased - variance[j])
            factor[j] = t(1) / np.sqrt(factor[j] + t(EPSILON))
        times_held((factor,), (out,), (), left, batch, apart, width)


@kernel
def multiply_columns(share, shares, game, op, numbers, like):
    """factor, dy."""
    _, last, left, right = corner(op, share, shares)
    if last:
        dy = columns_of(like, op, FIRST + 2, 0, last)
        times_held((row(like, op, FIRST, 0, left, right),), (dy,), (), left, last, op[FIRST + 3], right - left)


@kernel
def stretch(share, shares, game, op, numbers, like):
    """γ x̂ + β: x̂, γ, β, out."""
    _, last, left, right = corner(op, share, shares)
    if last:
        held = (row(like, op, FIRST + 2, 0, left, right), row(like, op, FIRST + 4, 0, left, right))
        rows = (columns_of(like, op, FIRST, 0, last), columns_of(like, op, FIRST + 6, 0, last))
        stretch_by(held, rows, (), left, last, op[FIRST + 1], right - left)


@kernel
def stretch_params(share, shares, game, op, numbers, like):
    """dy, x̂; Σ dy x̂ and Σ dy."""
    _, last, left, right = corner(op, share, shares)
    if last:
        sums_of = (row(like, op, FIRST + 4, 0, left, right), row(like, op, FIRST + 6, 0, left, right))
        rows = (columns_of(like, op, FIRST, 0, last), columns_of(like, op, FIRST + 2, 0, last))
        products_over((), rows, sums_of, left, last, op[FIRST + 1], right - left)


@kernel
def normalize_gradient(share, shares, game, op, numbers, like):
    """x̂, γ, factors; dy, in place."""
    _, last, first, stop = corner(op, share, shares)
    batch = int(numbers[0])
    if last == 0:
        return
    totals, alongs, apart = sums(like), sums(like), op[FIRST + 1]
    for group in range(op[ROWS] // batch):
        normal = columns_of(like, op, FIRST, group * batch, batch)
        dy = columns_of(like, op, FIRST + 6, group * batch, batch)
        for left in range(first, stop, CHUNK):
            right = min(stop, left + CHUNK)
            scale, factor = row(like, op, FIRST + 2, 0, left, right), row(like, op, FIRST + 4, group, left, right)
            total, along = cut(totals, 0, right - left), cut(alongs, 0, right - left)
            products_over((), (dy, normal), (along, total), left, batch, apart, right - left)
            for sum_ in (total, along):
                for j in range(right - left):
                    sum_[j] *= scale[j] * scale.dtype.type(1.0 / batch)
            below((scale, factor, total, along), (normal, dy), (), left, batch, apart, right - left)


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
