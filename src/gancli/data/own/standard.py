"""How a table's columns are standardised before a network sees them; `data.Units` undoes it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Standard:
    """Each column minus its mean, divided by its standard deviation; both are those of the training split alone."""

    mean: NDArray[np.float64]
    """Of each column, in its own units (columns,)."""
    std: NDArray[np.float64]
    """Of each column, in its own units (columns,); 1 where a column is constant."""
    constant: tuple[str, ...] = ()
    """The columns that never change in the training split."""

    @classmethod
    def of(cls, columns: tuple[str, ...], samples: NDArray[Any]) -> "Standard":
        """Measured on the samples (count, columns) of a training split, in float64."""
        mean = samples.mean(axis=0, dtype=np.float64)
        std = samples.std(axis=0, dtype=np.float64)
        flat = samples.max(axis=0) == samples.min(axis=0)
        names = tuple(name for name, constant in zip(columns, flat, strict=True) if constant)
        return cls(mean, np.where(flat | (std == 0), 1.0, std), names)

    def apply(self, samples: NDArray[Any]) -> NDArray[np.float32]:
        """Samples (count, columns) in their own units → of mean 0 and standard deviation 1."""
        return ((np.asarray(samples, np.float64) - self.mean) / self.std).astype(np.float32)
