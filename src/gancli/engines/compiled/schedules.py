"""What schedules multiply η by, written by the last share; the formulas are those of `numpy_schedules`."""

from gancli.engines import numpy_schedules
from gancli.engines.compiled.jit import part
from gancli.engines.compiled.kernels import kernel
from gancli.engines.compiled.views import reals, words
from gancli.engines.replay.layout import COUNT, RATE

constant, step, linear, cosine, inverse, rise, own_step = (
    part(getattr(numpy_schedules, name))
    for name in ("constant", "step", "linear", "cosine", "inverse", "rise", "own_step")
)


@part
def steps_before(like, op):
    """k."""
    return words(like, op[COUNT], 1)[0] - 1.0


@part
def write(like, op, k, numbers, factor):
    """Through the warm-up."""
    out = reals(like, op[RATE], 1)
    out[0] = rise(k, numbers[0]) * factor


@kernel
def schedule_constant(share, shares, game, op, numbers, like):
    """A warm-up alone."""
    if share == shares - 1:
        k = steps_before(like, op)
        write(like, op, k, numbers, constant(k))


@kernel
def schedule_step(share, shares, game, op, numbers, like):
    """every, factor."""
    if share == shares - 1:
        k = steps_before(like, op)
        write(like, op, k, numbers, step(own_step(k, numbers[0]), numbers[1], numbers[2]))


@kernel
def schedule_linear(share, shares, game, op, numbers, like):
    """steps, end."""
    if share == shares - 1:
        k = steps_before(like, op)
        write(like, op, k, numbers, linear(own_step(k, numbers[0]), numbers[1], numbers[2]))


@kernel
def schedule_cosine(share, shares, game, op, numbers, like):
    """steps, end."""
    if share == shares - 1:
        k = steps_before(like, op)
        write(like, op, k, numbers, cosine(own_step(k, numbers[0]), numbers[1], numbers[2]))


@kernel
def schedule_inverse(share, shares, game, op, numbers, like):
    """steps."""
    if share == shares - 1:
        k = steps_before(like, op)
        write(like, op, k, numbers, inverse(own_step(k, numbers[0]), numbers[1]))
