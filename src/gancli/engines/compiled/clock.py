"""Where the time goes inside compiled code, for `gancli train --profile`: a kernel that looks at the clock."""

import sys
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from gancli.engines.compiled.jit import intrinsic, part
from gancli.engines.compiled.kernels import kernel
from gancli.engines.compiled.views import doubles
from gancli.engines.replay.layout import COLUMNS, ROWS


@intrinsic
def _now(typing: Any) -> Any:
    """What the clock shows: seconds, or on Windows ticks."""
    word, number = ir.IntType(64), ir.DoubleType()
    which = {"win32": [], "darwin": [8]}.get(sys.platform, [1])  # that of time.perf_counter

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pair = cgutils.alloca_once(builder, ir.ArrayType(word, 2))
        place = builder.bitcast(pair, word.as_pointer())
        given = [*(ir.Constant(ir.IntType(32), name) for name in which), place]
        kind = ir.FunctionType(ir.IntType(32), [value.type for value in given])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, "gancli_clock"), given)
        whole, rest = (builder.sitofp(value, number) for value in cgutils.unpack_tuple(builder, builder.load(pair)))
        if not which:
            return whole
        return builder.fadd(whole, builder.fmul(rest, ir.Constant(number, 1e-9)))

    return types.float64(), generate


@part
def put_down(like, seconds, place):
    """The time since the last look, to a section."""
    clock, now = doubles(like, seconds, place + 1), _now()
    clock[place] += now - clock[0]
    clock[0] = now


@kernel
def lap(share, shares, game, op, numbers, like):
    """The end of an operation of the section in COLUMNS; `seconds` are at ROWS, and one share looks at the clock."""
    if share == 0:
        put_down(like, op[ROWS], op[COLUMNS])
