"""Kernels of dense layers: x W + b, ∂E/∂x, and the gradient of the weights, with or without the step along it."""

from typing import Any

from gancli.engines.compiled import optimizers as formulas
from gancli.engines.compiled.arrays import after, cut
from gancli.engines.compiled.blas import gemm
from gancli.engines.compiled.few import _add_four, _add_one, _add_outer, _dot_rows
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.kernels import KERNELS, kernel, reals, words
from gancli.engines.compiled.threads import share as share_of
from gancli.engines.compiled.views import add, copy, fill
from gancli.engines.replay.layout import (
    B_AT,
    BETA1,
    BETA2,
    BLOCKS,
    BOUND,
    COUNT,
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
    OUT,
    PARAMS,
    ROWS,
    SIZE,
    SQUARE,
    UNITS,
    VELOCITY,
    W_AT,
    B,
    W,
    X,
)  # fmt: skip

# --- forward


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
            _add_four(after(w, i * units), units, rows, after(x, i), inputs, y)
    for i in range(stop - (stop - start) % 4, stop):
        _add_one(after(w, i * units), units, rows, after(x, i), inputs, y)


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
    """Few rows, by one share."""
    y = reals(like, op[OUT], op[ROWS] * op[UNITS])
    begin(like, op, y, 0, op[UNITS])
    add_products(like, op, y, 0, op[INPUTS])


@kernel
def affine_few(share, shares, game, op, numbers, like):
    """Few rows: x W of a share of the inputs, into this share's block."""
    start, stop = share_of(op[INPUTS], (share, shares), GRAIN)
    size = reals(like, 0, 0).itemsize
    y = reals(like, op[BLOCKS] + share * op[SIZE] * size, op[ROWS] * op[UNITS])
    fill(y, 0.0)
    add_products(like, op, y, start, stop)


@kernel
def affine_sum(share, shares, game, op, numbers, like):
    """The bias and all shares' blocks, for a share of the units."""
    left, right = share_of(op[UNITS], (share, shares), GRAIN)
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
        first, last = share_of(rows, (share, shares), 1)
    else:
        left, right = share_of(units, (share, shares), GRAIN)
    x, w, y = reals(like, op[X], rows * inputs), reals(like, op[W], inputs * units), reals(like, op[OUT], rows * units)
    if right > left and last > first:
        c, a = after(y, first * units + left), after(x, first * inputs)
        gemm(False, False, last - first, right - left, inputs, a, inputs, after(w, left), units, c, units, False)
        for r in range(first, last if op[B] else first):
            add(after(reals(like, op[B], units), left), cut(y, r * units + left, right - left))


# --- ∂E/∂x


@kernel
def input_few(share, shares, game, op, numbers, like):
    """A share of the inputs."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    start, stop = share_of(inputs, (share, shares), GRAIN)
    dy, dx = reals(like, op[DY], rows * units), reals(like, op[OUT], rows * inputs)
    w = reals(like, op[W] + start * units * dy.itemsize, max(stop - start, 0) * units)
    _dot_rows(w, units, rows, dy, after(dx, start), inputs)


@kernel
def input_many(share, shares, game, op, numbers, like):
    """A share of the inputs."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    start, stop = share_of(inputs, (share, shares), GRAIN)
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
    start, stop = share_of(op[INPUTS], (share, shares), GRAIN)
    if stop > start:
        dw = after(reals(like, op[W], op[INPUTS] * op[UNITS]), start * op[UNITS])
        gradient(like, op, dw, start, stop - start, more)
    left, right = share_of(op[UNITS], (share, shares), GRAIN)
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


# --- steps


@part
def vector(like, op, place, start, size):
    """Elements of one of an optimiser's vectors; none where it has none."""
    return reals(like, op[place] + start * reals(like, 0, 0).itemsize, size if op[place] else 0)


@part
def step_sgd(like, op, numbers, w, g, at):
    formulas.sgd(w, g, g.dtype.type(numbers[ETA]))


@part
def step_adagrad(like, op, numbers, w, g, at):
    t = g.dtype.type
    formulas.adagrad(w, g, vector(like, op, SQUARE, at, g.size), t(numbers[ETA]), t(numbers[EPSILON]))


@part
def step_rmsprop(like, op, numbers, w, g, at):
    t, gamma = g.dtype.type, numbers[GAMMA]
    square, mean = vector(like, op, SQUARE, at, g.size), vector(like, op, MEAN, at, g.size)
    formulas.rmsprop(w, g, square, mean, t(numbers[ETA]), t(gamma), t(1.0 - gamma), t(numbers[EPSILON]))


@part
def step_adadelta(like, op, numbers, w, g, at):
    t, gamma = g.dtype.type, numbers[GAMMA]
    square, mean = vector(like, op, SQUARE, at, g.size), vector(like, op, MEAN, at, g.size)
    moved = vector(like, op, MOVED, at, g.size)
    formulas.adadelta(w, g, square, mean, moved, t(gamma), t(1.0 - gamma), t(numbers[EPSILON]))


@part
def step_adam(like, op, numbers, w, g, at):
    t, b1, b2, k = g.dtype.type, numbers[BETA1], numbers[BETA2], words(like, op[COUNT], 1)[0]
    rate, unbiased = t(numbers[ETA] / (1.0 - b1**k)), t(1.0 / (1.0 - b2**k))
    first, second = vector(like, op, MOVED, at, g.size), vector(like, op, SQUARE, at, g.size)
    formulas.adam(w, g, first, second, rate, unbiased, t(b1), t(1.0 - b1), t(b2), t(1.0 - b2), t(numbers[EPSILON]))


def _stepping(name: str, step: Any) -> None:
    """Enter the kernels of an optimiser: with the gradient of few rows, of many, and along one that is there."""

    @part
    def walk(like, op, numbers, g, start):
        """Along a stretch of gradient that begins at `start`, in strips: their vectors stay in the first-level cache."""
        for a in range(0, g.size, formulas.STRIP):
            h, at = cut(g, a, min(formulas.STRIP, g.size - a)), start + a
            w = vector(like, op, PARAMS, at, h.size)
            step(like, op, numbers, w, h, at)
            if op[VELOCITY]:
                velocity = vector(like, op, VELOCITY, at, h.size)
                formulas.gain_momentum(w, h, velocity, h.dtype.type(numbers[MOMENTUM]))
            if numbers[BOUND] > 0:
                formulas.clamp(w, h.dtype.type(numbers[BOUND]))

    @part
    def own_block(share, op, like):
        return reals(like, op[BLOCKS] + share * op[SIZE] * reals(like, 0, 0).itemsize, op[SIZE])

    @part
    def bias(share, shares, op, numbers, like):
        left, right = share_of(op[UNITS], (share, shares), GRAIN)
        if right > left and op[B_AT] >= 0:
            g = cut(own_block(share, op, like), 0, right - left)
            fill(g, 0.0)
            bias_gradient(like, op, g, left, right)
            walk(like, op, numbers, g, op[B_AT] + left)

    def few(share, shares, game, op, numbers, like):
        rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
        start, stop = share_of(inputs, (share, shares), GRAIN)
        dy, x, own = reals(like, op[DY], rows * units), reals(like, op[X], rows * inputs), own_block(share, op, like)
        together = max(formulas.STRIP // units // 4, 1) * 4
        for i in range(start, stop, together):
            g = cut(own, 0, min(together, stop - i) * units)
            fill(g, 0.0)
            _add_outer(g, units, rows, after(x, i), inputs, dy, 1.0)
            walk(like, op, numbers, g, op[W_AT] + i * units)
        bias(share, shares, op, numbers, like)

    def many(share, shares, game, op, numbers, like):
        start, stop = share_of(op[INPUTS], (share, shares), GRAIN)
        own, together = own_block(share, op, like), max(op[SIZE] // op[UNITS], 1)
        for i in range(start, stop, together):
            count = min(together, stop - i)
            g = cut(own, 0, count * op[UNITS])
            gradient(like, op, g, i, count, False)
            walk(like, op, numbers, g, op[W_AT] + i * op[UNITS])
        bias(share, shares, op, numbers, like)

    def everywhere(share, shares, game, op, numbers, like):
        start, stop = share_of(op[INPUTS], (share, shares), GRAIN)
        if stop > start:
            walk(like, op, numbers, after(reals(like, op[GRADS], stop), start), start)

    KERNELS[f"step_few_{name}"], KERNELS[f"step_many_{name}"], KERNELS[f"step_all_{name}"] = few, many, everywhere


for _name, _step in (
    ("sgd", step_sgd), ("adagrad", step_adagrad), ("rmsprop", step_rmsprop), ("adadelta", step_adadelta),
    ("adam", step_adam),
):  # fmt: skip
    _stepping(_name, _step)


@kernel
def step_few_plain(share, shares, game, op, numbers, like):
    """SGD with nothing besides, of few rows: steps are added to the weights at once."""
    rows, inputs, units = op[ROWS], op[INPUTS], op[UNITS]
    start, stop = share_of(inputs, (share, shares), GRAIN)
    dy, x = reals(like, op[DY], rows * units), reals(like, op[X], rows * inputs)
    w = vector(like, op, PARAMS, op[W_AT] + start * units, max(stop - start, 0) * units)
    _add_outer(w, units, rows, after(x, start), inputs, dy, -numbers[ETA])
    left, right = share_of(units, (share, shares), GRAIN)
    if right > left and op[B_AT] >= 0:
        b = vector(like, op, PARAMS, op[B_AT] + left, right - left)
        eta = b.dtype.type(numbers[ETA])
        for r in range(rows):
            for j in range(b.size):
                b[j] -= eta * dy[r * units + left + j]


@kernel
def count(share, shares, game, op, numbers, like):
    """One step more."""
    if share == shares - 1:
        words(like, op[COUNT], 1)[0] += 1


@kernel
def average(share, shares, game, op, numbers, like):
    """The moving average of the parameters follows them."""
    start, stop = share_of(op[INPUTS], (share, shares), GRAIN)
    mean, w = vector(like, op, SQUARE, start, stop - start), vector(like, op, PARAMS, start, stop - start)
    steps = words(like, op[COUNT], 1)[0]
    rest = mean.dtype.type(1.0 - min(numbers[0], (1.0 + steps) / (10.0 + steps)))
    for i in range(mean.size):
        mean[i] += rest * (w[i] - mean[i])


@kernel
def rescale(share, shares, game, op, numbers, like):
    """By the last share."""
    if share == shares - 1:
        w = reals(like, op[FIRST], op[FIRST + 2] * op[FIRST + 3])
        largest = w.dtype.type(0)
        for i in range(w.size):
            largest = max(largest, abs(w[i]))
        if largest > numbers[0]:
            factor = w.dtype.type(numbers[0] / largest)
            for i in range(w.size):
                w[i] *= factor
