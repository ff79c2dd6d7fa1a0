"""R1 in compiled code, for networks whose activations are straight pieces; the mathematics is in `nn.penalty`.

There the masks of the pass stand still, the output a is linear along them, and the penalty's gradient of a layer's
weights is tᵀ δ: δ is ∂a/∂(x W + b), and t the layer's input when the network's moves along v = ∇_x a. One pass back
gives v and every δ, one forward every t, and `backward` adds the products to those of the loss, before it steps. All
are scaled by √(γ / batch).
"""

from gancli.engines.compiled import activations
from gancli.engines.compiled.arrays import cut
from gancli.engines.compiled.blas import gemm
from gancli.engines.compiled.columns import FACTORS, INPUTS, MULTIPLY, NOISE, UNITS, WEIGHTS, Y
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.threads import share
from gancli.engines.compiled.views import activation_of, multiply, params, stretch
from gancli.engines.plan import AdversarialPlan

STRAIGHT = ("relu", "linear")
"""Activations without a second derivative, but for corners."""


def serves(plan: AdversarialPlan, few: int) -> bool:
    """Can it be done here? With so few rows, or noise beside a layer's inputs, it is left to the reference."""
    layers = plan.opponent.layers
    straight = all(layer.activation[0] in STRAIGHT for layer in layers)
    return straight and plan.batch > few and all(layer.below == layer.inputs for layer in layers)


@part
def find_tangents(team, net, memory, rows, place):
    """From v (rows × inputs,) at `place`, the tangents of the layers' outputs, which lie after it like the outputs.

    What multiplied a layer's inputs multiplies their tangents, in place. A thread takes its share of the rows.
    """
    start, stop = share(rows, team, 1)
    count, inputs, top = stop - start, net.layers[0, INPUTS], len(net.layers) - 1
    t = cut(memory, place + start * inputs, count * inputs)
    for n in range(top + 1 if count > 0 else 0):
        layer = net.layers[n]
        inputs, units = layer[INPUTS], layer[UNITS]
        if layer[NOISE] == MULTIPLY:
            multiply(cut(memory, layer[FACTORS] + start * inputs, count * inputs), t)
        if n < top:
            y = cut(stretch(memory, net.numbers[Y], layer, rows), start * units, count * units)
            moved = cut(tangents(net, memory, rows, place, n + 1), start * units, count * units)
            w = params(net, t, layer[WEIGHTS], inputs * units)
            gemm(False, False, count, units, inputs, t, inputs, w, units, moved, units, False)
            activations.backward(activation_of(net, n), y, moved)
            t = moved


@part
def tangents(net, memory, rows, place, n):
    """Those of layer n's inputs, (rows × inputs,); none where `place` is 0."""
    inputs = net.layers[0, INPUTS]
    if place == 0 or n == 0:
        return cut(memory, place, rows * inputs if place > 0 else 0)
    return stretch(memory, place + rows * inputs, net.layers[n - 1], rows)
