"""How functions are compiled: `part` and `kernel` for those that others call, `whole` for those that Python calls.

NaN and infinities keep their meaning, for they tell a run that diverged; sums may be taken in any order, and products
fused with sums. Division is not checked for zero, which would keep it from being vectorised. References to arrays are
not counted (`_nrt`; parts say true, for else Numba lets none of them return a view, and `linked` leaves it off).
"""

import ctypes
import os
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

import llvmlite.binding as llvm
from numba import njit
from numba.core import event
from numba.extending import intrinsic as _intrinsic

from gancli.engines.compiled import KEPT, linked

Function = TypeVar("Function", bound=Callable[..., Any])
FAST = ("contract", "reassoc", "nsz")
"""What LLVM may do with sums and products."""
_SETTINGS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": set(FAST),
    "no_cfunc_wrapper": True,
}
__all__ = [
    "event",
    "exact",
    "exact_whole",
    "inlined",
    "intrinsic",
    "kernel",
    "name_symbol",
    "part",
    "stamp_of",
    "whole",
]
_njit: Any = njit
intrinsic: Any = _intrinsic
"""Code written in LLVM's own terms."""


def part(function: Function) -> Function:
    """A function that only compiled code calls, optimised together with its callers."""
    return _inner(function, linked.PartCompiler, _SETTINGS)


def kernel(function: Function) -> Function:
    """Likewise, but a loop over numbers, which is optimised by itself first."""
    return _inner(function, linked.KernelCompiler, _SETTINGS)


def inlined(function: Function) -> Function:
    """A kernel that becomes part of each of its callers: the call would take as long as the work."""
    return _inner(function, linked.KernelCompiler, {**_SETTINGS, "forceinline": True})


def exact(function: Function) -> Function:
    """A part, its sums and products as they are written: none fused, none in another order."""
    return _inner(function, linked.PartCompiler, {**_SETTINGS, "fastmath": False})


def whole(function: Function) -> Function:
    """A function that Python calls, kept on disk with all its parts, where there is a folder that can be written to."""
    return _kept(function, _SETTINGS)


def exact_whole(function: Function) -> Function:
    """Likewise, as `exact`."""
    return _kept(function, {**_SETTINGS, "fastmath": False})


def _inner(function: Function, compiler: Any, settings: dict[str, Any]) -> Function:
    pipeline = {"pipeline_class": compiler} if linked.KNOWN else {}
    return _njit(function, no_cpython_wrapper=True, _nrt=True, **pipeline, **settings)  # type: ignore[no-any-return]


def _kept(function: Function, settings: dict[str, Any]) -> Function:
    settings = {**settings, "_nrt": False}
    try:
        return _njit(function, cache=KEPT, **settings)  # type: ignore[no-any-return]
    except RuntimeError:  # "no locator available", or no home
        return _njit(function, **settings)  # type: ignore[no-any-return]


def name_symbol(symbol: str, function: Any) -> None:
    """Let compiled code call a C function by this name."""
    llvm.add_symbol(symbol, ctypes.cast(function, ctypes.c_void_p).value)


def stamp_of(folder: str) -> int:
    """A number, never 0, that changes with any Python source in `folder`."""
    stamp = 0
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as file:
                stamp = zlib.crc32(file.read(), stamp)
    return stamp | 1
