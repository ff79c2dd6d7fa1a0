"""What is drawn at random: latents, layer noise, dropout, labels. Equal ones may be drawn for several games at once."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from gancli.engines.arrays import Array


class Distribution(Protocol):
    """Fills arrays."""

    @property
    def joins(self) -> bool:
        """Does drawing in two chunks give the same numbers as drawing at once?"""

    def fill(self, rng: np.random.Generator, out: Array, engine: Any) -> None:
        """Fill `out` with the generator's next numbers; `engine` has `normal` and `dropout`."""


@dataclass(frozen=True)
class Gaussian:
    """N(0, scale²)."""

    scale: float = 1.0
    joins: ClassVar[bool] = True

    def fill(self, rng: np.random.Generator, out: Array, engine: Any) -> None:
        """Draw."""
        engine.normal(rng, out)
        if self.scale != 1.0:
            out *= self.scale


@dataclass(frozen=True)
class Uniform:
    """Uniform over [−scale, scale)."""

    scale: float = 1.0
    joins: ClassVar[bool] = True

    def fill(self, rng: np.random.Generator, out: Array, engine: Any) -> None:
        """Draw."""
        rng.random(dtype=out.dtype.type, out=out)
        out *= 2.0 * self.scale
        out -= self.scale


@dataclass(frozen=True)
class Dropout:
    """−1 with probability `rate`, else rate / (1 − rate)."""

    rate: float = 0.5
    joins: ClassVar[bool] = True

    def fill(self, rng: np.random.Generator, out: Array, engine: Any) -> None:
        """Draw."""
        engine.dropout(rng, self.rate, out)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a table (count, features), each as likely as any other."""

    table: Array
    joins: ClassVar[bool] = True

    def fill(self, rng: np.random.Generator, out: Array, engine: Any) -> None:
        """Draw; `out` holds rows, one after another."""
        rows = out.reshape(-1, self.table.shape[1])
        rows[...] = self.table[rng.integers(len(self.table), size=len(rows))]


DISTRIBUTIONS: dict[str, type[Gaussian] | type[Uniform] | type[Dropout]] = {
    "gaussian": Gaussian,
    "uniform": Uniform,
    "dropout": Dropout,
}
