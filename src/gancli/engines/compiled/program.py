"""A game as a short list of operations, and the one compiled function that carries such lists out.

The lists are made in `programs.py`. A single function serves all games, so each of its parts is compiled once. Every
operation ends in a barrier.
"""

import os

from gancli.engines.compiled import activations, losses
from gancli.engines.compiled.arrays import after, borrow, cut, vector
from gancli.engines.compiled.clock import lap
from gancli.engines.compiled.columns import AVERAGE, BELOW, COUNT, DY, OUTPUTS, SIZE, UNITS, Y
from gancli.engines.compiled.jit import part, stamp_of, whole
from gancli.engines.compiled.network import backward, forward
from gancli.engines.compiled.optimizers import DECAY
from gancli.engines.compiled.penalty import find_tangents
from gancli.engines.compiled.tables import Net
from gancli.engines.compiled.threads import barrier, share
from gancli.engines.compiled.views import activation_of, copy, params, top

LOAD, LATENT, FORWARD, KEEP, TARGET, TERM, BACKWARD, FOLLOW, TANGENTS = range(9)
"""Operations; what each does is said where it is carried out."""
CODE, NET, ROWS, FROM, TO, A, B, SECTION = range(8)
"""Columns of an operation: `FROM` and `TO` are places in the memory, A and B what the operation makes of them."""
LEARN, LEARN_PENALTY = 1, 2
"""What a network may do on a pass back, besides passing it on."""
NOBODY = -1
"""Whose output a sample of the data is."""


@part
def carry_out(team, shared, clock, nets, operations, terms, data, targets, rows, latents, noise, memory):
    """One game for each of `rows` (games, samples), `latents` and `noise` (games, numbers).

    `nets` are three `tables.Net`; `terms` (terms, 3) the adversarial loss; `data` (bytes, reals, factor); `targets`
    (labels, codes, loss).
    """
    nets = (_borrowed(nets[0]), _borrowed(nets[1]), _borrowed(nets[2]))
    data = (borrow(data[0]), borrow(data[1]), data[2])
    targets = (borrow(targets[0]), borrow(targets[1]), targets[2])
    operations, terms, rows = borrow(operations), borrow(terms), borrow(rows)
    latents, noise, memory, shared = borrow(latents), borrow(noise), borrow(memory), borrow(shared)
    lap(team, clock, -1)
    for game in range(len(rows)):
        for index in range(len(operations)):
            operation = operations[index]
            net = nets[operation[NET]]
            code, count, source, place = operation[CODE], operation[ROWS], operation[FROM], operation[TO]
            if code == LOAD:  # A: the first of the rows
                load(team, data, cut(rows[game], operation[A], count), after(memory, place))
            elif code == LATENT:  # A: the first number; B: how many
                share_copy(team, after(latents[game], operation[A]), after(memory, place), operation[B])
            elif code == FORWARD:  # A: the first number of its noise
                numbers = after(noise[game], operation[A])
                forward(team, shared, net, memory, count, after(memory, source), place, numbers)
            elif code == KEEP:  # A: how many of the rows
                keep_last(team, shared, net, memory, count, operation[A])
            elif code == TARGET:  # A: the first of the rows
                target(team, net, memory, targets, cut(rows[game], operation[A], count))
            elif code == TERM:  # A: the term; B: the first of the outputs, of `source` in all; `place`: see `term`
                drawn = cut(latents[game], max(place - 1, 0), count if place > 0 else 0)
                term(team, net, memory, count, terms[operation[A]], operation[B], source, drawn)
            elif code == FOLLOW:
                follow(team, net, memory)
            elif code == TANGENTS:
                find_tangents(team, net, memory, count, place)
            else:  # BACKWARD; A: does it learn? B: whose output it judged; TO: ∂E/∂x, or a penalty's tangents
                learn, judged, along = operation[A] > 0, operation[B], place if operation[A] == LEARN_PENALTY else 0
                below = activation_of(nets[judged], len(nets[judged].layers) - 1) if judged >= 0 else (0, 1.0, 0.0)
                size = count * net.layers[0, BELOW] if place > along else 0
                x, dx, slopes = after(memory, source), cut(memory, place, size), nets[2].numbers[DY]
                backward(team, shared, net, memory, count, x, learn, dx, below, along, slopes, clock)
            barrier(team, shared)
            lap(team, clock, operation[SECTION])


def _kept(stamp):
    """`carry_out` for Python, kept on disk.

    Numba takes what it has kept for current while this one file is unchanged, whatever happened to those of the parts.
    But it also looks at what a function closes over: the stamp of all their sources.
    """

    @whole
    def play(team, shared, clock, nets, operations, terms, data, targets, rows, latents, noise, memory):
        if stamp:  # always
            carry_out(team, shared, clock, nets, operations, terms, data, targets, rows, latents, noise, memory)

    return play


play = _kept(stamp_of(os.path.dirname(__file__)))


@part
def _borrowed(net):
    return Net(borrow(net.numbers), borrow(net.layers), borrow(net.slopes), borrow(net.hyper))


@part
def load(team, data, rows, x):
    """x ← factor × samples[rows], (rows × features,); of bytes and reals, one is empty."""
    octets, reals, factor = data
    start, stop = share(rows.size, team, 1)
    factor = x.dtype.type(factor)
    features = max(octets.shape[1], reals.shape[1])
    for r in range(start, stop):
        row = cut(x, r * features, features)
        if octets.size:
            sample = octets[rows[r]]
            for i in range(features):
                row[i] = factor * x.dtype.type(sample[i])
        else:
            values = reals[rows[r]]
            for i in range(features):
                row[i] = factor * values[i]


@part
def share_copy(team, source, place, size):
    """Place ← source, `size` elements."""
    start, stop = share(size, team, 64)
    copy(cut(source, start, stop - start), cut(place, start, stop - start))


@part
def keep_last(team, shared, net, memory, rows, batch):
    """Of a pass of `rows` rows, keep the last `batch` hidden outputs as if it had been one of theirs alone.

    A layer's move overwrites only what has been moved already; nothing of its own, for `rows` are two batches or more.
    """
    for n in range(len(net.layers) - 1 if rows > batch else 0):
        before, units, y = net.layers[n, OUTPUTS], net.layers[n, UNITS], net.numbers[Y]
        width = batch * units
        last, place = y + rows * (before + units) - width, y + batch * before
        share_copy(team, after(memory, last), after(memory, place), width)
        barrier(team, shared)


@part
def target(team, net, memory, targets, rows):
    """∂E/∂(last sum) of a supervised loss, for outputs that should be the codes of the rows' labels."""
    labels, codes, loss = targets
    if team[0] == 0:
        o, dy = top(net, memory, net.numbers[Y], rows.size), top(net, memory, net.numbers[DY], rows.size)
        units = codes.shape[1]
        for r in range(rows.size):
            code = codes[labels[rows[r]]]
            losses.supervised(loss, rows.size, cut(o, r * units, units), code, cut(dy, r * units, units))
        activations.backward(activation_of(net, len(net.layers) - 1), o, dy)


@part
def term(team, net, memory, count, numbers, begin, rows, drawn):
    """∂term/∂(last sum), for outputs begin … begin + count of the opponent's `rows`.

    `drawn` are their targets, where they are drawn: among a game's latents, from `place` − 1 on.
    """
    if team[0] == 0:
        o = cut(top(net, memory, net.numbers[Y], rows), begin, count)
        dy = cut(top(net, memory, net.numbers[DY], rows), begin, count)
        losses.term(int(numbers[0]), numbers[1], numbers[2], o, drawn, dy)
        activations.backward(activation_of(net, len(net.layers) - 1), o, dy)


@part
def follow(team, net, memory):
    """The moving average of the parameters follows them."""
    steps = net.numbers[COUNT]
    rest = memory.dtype.type(1.0 - min(net.hyper[DECAY], (1.0 + steps) / (10.0 + steps)))
    start, stop = share(net.numbers[SIZE], team, 64)
    average = vector(memory, net.numbers[AVERAGE] + start * memory.itemsize, stop - start)
    w = params(net, memory, start, stop - start)
    for i in range(w.size):
        average[i] += rest * (w[i] - average[i])
