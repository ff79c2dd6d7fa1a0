"""Gradients of the losses with respect to a network's outputs; the formulas and their sources are in `nn.losses`."""

import numpy as np

from gancli.engines.compiled.jit import part

SUPERVISED = {"mse": 0, "cross_entropy": 1, "categorical_cross_entropy": 2}
MSE, BINARY, CATEGORICAL = range(3)
TERMS = {"log": 0, "square": 1, "mean": 2}
LOG, SQUARE, MEAN = range(3)


@part
def _sigmoid(a, one):
    """Exact to the last digits where it is small; see `nn.losses.sigmoid`. `one` is 1 of a's type."""
    small = np.exp(-abs(a))
    return (one if a >= 0 else small) / (one + small)


@part
def supervised(code, rows, o, target, dy):
    """dy ← ∂E/∂o of one of `rows` rows, all (outputs,)."""
    t = o.dtype.type
    share = t(1.0 / rows)
    if code == MSE:
        for i in range(o.size):
            dy[i] = t(2) * share * (o[i] - target[i])
    elif code == BINARY:
        for i in range(o.size):
            dy[i] = share * (_sigmoid(o[i], t(1)) - target[i])
    else:
        top, total = o[0], t(0)
        for i in range(o.size):
            top = max(top, o[i])
        for i in range(o.size):
            total += np.exp(o[i] - top)
        for i in range(o.size):
            dy[i] = share * (np.exp(o[i] - top) / total - target[i])


@part
def term(code, first, second, o, targets, dy):
    """dy ← ∂term/∂o, both (rows,): log (target, weight), square (target), mean (sign).

    `targets` (rows,) are in place of the target; where it is empty, all have the same.
    """
    t = o.dtype.type
    share, target = t(1.0 / o.size), t(first)
    for i in range(o.size):
        if targets.size:
            target = targets[i]
        if code == LOG:
            right, wrong = _sigmoid(-o[i], t(1)), _sigmoid(o[i], t(1))
            dy[i] = t(second) * share * ((t(1) - target) * wrong - target * right)
        elif code == SQUARE:
            dy[i] = share * (o[i] - target)
        else:
            dy[i] = share * t(first)
