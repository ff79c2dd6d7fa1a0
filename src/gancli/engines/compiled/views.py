"""Views of what a thread works on - parameters, outputs, gradients, its own block - and the loops over them."""

from gancli.engines.compiled.arrays import cut, vector
from gancli.engines.compiled.columns import ACTIVATION, INPUTS, OUTPUTS, PARAMS, ROOM, UNITS, G
from gancli.engines.compiled.jit import kernel, part
from gancli.engines.compiled.tables import FEW
from gancli.engines.compiled.threads import share


@part
def params(net, like, start, size):
    """Parameters start … start + size."""
    return vector(like, net.numbers[PARAMS] + start * like.itemsize, size)


@part
def stretch(memory, base, layer, rows):
    """A layer's (rows × units,) among those that begin at `base`."""
    return cut(memory, base + rows * layer[OUTPUTS], rows * layer[UNITS])


@part
def top(net, memory, base, rows):
    """The last layer's stretch among those that begin at `base`."""
    return stretch(memory, base, net.layers[len(net.layers) - 1], rows)


@part
def own_block(team, net, memory, size):
    """This thread's block of gradient."""
    return cut(memory, net.numbers[G] + team[0] * net.numbers[ROOM], size)


@part
def activation_of(net, n):
    """Code and two numbers of layer `n`'s activation."""
    return net.layers[n, ACTIVATION], net.slopes[n, 0], net.slopes[n, 1]


@part
def share_of_inputs(team, layer, rows):
    """A thread's share of a layer's inputs: one for the weights that it reads, their step, and the gradient below."""
    return share(layer[INPUTS], team, 1 if rows <= FEW else 16)


@kernel
def fill(a, value):
    """a ← value. (`a[:] = value` compiles in seconds, for the message of an error that cannot be.)"""
    number = a.dtype.type(value)
    for i in range(a.size):
        a[i] = number


@kernel
def copy(a, b):
    """b ← a."""
    for i in range(b.size):
        b[i] = a[i]


@kernel
def multiply(a, b):
    """b ← b × a."""
    for i in range(b.size):
        b[i] *= a[i]


@kernel
def add(a, b):
    """b ← b + a."""
    for i in range(b.size):
        b[i] += a[i]
