"""A data set in memory, and the endless streams of batches drawn from it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator


@dataclass(frozen=True)
class Part:
    """Samples (count, features), stored as they came; `factor` × sample is what a network sees."""

    samples: NDArray[Any]
    labels: NDArray[np.intp]
    factor: float = 1.0


@dataclass(frozen=True)
class Dataset:
    """A data set: `shape` of one sample, as many labels as there are classes in all, and where it comes from."""

    name: str
    shape: tuple[int, ...]
    labels: int
    train: Part
    test: Part
    origin: str
    """Where it was found, in words."""
    notice: str | None = None
    """A line for the user, where it is not the data they may expect."""
    facts: dict[str, Any] = field(default_factory=dict)
    """For the run's record: checksums, counts."""
    modes: NDArray[Any] | None = None
    """Of a mixture of Gaussians of equal weight: their means (modes, features)."""
    std: float = 0.0
    """And the standard deviation of each, along each axis."""


class Batches:
    """An endless stream: every sample once a pass, in a new order each pass, or in the stored order.

    `kernel` is an engine's `load`. With `rng` None the order is the stored one.
    """

    def __init__(self, part: Part, kernel: Any, rng: Rng | None):
        self.part, self._kernel, self._rng = part, kernel, rng
        self.count = len(part.samples)
        self._position = self.count
        self._before: dict[str, Any] | None = None
        self._order = np.arange(self.count)

    def load(self, out: NDArray[Any]) -> NDArray[np.intp]:
        """Fill `out` (batch, features) with the next samples; return their labels (batch,)."""
        rows = self.rows(len(out))
        self._kernel(self.part.samples, rows, self.part.factor, out)
        return self.part.labels[rows]

    def state(self) -> dict[str, Any]:
        """Position and order, as plain data: the order is kept as the generator's state before it was drawn."""
        return {"position": self._position, "before": self._before}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`; the generator itself is restored apart, afterwards."""
        if state["before"] is not None and self._rng is not None:
            self._rng.bit_generator.state = state["before"]
            self._shuffle()
        self._position = state["position"]

    def rows(self, count: int) -> NDArray[np.intp]:
        """Where the next `count` samples are; however they are asked for, in parts or at once, they are the same."""
        if self._position + count <= self.count:
            self._position += count
            return self._order[self._position - count : self._position]
        parts = [self._order[self._position :]]
        missing = count - len(parts[0])
        while missing:
            self._shuffle(last=missing <= self.count)
            self._position = min(missing, self.count)
            parts.append(self._order[: self._position].copy())
            missing -= self._position
        return np.concatenate(parts)

    def _shuffle(self, last: bool = True) -> None:
        """A new order; of the last one for now, the generator's state is kept, which takes as long as a small order."""
        if self._rng is not None:
            if last:
                self._before = dict(self._rng.bit_generator.state)
            self._order = self._rng.permutation(self.count)
