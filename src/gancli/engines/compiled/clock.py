"""Where the time goes inside compiled code: for `gancli train --profile`, and free where it is not asked for."""

import ctypes
import sys
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from gancli.engines.compiled.jit import intrinsic, name_symbol, part

DATA, GENERATOR, OPPONENT, OPTIMIZER = range(4)
"""Sections, and the places of their seconds in a clock; LAST holds the time of the last look."""
LAST = 4
SIZE = 5


def register() -> None:
    """Make the system's clock known to LLVM."""
    if sys.platform == "win32":
        function = ctypes.windll.kernel32.QueryPerformanceCounter
    else:
        function = ctypes.CDLL(None).clock_gettime
    name_symbol("gancli_clock", function)


@intrinsic
def _now(typing: Any) -> Any:
    """What the clock shows: seconds, or on Windows ticks."""
    word, number = ir.IntType(64), ir.DoubleType()
    which = {"win32": [], "darwin": [6]}.get(sys.platform, [1])  # a clock that is never set back

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pair = cgutils.alloca_once(builder, ir.ArrayType(word, 2))
        place = builder.bitcast(pair, word.as_pointer())
        words = [*(ir.Constant(ir.IntType(32), name) for name in which), place]
        kind = ir.FunctionType(ir.IntType(32), [value.type for value in words])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, "gancli_clock"), words)
        whole, rest = (builder.sitofp(value, number) for value in cgutils.unpack_tuple(builder, builder.load(pair)))
        if not which:
            return whole
        return builder.fadd(whole, builder.fmul(rest, ir.Constant(number, 1e-9)))

    return types.float64(), generate


@part
def lap(team, clock, section):
    """Put the time since the last lap down to `section`; an empty clock is not read, and only one thread reads it."""
    if clock.size == 0 or team[0] != 0:
        return
    now = _now()
    if section >= 0:
        clock[section] += now - clock[LAST]
    clock[LAST] = now
