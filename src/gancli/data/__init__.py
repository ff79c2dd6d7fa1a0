"""Data sets: found, checked, cached, and drawn from in batches."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gancli.data.dataset import Batches, Dataset, Split, held_out
from gancli.data.errors import DataError
from gancli.data.sets import SETS, SetInfo
from gancli.data.units import Units

Progress = Callable[[int, int], None]

__all__ = ["SETS", "Batches", "DataError", "Dataset", "SetInfo", "Split", "Units", "held_out", "load", "none"]


def load(
    name: str,
    rng: np.random.Generator | None = None,
    value_range: tuple[float, float] = (0.0, 1.0),
    invert: bool = False,
    progress: Progress | None = None,
    **options: Any,
) -> Dataset:
    """A data set by name; `options` are its loader's, `rng` draws what is drawn or held out.

    Of images, networks see `value_range` for black to white, or with `invert` for white to black. `progress` is called
    while files of one's own are read, with how much is done and of how much. Raises DataError.
    """
    rng = rng or np.random.default_rng(0)
    if name == "table":
        from gancli.data import own

        return own.load_table(rng=rng, progress=progress, **options)
    if name == "images":
        from gancli.data import own

        return own.load_images(rng=rng, value_range=value_range, invert=invert, progress=progress, **options)
    return _load(name, rng, options).between(value_range, invert)


def _load(name: str, rng: np.random.Generator, options: dict[str, Any]) -> Dataset:
    if name == "mnist":
        from gancli.data import mnist

        return mnist.load(**options)
    if name == "stacked_mnist":
        from gancli.data import stacked

        return stacked.load(rng, **options)
    from gancli.data import plane

    if name not in plane.SETS:
        from gancli.data import published

        return published.load(SETS[name], **options)
    return plane.SETS[name](rng, **options)  # type: ignore[operator, no-any-return]


def none() -> Dataset:
    """The data set of a game that has none."""
    split = Split(np.zeros((1, 1), np.float32), np.zeros(1, np.intp))
    return Dataset("none", Units((1,)), (), split, split, "nowhere: this game has no data")
