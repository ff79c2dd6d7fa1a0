"""Products of few rows: BLAS would spend its time on packing the weights, which are read once here for all rows."""

from gancli.engines.compiled.jit import loop
from gancli.engines.compiled.lanes import add_products
from gancli.engines.compiled.views import cut


@loop
def add_four(w, units, rows, x, inputs, y):
    """y += x[:, :4] w[:4]; a row of y is loaded and stored once for four products."""
    starts = (0, units, 2 * units, 3 * units)
    for r in range(0, rows - 1, 2):
        a, b = r * inputs, (r + 1) * inputs
        factors = (x[a], x[a + 1], x[a + 2], x[a + 3], x[b], x[b + 1], x[b + 2], x[b + 3])
        add_products(y, (r * units, (r + 1) * units), w, starts, factors, units)
    if rows % 2:
        a = (rows - 1) * inputs
        add_products(y, ((rows - 1) * units,), w, starts, (x[a], x[a + 1], x[a + 2], x[a + 3]), units)


@loop
def add_one(w, units, rows, x, inputs, y):
    """y += x[:, :1] w[:1]."""
    for r in range(rows):
        add_products(y, (r * units,), w, (0,), (x[r * inputs],), units)


@loop
def dot_rows(w, units, rows, dy, dx, inputs):
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


@loop
def add_outer(w, units, rows, x, inputs, dy, factor):
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
