"""Normal numbers and dropout, to the bit those of NumPy's generator PCG64 in single precision, several times as fast.

NumPy calls a function through a pointer for each 32 bits; here one compiled function makes all of them
(`compiled.normals`) from the generator's state, which is taken and given back.
"""

import platform
from collections.abc import Callable
from typing import Any

import numpy as np

from gancli.engines.replay import layout

WORDS = 512
"""Words of 32 bits made at once."""
HIGH, LOW, STEP_HIGH, STEP_LOW, KEPT, WORD = range(6)
"""Places in a state: 128 bits, what is added at each step, and whether half of the last 64 bits is left, and which."""
LEAST = 4096
"""Numbers for which taking the generator's state and giving it back (8 µs) is worth while."""
STATE, BUFFER, PLACE, OUT, COUNT = range(1, 6)
"""Columns of the operation."""


class Normals:
    """Fills arrays from a generator of NumPy's; `addresses` gives those of compiled functions, by name."""

    def __init__(self, addresses: Callable[[str], int]):
        self._addresses = addresses
        self._state, self._buffer, self._place = (
            np.zeros(6, np.uint64),
            np.zeros(WORDS, np.uint32),
            np.zeros(2, np.int64),
        )
        self._op, self._numbers = np.zeros(layout.WIDTH, np.int64), np.zeros(layout.NUMBERS)
        self._agrees: bool | None = None

    def serves(self, rng: np.random.Generator, out: Any) -> bool:
        """Is it for this generator, and worth it for an array of this size?"""
        known = type(rng.bit_generator) is np.random.PCG64 and out.dtype == np.float32
        return known and out.size >= LEAST and out.flags.c_contiguous and self._agree()

    def fill(self, rng: np.random.Generator, out: Any) -> None:
        """`out` from N(0, 1); it and the generator are such as `serves` accepts."""
        self._draw("normals", rng, out)

    def fill_dropout(self, rng: np.random.Generator, rate: float, out: Any) -> None:
        """`out`, likewise: −1 for what is dropped, rate / (1 − rate) for what is not."""
        self._numbers[:2] = np.float32(rate), np.float32(rate / (1.0 - rate))
        self._draw("dropouts", rng, out)

    def _draw(self, name: str, rng: np.random.Generator, out: Any) -> None:
        found: Any = rng.bit_generator.state
        lower = 2**64 - 1
        number, step = found["state"]["state"], found["state"]["inc"]
        words = (number >> 64, number & lower, step >> 64, step & lower)
        self._state[:] = (*words, found["has_uint32"], found["uinteger"])
        arrays = (self._state, self._buffer, self._place, out)
        self._op[STATE:COUNT] = [array.ctypes.data for array in arrays]
        self._op[COUNT] = out.size
        layout.KERNEL(self._addresses(name))(0, 1, 0, self._op.ctypes.data, self._numbers.ctypes.data, None)
        high, low, _, _, kept, word = (int(value) for value in self._state)
        found["state"]["state"], found["has_uint32"], found["uinteger"] = high << 64 | low, kept, word
        rng.bit_generator.state = found

    def _agree(self) -> bool:
        """Does NumPy draw so here? Elsewhere than on x86 its sums may be fused, and it may change one day."""
        if self._agrees is None:
            self._agrees = platform.machine().lower() in ("x86_64", "amd64")
            if self._agrees:
                one, other, found = np.random.default_rng(0), np.random.default_rng(0), np.empty(LEAST, np.float32)
                self.fill(one, found)
                same = np.array_equal(found, other.standard_normal(LEAST, np.float32))
                self._agrees = same and one.random() == other.random()
        return self._agrees
