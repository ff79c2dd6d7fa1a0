"""A program: what a list of operations is for compiled code, tables of int64 and float64 and where to wait."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gancli.engines.replay import convolutions
from gancli.engines.replay import layout as at
from gancli.engines.replay.passes import new_buffer
from gancli.engines.replay.tape import Numbers, Op, Ref
from gancli.engines.replay.ways import Touched

Lower = Callable[["Program", Op], None]
"""Enters an operation into a program (`lowering.lower`)."""


class Program:
    """Rows of the tables under construction, for so many shares."""

    def __init__(
        self, ops: list[Op], lower: Lower, shares: int, itemsize: int, streams: Any, keep: list[Any],
        profile: Any = None,
    ):  # fmt: skip
        self.shares, self.itemsize = shares, itemsize
        self.clock: int = 0 if profile is None else profile.seconds.ctypes.data
        self.places: dict[str | None, int] = {} if profile is None else profile.places
        self.names: list[str] = []
        self.waits: list[int] = []
        """Before which operations all shares wait for one another."""
        self._rows: list[list[int]] = []
        self._numbers: list[list[float]] = []
        self._since: list[Touched] = []
        self._arrays: dict[Any, Any] = {}
        self._keep, self._streams = keep, streams
        widest = max((ref.width for op in ops for ref in op.writes), default=1)
        own = max((convolutions.room(op) for op in ops), default=0)
        self.room = -(-max(at.BLOCK, at.FEW * widest, own) // 32) * 32
        size, self._turn = shares * self.room, 0
        self._blocks = [self.buffer(size) for _ in range(2)]
        self._packed: dict[tuple[Ref, Any], Ref] = {}
        self._fresh: set[tuple[Ref, Any]] = set()
        for op in ops:
            lower(self, op)
            if self.clock:
                self.add("lap", {at.ROWS: self.clock, at.COLUMNS: self.places[op.section]}, [])

    def tables(self) -> tuple[Any, Any, Any]:
        """Operations (count, WIDTH), their numbers (count, NUMBERS), and where each stretch between waits begins."""
        stretches = np.array([*self.waits, len(self._rows)], np.int64)
        return np.array(self._rows, np.int64), np.array(self._numbers, np.float64), stretches

    def add(
        self, name: str, ints: dict[int, Any], touched: list[Touched], numbers: dict[int, float] | None = None
    ) -> None:
        """One kernel."""
        stale = {key for key in self._fresh for ref, written, _ in touched if written and key[0].overlaps(ref)}
        self._fresh -= stale
        if not self._rows or any(self._meet(one, other) for one in touched for other in self._since):
            self.waits.append(len(self._rows))
            self._since = []
        self._since += touched
        row, values = [0] * at.WIDTH, [0.0] * at.NUMBERS
        for place, value in ints.items():
            row[place] = value.address if isinstance(value, Ref) else int(value)
        for place, number in (numbers or {}).items():
            values[place] = float(number)
        self._rows.append(row)
        self._numbers.append(values)
        self.names.append(name)

    def _meet(self, one: Touched, other: Touched) -> bool:
        """May one share touch of an array what another has touched of it, one of them writing?"""
        (a, a_written, a_way), (b, b_written, b_way) = one, other
        if not (a_written or b_written) or not a.overlaps(b):
            return False
        return a_way is None or not (a_way == b_way or self._even(a, a_way) == self._even(b, b_way) != ())

    def _even(self, ref: Ref, way: Any) -> tuple[int, ...]:
        """Rows that all shares have as many of: whatever they are rows of, a share has the same part of the memory."""
        even = isinstance(way, tuple) and way[0] == "rows" and ref.whole and ref.rows % self.shares == 0
        return (ref.address, ref.stop) if even else ()

    def blocks(self) -> Ref:
        """Room for a block of gradient, or of partial sums, for each share; two by turns, so that nobody waits."""
        self._turn ^= 1
        return self._blocks[self._turn]

    def packed(self, weights: Ref, planned: Any) -> tuple[Ref, bool]:
        """Where a convolution's weights lie in the order of its plan, and whether they have to be put there first."""
        key = weights, planned
        if key not in self._packed:
            self._packed[key] = self.buffer(planned.packed)
        stale = key not in self._fresh
        self._fresh.add(key)
        return self._packed[key], stale

    def table(self, make: Callable[[Any], Any], of: Any) -> int:
        """The address of a table made of something: of the same one for all operations that are alike."""
        if (make, of) not in self._arrays:
            self._arrays[make, of] = make(of)
            self._keep.append(self._arrays[make, of])
        return int(self._arrays[make, of].ctypes.data)

    def buffer(self, size: int) -> Ref:
        """So many numbers of its own."""
        return Ref(new_buffer(size, self.itemsize, self._keep), 1, size, size, self.itemsize)

    def stream(self, numbers: Numbers) -> tuple[int, int]:
        """Where compiled code finds a stream's address and its length in a game."""
        address, length = self._streams[:, numbers.stream : numbers.stream + 1]
        return address.ctypes.data, length.ctypes.data

    def kept(self, array: Any, dtype: Any) -> int:
        """The address of an array of that type in one piece; of the same one for all operations that read it."""
        key = id(array), np.dtype(dtype)
        if key not in self._arrays:
            self._arrays[key] = np.ascontiguousarray(array, dtype)
            self._keep += [array, self._arrays[key]]
        return int(self._arrays[key].ctypes.data)
