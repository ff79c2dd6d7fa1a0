"""Forward and backward through dense layers, by a team of threads.

A pass ends each layer with a barrier. Forward, a thread takes a share of the units or of the rows or, where rows are
few, of the inputs. Backward, it takes a share of a layer's inputs: for those it computes ∂E/∂x, then the gradient of
their weights, a block at a time, and steps along it at once, while the block is in its cache; the whole gradient is
never written.
"""

from gancli.engines.compiled import activations, optimizers
from gancli.engines.compiled import clock as clocks
from gancli.engines.compiled.arrays import after, cut, vector
from gancli.engines.compiled.blas import gemm
from gancli.engines.compiled.clock import lap
from gancli.engines.compiled.columns import (
    ACTIVATION,
    ADD,
    BELOW,
    BIAS,
    CONCAT,
    COUNT,
    DY,
    FACTORS,
    INPUTS,
    MULTIPLY,
    NOISE,
    NOISY,
    OPTIMIZER,
    OUTPUTS,
    PARAMS,
    ROOM,
    SECTION,
    UNITS,
    VELOCITY,
    WEIGHTS,
    G,
    Y,
)  # fmt: skip
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.tables import FEW
from gancli.engines.compiled.threads import barrier, share

STRIP = 128
"""Rows that a product makes before their activation is taken, so that they are still in the cache."""


@part
def forward(team, shared, net, memory, rows, x, out, noise):
    """Outputs of every layer for x (rows × inputs,), the last one's at the place `out`; `noise` holds its numbers."""
    source, top = x, len(net.layers) - 1
    for n in range(top + 1):
        layer, slopes = net.layers[n], net.slopes[n]
        begin = out if n == top else net.numbers[Y] + rows * layer[OUTPUTS]
        y = cut(memory, begin, rows * layer[UNITS])
        if layer[NOISE]:
            _join_noise(team, memory, layer, rows, source, noise)
            noise = after(noise, rows * (layer[BELOW] if layer[NOISE] != CONCAT else layer[INPUTS] - layer[BELOW]))
            source = cut(memory, layer[NOISY], rows * layer[INPUTS])
            barrier(team, shared)
        if rows <= FEW:
            _forward_few(team, shared, net, memory, layer, slopes, rows, source, y)
        else:
            _forward_many(team, net, layer, slopes, rows, source, y)
        barrier(team, shared)
        source = y


@part
def _join_noise(team, memory, layer, rows, x, noise):
    """Inputs and noise side by side, their sum, or x (1 + n), whose factors are kept."""
    inputs, below, mode = layer[INPUTS], layer[BELOW], layer[NOISE]
    start, stop = share(rows, team, 1)
    for r in range(start, stop):
        row, given = cut(memory, layer[NOISY] + r * inputs, inputs), cut(x, r * below, below)
        if mode == CONCAT:
            own = cut(noise, r * (inputs - below), inputs - below)
            _copy(given, cut(row, 0, below))
            _copy(own, cut(row, below, inputs - below))
            continue
        own = cut(noise, r * below, below)
        if mode == ADD:
            for j in range(row.size):
                row[j] = given[j] + own[j]
        else:
            factors, one = cut(memory, layer[FACTORS] + r * below, below), row.dtype.type(1)
            for j in range(row.size):
                factors[j] = one + own[j]
                row[j] = given[j] * factors[j]


@part
def _forward_many(team, net, layer, slopes, rows, x, y):
    """A share of the units or of the rows, whichever are more: BLAS repacks the other operand in every thread."""
    inputs, units = layer[INPUTS], layer[UNITS]
    first, last, left, right = 0, rows, 0, units
    if units > rows:
        left, right = share(units, team, 16)
    else:
        first, last = share(rows, team, 1)
    w = params(net, x, layer[WEIGHTS], inputs * units)
    for r in range(first, last if right > left else first, STRIP):
        count = min(STRIP, last - r)
        part, start = after(y, r * units + left), after(x, r * inputs)
        gemm(False, False, count, right - left, inputs, start, inputs, after(w, left), units, part, units)
        for k in range(count):
            row = cut(part, k * units, right - left)
            if layer[BIAS] >= 0:
                _add(params(net, x, layer[BIAS] + left, right - left), row)
            activations.forward(layer[ACTIVATION], slopes[0], slopes[1], row)


@part
def _forward_few(team, shared, net, memory, layer, slopes, rows, x, y):
    """Each thread's share of the inputs, then their sum: a thread reads the weights that it moves in `_backward_few`.

    Four rows of weights are read at once, for all rows of x; inputs that are zero in all of these cost nothing.
    """
    inputs, units = layer[INPUTS], layer[UNITS]
    start, stop = share(inputs, team, 1)
    w, size = params(net, x, layer[WEIGHTS], inputs * units), rows * units
    part = own_block(team, net, memory, size)
    fill(part, 0.0)
    found, one, two, three = 0, start, start, start
    for i in range(start, stop):
        used = False
        for r in range(rows):
            used |= x[r * inputs + i] != 0
        if used:
            found += 1
            if found == 4:
                _add_products(w, units, rows, x, inputs, one, two, three, i, part)
                found = 0
            one, two, three = two, three, i
    for k in range(found):
        _add_product(w, units, rows, x, inputs, three if k == 0 else (two if k == 1 else one), part)
    barrier(team, shared)
    start, stop = share(units, team, 16)
    for r in range(rows if stop > start else 0):
        row = cut(y, r * units + start, stop - start)
        if layer[BIAS] >= 0:
            _copy(params(net, x, layer[BIAS] + start, stop - start), row)
        else:
            fill(row, 0.0)
        for t in range(team[1]):
            begin = net.numbers[G] + t * net.numbers[ROOM] + r * units
            _add(cut(memory, begin + start, stop - start), row)
        activations.forward(layer[ACTIVATION], slopes[0], slopes[1], row)


@part
def _copy(a, b):
    for i in range(b.size):
        b[i] = a[i]


@part
def _add(a, b):
    for i in range(b.size):
        b[i] += a[i]


@part
def _add_products(w, units, rows, x, inputs, a, b, c, d, y):
    """y += x[:, abcd] w[abcd]; a row of y is loaded and stored once for four products."""
    wa, wb = cut(w, a * units, units), cut(w, b * units, units)
    wc, wd = cut(w, c * units, units), cut(w, d * units, units)
    for r in range(0, rows - 1, 2):
        row, other, begin, end = cut(y, r * units, units), cut(y, (r + 1) * units, units), r * inputs, (r + 1) * inputs
        xa, xb, xc, xd = x[begin + a], x[begin + b], x[begin + c], x[begin + d]
        za, zb, zc, zd = x[end + a], x[end + b], x[end + c], x[end + d]
        for j in range(row.size):
            row[j] += xa * wa[j] + xb * wb[j] + xc * wc[j] + xd * wd[j]
            other[j] += za * wa[j] + zb * wb[j] + zc * wc[j] + zd * wd[j]
    if rows % 2:
        row, begin = cut(y, (rows - 1) * units, units), (rows - 1) * inputs
        xa, xb, xc, xd = x[begin + a], x[begin + b], x[begin + c], x[begin + d]
        for j in range(row.size):
            row[j] += xa * wa[j] + xb * wb[j] + xc * wc[j] + xd * wd[j]


@part
def _add_product(w, units, rows, x, inputs, i, y):
    row_of_w = cut(w, i * units, units)
    for r in range(rows):
        row, value = cut(y, r * units, units), x[r * inputs + i]
        for j in range(row.size):
            row[j] += value * row_of_w[j]


@part
def backward(team, shared, net, memory, rows, x, learn, dx, below, clock):
    """From ∂E/∂(last sum), in the last layer's stretch of the gradients, to the first layer.

    With `learn`, every parameter takes its step. Where `dx` (rows × inputs,) is not empty, it receives ∂E/∂x, taken
    through the activation that x came out of: `below` is its code and its two numbers.
    """
    for n in range(len(net.layers) - 1, -1, -1):
        layer = net.layers[n]
        dy = stretch(memory, net.numbers[DY], layer, rows)
        if n > 0:
            source = stretch(memory, net.numbers[Y], net.layers[n - 1], rows)
            gradient = stretch(memory, net.numbers[DY], net.layers[n - 1], rows)
            activation = activation_of(net, n - 1)
        else:
            source, gradient, activation = x, dx, below
        inputs_of_activation = source
        if layer[NOISE]:
            source = cut(memory, layer[NOISY], rows * layer[INPUTS])
        if rows <= FEW:
            _backward_few(team, net, memory, layer, rows, source, dy, learn, gradient, clock)
        else:
            _backward_many(team, net, memory, layer, rows, source, dy, learn, gradient, clock)
        if gradient.size:
            _through(team, memory, layer, rows, activation, inputs_of_activation, gradient)
        if learn and layer[BIAS] >= 0:
            _step_bias(team, net, memory, layer, rows, dy)
        barrier(team, shared)
    if learn:
        finish_step(team, shared, net, x)


@part
def params(net, like, start, size):
    """Parameters start … start + size."""
    return vector(like, net.numbers[PARAMS] + start * like.itemsize, size)


@part
def fill(a, value):
    """a ← value. (`a[:] = value` compiles in seconds, for the message of an error that cannot be.)"""
    number = a.dtype.type(value)
    for i in range(a.size):
        a[i] = number


@part
def stretch(memory, base, layer, rows):
    """A layer's (rows × units,) among those that begin at `base`."""
    return cut(memory, base + rows * layer[OUTPUTS], rows * layer[UNITS])


@part
def own_block(team, net, memory, size):
    """This thread's block of gradient."""
    return cut(memory, net.numbers[G] + team[0] * net.numbers[ROOM], size)


@part
def activation_of(net, n):
    """Code and two numbers of layer `n`'s activation."""
    return net.layers[n, ACTIVATION], net.slopes[n, 0], net.slopes[n, 1]


@part
def _through(team, memory, layer, rows, activation, y, dy):
    """Through the noise and the activation below, for this thread's share of the inputs."""
    start, stop = share(layer[INPUTS], team, 1 if rows <= FEW else 16)
    stop, below = min(stop, layer[BELOW]), layer[BELOW]
    if stop > start:
        for r in range(rows):
            part, gradient = cut(y, r * below + start, stop - start), cut(dy, r * below + start, stop - start)
            if layer[NOISE] == MULTIPLY:
                factors = cut(memory, layer[FACTORS] + r * below + start, stop - start)
                for j in range(gradient.size):
                    gradient[j] *= factors[j]
            activations.backward(activation[0], activation[1], activation[2], part, gradient)


@part
def _backward_many(team, net, memory, layer, rows, x, dy, learn, dx, clock):
    inputs, units = layer[INPUTS], layer[UNITS]
    start, stop = share(inputs, team, 16)
    if start == stop:
        return
    received = min(stop, layer[BELOW]) - start  # noise beside the inputs receives no gradient
    if dx.size and received > 0:
        w = params(net, x, layer[WEIGHTS] + start * units, received * units)
        gemm(False, True, rows, received, units, dy, units, w, units, after(dx, start), layer[BELOW])
    if not learn:
        return
    together = max(net.numbers[ROOM] // units, 1)
    for i in range(start, stop, together):
        count = min(together, stop - i)
        g = own_block(team, net, memory, count * units)
        gemm(True, False, count, units, rows, after(x, i), inputs, dy, units, g, units)
        lap(team, clock, net.numbers[SECTION])
        optimizers.step(net, layer[WEIGHTS] + i * units, g)
        lap(team, clock, clocks.OPTIMIZER)


@part
def _backward_few(team, net, memory, layer, rows, x, dy, learn, dx, clock):
    """Some rows of weights at a time: their part of ∂E/∂x, their gradient, their step."""
    inputs, units = layer[INPUTS], layer[UNITS]
    start, stop = share(inputs, team, 1)
    plain = net.numbers[OPTIMIZER] == optimizers.SGD and net.numbers[VELOCITY] == 0 and net.hyper[optimizers.BOUND] == 0
    together = max(optimizers.STRIP // units, 1)
    for first in range(start, stop, together):
        last = min(first + together, stop)
        begin, size = layer[WEIGHTS] + first * units, (last - first) * units
        w = params(net, x, begin, size)
        received = min(last, layer[BELOW]) - first
        if dx.size and received > 0:
            _dot_rows(cut(w, 0, received * units), units, rows, dy, after(dx, first), layer[BELOW])
        if learn and plain:
            _add_outer(w, units, rows, after(x, first), inputs, dy, -net.hyper[optimizers.ETA], True)
        elif learn:
            g = own_block(team, net, memory, size)
            _add_outer(g, units, rows, after(x, first), inputs, dy, 1.0, False)
            lap(team, clock, net.numbers[SECTION])
            optimizers.step(net, begin, g)
            lap(team, clock, clocks.OPTIMIZER)


@part
def _dot_rows(w, units, rows, dy, dx, inputs):
    """dx[r, i] = dy[r] · w[i], for every row of w."""
    for i in range(w.size // units):
        row_of_w = cut(w, i * units, units)
        for r in range(rows):
            row, total = cut(dy, r * units, units), w.dtype.type(0)
            for j in range(units):
                total += row[j] * row_of_w[j]
            dx[r * inputs + i] = total


@part
def _add_outer(w, units, rows, x, inputs, dy, factor, keep):
    """w[i] ← factor × Σ_r x[r, i] dy[r], added to what is there with `keep`; two rows at a time, zeros skipped."""
    factor, zero = w.dtype.type(factor), w.dtype.type(0)
    for i in range(w.size // units):
        row_of_w = cut(w, i * units, units)
        if not keep:
            fill(row_of_w, 0.0)
        for r in range(0, rows, 2):
            other = min(r + 1, rows - 1)
            a, b = factor * x[r * inputs + i], factor * x[other * inputs + i] if other > r else zero
            one, two = cut(dy, r * units, units), cut(dy, other * units, units)
            if b != 0:
                for j in range(row_of_w.size):
                    row_of_w[j] += a * one[j] + b * two[j]
            elif a != 0:
                for j in range(row_of_w.size):
                    row_of_w[j] += a * one[j]


@part
def _step_bias(team, net, memory, layer, rows, dy):
    units = layer[UNITS]
    start, stop = share(units, team, 16)
    if start == stop:
        return
    g = own_block(team, net, memory, stop - start)
    fill(g, 0.0)
    for r in range(rows):
        row = cut(dy, r * units + start, stop - start)
        for j in range(g.size):
            g[j] += row[j]
    optimizers.step(net, layer[BIAS] + start, g)


@part
def finish_step(team, shared, net, like):
    """Count the step, and keep to the bound of `clip: rescale`, which needs each whole matrix and bias."""
    if team[0] == 0:
        net.numbers[COUNT] += 1
        bound = net.hyper[optimizers.RESCALE]
        if bound > 0:
            for n in range(len(net.layers)):
                layer = net.layers[n]
                _rescale(params(net, like, layer[WEIGHTS], layer[INPUTS] * layer[UNITS]), bound)
                if layer[BIAS] >= 0:
                    _rescale(params(net, like, layer[BIAS], layer[UNITS]), bound)
    barrier(team, shared)


@part
def _rescale(w, bound):
    largest = w.dtype.type(0)
    for i in range(w.size):
        largest = max(largest, abs(w[i]))
    if largest > bound:
        factor = w.dtype.type(bound / largest)
        for i in range(w.size):
            w[i] *= factor
