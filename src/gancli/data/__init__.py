"""Data sets: found, checked, cached, and drawn from in batches."""

from typing import Any

from gancli.data.dataset import Batches, Dataset, Part
from gancli.data.errors import DataError

SETS = ("mnist", "xor")

__all__ = ["SETS", "Batches", "DataError", "Dataset", "Part", "load"]


def load(name: str, **options: Any) -> Dataset:
    """A data set by name; `options` are its loader's. Raises DataError."""
    if name == "xor":
        from gancli.data import xor

        return xor.load()
    from gancli.data import mnist

    return mnist.load(**options)
