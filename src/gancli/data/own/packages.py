"""Arrays that another installed package brings, by an entry point of the group `gancli.data`: `path: package:NAME`.

The entry point is a function without arguments, which returns what a .npz would hold: arrays by name. Only the one that
a configuration names is imported.
"""

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.errors import did_you_mean

GROUP, PREFIX = "gancli.data", "package:"


def named(path: str | Path) -> str | None:
    """The name that a path says after `package:`; None of any other path."""
    text = str(path)
    return text.removeprefix(PREFIX) if text.startswith(PREFIX) else None


def read(name: str) -> dict[str, NDArray[Any]]:
    """Its arrays by name, copied: numbers or text. Raises DataError."""
    place = f"data.path: {PREFIX}{name}"
    there = importlib.metadata.entry_points(group=GROUP)
    if name not in there.names:
        known = sorted(there.names)
        has = f"there are {', '.join(known)}" if known else "none is installed"
        text = f"no installed package brings data of this name (entry points of the group {GROUP}); {has}"
        raise DataError(f"{place}: {text}{did_you_mean(name, known)}")
    entry = next(iter(there.select(name=name)))
    try:
        found = entry.load()()
    except Exception as error:
        raise DataError(f"{place} ({entry.value}): could not be read: {error!r}") from error
    if not isinstance(found, Mapping) or not found:
        raise DataError(f"{place} ({entry.value}): must return arrays by name; got {type(found).__name__}")
    arrays = {str(key): np.array(value) for key, value in found.items()}
    for key, array in arrays.items():
        if array.dtype.kind not in "biufUS":
            raise DataError(f"{place} ({entry.value}): {key!r} is of type {array.dtype}; give numbers or text")
    return arrays
