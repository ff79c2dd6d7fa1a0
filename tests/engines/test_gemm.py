"""Products by tiles of our own are NumPy's, in every layout, of sizes that no vector divides, and to the same bits again."""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gancli.engines import numba_is_here

if not numba_is_here():
    pytest.skip("numba is not installed", allow_module_level=True)

from numba import types

from gancli.engines.compiled import gemm
from gancli.engines.compiled.jit import address_taken, part
from gancli.engines.compiled.views import doubles, singles
from gancli.engines.replay import native

native.register()
TILES = {"8 lanes": (4, (8, 8, 8), (8, 8, 8)), "16 lanes": (8, (8, 8, 8), (16, 16)), "mixed": (8, (16, 8), (16, 16))}


def called(multiply: Any, dtype: str) -> Callable[..., None]:
    """The function by its address, which takes arrays and numbers."""
    vector = singles if dtype == "float32" else doubles

    def run(a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, more, old, ld_old):  # type: ignore[no-untyped-def]
        x, w, y, z = vector(0, a, 1 << 40), vector(0, b, 1 << 40), vector(0, c, 1 << 40), vector(0, old, 1 << 40)
        multiply(a_t != 0, b_t != 0, m, n, k, x, lda, w, ldb, y, ldc, more != 0, z, ld_old)

    made = address_taken(run, types.void(*(types.int64,) * 14))
    function = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 14)(made.address)

    def call(*words: Any) -> None:
        function(*(word.ctypes.data if isinstance(word, np.ndarray) else int(word) for word in words))

    call.alive = made  # type: ignore[attr-defined]
    return call


@pytest.fixture(scope="module", params=[(tile, dtype) for tile in TILES for dtype in ("float32", "float64")], ids=str)
def product(request: pytest.FixtureRequest) -> tuple[Callable[..., None], str]:
    tile, dtype = request.param
    return called(gemm.multiplier(*TILES[tile]), dtype), dtype


def check(product: Any, sizes: Any, a_t: bool, b_t: bool, apart: int, more: bool, seed: int = 0) -> None:
    """`apart` columns lie between the rows of each; those of C stay as they are, those of A and B are not numbers."""
    (call, dtype), (m, n, k), rng = product, sizes, np.random.default_rng(seed)

    def stored(rows: int, columns: int) -> Any:
        array = np.full((rows, columns + apart), np.nan, dtype)
        array[:, :columns] = rng.standard_normal((rows, columns))
        return array

    a, b, c = stored(*((k, m) if a_t else (m, k))), stored(*((n, k) if b_t else (k, n))), stored(m, n)
    left, right = a[:, : a.shape[1] - apart], b[:, : b.shape[1] - apart]
    want = (left.T if a_t else left) @ (right.T if b_t else right) + (c[:, :n] if more else 0)
    again = c.copy()
    for out in (c, again):
        call(a_t, b_t, m, n, k, a, a.shape[1], b, b.shape[1], out, n + apart, more, out, n + apart)
    assert np.abs(c[:, :n] - want).max() <= 40 * np.finfo(dtype).eps * k**0.5, (sizes, a_t, b_t, apart, more)
    assert np.isnan(c[:, n:]).all()
    assert c.tobytes() == again.tobytes()


@pytest.mark.parametrize("a_t", [False, True])
@pytest.mark.parametrize("b_t", [False, True])
@pytest.mark.parametrize("apart", [0, 5])
@pytest.mark.parametrize("more", [False, True])
def test_products(product: Any, a_t: bool, b_t: bool, apart: int, more: bool) -> None:
    rng = np.random.default_rng(int(a_t) + 2 * b_t + 4 * more)
    for size in range(1, 71):
        check(product, (size, *rng.integers(1, 71, 2)), a_t, b_t, apart, more)
        check(product, (*rng.integers(1, 71, 2), size), a_t, b_t, apart, more)
        check(product, (rng.integers(1, 71), size, rng.integers(1, 71)), a_t, b_t, apart, more)


@pytest.mark.parametrize("a_t", [False, True])
@pytest.mark.parametrize("b_t", [False, True])
def test_more_steps_than_are_copied_at_a_time(product: Any, a_t: bool, b_t: bool) -> None:
    for sizes in ((65, 33, gemm.DEPTH + 1), (9, 70, 2 * gemm.DEPTH + 3), (20, 64, gemm.DEPTH)):
        check(product, sizes, a_t, b_t, 3, False)
        check(product, sizes, a_t, b_t, 0, True)


def test_a_row_of_biases(product: Any) -> None:
    call, dtype = product
    rng = np.random.default_rng(0)
    x, w, bias = (rng.standard_normal(shape).astype(dtype) for shape in ((37, 900), (900, 45), (45,)))
    y = np.full((37, 45), np.nan, dtype)
    call(False, False, 37, 45, 900, x, 900, w, 45, y, 45, True, bias, 0)
    assert np.allclose(y, x @ w + bias, rtol=1e-3 if dtype == "float32" else 1e-10, atol=1e-4)


@pytest.mark.parametrize("lanes", [0, 8, 16])
@pytest.mark.parametrize("sizes", [(512, 20, 784), (64, 256, 784), (5, 7, 4), (512, 1, 20)])
def test_what_is_left_to_blas_depends_on_shape_and_processor(
    lanes: int, sizes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gemm, "LANES", lanes)
    m, n, k = sizes
    assert gemm.wins.py_func(False, False, m, n, k) == {0: False, 8: n == 20, 16: n >= 20}[lanes]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes", [(128, 20, 784), (8, 5, 7), (70, 20, 784)])
def test_the_choice(dtype: str, sizes: Any) -> None:
    """`gemm` has BLAS's arguments, whichever it takes."""
    for a_t, b_t, more in ((False, False, True), (True, False, False), (False, True, True)):
        check((called(_gemm, dtype), dtype), sizes, a_t, b_t, 2, more)


@part
def _gemm(a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, more, old, ld_old):  # type: ignore[no-untyped-def]
    gemm.gemm(a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, more)
