"""The tape: what kernels a game calls, noted with their arrays by address, while nothing is computed."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from gancli.engines.arrays import CHANGED, READ, WRITTEN
from gancli.engines.distributions import Distribution
from gancli.engines.signatures import kernels, parameters


class Ref(NamedTuple):
    """An array by its address: `rows` of `width` elements, which begin `stride` elements apart."""

    address: int
    rows: int
    width: int
    stride: int
    itemsize: int
    kind: str = "f"
    """Of its elements, as NumPy has it: f, or i of a counter."""
    axes: int = 2
    before: int = 0
    """Bytes from the beginning of a row, where these are some columns of a wider array, to the first of them."""

    @classmethod
    def of(cls, array: Any) -> "Ref":
        """Of a vector, or of an array of two axes whose rows are each in one piece. Raises ValueError for others."""
        *rows, width = array.shape or (1,)
        size = array.itemsize
        within = array.strides[-1:] in ((size,), ()) or width == 1
        if len(rows) > 1 or not within or (rows and array.strides[0] % size):
            raise ValueError(f"an array of shape {array.shape} and strides {array.strides} cannot be recorded")
        count = math.prod(rows)
        stride = array.strides[0] // size if rows and count > 1 else width
        wider = 0 if array.base is None or stride in (0, width) else array.ctypes.data - array.base.ctypes.data
        before = wider % max(1, stride * size)
        return cls(array.ctypes.data, count, width, stride, size, array.dtype.kind, array.ndim, before)

    @property
    def size(self) -> int:
        """Elements."""
        return self.rows * self.width

    @property
    def stop(self) -> int:
        """The address after its last element."""
        return self.address + ((self.rows - 1) * self.stride + self.width) * self.itemsize

    @property
    def whole(self) -> bool:
        """Is it in one piece?"""
        return self.rows == 1 or self.stride == self.width

    def view(self) -> Any:
        """The array itself, for NumPy."""
        memory: Any = (ctypes.c_byte * (self.stop - self.address)).from_address(self.address)
        shape, steps = (self.rows, self.width), (self.stride * self.itemsize, self.itemsize)
        first = 2 - self.axes
        return np.ndarray(shape[first:], f"{self.kind}{self.itemsize}", memory, 0, steps[first:])

    def overlaps(self, other: "Ref") -> bool:
        """May they share an element?"""
        return self.address < other.stop and other.address < self.stop

    def moved(self, address: int) -> "Ref":
        """The same elsewhere."""
        return self._replace(address=address)


class Numbers(NamedTuple):
    """What a game is given of a stream: `length` items from `first` on."""

    stream: int
    first: int
    length: int


@dataclass(frozen=True)
class Op:
    """A kernel by name; its arrays, numbers and streams by theirs. What is None is left out."""

    name: str
    args: dict[str, Any]
    section: str | None = None
    """Whose work it is, for a profile."""

    def __getitem__(self, name: str) -> Any:
        return self.args[name]

    def get(self, name: str, otherwise: Any = None) -> Any:
        """An argument that may be left out."""
        return self.args.get(name, otherwise)

    def but(self, name: str | None = None, /, **args: Any) -> "Op":
        """The same but for its name or for some arguments."""
        return Op(name or self.name, {**self.args, **args}, self.section)

    def arrays(self, *kinds: str) -> Iterator[tuple[str, Ref]]:
        """Its arrays of some kinds of access, with their names."""
        access = ACCESS.get(self.name) or kernels()[self.name]
        return ((name, self.args[name]) for name, kind in access.items() if kind in kinds and name in self.args)

    @property
    def refs(self) -> list[Ref]:
        """All its arrays, in the order of the kernel's signature."""
        return [value for value in self.args.values() if isinstance(value, Ref)]

    @property
    def numbers(self) -> list[float]:
        """Its numbers, likewise."""
        return [value for value in self.args.values() if isinstance(value, float | int)]

    @property
    def reads(self) -> list[Ref]:
        """What it reads, and what it changes."""
        return [ref for _, ref in self.arrays(READ, CHANGED)]

    @property
    def writes(self) -> list[Ref]:
        """What it writes, and what it changes."""
        return [ref for _, ref in self.arrays(WRITTEN, CHANGED)]

    def compute(self, engine: Any) -> None:
        """Have the reference's kernel do it."""
        args = {name: value.view() if isinstance(value, Ref) else value for name, value in self.args.items()}
        left_out = {name: None for name in parameters(self.name).parameters if name not in args and name != "self"}
        getattr(engine, self.name)(**args, **left_out)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{name}={value}' for name, value in self.args.items())})"


ACCESS: dict[str, dict[str, str]] = {}
"""Of operations that are no kernels of the reference, but what a pass has made of them."""


@dataclass
class RowStream:
    """Rows of a data set: so many a game."""

    batches: Any
    size: int = 0
    last: Numbers | None = None


@dataclass
class NumberStream:
    """Random numbers of one generator: what each game draws, in order."""

    rng: np.random.Generator
    draws: list[tuple[Distribution, int]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Numbers a game."""
        return sum(count for _, count in self.draws)


class Tape:
    """Notes operations; `keep` are the arrays that they name, which must live as long as whatever replays them."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.keep: list[Any] = []
        self.streams: list[RowStream | NumberStream] = []
        self.section: str | None = None

    def note(self, kernel: str, given: dict[str, Any]) -> None:
        """One call, its arguments by name."""
        args: dict[str, Any] = {}
        for name, value in given.items():
            if name in ("batches", "rng", "distribution") or value is None:
                continue
            if isinstance(value, np.ndarray):
                self.keep.append(value)
                value = Ref.of(value)
            args[name] = value
        if kernel == "load":
            stream, number = self._rows(given["batches"])
            stream.last = Numbers(number, stream.size, args["out"].rows)
            stream.size += args["out"].rows
            args |= {"rows": stream.last, "source": stream.batches.split}
        elif kernel == "encode":
            stream, _ = self._rows(given["batches"])
            args |= {"rows": stream.last, "source": stream.batches.split}
        elif kernel == "draw":
            args["numbers"] = self._numbers(given["rng"], given["distribution"], args["out"].size)
        self.ops.append(Op(kernel, args, self.section))

    def _rows(self, batches: Any) -> tuple[RowStream, int]:
        for number, stream in enumerate(self.streams):
            if isinstance(stream, RowStream) and stream.batches is batches:
                return stream, number
        self.streams.append(RowStream(batches))
        return self.streams[-1], len(self.streams) - 1  # type: ignore[return-value]

    def _numbers(self, rng: Any, distribution: Distribution, count: int) -> Numbers:
        known = [n for n, stream in enumerate(self.streams) if isinstance(stream, NumberStream) and stream.rng is rng]
        if not known:
            known = [len(self.streams)]
            self.streams.append(NumberStream(rng))
        stream = self.streams[known[0]]
        assert isinstance(stream, NumberStream)
        first = stream.size
        stream.draws.append((distribution, count))
        return Numbers(known[0], first, count)
