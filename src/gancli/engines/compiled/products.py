"""Kernels of dense layers: x W + b, ∂E/∂x, and the gradient of the weights, with or without the step along it."""

from gancli.engines.compiled.few import add_four, add_one, dot_rows
from gancli.engines.compiled.gemm import affine, gemm
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.kernels import kernel
from gancli.engines.compiled.views import add, after, copy, cut, fill, reals, share_of
from gancli.engines.replay.layout import BLOCKS, DY, GRAIN, INPUTS, OUT, ROWS, SIZE, UNITS, B, W, X

TINY = 4
"""Units under which no vector helps: sums are taken one by one, without the calls that longer ones are worth."""

# --- forward


@part
def tiny(like, op, y):
    """x W + b of few inputs and units."""
    inputs, units = op[INPUTS], op[UNITS]
    x, w, b = reals(like, op[X], op[ROWS] * inputs), reals(like, op[W], inputs * units), reals(like, op[B], units)
    for r in range(op[ROWS]):
        for j in range(units):
            total = b[j] if op[B] else y.dtype.type(0)
            for i in range(inputs):
                total += x[r * inputs + i] * w[i * units + j]
            y[r * units + j] = total


@part
def add_products(like, op, y, start, stop):
    """y + x W of inputs start … stop; four inputs that are zero in all rows cost nothing."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    x, w = reals(like, op[X], rows * inputs), reals(like, op[W], inputs * units)
    for i in range(start, stop - 3, 4):
        used = False
        for r in range(rows):
            at = r * inputs + i
            used |= (x[at] != 0) | (x[at + 1] != 0) | (x[at + 2] != 0) | (x[at + 3] != 0)
        if used:
            add_four(after(w, i * units), units, rows, after(x, i), inputs, y)
    for i in range(stop - (stop - start) % 4, stop):
        add_one(after(w, i * units), units, rows, after(x, i), inputs, y)


@part
def begin(like, op, y, left, right):
    """The bias, or zeros, in columns left … right of every row."""
    for r in range(op[ROWS]):
        row = cut(y, r * op[UNITS] + left, right - left)
        if op[B]:
            copy(after(reals(like, op[B], op[UNITS]), left), row)
        else:
            fill(row, 0.0)


@kernel
def affine_alone(share, shares, game, op, numbers, like):
    """Few rows, and one share, or too few inputs to be shared."""
    if share == shares - 1:
        y = reals(like, op[OUT], op[ROWS] * op[UNITS])
        if op[UNITS] < TINY:
            tiny(like, op, y)
            return
        begin(like, op, y, 0, op[UNITS])
        add_products(like, op, y, 0, op[INPUTS])


@kernel
def affine_few(share, shares, game, op, numbers, like):
    """Few rows: x W of a share of the inputs, into this share's block."""
    start, stop = share_of(op[INPUTS], share, shares, GRAIN)
    size = reals(like, 0, 0).itemsize
    y = reals(like, op[BLOCKS] + share * op[SIZE] * size, op[ROWS] * op[UNITS])
    fill(y, 0.0)
    add_products(like, op, y, start, stop)


@kernel
def affine_sum(share, shares, game, op, numbers, like):
    """The bias and all shares' blocks, for a share of the units."""
    left, right = share_of(op[UNITS], share, shares, GRAIN)
    y = reals(like, op[OUT], op[ROWS] * op[UNITS])
    if right > left:
        begin(like, op, y, left, right)
        for r in range(op[ROWS]):
            at = r * op[UNITS] + left
            for s in range(shares):
                block = reals(like, op[BLOCKS] + (s * op[SIZE] + at) * y.itemsize, right - left)
                add(block, cut(y, at, right - left))


@kernel
def affine_many(share, shares, game, op, numbers, like):
    """A share of the units or of the rows."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    first, last, left, right = 0, rows, 0, units
    if op[BLOCKS]:
        first, last = share_of(rows, share, shares, 1)
    else:
        left, right = share_of(units, share, shares, GRAIN)
    x, w, y = reals(like, op[X], rows * inputs), reals(like, op[W], inputs * units), reals(like, op[OUT], rows * units)
    if right > left and last > first:
        c, a = after(y, first * units + left), after(x, first * inputs)
        bias = cut(reals(like, op[B], units), left, right - left if op[B] else 0)
        affine(last - first, right - left, inputs, a, inputs, after(w, left), units, c, units, bias)


# --- ∂E/∂x


@kernel
def input_few(share, shares, game, op, numbers, like):
    """A share of the inputs."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    start, stop = share_of(inputs, share, shares, GRAIN)
    dy, dx = reals(like, op[DY], rows * units), reals(like, op[OUT], rows * inputs)
    w = reals(like, op[W] + start * units * dy.itemsize, max(stop - start, 0) * units)
    dot_rows(w, units, rows, dy, after(dx, start), inputs)


@kernel
def input_many(share, shares, game, op, numbers, like):
    """A share of the inputs."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    start, stop = share_of(inputs, share, shares, GRAIN)
    dy, dx = reals(like, op[DY], rows * units), reals(like, op[OUT], rows * inputs)
    if stop > start:
        w = reals(like, op[W] + start * units * dy.itemsize, (stop - start) * units)
        gemm(False, True, rows, stop - start, units, dy, units, w, units, after(dx, start), inputs, False)


# --- the gradient of the weights


@part
def gradient(like, op, g, i, count, more):
    """Of inputs i … i + count, (count × units,); `more`: added to what is there."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    dy, x = reals(like, op[DY], rows * units), reals(like, op[X], rows * inputs)
    gemm(True, False, count, units, rows, after(x, i), inputs, dy, units, g, units, more)


@part
def bias_gradient(like, op, g, left, right):
    """Σ dy of units left … right, added to what is there."""
    dy = reals(like, op[DY], op[ROWS] * op[UNITS])
    for r in range(op[ROWS]):
        add(cut(dy, r * op[UNITS] + left, right - left), g)


@part
def all_of_it(share, shares, op, like, more):
    """A share of the inputs, and of the units for the bias."""
    start, stop = share_of(op[INPUTS], share, shares, GRAIN)
    if stop > start:
        dw = after(reals(like, op[W], op[INPUTS] * op[UNITS]), start * op[UNITS])
        gradient(like, op, dw, start, stop - start, more)
    left, right = share_of(op[UNITS], share, shares, GRAIN)
    if right > left and op[B]:
        db = cut(reals(like, op[B], op[UNITS]), left, right - left)
        if not more:
            fill(db, 0.0)
        bias_gradient(like, op, db, left, right)


@kernel
def params(share, shares, game, op, numbers, like):
    """The whole gradient."""
    all_of_it(share, shares, op, like, False)


@kernel
def params_add(share, shares, game, op, numbers, like):
    """Added to what is there."""
    all_of_it(share, shares, op, like, True)
