"""The products that compiled games use are those of NumPy, in every layout they ask for."""

from typing import Any

import numpy as np
import pytest

from gancli.engines import numba_is_here

if not numba_is_here():
    pytest.skip("numba is not installed", allow_module_level=True)

from numba import njit

from gancli.engines.compiled import blas
from gancli.engines.replay import native

pytestmark = pytest.mark.usefixtures("compiled")

native.register()


@njit  # type: ignore[untyped-decorator]
def product(a_t: Any, b_t: Any, m: Any, n: Any, k: Any, a: Any, lda: Any, b: Any, ldb: Any, c: Any, ldc: Any) -> None:
    """One product, then another one added."""
    blas.gemm(a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, False)
    blas.gemm(a_t, b_t, m, n, k, a, lda, b, ldb, c, ldc, True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("a_t", [False, True])
@pytest.mark.parametrize("b_t", [False, True])
@pytest.mark.parametrize("more", [0, 3])
def test_products(dtype: str, a_t: bool, b_t: bool, more: int) -> None:
    """`more` columns lie between the rows of each, and stay as they are in the result."""
    rng, (m, n, k) = np.random.default_rng(0), (5, 7, 4)
    a = rng.standard_normal((k, m + more) if a_t else (m, k + more)).astype(dtype)
    b = rng.standard_normal((n, k + more) if b_t else (k, n + more)).astype(dtype)
    c = np.full((m, n + more), 9.0, dtype)
    product(a_t, b_t, m, n, k, a.ravel(), a.shape[1], b.ravel(), b.shape[1], c.reshape(-1), n + more)
    left = a[:, :m].T if a_t else a[:, :k]
    right = b[:, :k].T if b_t else b[:, :n]
    assert np.allclose(c[:, :n], 2 * (left @ right), rtol=1e-5)
    assert (c[:, n:] == 9.0).all()


def test_without_a_blas_to_call_there_is_no_fast_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "numpys_library", lambda: None)
    with pytest.raises(ImportError, match="OpenBLAS"):
        native.register()
