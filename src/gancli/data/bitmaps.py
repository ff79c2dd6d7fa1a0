"""Read drawings of one class from a NumPy file, as Quick, Draw! has them: uint8 (count, 784), 0 is paper."""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gancli.data import checksums
from gancli.data.errors import DataError
from gancli.data.sets import SetInfo

MOST = 500_000
"""Drawings in a file; the largest of Quick, Draw! has 340,000."""
SEED = 345
"""Of the shuffle that says which are held out."""
Values = NDArray[np.uint8]


def parse(info: SetInfo, files: dict[str, Path]) -> tuple[list[Values], dict[str, str]]:
    """Drawings (count, 784) and labels (count,), all 0, to train on, then those held out: the last tenth of a fixed
    shuffle; the SHA-256 of the file. Raises DataError.
    """  # fmt: skip
    ((name, path),) = files.items()
    drawings = read(path, info)
    order = np.random.default_rng(SEED).permutation(len(drawings))
    held_out = len(drawings) // 10
    arrays = []
    for rows in (order[: len(order) - held_out], order[len(order) - held_out :]):
        arrays += [drawings[rows], np.zeros(len(rows), np.uint8)]
    return arrays, {name: checksums.of(path)}


def read(path: Path, info: SetInfo) -> Values:
    """The drawings (count, pixels) of a file, whose header and size are checked first. Raises DataError."""
    pixels = int(np.prod(info.shape))
    wanted = f"must be an array of uint8 (count, {pixels}) of 10 to {MOST:,d} drawings"
    remedy = f"fetch it again: {info.command}"
    try:
        with path.open("rb") as file:
            length = path.stat().st_size
            shape, fortran, dtype = _header(file) if length <= MOST * pixels + 1000 else ((length,), False, "bytes")
            count = shape[0] if len(shape) == 2 else 0
            if dtype != np.uint8 or fortran or shape[1:] != (pixels,) or not 10 <= count <= MOST:
                raise DataError(f"{path}: {wanted}; got {dtype} {shape}; {remedy}")
            length -= file.tell()
            if length != count * pixels:
                said = f"{length:,d} bytes follow its header, which says {count * pixels:,d}"
                raise DataError(f"{path}: {said}; {remedy}")
            return np.fromfile(file, np.uint8).reshape(count, pixels)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except _NoHeader as error:
        raise DataError(f"{path}: is no NumPy file ({str(error)[:80]}): it {wanted}; {remedy}") from None


class _NoHeader(Exception):
    """What a file begins with is no header of NumPy's."""


def _header(file: BinaryIO) -> tuple[tuple[int, ...], bool, Any]:
    """Shape, order and type. Raises _NoHeader."""
    try:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            return np.lib.format.read_array_header_1_0(file)
        if version == (2, 0):
            return np.lib.format.read_array_header_2_0(file)
    except OSError:
        raise
    except Exception as error:  # NumPy reads it as Python's tokens, which fail in as many ways as there are
        raise _NoHeader(error) from None
    raise _NoHeader(f"version {version}")
