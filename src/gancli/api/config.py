"""What functions of the interface take: configurations, paths."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gancli.spec import Document, as_document, load_file

Folder = str | os.PathLike[str]
Config = Folder | Mapping[str, Any]
"""The path of a YAML file, or a mapping of the same keys."""


def read(config: Config) -> Document:
    """A configuration that is not validated yet. Raises SpecError."""
    return as_document(config) if isinstance(config, Mapping) else load_file(Path(config))
