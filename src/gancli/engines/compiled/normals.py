"""Normal numbers and dropout, to the bit those of NumPy's generator PCG64 in single precision; see `replay.normals`.

The ziggurat (Marsaglia and Tsang 2000) is one loop, and words are made a buffer at a time. Both the words and their
order are NumPy's.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.np.random._constants import fi_float, ki_float, wi_float, ziggurat_nor_inv_r_f, ziggurat_nor_r_f

from gancli.engines.compiled.jit import exact, intrinsic
from gancli.engines.compiled.kernels import EXACT, kernel
from gancli.engines.compiled.views import singles, unsigned, wide, words
from gancli.engines.replay.normals import (
    BUFFER,
    COUNT,
    HIGH,
    KEPT,
    LOW,
    OUT,
    PLACE,
    STATE,
    STEP_HIGH,
    STEP_LOW,
    WORD,
    WORDS,
)  # fmt: skip

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


@kernel
def normals(share, shares, game, op, numbers, like):
    """Fill `out` with normal numbers; no word is made that NumPy would not have made."""
    state, buffer = wide(like, op[STATE], 6), unsigned(like, op[BUFFER], WORDS)
    place, out = words(like, op[PLACE], 2), singles(like, op[OUT], op[COUNT])
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


@kernel
def dropouts(share, shares, game, op, numbers, like):
    """−1 where a number from [0, 1) is under the rate, else what keeps the mean."""
    state, buffer = wide(like, op[STATE], 6), unsigned(like, op[BUFFER], WORDS)
    place, out = words(like, op[PLACE], 2), singles(like, op[OUT], op[COUNT])
    rate, kept = np.float32(numbers[0]), np.float32(numbers[1])
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


EXACT |= {"normals", "dropouts"}
