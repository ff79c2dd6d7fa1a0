"""Arrays that another installed package brings, by an entry point of the group `gancli.data`: `path: package:NAME`.

The entry point is a function without arguments, which returns what a .npz would hold: arrays by name. Only the one that
a configuration names is imported.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli import packages
from gancli.data.errors import DataError

GROUP, PREFIX = "gancli.data", "package:"


def named(path: str | Path) -> str | None:
    """The name that a path says after `package:`; None of any other path."""
    text = str(path)
    return text.removeprefix(PREFIX) if text.startswith(PREFIX) else None


def read(name: str) -> dict[str, NDArray[Any]]:
    """Its arrays by name, copied: numbers or text. Raises DataError."""
    place = f"data.path: {PREFIX}{name}"
    try:
        function, value = packages.load(GROUP, name, "data set")
    except packages.MissingPackage as error:
        raise DataError(f"{place}: {error}") from error
    try:
        found = function()
    except Exception as error:  # of whatever package
        raise DataError(f"{place} ({value}): could not be read: {error!r}") from error
    if not isinstance(found, Mapping) or not found:
        raise DataError(f"{place} ({value}): must return arrays by name; got {type(found).__name__}")
    arrays = {str(key): np.array(value) for key, value in found.items()}
    for key, array in arrays.items():
        if array.dtype.kind not in "biufUS":
            raise DataError(f"{place} ({value}): {key!r} is of type {array.dtype}; give numbers or text")
    return arrays
