"""Forward and backward through dense layers, by a team of threads.

A pass ends each layer with a barrier. Forward, a thread takes a share of the units or of the rows or, where rows are
few, of the inputs. Backward, it takes a share of a layer's inputs: for those it computes ∂E/∂x, then the gradient of
their weights, a block at a time, and steps along it at once, while the block is in its cache; the whole gradient is
never written.
"""

from gancli.engines.compiled import activations, optimizers
from gancli.engines.compiled import clock as clocks
from gancli.engines.compiled.arrays import after, cut
from gancli.engines.compiled.blas import gemm
from gancli.engines.compiled.clock import lap
from gancli.engines.compiled.columns import (
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
    OUTPUTS,
    ROOM,
    SECTION,
    UNITS,
    WEIGHTS,
    Y,
)  # fmt: skip
from gancli.engines.compiled.few import backward_few, forward_few
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.penalty import tangents
from gancli.engines.compiled.tables import FEW
from gancli.engines.compiled.threads import barrier, share
from gancli.engines.compiled.views import activation_of, add, copy, fill, own_block, params, share_of_inputs, stretch

STRIP = 128
"""Rows that a product makes before their activation is taken, so that they are still in the cache."""


@part
def forward(team, shared, net, memory, rows, x, out, noise):
    """Outputs of every layer for x (rows × inputs,), the last one's at the place `out`; `noise` holds its numbers."""
    source, top = x, len(net.layers) - 1
    for n in range(top + 1):
        layer, activation = net.layers[n], activation_of(net, n)
        begin = out if n == top else net.numbers[Y] + rows * layer[OUTPUTS]
        y = cut(memory, begin, rows * layer[UNITS])
        if layer[NOISE]:
            _join_noise(team, memory, layer, rows, source, noise)
            noise = after(noise, rows * (layer[BELOW] if layer[NOISE] != CONCAT else layer[INPUTS] - layer[BELOW]))
            source = cut(memory, layer[NOISY], rows * layer[INPUTS])
            barrier(team, shared)
        if rows <= FEW:
            forward_few(team, shared, net, memory, layer, activation, rows, source, y)
        else:
            _forward_many(team, net, layer, activation, rows, source, y)
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
            copy(given, cut(row, 0, below))
            copy(own, cut(row, below, inputs - below))
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
def _forward_many(team, net, layer, activation, rows, x, y):
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
        gemm(False, False, count, right - left, inputs, start, inputs, after(w, left), units, part, units, False)
        for k in range(count):
            row = cut(part, k * units, right - left)
            if layer[BIAS] >= 0:
                add(params(net, x, layer[BIAS] + left, right - left), row)
            activations.forward(activation, row)


@part
def backward(team, shared, net, memory, rows, x, learn, dx, below, along, slopes, clock):
    """From ∂E/∂(last sum), in the last layer's stretch of the gradients, to the first layer.

    With `learn`, every parameter takes its step. Where `dx` (rows × inputs,) is not empty, it receives ∂E/∂x, taken
    through the activation that x came out of: `below` is its code and its two numbers. `along` and `slopes` are places:
    of the tangents of a penalty that is learnt as well (0: none; see `penalty`), and of its ∂D/∂(x W + b).
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
            backward_few(team, net, memory, layer, rows, source, dy, learn, gradient, clock)
        else:
            t = tangents(net, memory, rows, along, n)
            slope = stretch(memory, slopes, layer, rows)
            _backward_many(team, net, memory, layer, rows, source, dy, learn, gradient, t, slope, clock)
        if gradient.size:
            _through(team, memory, layer, rows, activation, inputs_of_activation, gradient)
        if learn and layer[BIAS] >= 0:
            _step_bias(team, net, memory, layer, rows, dy)
        barrier(team, shared)
    if learn:
        finish_step(team, shared, net, x)


@part
def _through(team, memory, layer, rows, activation, y, dy):
    """Through the noise and the activation below, for this thread's share of the inputs."""
    start, stop = share_of_inputs(team, layer, rows)
    stop, below = min(stop, layer[BELOW]), layer[BELOW]
    if stop > start:
        for r in range(rows):
            part, gradient = cut(y, r * below + start, stop - start), cut(dy, r * below + start, stop - start)
            if layer[NOISE] == MULTIPLY:
                factors = cut(memory, layer[FACTORS] + r * below + start, stop - start)
                for j in range(gradient.size):
                    gradient[j] *= factors[j]
            activations.backward(activation, part, gradient)


@part
def _backward_many(team, net, memory, layer, rows, x, dy, learn, dx, t, slope, clock):
    inputs, units = layer[INPUTS], layer[UNITS]
    start, stop = share_of_inputs(team, layer, rows)
    if start == stop:
        return
    received = min(stop, layer[BELOW]) - start  # noise beside the inputs receives no gradient
    if dx.size and received > 0:
        w = params(net, x, layer[WEIGHTS] + start * units, received * units)
        gemm(False, True, rows, received, units, dy, units, w, units, after(dx, start), layer[BELOW], False)
    if not learn:
        return
    together = max(net.numbers[ROOM] // units, 1)
    for i in range(start, stop, together):
        count = min(together, stop - i)
        g = own_block(team, net, memory, count * units)
        gemm(True, False, count, units, rows, after(x, i), inputs, dy, units, g, units, False)
        if t.size:
            gemm(True, False, count, units, rows, after(t, i), inputs, slope, units, g, units, True)
        lap(team, clock, net.numbers[SECTION])
        optimizers.step(net, layer[WEIGHTS] + i * units, g)
        lap(team, clock, clocks.OPTIMIZER)


@part
def _step_bias(team, net, memory, layer, rows, dy):
    units = layer[UNITS]
    start, stop = share(units, team, 16)
    if start == stop:
        return
    g = own_block(team, net, memory, stop - start)
    fill(g, 0.0)
    for r in range(rows):
        add(cut(dy, r * units + start, stop - start), g)
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
