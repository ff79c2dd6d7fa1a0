"""Named arrays on disk; apart from `files`, which must not import NumPy to list runs."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.runs.files import write_bytes


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], compress: bool = False) -> None:
    """Named arrays as an `.npz`, no pickle."""
    buffer = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())
