"""The functions outside that compiled code calls, by the names that it calls them: BLAS, and the system's own."""

import ctypes
import os
import re
import sys
from typing import Any

import llvmlite.binding as llvm
import numpy as np

SYMBOLS = {"float32": ("gancli_sgemm", "sgemm"), "float64": ("gancli_dgemm", "dgemm")}
"""For each type, the name in compiled code, and the routine of BLAS."""


def register() -> None:
    """Make them known to LLVM. Raises ImportError where there is no BLAS to call."""
    if sys.byteorder != "little":
        raise ImportError("compiled products need a little-endian processor; use engine: numpy")
    windows = sys.platform == "win32"
    system: Any = ctypes.windll.kernel32 if windows else ctypes.CDLL(None)  # type: ignore[attr-defined]
    name("gancli_yield", system.SwitchToThread if windows else system.sched_yield)
    name("gancli_clock", system.QueryPerformanceCounter if windows else system.clock_gettime)
    abort = ctypes.cdll.msvcrt.abort if windows else system.abort
    for helper in ("gil_ensure", "gil_release", "unpickle", "do_raise", "runtime_build_excinfo_struct"):
        name(f"numba_{helper}", abort)  # of Numba's wrapper, where an error is raised: kernels raise none
    library = numpys_library()
    for symbol, routine in SYMBOLS.values():
        found = next((one for one in _spellings(routine) if library is not None and hasattr(library, one)), None)
        if found is None:
            raise ImportError("this NumPy brings no OpenBLAS that compiled code could call")
        name(symbol, getattr(library, found))


def name(symbol: str, function: Any) -> None:
    """Let compiled code call a C function by this name."""
    llvm.add_symbol(symbol, ctypes.cast(function, ctypes.c_void_p).value)


def numpys_library() -> ctypes.CDLL | None:
    """The OpenBLAS shipped in NumPy's wheels; None where NumPy was built otherwise."""
    root = os.path.dirname(np.__file__)
    folders = (os.path.join(os.path.dirname(root), "numpy.libs"), os.path.join(root, ".dylibs"))
    for folder in filter(os.path.isdir, folders):
        for file in os.listdir(folder):
            if re.search(r"openblas.*\.(so|dylib|dll)", file):
                return ctypes.CDLL(os.path.join(folder, file))
    return None


def _spellings(routine: str) -> tuple[str, ...]:
    return (f"scipy_{routine}_64_", f"scipy_{routine}_", f"{routine}_64_", f"{routine}_")
