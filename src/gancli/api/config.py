"""What functions of the interface take: configurations, paths."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gancli.spec import Document, as_document, load_named
from gancli.spec.base import time_limit

Folder = str | os.PathLike[str]
Config = Folder | Mapping[str, Any]
"""The path of a YAML file, the name of one that comes with gancli, or a mapping of the same keys."""


def read(config: Config) -> Document:
    """A configuration that is not validated yet; where there is no file of its name, one that comes with gancli.

    Raises SpecError.
    """
    if isinstance(config, Mapping):
        return as_document(config)
    return load_named(Path(config))


def seconds_of(time: float | str | None) -> float | None:
    """A time in seconds, or as 30s, 10m, 2h. Raises ValueError."""
    try:
        return None if time is None else time_limit(time)
    except ValueError:
        text = "max_time must be more than 0 seconds, or a time such as 30s, 10m"
        raise ValueError(f"{text}; got {time!r}") from None


def names_of(log: Sequence[str]) -> Sequence[str]:
    """Names of loggers. Raises TypeError where one name stands in place of a list."""
    if isinstance(log, str):
        raise TypeError(f"log must be a list of names; write [{log!r}]")
    return log
