"""Elementwise kernels: streams, copies, activations, losses.

The formulas are the reference's, under the same names (`numpy_engine`, `numpy_losses`), whose docstrings give them.

`tanh` in single precision is the clamped rational function of degrees 13 and 6 that Eigen uses: 2e-7 off at most, and
made of products and one division, which compilers vectorise where a call of `tanh` is not.
"""

import numpy as np

from gancli.engines.compiled import views
from gancli.engines.compiled.jit import loop, part
from gancli.engines.compiled.kernels import corner, elementwise, kernel, row
from gancli.engines.compiled.views import octets, reals, words
from gancli.engines.replay.layout import COLUMNS, FIRST, ROWS

# --- what a game is given


@part
def given(like, op, game, size):
    """The address of what a game is given of a stream of items of that size."""
    base, stride = words(like, op[FIRST + 2], 1)[0], words(like, op[FIRST + 3], 1)[0]
    return base + size * (game * stride + op[FIRST + 4])


@part
def rows_of(like, op, game):
    """A game's rows of the data, (rows,)."""
    return words(like, given(like, op, game, 8), op[ROWS])


@kernel
def load(share, shares, game, op, numbers, like):
    """Samples that are stored as bytes, times a factor, plus a shift."""
    first, last, left, right = corner(op, share, shares)
    rows = rows_of(like, op, game)
    for r in range(first, last):
        sample = octets(like, op[FIRST + 5] + rows[r] * op[COLUMNS] + left, right - left)
        out = row(like, op, FIRST, r, left, right)
        factor, shift = out.dtype.type(numbers[0]), out.dtype.type(numbers[1])
        for i in range(out.size):
            out[i] = factor * out.dtype.type(sample[i]) + shift


@kernel
def gather(share, shares, game, op, numbers, like):
    """The same of samples that are stored as numbers."""
    first, last, left, right = corner(op, share, shares)
    rows = rows_of(like, op, game)
    for r in range(first, last):
        out = row(like, op, FIRST, r, left, right)
        sample = reals(like, op[FIRST + 5] + (rows[r] * op[COLUMNS] + left) * out.itemsize, right - left)
        factor, shift = out.dtype.type(numbers[0]), out.dtype.type(numbers[1])
        for i in range(out.size):
            out[i] = factor * sample[i] + shift


@kernel
def encode(share, shares, game, op, numbers, like):
    """Codes of the labels of a game's rows."""
    first, last, left, right = corner(op, share, shares)
    rows = rows_of(like, op, game)
    for r in range(first, last):
        out = row(like, op, FIRST, r, left, right)
        label = words(like, op[FIRST + 6] + 8 * rows[r], 1)[0]
        code = reals(like, op[FIRST + 5] + (label * op[COLUMNS] + left) * out.itemsize, right - left)
        views.copy(code, out)


@kernel
def draw(share, shares, game, op, numbers, like):
    """A game's numbers, which are drawn already."""
    first, last, left, right = corner(op, share, shares)
    for r in range(first, last):
        out = row(like, op, FIRST, r, left, right)
        begin = given(like, op, game, out.itemsize) + (r * op[COLUMNS] + left) * out.itemsize
        views.copy(reals(like, begin, right - left), out)


# --- copies and the like


@elementwise(1)
def fill(out, numbers, rows):
    views.fill(out, numbers[0])


@elementwise(2)
def copy(source, out, numbers, rows):
    views.copy(source, out)


@elementwise(1)
def shift(y, numbers, rows):
    amount = y.dtype.type(numbers[0])
    for i in range(y.size):
        y[i] += amount


@elementwise(2)
def add(x, y, numbers, rows):
    views.add(x, y)


@elementwise(2)
def multiply(x, y, numbers, rows):
    for i in range(y.size):
        y[i] *= x[i]


@elementwise(1)
def clamp(params, numbers, rows):
    views.clamp(params, params.dtype.type(numbers[0]))


# --- activations, in place; their derivatives times dy, from y = f(x)


@part
def _tanh32(x):
    one = np.float32
    x = min(max(x, one(-7.90531110763549805)), one(7.90531110763549805))
    s = x * x
    p = one(-2.76076847742355e-16) * s + one(2.00018790482477e-13)
    p = p * s + one(-8.60467152213735e-11)
    p = p * s + one(5.12229709037114e-08)
    p = p * s + one(1.48572235717979e-05)
    p = p * s + one(6.37261928875436e-04)
    p = p * s + one(4.89352455891786e-03)
    q = one(1.19825839466702e-06) * s + one(1.18534705686654e-04)
    q = q * s + one(2.26843463243900e-03)
    q = q * s + one(4.89352518554385e-03)
    return x * p / q


@loop
def tanh_of(y, before, after, shift):
    """y ← after tanh(before y) + shift."""
    t = y.dtype.type
    a, b, c = t(before), t(after), t(shift)
    if y.itemsize == 4:
        for i in range(y.size):
            y[i] = b * _tanh32(a * y[i]) + c
    else:
        for i in range(y.size):
            y[i] = b * np.tanh(a * y[i]) + c


@elementwise(1)
def scale(y, numbers, rows):
    factor = y.dtype.type(numbers[0])
    for i in range(y.size):
        y[i] *= factor


@elementwise(1)
def sigmoid(y, numbers, rows):
    tanh_of(y, 0.5 * numbers[0], 0.5, 0.5)


@elementwise(2)
def sigmoid_gradient(y, dy, numbers, rows):
    mu, one = y.dtype.type(numbers[0]), y.dtype.type(1)
    for i in range(y.size):
        dy[i] *= mu * (y[i] * (one - y[i]))


@elementwise(2)
def sigmoid_curve(y, dy, numbers, rows):
    square, one = y.dtype.type(numbers[0] * numbers[0]), y.dtype.type(1)
    for i in range(y.size):
        dy[i] *= square * (y[i] * (one - y[i])) * (one - (y[i] + y[i]))


@elementwise(1)
def tanh(y, numbers, rows):
    tanh_of(y, numbers[1], numbers[0], 0.0)


@elementwise(2)
def tanh_gradient(y, dy, numbers, rows):
    top, fall = y.dtype.type(numbers[0] * numbers[1]), y.dtype.type(numbers[1] / numbers[0])
    for i in range(y.size):
        dy[i] *= top - fall * (y[i] * y[i])


@elementwise(2)
def tanh_curve(y, dy, numbers, rows):
    k, alpha, one = numbers[0], numbers[1], y.dtype.type(1)
    factor, square = y.dtype.type(-2.0 * alpha * alpha), y.dtype.type(1.0 / (k * k))
    for i in range(y.size):
        dy[i] *= factor * y[i] * (one - square * (y[i] * y[i]))


@elementwise(1)
def relu(y, numbers, rows):
    slope, one = y.dtype.type(numbers[0]), y.dtype.type(1)
    for i in range(y.size):  # a factor is chosen with vectors; a choice of what to store is not
        y[i] *= one if y[i] > 0 else slope


@elementwise(2)
def relu_gradient(y, dy, numbers, rows):
    slope, one = y.dtype.type(numbers[0]), y.dtype.type(1)
    for i in range(y.size):
        dy[i] *= one if y[i] > 0 else slope


@elementwise(1)
def softplus(y, numbers, rows):
    zero = y.dtype.type(0)
    for i in range(y.size):
        y[i] = max(y[i], zero) + np.log1p(np.exp(-abs(y[i])))


@elementwise(2)
def softplus_gradient(y, dy, numbers, rows):
    for i in range(y.size):
        dy[i] *= -np.expm1(-y[i])


@elementwise(2)
def softplus_curve(y, dy, numbers, rows):
    for i in range(y.size):
        small = np.exp(-y[i])
        dy[i] *= small * (y.dtype.type(1) - small)


# --- losses: ∂E/∂output


@part
def odds(a, one):
    """σ(a), exact to the last digits where it is small; `one` is 1 of a's type."""
    small = np.exp(-abs(a))
    return (one if a >= 0 else small) / (one + small)


@elementwise(3)
def mse(output, target, out, numbers, rows):
    factor = out.dtype.type(2.0 / rows)
    for i in range(out.size):
        out[i] = factor * (output[i] - target[i])


@elementwise(3)
def cross_entropy(output, target, out, numbers, rows):
    share, one = out.dtype.type(1.0 / rows), out.dtype.type(1)
    for i in range(out.size):
        out[i] = share * (odds(output[i], one) - target[i])


@elementwise(3)
def categorical_cross_entropy(output, target, out, numbers, rows):
    share, top, total = out.dtype.type(1.0 / rows), output[0], out.dtype.type(0)
    for i in range(out.size):
        top = max(top, output[i])
    for i in range(out.size):
        total += np.exp(output[i] - top)
    for i in range(out.size):
        out[i] = share * (np.exp(output[i] - top) / total - target[i])


@elementwise(2)
def log_term(output, out, numbers, rows):
    target, weight, one = out.dtype.type(numbers[0]), out.dtype.type(numbers[1] / rows), out.dtype.type(1)
    for i in range(out.size):
        out[i] = weight * ((one - target) * odds(output[i], one) - target * odds(-output[i], one))


@elementwise(3)
def log_term_drawn(output, targets, out, numbers, rows):
    weight, one = out.dtype.type(numbers[1] / rows), out.dtype.type(1)
    for i in range(out.size):
        out[i] = weight * ((one - targets[i]) * odds(output[i], one) - targets[i] * odds(-output[i], one))


@elementwise(2)
def square_term(output, out, numbers, rows):
    target, share = out.dtype.type(numbers[0]), out.dtype.type(numbers[1] / rows)
    for i in range(out.size):
        out[i] = share * (output[i] - target)


@elementwise(3)
def square_term_drawn(output, targets, out, numbers, rows):
    share = out.dtype.type(numbers[1] / rows)
    for i in range(out.size):
        out[i] = share * (output[i] - targets[i])


@elementwise(2)
def hinge_term(output, out, numbers, rows):
    side, zero, one = out.dtype.type(numbers[0]), out.dtype.type(0), out.dtype.type(1)
    share = out.dtype.type(-numbers[0] / rows)
    for i in range(out.size):
        out[i] = share if side * output[i] < one else zero


@elementwise(2)
def exp_term(output, out, numbers, rows):
    weight, rate, shift = out.dtype.type(numbers[0] / rows), out.dtype.type(numbers[1]), out.dtype.type(numbers[2])
    for i in range(out.size):
        out[i] = weight * np.exp(rate * output[i] + shift)


@elementwise(2)
def tanh_term(output, out, numbers, rows):
    weight, one = out.dtype.type(numbers[0] / rows), out.dtype.type(1)
    for i in range(out.size):
        t = np.tanh(output[i])
        out[i] = weight * (one - t * t)


@elementwise(2)
def pair_term(output, out, numbers, rows):
    side, share, one = out.dtype.type(numbers[0]), out.dtype.type(-numbers[0] / rows), out.dtype.type(1)
    for i in range(out.size):
        out[i] = share * odds(-side * output[i], one)


@elementwise(3)
def pair_term_drawn(output, targets, out, numbers, rows):
    side, share, one = out.dtype.type(numbers[0]), out.dtype.type(-numbers[0] / rows), out.dtype.type(1)
    for i in range(out.size):
        out[i] = share * odds(-side * (output[i] - targets[i]), one)
