"""Products of few rows: BLAS would spend its time on packing the weights, which are read once here for all rows.

A thread takes a share of a layer's inputs, forward and backward alike, so that the weights it moves stay in its cache.
"""

from gancli.engines.compiled import activations, optimizers
from gancli.engines.compiled import clock as clocks
from gancli.engines.compiled.arrays import after, cut
from gancli.engines.compiled.clock import lap
from gancli.engines.compiled.columns import BELOW, BIAS, INPUTS, OPTIMIZER, ROOM, SECTION, UNITS, VELOCITY, WEIGHTS, G
from gancli.engines.compiled.jit import kernel, part
from gancli.engines.compiled.lanes import add_products
from gancli.engines.compiled.threads import barrier, share
from gancli.engines.compiled.views import add, copy, fill, own_block, params, share_of_inputs


@part
def forward_few(team, shared, net, memory, layer, activation, rows, x, y):
    """Each thread's share of the inputs, then their sum: a thread reads the weights that it moves in `backward_few`.

    Four rows of weights are read at once, for all rows of x; four inputs that are zero in all of these cost nothing.
    """
    inputs, units = layer[INPUTS], layer[UNITS]
    start, stop = share_of_inputs(team, layer, rows)
    w, size = params(net, x, layer[WEIGHTS], inputs * units), rows * units
    part = own_block(team, net, memory, size)
    fill(part, 0.0)
    for i in range(start, stop - 3, 4):
        used = False
        for r in range(rows):
            place = r * inputs + i
            used |= (x[place] != 0) | (x[place + 1] != 0) | (x[place + 2] != 0) | (x[place + 3] != 0)
        if used:
            _add_four(after(w, i * units), units, rows, after(x, i), inputs, part)
    for i in range(stop - (stop - start) % 4, stop):
        _add_one(after(w, i * units), units, rows, after(x, i), inputs, part)
    barrier(team, shared)
    start, stop = share(units, team, 16)
    for r in range(rows if stop > start else 0):
        row = cut(y, r * units + start, stop - start)
        if layer[BIAS] >= 0:
            copy(params(net, x, layer[BIAS] + start, stop - start), row)
        else:
            fill(row, 0.0)
        for t in range(team[1]):
            begin = net.numbers[G] + t * net.numbers[ROOM] + r * units
            add(cut(memory, begin + start, stop - start), row)
        activations.forward(activation, row)


@kernel
def _add_four(w, units, rows, x, inputs, y):
    """y += x[:, :4] w[:4]; a row of y is loaded and stored once for four products."""
    starts = (0, units, 2 * units, 3 * units)
    for r in range(0, rows - 1, 2):
        a, b = r * inputs, (r + 1) * inputs
        factors = (x[a], x[a + 1], x[a + 2], x[a + 3], x[b], x[b + 1], x[b + 2], x[b + 3])
        add_products(y, (r * units, (r + 1) * units), w, starts, factors, units)
    if rows % 2:
        a = (rows - 1) * inputs
        add_products(y, ((rows - 1) * units,), w, starts, (x[a], x[a + 1], x[a + 2], x[a + 3]), units)


@kernel
def _add_one(w, units, rows, x, inputs, y):
    """y += x[:, :1] w[:1]."""
    for r in range(rows):
        add_products(y, (r * units,), w, (0,), (x[r * inputs],), units)


@part
def backward_few(team, net, memory, layer, rows, x, dy, learn, dx, clock):
    """Some rows of weights at a time: their part of ∂E/∂x, their gradient, their step."""
    inputs, units = layer[INPUTS], layer[UNITS]
    start, stop = share_of_inputs(team, layer, rows)
    plain = net.numbers[OPTIMIZER] == optimizers.SGD and net.numbers[VELOCITY] == 0 and net.hyper[optimizers.BOUND] == 0
    factor = -net.hyper[optimizers.ETA] if plain else 1.0
    alone = plain and not dx.size  # then nothing needs a strip to be in the cache
    together = max(stop - start, 1) if alone else max(optimizers.STRIP // units // 4, 1) * 4
    for first in range(start, stop, together):
        last = min(first + together, stop)
        begin, size = layer[WEIGHTS] + first * units, (last - first) * units
        w = params(net, x, begin, size)
        received = min(last, layer[BELOW]) - first
        if dx.size and received > 0:
            _dot_rows(cut(w, 0, received * units), units, rows, dy, after(dx, first), layer[BELOW])
        if learn:  # plain steps are added to the weights at once
            g = w
            if not plain:
                g = own_block(team, net, memory, size)
                fill(g, 0.0)
            _add_outer(g, units, rows, after(x, first), inputs, dy, factor)
            lap(team, clock, net.numbers[SECTION])
            if not plain:
                optimizers.step(net, begin, g)
                lap(team, clock, clocks.OPTIMIZER)


@kernel
def _dot_rows(w, units, rows, dy, dx, inputs):
    """dx[r, i] = dy[r] · w[i], for every row of w; four at a time, whose sums do not wait for one another."""
    count, zero = w.size // units, w.dtype.type(0)
    for i in range(0, count - 3, 4):
        wa, wb = cut(w, i * units, units), cut(w, (i + 1) * units, units)
        wc, wd = cut(w, (i + 2) * units, units), cut(w, (i + 3) * units, units)
        for r in range(rows):
            row, a, b, c, d = cut(dy, r * units, units), zero, zero, zero, zero
            for j in range(units):
                a += row[j] * wa[j]
                b += row[j] * wb[j]
                c += row[j] * wc[j]
                d += row[j] * wd[j]
            place = r * inputs + i
            dx[place], dx[place + 1], dx[place + 2], dx[place + 3] = a, b, c, d
    for i in range(count - count % 4, count):
        row_of_w = cut(w, i * units, units)
        for r in range(rows):
            row, total = cut(dy, r * units, units), zero
            for j in range(units):
                total += row[j] * row_of_w[j]
            dx[r * inputs + i] = total


@kernel
def _add_outer(w, units, rows, x, inputs, dy, factor):
    """w[i] += factor × Σ_r x[r, i] dy[r]; two rows at a time, zeros skipped."""
    factor = w.dtype.type(factor)
    for i in range(w.size // units):
        place = (i * units,)
        for r in range(0, rows - 1, 2):
            a, b = factor * x[r * inputs + i], factor * x[(r + 1) * inputs + i]
            if a != 0 or b != 0:
                add_products(w, place, dy, (r * units, (r + 1) * units), (a, b), units)
        if rows % 2:
            a = factor * x[(rows - 1) * inputs + i]
            if a != 0:
                add_products(w, place, dy, ((rows - 1) * units,), (a,), units)
