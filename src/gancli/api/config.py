"""What functions of the interface take: configurations, paths."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gancli.spec import Document, as_document, load_named

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
