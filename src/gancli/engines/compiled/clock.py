"""Where the time goes inside compiled code: for `gancli train --profile`, and free where it is not asked for."""

import ctypes
import sys

import numpy as np
from numba import types

from gancli.engines.compiled.jit import name_symbol, part

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


if sys.platform == "win32":
    _read = types.ExternalFunction("gancli_clock", types.int32(types.CPointer(types.int64)))

    @part
    def _now(place):
        _read(place.ctypes)
        return float(place[0])

else:
    _read = types.ExternalFunction("gancli_clock", types.int32(types.int32, types.CPointer(types.int64)))
    _MONOTONIC = 6 if sys.platform == "darwin" else 1

    @part
    def _now(place):
        _read(_MONOTONIC, place.ctypes)
        return place[0] + place[1] * 1e-9


@part
def lap(team, clock, section):
    """Put the time since the last lap down to `section`; an empty clock is not read, and only one thread reads it."""
    if clock.size == 0 or team[0] != 0:
        return
    place = np.zeros(2, np.int64)
    now = _now(place)
    if section >= 0:
        clock[section] += now - clock[LAST]
    clock[LAST] = now
