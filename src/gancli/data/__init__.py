"""Data sets: found, checked, cached, and drawn from in batches."""

from typing import Any

import numpy as np

from gancli.data.dataset import Batches, Dataset, Split
from gancli.data.errors import DataError
from gancli.data.sets import SETS, SetInfo
from gancli.data.units import Units

__all__ = ["SETS", "Batches", "DataError", "Dataset", "SetInfo", "Split", "Units", "load", "none"]


def load(name: str, rng: np.random.Generator | None = None, **options: Any) -> Dataset:
    """A data set by name; `options` are its loader's, `rng` draws the points of drawn sets. Raises DataError."""
    if name == "mnist":
        from gancli.data import mnist

        return mnist.load(**options)
    from gancli.data import plane

    if name not in plane.SETS:
        from gancli.data import published

        return published.load(SETS[name], **options)
    return plane.SETS[name](rng or np.random.default_rng(0), **options)  # type: ignore[operator, no-any-return]


def none() -> Dataset:
    """The data set of a game that has none."""
    split = Split(np.zeros((1, 1), np.float32), np.zeros(1, np.intp))
    return Dataset("none", Units((1,)), (), split, split, "nowhere: this game has no data")
