"""Matrix products: tiles of our own, where they are faster than BLAS, or BLAS.

Which of them is a matter of the product's shape and of the processor alone: a timing at run time would give the same
run other bits.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from gancli.engines.compiled import blas
from gancli.engines.compiled.jit import inlined, loop, part
from gancli.engines.compiled.tiles import SIDE, by_tile, mover, turn
from gancli.engines.compiled.views import add, cut, room

DEPTH = 400
"""Rows of B that are copied at a time: 32 columns of them take 50 kB, on the stack."""
LOW = 64
"""Rows of C up to which a copy of B does not pay."""


def lanes_here() -> int:
    """How many float32 the processor's vectors hold: 16 or 8; 0 where products are left to BLAS.

    (On Windows a function that LLVM does not find has to be called for more than 4 kB of the stack.)
    """
    has = llvm.get_host_cpu_features()
    if sys.platform == "win32" or not (has.get("avx2") and has.get("fma")):
        return 0
    return 16 if has.get("avx512f") and has.get("avx512vl") else 8


LANES = lanes_here()
TILE: Any = (4, (8, 8, 8), (8, 8, 8))
"""A tile's rows, and its vectors where few columns are left and where not; some of 32 or 16 registers stay free."""
if LANES == 16:  # Zen 4 does two vectors of 8 in the time of one of 16
    TILE = (8, (8, 8, 8) if llvm.get_host_cpu_name() == "znver4" else (16, 8), (16, 16))


def multiplier(rows: int, thin: Sequence[int], wide: Sequence[int]) -> Callable[..., None]:
    """Products by such tiles: C ← A B as `blas.gemm` has it, + `old` if `more`."""
    columns, tile = sum(wide), by_tile(rows, thin, wide)
    panel_room, move = room(DEPTH * columns), mover(wide)

    @inlined
    def pack(b_t, depth, width, b, at, ldb, size, panel):
        """Beside one another: columns of what begins at `at`; where some are missing, whatever follows, or zeros."""
        for q in range(0, depth, SIDE if b_t else 1):
            if not b_t and at + q * ldb + columns <= size:
                move(b, at + q * ldb, panel, q * columns)
                continue
            for v in range(0, columns, SIDE):
                if b_t and q + SIDE <= depth and v + SIDE <= width:
                    turn(b, at + v * ldb + q, ldb, panel, q * columns + v, columns)
                    continue
                for r in range(q, min(q + SIDE, depth) if b_t else q + 1):
                    for u in range(v, v + SIDE):
                        source = at + (u * ldb + r if b_t else r * ldb + u)
                        panel[r * columns + u] = b[source] if u < width else 0

    @loop
    def multiply(a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, more, old, ld_old):
        panel, blocks = panel_room(a), (k + DEPTH - 1) // DEPTH
        row, step = (1, lda) if a_t else (lda, 1)
        for j in range(0, n, columns):
            width = min(columns, n - j)
            for block in range(blocks):
                p = k * block // blocks
                depth = k * (block + 1) // blocks - p
                plus, was, by = (more, old, ld_old) if block == 0 else (True, c, ldc)
                beside, at, ld = b, j * ldb + p if b_t else p * ldb + j, ldb
                if b_t or m > LOW or width < columns:
                    pack(b_t, depth, width, b, at, ldb, (k - 1) * ldb + n, panel)
                    beside, at, ld = panel, 0, columns
                for i in range(0, m, rows):
                    start, left, to, from_ = i * row + p * step, min(rows, m - i), i * ldc + j, i * by + j
                    tile(depth, a, start, row, step, beside, at, ld, c, to, ldc, left, width, plus, was, from_, by)

    return multiply


multiply = multiplier(*TILE)


@part
def wins(a_t, b_t, m, n, k):
    """Is this product faster here? (`python -m benchmarks.products` measures it; benchmarks/NOTES.md has the numbers.)

    OpenBLAS copies nothing where a product is of less than a million, but is slow there where it needs Bᵀ.
    """
    if LANES == 16:
        rest = n % 32
        padded = (m + 7) // 8 * 8 * (n - rest + (0 if rest == 0 else 24 if rest <= 24 else 32))
        if m < 16 or (padded * 100 > m * n * (107 if b_t else 104) and not 12 < n < 32):
            return False
        if b_t and n >= 64:
            return m * n >= 2048 and m * n * k > 100_000
        return m >= (128 if b_t else 16) and m * n * k > 1_000_000
    return LANES == 8 and not a_t and not b_t and m >= 64 and 16 < n <= 24 and m * n * k > 1_000_000


@part
def gemm(a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, more):
    """`blas.gemm`, or the same here."""
    large = m > 256 and n > 512 and k > 128  # there is nothing to gain, but for biases
    # (bool, for Numba would compile it once more for each constant)
    if a.itemsize == 4 and wins(a_t, b_t, m, n, k) and not large:
        multiply(bool(a_t), bool(b_t), m, n, k, a, lda, b, ldb, c, ldc, bool(more), c, ldc)
    else:
        blas.gemm(a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, more)


@part
def affine(m, n, k, a, lda, b, ldb, c, ldc, bias):
    """C ← A B + a row of biases, if there are any: added before C is stored, which BLAS cannot do."""
    if a.itemsize == 4 and wins(False, False, m, n, k):
        no = bool(0)  # neither is a constant, as in `gemm`
        multiply(no, no, m, n, k, a, lda, b, ldb, c, ldc, bias.size > 0, bias, np.int64(0))
    else:
        blas.gemm(False, False, m, n, k, a, lda, b, ldb, c, ldc, False)
        for r in range(m if bias.size else 0):
            add(bias, cut(c, r * ldc, n))
