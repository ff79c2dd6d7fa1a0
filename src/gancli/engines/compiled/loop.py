"""The loop that replays a program, and how it and the kernels are compiled."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from gancli.engines.compiled import (  # noqa: F401 - they enter their kernels
    bounds,
    clock,
    convolution,
    elements,
    fields,
    normals,
    pixels,
    schedules,
    steps,
    whole_batches,
)
from gancli.engines.compiled.jit import address_taken, intrinsic, object_code
from gancli.engines.compiled.kernels import EXACT, KERNELS
from gancli.engines.compiled.team import barrier
from gancli.engines.compiled.views import words
from gancli.engines.replay.layout import NUMBERS, WIDTH

__all__ = ["compiled", "object_code"]


@intrinsic
def call(typing: Any, address: Any, share: Any, shares: Any, game: Any, op: Any, numbers: Any) -> Any:
    """Call a kernel."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word, double, byte = ir.IntType(64), ir.DoubleType(), ir.IntType(8)
        pointers = [word.as_pointer(), double.as_pointer(), byte.as_pointer()]
        kind = ir.FunctionType(ir.VoidType(), [word, word, word, *pointers])
        rows = [builder.inttoptr(args[4], pointers[0]), builder.inttoptr(args[5], pointers[1])]
        none = cgutils.get_null_value(pointers[2])
        builder.call(builder.inttoptr(args[0], kind.as_pointer()), [*args[1:4], *rows, none])
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 6), generate


def play(thread, threads, shared, shares, games, table, numbers, stretches, count):
    """Each game in turn; before each of `count` stretches, all threads wait for one another.

    A thread plays every `threads`-th share. `table`, `numbers`, `stretches` and `shared` are addresses.
    """
    meeting, starts = words(0, shared, 32), words(0, stretches, count + 1)
    for game in range(games):
        for s in range(count):
            barrier(thread, threads, meeting)
            for share in range(thread, shares, threads):
                for k in range(starts[s], starts[s + 1]):
                    row = table + 8 * WIDTH * k
                    call(words(0, row, 1)[0], share, shares, game, row, numbers + 8 * NUMBERS * k)


REALS: Any = {4: types.float32, 8: types.float64}


def compiled(name: str, itemsize: int) -> Any:
    """A kernel for numbers of that size, or the loop (`play`), as what `numba.cfunc` makes of it."""
    if name == "play":
        return address_taken(play, types.void(*(types.int64,) * 9))
    like = types.CPointer(REALS[itemsize])
    signature = types.void(*(types.int64,) * 3, types.CPointer(types.int64), types.CPointer(types.float64), like)
    return address_taken(KERNELS[name], signature, exactly=name in EXACT)
