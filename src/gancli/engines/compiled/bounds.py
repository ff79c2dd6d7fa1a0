"""Kernels of bounds on a network's slope; the reference's are in `numpy_bounds`.

Of each array, its address is at FIRST, FIRST + 2, …, and the numbers of a row beside it.
"""

import numpy as np

from gancli.engines.compiled.jit import loop
from gancli.engines.compiled.kernels import kernel
from gancli.engines.compiled.pixels import whole
from gancli.engines.compiled.views import reals, share_of
from gancli.engines.numpy_bounds import CONVERGES, TINY
from gancli.engines.replay.layout import COLUMNS, FIRST, ROWS


@kernel
def rescale(share, shares, game, op, numbers, like):
    """By the last share."""
    if share == shares - 1:
        w = reals(like, op[FIRST], op[ROWS] * op[COLUMNS])
        largest = w.dtype.type(0)
        for i in range(w.size):
            largest = max(largest, abs(w[i]))
        if largest > numbers[0]:
            factor = w.dtype.type(numbers[0] / largest)
            for i in range(w.size):
                w[i] *= factor


# --- spectral normalisation


@loop
def product(a, b):
    """Σ a b."""
    total = a.dtype.type(0)
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@kernel
def unit(share, shares, game, op, numbers, like):
    """x and its norm, by the last share."""
    if share == shares - 1:
        x, norm = whole(like, op, FIRST, 0), whole(like, op, FIRST + 2, 0)
        t = x.dtype.type
        norm[0] = max(np.sqrt(product(x, x)), t(TINY))
        factor = t(1) / norm[0]
        for i in range(x.size):
            x[i] *= factor


@kernel
def divide(share, shares, game, op, numbers, like):
    """w, norm, out."""
    first, last = share_of(op[ROWS], share, shares, 1)
    norm = whole(like, op, FIRST + 2, 0)
    factor = norm.dtype.type(numbers[0]) / norm[0]
    for r in range(first, last):
        w, out = whole(like, op, FIRST, r), whole(like, op, FIRST + 4, r)
        for i in range(out.size):
            out[i] = w[i] * factor


@kernel
def spectral_gradient(share, shares, game, op, numbers, like):
    """dW̄, W̄, ∂σ/∂W, σ, dW; each share takes the product of all of dW̄ and W̄, so that none waits."""
    first, last = share_of(op[ROWS], share, shares, 1)
    size = op[ROWS] * op[COLUMNS]
    along = product(reals(like, op[FIRST], size), reals(like, op[FIRST + 2], size))
    norm = whole(like, op, FIRST + 6, 0)
    t = norm.dtype.type
    bound, factor = t(numbers[0]), t(1) / norm[0]
    for r in range(first, last):
        dbar, outer, out = whole(like, op, FIRST, r), whole(like, op, FIRST + 4, r), whole(like, op, FIRST + 8, r)
        for i in range(out.size):
            out[i] = (bound * dbar[i] - along * outer[i]) * factor


# --- orthonormal weights


@loop
def sizes(a):
    """Σ |a|."""
    total = a.dtype.type(0)
    for i in range(a.size):
        total += abs(a[i])
    return total


@kernel
def bjorck(share, shares, game, op, numbers, like):
    """G, by the last share."""
    if share == shares - 1:
        largest = 0.0
        for r in range(op[ROWS]):
            largest = max(largest, sizes(whole(like, op, FIRST, r)))
        largest = max(largest / CONVERGES, 1.0)
        for r in range(op[ROWS]):
            row = whole(like, op, FIRST, r)
            t = row.dtype.type
            factor = t(-0.5 / largest**1.5)
            for i in range(row.size):
                row[i] *= factor
            row[r] += t(1.5 / largest**0.5)
