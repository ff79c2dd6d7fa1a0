"""Normal numbers and dropout, to the bit those of NumPy's generator PCG64 in single precision, several times as fast.

NumPy calls a function through a pointer for each 32 bits; here words are made a buffer at a time, and the ziggurat
(Marsaglia and Tsang 2000) is one loop. Both the words and their order are NumPy's, so that the two engines draw alike.
"""

import platform
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.np.random._constants import fi_float, ki_float, wi_float, ziggurat_nor_inv_r_f, ziggurat_nor_r_f

from gancli.engines.compiled.jit import exact, exact_whole, intrinsic

WORDS = 512
"""Words of 32 bits made at once."""
HIGH, LOW, STEP_HIGH, STEP_LOW, KEPT, WORD = range(6)
"""Places in a state: 128 bits, what is added at each step, and whether half of the last 64 bits is left, and which."""
LEAST = 4096
"""Numbers for which taking the generator's state and giving it back (8 µs) is worth while."""
AT, END = 0, 1
"""Places in `place`: the next word in the buffer, and where they end."""
_FACTOR = 0x2360ED051FC65DA44385DF649FCCF645
_FACTOR_HIGH, _FACTOR_LOW = np.uint64(_FACTOR >> 64), np.uint64(_FACTOR & (2**64 - 1))
_EDGES, _DENSITIES = np.array(ki_float), np.array(fi_float)
_WIDTHS = np.concatenate([wi_float, -wi_float])
"""By nine bits, the upper of which is the sign: a branch to negate half of the numbers, nobody can guess."""
_TAIL, _TAIL_INVERSE = np.float32(ziggurat_nor_r_f), np.float32(ziggurat_nor_inv_r_f)


@intrinsic
def _high_product(typing: Any, a: Any, b: Any) -> Any:
    """The upper 64 bits of a × b."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(value, wide) for value in args))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


@exact
def _make_words(state, pairs, buffer, place):
    """PCG XSL RR 128/64 (O'Neill 2014): 64 bits, the lower half first, for each pair of words."""
    high, low = state[HIGH], state[LOW]
    for i in range(pairs):
        up = _high_product(low, _FACTOR_LOW) + low * _FACTOR_HIGH + high * _FACTOR_LOW + state[STEP_HIGH]
        low = low * _FACTOR_LOW + state[STEP_LOW]
        high = up + np.uint64(low < state[STEP_LOW])
        turn, mixed = high >> np.uint64(58), high ^ low
        word = (mixed >> turn) | (mixed << ((np.uint64(64) - turn) & np.uint64(63)))
        buffer[2 * i], buffer[2 * i + 1] = np.uint32(word), np.uint32(word >> np.uint64(32))
    state[HIGH], state[LOW] = high, low
    place[AT], place[END] = 0, 2 * pairs


@exact
def _uniform(state, buffer, place):
    """From [0, 1), by 24 bits."""
    if place[AT] == place[END]:
        _make_words(state, 1, buffer, place)
    place[AT] += 1
    return np.float32(buffer[place[AT] - 1] >> np.uint32(8)) * np.float32(2.0**-24)


@exact
def _beside(index, bits, x, state, buffer, place):
    """Of the one draw in eighty that falls beside its strip: whether x may stay, and what it then is."""
    if index > 0:
        step = _DENSITIES[index - 1] - _DENSITIES[index]
        height = step * _uniform(state, buffer, place) + _DENSITIES[index]
        return np.float64(height) < np.exp(-0.5 * np.float64(x) * np.float64(x)), x
    while True:
        out = -_TAIL_INVERSE * np.log1p(-_uniform(state, buffer, place))
        up = -np.log1p(-_uniform(state, buffer, place))
        if up + up > out * out:
            return True, -(_TAIL + out) if (bits >> np.uint32(8)) & np.uint32(1) else _TAIL + out


@exact_whole
def _fill(state, buffer, place, out):
    """Fill `out` with normal numbers; no word is made that NumPy would not have made."""
    at, end = 0, 0
    if state[KEPT]:
        buffer[0], end = np.uint32(state[WORD]), 1
    for i in range(out.size):
        while True:
            if at == end:
                _make_words(state, min(WORDS // 2, (out.size - i + 1) // 2), buffer, place)
                at, end = place[AT], place[END]
            word = buffer[at]
            at += 1
            index, bits = word & np.uint32(0xFF), (word >> np.uint32(9)) & np.uint32(0x7FFFFF)
            x = np.float32(np.int32(bits)) * _WIDTHS[word & np.uint32(0x1FF)]
            if bits < _EDGES[index]:
                break
            place[AT], place[END] = at, end
            kept, x = _beside(index, bits, x, state, buffer, place)
            at, end = place[AT], place[END]
            if kept:
                break
        out[i] = x
    state[KEPT], state[WORD] = np.uint64(end - at), np.uint64(buffer[end - 1])


@exact_whole
def _fill_dropout(state, buffer, place, rate, kept, out):
    """−1 where a number from [0, 1) is under the rate, else `kept`."""
    done, at, end = 0, 0, 0
    if state[KEPT]:
        buffer[0], end = np.uint32(state[WORD]), 1
    while done < out.size:
        if at == end:
            _make_words(state, min(WORDS // 2, (out.size - done + 1) // 2), buffer, place)
            at, end = place[AT], place[END]
        count = min(end - at, out.size - done)
        for i in range(count):
            drawn = np.float32(np.int32(buffer[at + i] >> np.uint32(8))) * np.float32(2.0**-24)
            out[done + i] = np.float32(-1.0) if drawn < rate else kept
        done, at = done + count, at + count
    state[KEPT], state[WORD] = np.uint64(end - at), np.uint64(buffer[end - 1])


class Normals:
    """Fills arrays from a generator of NumPy's, whose state it takes and gives back."""

    def __init__(self) -> None:
        self._state = np.zeros(6, np.uint64)
        self._buffer, self._place = np.zeros(WORDS, np.uint32), np.zeros(2, np.int64)

    def serves(self, rng: np.random.Generator, out: Any) -> bool:
        """Is it for this generator, and worth it for an array of this size?"""
        known = type(rng.bit_generator) is np.random.PCG64 and out.dtype == np.float32
        return known and out.size >= LEAST and out.flags.c_contiguous and _agrees()

    def fill(self, rng: np.random.Generator, out: Any) -> None:
        """`out` from N(0, 1); it and the generator are such as `serves` accepts."""
        self._draw(rng, _fill, out)

    def fill_dropout(self, rng: np.random.Generator, rate: float, out: Any) -> None:
        """`out`, likewise: −1 for what is dropped, rate / (1 − rate) for what is not."""
        self._draw(rng, _fill_dropout, np.float32(rate), np.float32(rate / (1.0 - rate)), out)

    def _draw(self, rng: np.random.Generator, fill: Any, *given: Any) -> None:
        found: Any = rng.bit_generator.state
        lower = 2**64 - 1
        number, step = found["state"]["state"], found["state"]["inc"]
        words = (number >> 64, number & lower, step >> 64, step & lower)
        self._state[:] = (*words, found["has_uint32"], found["uinteger"])
        *numbers, out = given
        fill(self._state, self._buffer, self._place, *numbers, out.reshape(-1))
        high, low, _, _, kept, word = (int(value) for value in self._state)
        found["state"]["state"], found["has_uint32"], found["uinteger"] = high << 64 | low, kept, word
        rng.bit_generator.state = found


@cache
def _agrees() -> bool:
    """Does NumPy draw so here? Elsewhere than on x86 its sums may be fused, and it may change one day."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    one, other, found = np.random.default_rng(0), np.random.default_rng(0), np.empty(LEAST, np.float32)
    Normals().fill(one, found)
    return np.array_equal(found, other.standard_normal(LEAST, np.float32)) and one.random() == other.random()
