"""Named arrays on disk; apart from `files`, which must not import NumPy to list runs."""

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gancli.runs.errors import RunError
from gancli.runs.files import write_bytes
from gancli.runs.safe_files import opened

DAMAGE = (
    OSError, ValueError, LookupError, EOFError, MemoryError, RuntimeError, AttributeError, TypeError, SyntaxError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a damaged `.npz`, or using what it holds, can raise."""


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], compress: bool = False) -> None:
    """Named arrays as an `.npz`, which `np.load` reads. Raises ValueError for Python objects, which want pickle.

    Written as `np.savez` does, but not by it: its parameters `file` and `allow_pickle` are names that no array can
    have, and before NumPy 2.2 the second, given, is stored as one more array.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, array, allow_pickle=False)
    write_bytes(path, buffer.getvalue())


def read_arrays(path: Path, most: int, packed: bool = False) -> dict[str, NDArray[Any]]:
    """The arrays of an `.npz` of at most `most` bytes, in the file and unpacked. Raises RunError where it is damaged.

    What is not `packed` is no larger than its file: one that says otherwise is refused before it is unpacked.
    """
    try:
        with opened(path, most) as file:
            bound = most if packed else path.stat().st_size
            with zipfile.ZipFile(file) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > bound:
                raise ValueError(f"it unpacks to {unpacked:,d} bytes; at most {bound:,d} are read")
            file.seek(0)
            with np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
    except RunError:
        raise
    except DAMAGE as error:
        raise RunError(f"{path}: is damaged ({error or type(error).__name__})") from None


@contextlib.contextmanager
def meant(path: Path) -> Iterator[None]:
    """Within `with meant(path):`, what a file holds is used; it is to blame where that fails. Raises RunError."""
    try:
        yield
    except RunError:
        raise
    except DAMAGE as error:
        raise RunError(f"{path}: does not hold what gancli writes ({type(error).__name__}: {error})") from None
