"""An engine for tests: wraps another and checks every array that goes in and comes out."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from gancli.engines.arrays import READ
from gancli.engines.numpy_engine import NumpyEngine
from gancli.engines.signatures import arguments, kernels


class EngineError(AssertionError):
    """A kernel was given, or gave, an array that it must not."""


class CheckedEngine:
    """Checks types, shapes, overlap and finiteness around each kernel of `inner`."""

    name = "checked"

    def __init__(self, inner: NumpyEngine):
        self._inner = inner
        self.threads, self.blas = inner.threads, inner.blas

    def __getattr__(self, kernel: str) -> Callable[..., Any]:
        call = getattr(self._inner, kernel)

        if kernel not in kernels():
            return call  # type: ignore[no-any-return]

        def checked(*args: Any, **kwargs: Any) -> Any:
            given = {name: value for name, value in arguments(kernel, args, kwargs).items() if _is_array(value)}
            _same_dtype(kernel, list(given.values()))
            _shapes(kernel, given)
            _no_overlap(kernel, given)
            result = call(*args, **kwargs)
            _finite(kernel, list(given.values()))
            return result

        return checked


def _is_array(value: Any) -> bool:
    """Is it an array of samples or of numbers, and none of rows or steps?"""
    return isinstance(value, np.ndarray) and value.dtype != np.int64


def _same_dtype(kernel: str, arrays: list[Any]) -> None:
    if len(types := {array.dtype for array in arrays}) > 1 and kernel != "gather":
        raise EngineError(f"{kernel}: arrays of different types: {', '.join(sorted(map(str, types)))}")


SHAPES = {
    "affine": "x bi, w iu, b u, out bu",
    "affine_params": "x bi, dy bu, dw iu, db u",
    "add_affine_params": "x bi, dy bu, dw iu, db u",
    "affine_input": "dy bu, w iu, out bi",
    "gather": "source sf, out bf",
    "encode": "codes lu, out bu",
    "normalize": "x bu, mean u, variance u, out bu, factor gu",
    "normalize_by": "x bu, mean u, variance u, out bu, factor gu",
    "stretch": "normal bu, scale u, shift u, out bu",
    "stretch_params": "dy bu, normal bu, dscale u, dshift u",
    "normalize_gradient": "normal bu, scale u, factor gu, dy bu",
    "multiply_columns": "factor u, dy bu",
    "similarity": "h bi, out bb",
    "add_similarity_gradient": "h bi, y bb, dy bb, dx bi",
    "conv": "x bi, w pc, b c, out bu",
    "conv_params": "x bi, dy bu, dw pc, db c",
    "add_conv_params": "x bi, dy bu, dw pc, db c",
    "conv_input": "dy bu, w pc, b i, out bo",
    "weigh_slopes": "slope bi, out bo",
    "between": "x bi, other bi, share bo, out bi",
    "unit": "x bi, norm o",
    "divide": "w iu, norm o, out iu",
    "spectral_gradient": "dbar iu, wbar iu, outer iu, norm o, out iu",
    "mix": "x bi, weights mk, out bo",
    "largest": "x bi, out bo",
    "pick": "x bi, out bo",
    "pick_input": "dy bo, out bi",
    "multiply_channels": "factor bc, y bi",
    "normalize_rows": "x bu, out bu, factor bo",
    "normalize_rows_gradient": "normal bu, factor bo, dy bu",
    "normalize_rows_curve": "normal bu, factor bo, t bu, dt bu, out bu",
    "sum_rows": "dy ru, out u",
    "sgd": "params p, grads p, velocity p, rate o",
    "adagrad": "params p, grads p, velocity p, square p, rate o",
    "rmsprop": "params p, grads p, velocity p, square p, mean p, rate o",
    "adam": "params p, grads p, velocity p, first p, second p, rate o",
    "adamw": "params p, grads p, velocity p, first p, second p, rate o",
    "closeness": "m bt, out bk",
    "closeness_gradient": "m bt, dy bk, out bt",
}
"""Each array's axes: what has one letter has one size. All arrays of the other kernels have the same shape."""


def _shapes(kernel: str, given: dict[str, Any]) -> None:
    shapes = {name: array.shape for name, array in given.items()}
    if kernel not in SHAPES:
        fits = len(set(shapes.values())) <= 1
    else:
        axes, sizes = dict(pair.split() for pair in SHAPES[kernel].split(", ")), dict[str, int]()
        fits = all(len(axes[name]) == len(shape) for name, shape in shapes.items()) and all(
            sizes.setdefault(letter, size) == size
            for name, shape in shapes.items()
            for letter, size in zip(axes[name], shape, strict=True)
        )
    if not fits:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise EngineError(f"{kernel}: shapes do not fit: {listed}")


def _no_overlap(kernel: str, given: dict[str, Any]) -> None:
    """What is written, or changed, must share no memory with any other array."""
    access = kernels()[kernel]
    for one, other in itertools.combinations(given, 2):
        written = {access[one], access[other]} != {READ}
        if written and np.may_share_memory(given[one], given[other]):
            raise EngineError(f"{kernel}: {one} and {other} share memory")


def _finite(kernel: str, arrays: list[np.ndarray[Any, Any]]) -> None:
    for array in arrays:
        if not np.isfinite(array).all():
            raise FloatingPointError(f"{kernel}: left or was given a value that is not finite")
