"""The classes of a game with a condition: the code of each, and how often fakes of it are asked for."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array
from gancli.games.base import Rng


@dataclass(frozen=True)
class Classes:
    """The data's classes by their labels, in the order of a code's numbers, and the share of each in the data."""

    labels: tuple[int, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, known: tuple[int, ...], labels: NDArray[np.intp]) -> "Classes":
        """`known` classes, as often as they are among `labels` (count,)."""
        counts = [int((labels == label).sum()) for label in known]
        return cls(tuple(known), tuple(count / max(1, sum(counts)) for count in counts))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.labels)

    def table(self, dtype: Any) -> Array:
        """The code of each label, (largest label + 1, classes)."""
        table = np.zeros((max(self.labels) + 1, self.count), dtype)
        table[list(self.labels), range(self.count)] = 1.0
        return table

    def codes(self, labels: NDArray[np.intp], dtype: Any) -> Array:
        """The codes (count, classes) of labels (count,)."""
        return np.asarray(self.table(dtype)[labels])

    def drawn(self, count: int, rng: Rng, dtype: Any) -> Array:
        """Codes (count, classes), each class as often as in the data."""
        codes: Array = np.empty((count, self.count), dtype)
        OneHot(self.shares).fill(rng, codes, None)
        return codes

    def labels_of(self, codes: Array) -> NDArray[np.intp]:
        """The labels (count,) that codes stand for."""
        return np.asarray(np.array(self.labels, np.intp)[codes.argmax(axis=1)])


@dataclass(frozen=True)
class OneHot:
    """Codes of classes that are drawn with these probabilities."""

    shares: tuple[float, ...]
    joins: ClassVar[bool] = True

    def fill(self, rng: Rng, out: Array, engine: Any) -> None:
        """Draw; `out` holds whole codes, one after another."""
        codes = out.reshape(-1, len(self.shares))
        drawn = np.searchsorted(np.cumsum(self.shares), rng.random(len(codes)), side="right")
        codes[...] = np.minimum(drawn, len(self.shares) - 1)[:, None] == np.arange(len(self.shares))


def in_turn(count: int, classes: int, dtype: Any) -> Array:
    """Codes (count, classes): the first class, the second, …, and the first again."""
    return np.eye(classes, dtype=dtype)[np.arange(count) % classes]
