"""Elementwise kernels: streams, copies, activations, losses, games of two numbers.

The formulas are the reference's, under the same names (`numpy_engine`, `numpy_losses`), whose docstrings give them.
"""

import numpy as np

from gancli.engines.compiled import activations
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.kernels import corner, elementwise, kernel, octets, reals, row, words
from gancli.engines.replay.layout import COLUMNS, FIRST, ROWS

# --- what a game is given


@part
def rows_of(like, op, game):
    """A game's rows of the data, (rows,)."""
    base, stride = words(like, op[FIRST + 3], 1)[0], words(like, op[FIRST + 4], 1)[0]
    return words(like, base + 8 * (game * stride + op[FIRST + 5]), op[ROWS])


@kernel
def load(share, shares, game, op, numbers, like):
    """Samples that are stored as bytes, times a factor."""
    first, last, left, right = corner(op, share, shares)
    rows = rows_of(like, op, game)
    for r in range(first, last):
        sample = octets(like, op[FIRST + 2] + rows[r] * op[COLUMNS] + left, right - left)
        out = row(like, op, FIRST, r, left, right)
        factor = out.dtype.type(numbers[0])
        for i in range(out.size):
            out[i] = factor * out.dtype.type(sample[i])


@kernel
def gather(share, shares, game, op, numbers, like):
    """The same of samples that are stored as numbers."""
    first, last, left, right = corner(op, share, shares)
    rows = rows_of(like, op, game)
    for r in range(first, last):
        out = row(like, op, FIRST, r, left, right)
        sample = reals(like, op[FIRST + 2] + (rows[r] * op[COLUMNS] + left) * out.itemsize, right - left)
        factor = out.dtype.type(numbers[0])
        for i in range(out.size):
            out[i] = factor * sample[i]


@kernel
def encode(share, shares, game, op, numbers, like):
    """Codes of the labels of a game's rows."""
    first, last, left, right = corner(op, share, shares)
    rows = rows_of(like, op, game)
    for r in range(first, last):
        out = row(like, op, FIRST, r, left, right)
        label = words(like, op[FIRST + 6] + 8 * rows[r], 1)[0]
        code = reals(like, op[FIRST + 2] + (label * op[COLUMNS] + left) * out.itemsize, right - left)
        for i in range(out.size):
            out[i] = code[i]


@kernel
def draw(share, shares, game, op, numbers, like):
    """A game's numbers, which are drawn already."""
    first, last, left, right = corner(op, share, shares)
    base, stride = words(like, op[FIRST + 3], 1)[0], words(like, op[FIRST + 4], 1)[0]
    for r in range(first, last):
        out = row(like, op, FIRST, r, left, right)
        begin = game * stride + op[FIRST + 5] + r * op[COLUMNS] + left
        drawn = reals(like, base + begin * out.itemsize, right - left)
        for i in range(out.size):
            out[i] = drawn[i]


# --- copies and the like


@elementwise(1)
def fill(out, numbers, rows):
    value = out.dtype.type(numbers[0])
    for i in range(out.size):
        out[i] = value


@elementwise(2)
def copy(source, out, numbers, rows):
    for i in range(out.size):
        out[i] = source[i]


@elementwise(1)
def shift(y, numbers, rows):
    amount = y.dtype.type(numbers[0])
    for i in range(y.size):
        y[i] += amount


@elementwise(2)
def add(x, y, numbers, rows):
    for i in range(y.size):
        y[i] += x[i]


@elementwise(2)
def multiply(x, y, numbers, rows):
    for i in range(y.size):
        y[i] *= x[i]


@elementwise(1)
def clamp(params, numbers, rows):
    bound = params.dtype.type(numbers[0])
    for i in range(params.size):
        params[i] = min(max(params[i], -bound), bound)


# --- activations, in place; their derivatives times dy, from y = f(x)


@elementwise(1)
def scale(y, numbers, rows):
    factor = y.dtype.type(numbers[0])
    for i in range(y.size):
        y[i] *= factor


@elementwise(1)
def sigmoid(y, numbers, rows):
    activations.tanh(y, 0.5 * numbers[0], 0.5, 0.5)


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
    activations.tanh(y, numbers[1], numbers[0], 0.0)


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
    target, share = out.dtype.type(numbers[0]), out.dtype.type(1.0 / rows)
    for i in range(out.size):
        out[i] = share * (output[i] - target)


@elementwise(3)
def square_term_drawn(output, targets, out, numbers, rows):
    share = out.dtype.type(1.0 / rows)
    for i in range(out.size):
        out[i] = share * (output[i] - targets[i])


# --- games of two numbers


@elementwise(4)
def bilinear(theta, phi, dtheta, dphi, numbers, rows):
    for i in range(theta.size):
        dtheta[i], dphi[i] = phi[i], -theta[i]


@elementwise(4)
def dirac(theta, phi, dtheta, dphi, numbers, rows):
    one = theta.dtype.type(1)
    for i in range(theta.size):
        slope = one / (one + np.exp(theta[i] * phi[i]))
        dtheta[i], dphi[i] = phi[i] * slope, -theta[i] * slope
