"""An engine for tests: wraps another and checks every array that goes in and comes out."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gancli.engines.numpy_engine import NumpyEngine

_MAY_BE_INFINITE = {"finite"}
_SHARE_NOTHING = {"affine", "affine_params", "affine_input", "load"}
"""Kernels whose outputs must not overlap their inputs."""


class EngineError(AssertionError):
    """A kernel was given, or gave, an array that it must not."""


class CheckedEngine:
    """Checks types, shapes, overlap and finiteness around each kernel of `inner`."""

    name = "checked"

    def __init__(self, inner: NumpyEngine):
        self._inner = inner
        self.threads, self.blas = inner.threads, inner.blas

    def player(self, plan: Any) -> None:
        """Every game is played step by step, through the kernels."""

    def __getattr__(self, kernel: str) -> Callable[..., Any]:
        call = getattr(self._inner, kernel)

        def checked(*args: Any, **kwargs: Any) -> Any:
            arrays = _arrays(args, kwargs)
            _same_dtype(kernel, arrays)
            _shapes(kernel, arrays)
            if kernel in _SHARE_NOTHING:
                _no_overlap(kernel, arrays)
            result = call(*args, **kwargs)
            if kernel not in _MAY_BE_INFINITE:
                _finite(kernel, arrays)
            return result

        return checked


def _arrays(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[np.ndarray[Any, Any]]:
    return [value for value in (*args, *kwargs.values()) if isinstance(value, np.ndarray)]


def _same_dtype(kernel: str, arrays: list[np.ndarray[Any, Any]]) -> None:
    floats = {array.dtype for array in arrays if np.issubdtype(array.dtype, np.floating)}
    if len(floats) > 1 and kernel != "load":
        raise EngineError(f"{kernel}: arrays of different types: {', '.join(sorted(map(str, floats)))}")


def _shapes(kernel: str, arrays: list[np.ndarray[Any, Any]]) -> None:
    """Flat kernels take vectors of one size; the products' inner and outer sizes must fit."""
    shapes = [array.shape for array in arrays]
    if kernel == "affine":
        x, w, *b, out = shapes
        fits = x[1] == w[0] and out == (x[0], w[1]) and all(bias == (w[1],) for bias in b)
    elif kernel == "affine_params":
        x, dy, dw, *db = shapes
        fits = dw == (x[1], dy[1]) and x[0] == dy[0] and all(bias == (dy[1],) for bias in db)
    elif kernel == "affine_input":
        dy, w, out = shapes
        fits = out == (dy[0], w[0]) and dy[1] == w[1]
    elif kernel == "load":
        source, rows, out = shapes
        fits = out == (*rows, *source[1:])
    else:
        fits = len(set(shapes)) <= 1
    if not fits:
        raise EngineError(f"{kernel}: shapes do not fit: {', '.join(map(str, shapes))}")


def _no_overlap(kernel: str, arrays: list[np.ndarray[Any, Any]]) -> None:
    for index, one in enumerate(arrays):
        for other in arrays[index + 1 :]:
            if np.may_share_memory(one, other):
                raise EngineError(f"{kernel}: two of its arrays share memory")


def _finite(kernel: str, arrays: list[np.ndarray[Any, Any]]) -> None:
    for array in arrays:
        if not np.isfinite(array).all():
            raise FloatingPointError(f"{kernel}: left or was given a value that is not finite")
