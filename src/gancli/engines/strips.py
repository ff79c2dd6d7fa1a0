"""Long arrays in strips that stay in a cache, and scratch of a strip's size, for kernels of several passes."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.engines.arrays import Array

BLOCK = 32768
"""Elements of a flat vector worked on at once, so that what several passes work on stays in the second-level cache."""
_NOTHING = np.zeros(0)


class Scratch:
    """Keeps two vectors of each type, as large as their largest users."""

    def __init__(self) -> None:
        self._scratch: dict[Any, NDArray[Any]] = {}

    def _spare(self, like: NDArray[Any], shape: tuple[int, ...] | None = None, which: int = 0) -> NDArray[Any]:
        """Scratch of the type and the shape of an array, or of another shape; its last user is done with it."""
        shape = like.shape if shape is None else shape
        size = math.prod(shape)
        key = like.dtype, which
        if self._scratch.get(key, _NOTHING).size < size:
            self._scratch[key] = np.empty(max(size, BLOCK), like.dtype)
        return self._scratch[key][:size].reshape(shape)

    def _spares(self, array: Array) -> Iterator[Array]:
        """Scratch for each strip of an array, always the same."""
        return (self._spare(strip) for strip in strips(array))


def blocks(size: int) -> Iterator[slice]:
    """Slices of at most BLOCK elements that cover a flat vector."""
    return (slice(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK))


def strips(array: Array) -> Iterator[Array]:
    """A contiguous array as flat views of at most BLOCK elements: what several passes work on stays in the cache."""
    if not array.flags.c_contiguous:
        raise ValueError("this kernel works in place on contiguous arrays")
    flat = array.reshape(-1)
    return (flat[block] for block in blocks(flat.size))
