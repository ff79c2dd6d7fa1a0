"""Matrix products inside compiled code: the BLAS that NumPy itself brings, called by each share for itself.

Fortran's interface passes integers by address; 64-bit little-endian ones are read rightly by libraries of 32- and of
64-bit integers alike.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from gancli.engines.compiled.jit import intrinsic
from gancli.engines.replay.native import SYMBOLS


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
