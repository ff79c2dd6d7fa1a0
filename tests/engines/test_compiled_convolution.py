"""Convolutions in machine code are NumPy's: of every geometry, of channels that no vector divides, by several shares."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gancli.engines import NumpyEngine, make_engine, numba_is_here

if not numba_is_here():
    pytest.skip("numba is not installed", allow_module_level=True)

from gancli.engines.replay.replay import Replay

pytestmark = pytest.mark.usefixtures("compiled")


class Kernels:
    """A game that is nothing but all kernels of one geometry."""

    def __init__(self, engine: Any, dtype: str, batch: int, image: Any, units: int, geometry: Any, bias: bool):
        self.engine, self.played = engine, 0
        channels, height, width = image
        kernel, stride, padding = geometry
        self.geometry = height, width, *geometry
        places = ((height + 2 * padding - kernel) // stride + 1) * ((width + 2 * padding - kernel) // stride + 1)
        rng = np.random.default_rng(0)

        def numbers(*shape: int) -> Any:
            return rng.standard_normal(shape).astype(dtype)

        self.x, self.dy = numbers(batch, channels * height * width), numbers(batch, places * units)
        self.w, self.b = numbers(kernel * kernel * channels, units), numbers(units) if bias else None
        self.below = numbers(channels) if bias else None
        self.y, self.dx = np.full_like(self.dy, np.nan), np.full_like(self.x, np.nan)
        self.dw, self.more = np.full_like(self.w, np.nan), numbers(*self.w.shape)
        self.db, self.more_db = (np.full(units, np.nan, dtype), numbers(units)) if bias else (None, None)

    def make(self) -> Hashable:
        return 0

    def alike(self) -> int:
        return 1000

    def arrays(self) -> list[Any]:
        given = (
            self.x,
            self.dy,
            self.w,
            self.b,
            self.below,
            self.y,
            self.dx,
            self.dw,
            self.more,
            self.db,
            self.more_db,
        )
        return [array for array in given if array is not None]

    def play_one(self) -> None:
        engine, geometry = self.engine, self.geometry
        engine.conv(self.x, self.w, self.b, *geometry, out=self.y)
        engine.conv_input(self.dy, self.w, self.below, *geometry, out=self.dx)
        engine.conv_params(self.x, self.dy, self.dw, self.db, *geometry)
        engine.add_conv_params(self.x, self.dy, self.more, self.more_db, *geometry)


@st.composite
def cases(draw: Any) -> Any:
    """A batch, an image, channels out, and a kernel, stride and padding that fit."""
    image = draw(st.sampled_from([1, 3, 8, 17, 40])), draw(st.integers(1, 9)), draw(st.integers(1, 9))
    padding = draw(st.integers(0, 2))
    kernel = draw(st.integers(1, min(5, min(image[1:]) + 2 * padding)))
    geometry = kernel, draw(st.integers(1, 3)), min(padding, kernel - 1)
    if kernel > min(image[1:]) + 2 * geometry[2]:
        geometry = 1, geometry[1], 0
    return draw(st.integers(1, 11)), image, draw(st.sampled_from([1, 5, 16, 33])), geometry, draw(st.booleans())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shares", [1, 3])
@settings(max_examples=60)
@given(case=cases())
@example(case=(9, (3, 32, 32), 64, (4, 2, 1), True))
@example(case=(9, (64, 8, 8), 33, (4, 2, 1), True))
@example(case=(2, (8, 2, 2), 5, (1, 3, 0), True)).via("a stride under which some pixels are under no weight")
@example(case=(3, (150, 3, 3), 5, (3, 1, 1), True)).via("pieces that are taken in parts")
def test_every_kernel_is_numpys(dtype: str, shares: int, case: Any) -> None:
    engine = make_engine("numba", shares)
    expected, found = Kernels(NumpyEngine(), dtype, *case), Kernels(engine, dtype, *case)
    expected.play_one()
    replay = Replay(found, engine)
    assert replay.by_numpy == []
    replay.play(1)
    for one, other in zip(expected.arrays(), found.arrays(), strict=True):
        close = 2e-4 if dtype == "float32" else 1e-11
        np.testing.assert_allclose(other, one, rtol=close, atol=close * max(1.0, float(np.abs(one).max())))
