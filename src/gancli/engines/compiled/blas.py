"""Matrix products inside compiled code: the BLAS that NumPy itself brings, called by each thread on its share.

NumPy's library is used rather than SciPy's (Numba's own way) because it is loaded already: SciPy costs 0.2 s of
start-up. Where it cannot be found, SciPy's is taken. Fortran's interface passes integers by address; 64-bit
little-endian ones are read rightly by libraries of 32- and of 64-bit integers alike.
"""

import ctypes
import os
import re
import sys
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address

from gancli.engines.blas_threads import pools
from gancli.engines.compiled.jit import intrinsic, name_symbol

SYMBOLS = {"float32": ("gancli_sgemm", "sgemm"), "float64": ("gancli_dgemm", "dgemm")}
"""For each type, the name in compiled code, and the routine of BLAS."""


def _numpys_library() -> ctypes.CDLL | None:
    """The OpenBLAS shipped in NumPy's wheels; None where NumPy was built otherwise."""
    root = os.path.dirname(np.__file__)
    folders = (os.path.join(os.path.dirname(root), "numpy.libs"), os.path.join(root, ".dylibs"))
    for folder in filter(os.path.isdir, folders):
        for name in os.listdir(folder):
            if re.search(r"openblas.*\.(so|dylib|dll)", name):
                return ctypes.CDLL(os.path.join(folder, name))
    return None


def register() -> str:
    """Make the products known to LLVM, and say whose library it is. Raises ImportError where there is none."""
    if sys.byteorder != "little":
        raise ImportError("compiled products need a little-endian processor; use engine: numpy")
    library = _numpys_library()
    for symbol, routine in SYMBOLS.values():
        found = next((name for name in _spellings(routine) if library is not None and hasattr(library, name)), None)
        if found is None:
            return _register_scipys()
        name_symbol(symbol, getattr(library, found))
    return "NumPy's OpenBLAS"


def _spellings(routine: str) -> tuple[str, ...]:
    return (f"scipy_{routine}_64_", f"scipy_{routine}_", f"{routine}_64_", f"{routine}_")


def _register_scipys() -> str:
    pools.cache_clear()  # its threads are counted too
    for symbol, routine in SYMBOLS.values():
        llvm.add_symbol(symbol, get_cython_function_address("scipy.linalg.cython_blas", routine))
    return "SciPy's BLAS"


@intrinsic
def gemm(
    typing: Any, a_t: Any, b_t: Any, m: Any, n: Any, k: Any, a: Any, lda: Any, b: Any, ldb: Any, c: Any, ldc: Any,
    more: Any,
) -> Any:  # fmt: skip
    """C (m, n) ← A (m, k) B (k, n), all by rows; `a_t`: `a` holds Aᵀ, likewise `b_t`; `more`: added to what C holds.

    `a`, `b`, `c` are vectors that begin at the first element; ld* is the distance between two rows as stored. BLAS
    counts by columns, so it is given Cᵀ = Bᵀ Aᵀ.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, more = args
        real = context.get_value_type(signature.args[5].dtype)
        pointer = ir.IntType(8).as_pointer()

        def place(value: Any) -> Any:
            return builder.bitcast(cgutils.alloca_once_value(builder, value), pointer)

        def flag(transposed: Any) -> Any:
            byte = ir.IntType(8)
            return place(builder.select(transposed, ir.Constant(byte, ord("T")), ir.Constant(byte, ord("N"))))

        def data(index: int, value: Any) -> Any:
            return builder.bitcast(context.make_array(signature.args[index])(context, builder, value).data, pointer)

        one, zero = ir.Constant(real, 1.0), ir.Constant(real, 0.0)
        kept = place(builder.select(more, one, zero))
        words = [
            flag(b_t), flag(a_t), place(n), place(m), place(k), place(one), data(7, b), place(ldb),
            data(5, a), place(lda), kept, data(9, c), place(ldc),
        ]  # fmt: skip
        kind = ir.FunctionType(ir.VoidType(), [pointer] * len(words))
        symbol = SYMBOLS[str(signature.args[5].dtype)][0]
        builder.call(cgutils.get_or_insert_function(builder.module, kind, symbol), words)
        return context.get_dummy_value()

    flags, sizes = (types.boolean, types.boolean), (types.int64,) * 3
    return types.void(*flags, *sizes, a, types.int64, b, types.int64, c, types.int64, types.boolean), generate
