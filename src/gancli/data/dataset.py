"""A data set in memory, and the endless streams of batches drawn from it."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.sets import Kind
from gancli.data.units import Units, factor_and_shift

Rng = np.random.Generator


@dataclass(frozen=True)
class Split:
    """Samples (count, features), stored as they came; `factor` × sample + `shift` is what a network sees."""

    samples: NDArray[Any]
    labels: NDArray[np.intp]
    """Of each sample, the number of its class; zeros where there are no classes."""
    factor: float = 1.0
    shift: float = 0.0
    targets: NDArray[np.float32] | None = None
    """For regression: what is to be predicted of each sample (count, outputs), in its own units."""

    def seen(self, samples: NDArray[Any], dtype: Any = np.float32) -> NDArray[Any]:
        """Some of the samples, stored, as a network of that dtype sees them; an engine's `gather` does the same."""
        kind = np.dtype(dtype)
        return np.asarray(np.multiply(samples, kind.type(self.factor), dtype=kind) + kind.type(self.shift))

    def at(self, rows: Any) -> "Split":
        """Those of some rows alone."""
        targets = None if self.targets is None else self.targets[rows]
        return replace(self, samples=self.samples[rows], labels=self.labels[rows], targets=targets)


@dataclass(frozen=True)
class Dataset:
    """A data set: what its samples are, the names of its classes, and where it comes from."""

    name: str
    units: Units
    classes: tuple[str, ...]
    """In the order of their labels; none where the samples have no labels."""
    train: Split
    test: Split
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
    validation: Split | None = None
    """Training samples that are held out of `train`."""
    source: Any = None
    """The checksums, as plain data, of what was read for it, whatever a seed draws of that; None where nothing was."""

    def hold_out(self, share: float, rng: Rng) -> "Dataset":
        """A share of the training samples held out of them for validation, one at least, as one at least is left.

        Raises DataError.
        """
        count = len(self.train.samples)
        if count < 2:
            raise DataError(f"test.validation: {self.origin}: {count} training sample cannot be divided; leave it out")
        rows = rng.permutation(count)
        held = held_out(count, share)
        return replace(self, train=self.train.at(np.sort(rows[held:])), validation=self.train.at(np.sort(rows[:held])))

    def between(self, value_range: tuple[float, float], invert: bool) -> "Dataset":
        """Images whose black and white networks see as the ends of a range, the higher first with `invert`.

        Raises DataError.
        """
        if value_range == (0.0, 1.0) and not invert:
            return self
        factor, black = factor_and_shift(value_range, invert)
        train, test = (replace(one, factor=one.factor * factor, shift=black) for one in (self.train, self.test))
        return replace(self, train=train, test=test, units=replace(self.units, black=black, white=black + factor))

    @property
    def kind(self) -> Kind:
        """What the samples are."""
        return self.units.kind

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one sample."""
        return self.units.shape


def held_out(count: int, share: float) -> int:
    """How many of `count` samples a share is: one at least, as one at least is left."""
    return min(max(1, round(share * count)), count - 1)


class Batches:
    """An endless stream: every sample once a pass, in a new order each pass, or in the stored order.

    `kernel` is an engine's `load`. With `rng` None the order is the stored one. `last` are the rows asked for last.
    """

    def __init__(self, split: Split, kernel: Any, rng: Rng | None):
        self.split, self._kernel, self._rng = split, kernel, rng
        self.count = len(split.samples)
        self._position = self.count
        self._before: dict[str, Any] | None = None
        self._order = np.arange(self.count)
        self.last = self._order[:0]

    def load(self, out: NDArray[Any]) -> None:
        """Fill `out` (batch, features) with the next samples."""
        self._kernel(self, out)

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
            self.last = self._order[self._position - count : self._position]
            return self.last
        rest = self._order[self._position :]
        passes, over = divmod(count - len(rest) - 1, self.count)  # whole ones, and a last one of over + 1 rows
        whole = self._whole_passes(passes)
        self._shuffle()
        self._position = over + 1
        self.last = np.concatenate([rest, whole, self._order[: self._position]])
        return self.last

    def _whole_passes(self, passes: int) -> NDArray[np.intp]:
        """The orders of so many passes, one after another: drawn at once they are those drawn one by one."""
        orders = np.tile(np.arange(self.count), (passes, 1))
        if self._rng is not None and passes:
            self._rng.permuted(orders, axis=1, out=orders)
        return orders.reshape(-1)

    def _shuffle(self) -> None:
        """A new order, of which the generator's state is kept."""
        if self._rng is not None:
            self._before = dict(self._rng.bit_generator.state)
            self._order = self._rng.permutation(self.count)
