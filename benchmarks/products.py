"""Our own products beside BLAS's, on the shapes of rows D, E and F: `python -m benchmarks.products`.

One thread, in turns. Each line has the least and the median time of both in µs, the ratio of the least, and which of
them games take. (Times are the processor's, so that other programs count little; forward products add the biases.)
"""

import ctypes
import os
import statistics
import sys
import time
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is imported

import numpy as np
from numba import types

from gancli.engines.compiled import blas, gemm
from gancli.engines.compiled.jit import address_taken
from gancli.engines.compiled.views import add, cut, singles
from gancli.engines.replay import native
from gancli.engines.replay.layout import BLOCK

ROUNDS, OPERATIONS = 9, 40_000_000
"""Turns, and how many products of numbers are timed in each."""
LAYERS = [
    ("E", 1536, 100, 300, "y"), ("E", 1536, 300, 784, "y"), ("E", 512, 784, 20, "y dw"), ("E", 256, 784, 20, "y dx"),
    ("E", 256, 300, 784, "dx dw"), ("E", 256, 100, 300, "dw"), ("E", 512, 20, 1, "y dx dw"),
    ("D", 384, 100, 300, "y"), ("D", 384, 300, 784, "y"), ("D", 128, 784, 20, "y dw"), ("D", 64, 784, 20, "y dx"),
    ("D", 64, 300, 784, "dx dw"), ("D", 64, 100, 300, "dw"),
    ("F", 64, 64, 256, "y dw"), ("F", 64, 256, 256, "y dx dw"), ("F", 64, 256, 784, "y dx dw"),
    ("F", 64, 784, 256, "y dx dw"),
]  # fmt: skip
"""Row, rows of a batch, inputs, units, and which of y = x W + b, dx = dy Wᵀ, dW = xᵀ dy it has."""


def shape(product: str, rows: int, inputs: int, units: int) -> tuple[bool, bool, int, int, int]:
    """a_t, b_t, m, n, k; of the weights' gradient as many inputs as a step takes at a time."""
    if product == "dw":
        count = min(max(BLOCK // units, 1), inputs)
        return True, False, count - (count % 8 if 8 < count < inputs else 0), units, rows
    return (False, True, rows, inputs, units) if product == "dx" else (False, False, rows, units, inputs)


def by_blas(times, a_t, b_t, m, n, k, a, b, c, bias):  # type: ignore[no-untyped-def]
    """So many times."""
    x, w, y = singles(0, a, 1 << 40), singles(0, b, 1 << 40), singles(0, c, 1 << 40)
    for _ in range(times):
        blas.gemm(a_t != 0, b_t != 0, m, n, k, x, m if a_t else k, w, k if b_t else n, y, n, False)
        for r in range(m if bias else 0):
            add(singles(0, bias, n), cut(y, r * n, n))


def by_tiles(times, a_t, b_t, m, n, k, a, b, c, bias):  # type: ignore[no-untyped-def]
    """So many times."""
    x, w, y = singles(0, a, 1 << 40), singles(0, b, 1 << 40), singles(0, c, 1 << 40)
    for _ in range(times):
        old = singles(0, bias, n)
        gemm.multiply(
            a_t != 0, b_t != 0, m, n, k, x, m if a_t else k, w, k if b_t else n, y, n, bias != 0, old, 0
        )  # fmt: skip


def called(function: Any) -> Any:
    """Machine code of it."""
    made = address_taken(function, types.void(*(types.int64,) * 10))
    call: Any = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 10)(made.address)
    call.keeps = made
    return call


def measure(calls: Any, product: str, a_t: bool, b_t: bool, m: int, n: int, k: int) -> list[list[float]]:
    """Seconds of each call, of each round."""
    rng = np.random.default_rng(0)
    a, b, c, bias = (rng.standard_normal(size).astype(np.float32) for size in (m * k, k * n, m * n, n))
    times = max(OPERATIONS // (m * n * k), 1)
    found: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, seconds in zip(calls, found, strict=True):
            begin = time.thread_time()
            places = (array.ctypes.data for array in (a, b, c))
            call(times, a_t, b_t, m, n, k, *places, bias.ctypes.data if product == "y" else 0)
            seconds.append((time.thread_time() - begin) / times)
    return found


def main() -> None:
    """Print the table, as Markdown."""
    native.register()
    calls = [called(by_blas), called(by_tiles)]
    print(f"{gemm.LANES} float32 a vector\n\n| row | product | BLAS | tiles | ratio | taken |")
    print("| --- " * 6 + "|")
    for row, rows, inputs, units, products in LAYERS:
        for product in products.split():
            sizes = shape(product, rows, inputs, units)
            theirs, ours = measure(calls, product, *sizes)
            own = gemm.wins.py_func(*sizes)  # type: ignore[attr-defined]
            numbers = (f"{1e6 * min(found):.1f} ({1e6 * statistics.median(found):.1f})" for found in (theirs, ours))
            print(
                f"| {row} | {product} {rows}×{inputs}×{units} | {' | '.join(numbers)} | {min(ours) / min(theirs):.2f} "
                f"| {'tiles' if own else 'BLAS'} |"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
