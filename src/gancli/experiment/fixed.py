"""A generator that stays as it is: real samples with noise, to compare critics against (Gulrajani et al. 2017)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from gancli.engines import Array
from gancli.nn.layers import Noise
from gancli.spec import Learning

SAMPLES = 2000
"""Real samples that are drawn from, the first of the training data, at most."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a table (count, features), each as likely as any other."""

    table: Array
    joins: ClassVar[bool] = True

    def fill(self, rng: np.random.Generator, out: Array, engine: Any) -> None:
        """Draw; `out` holds whole rows, one after another."""
        rows = out.reshape(-1, self.table.shape[1])
        rows[...] = self.table[rng.integers(len(self.table), size=len(rows))]


def real_samples(spec: Learning) -> Noise:
    """A layer that adds a real sample, as networks see it. Raises DataError, SpecError."""
    from gancli.experiment.build import load_data  # which builds networks

    split = load_data(spec).train
    table = split.seen(split.samples[:SAMPLES], np.dtype(spec.dtype))
    layer = Noise(table.shape[1], "add", None, "gaussian", 1.0)
    layer.drawn_from = Rows(table)  # type: ignore[assignment]
    return layer
