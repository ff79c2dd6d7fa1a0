"""Read CIFAR-10's binary files: records of a label and 32×32 pixels, all red ones first, then green, then blue."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gancli.data import checksums
from gancli.data.errors import DataError
from gancli.data.sets import SetInfo

RECORD = 1 + 3 * 32 * 32
MAX_BYTES = 100_000 * RECORD
"""Of one file, which has 10,000 records."""
Values = NDArray[np.uint8]


def parse(info: SetInfo, files: dict[str, Path]) -> tuple[list[Values], dict[str, str]]:
    """Pictures (count, 3072), channels first, and labels (count,) to train on, then those of the last file, held out;
    the SHA-256 of each file. Raises DataError.
    """  # fmt: skip
    paths = list(files.values())
    counts = [_count(path, info) for path in paths]
    arrays = [array for held_out in (False, True) for array in _joined(paths, counts, held_out, info)]
    return arrays, {name: checksums.of(path) for name, path in files.items()}


def _joined(paths: list[Path], counts: list[int], held_out: bool, info: SetInfo) -> list[Values]:
    """The records of several files, one file in memory at a time."""
    chosen = slice(-1, None) if held_out else slice(-1)
    images = np.empty((sum(counts[chosen]), RECORD - 1), np.uint8)
    labels = np.empty(len(images), np.uint8)
    start = 0
    for path, count in zip(paths[chosen], counts[chosen], strict=True):
        records = _records(path, count)
        if records[:, 0].max() >= len(info.classes):
            raise DataError(
                f"{path}: labels must be numbers from 0 to {len(info.classes) - 1}; got {records[:, 0].max()}; "
                f"fetch it again: {info.command}"
            )
        labels[start : start + count], images[start : start + count] = records[:, 0], records[:, 1:]
        start += count
    return [images, labels]


def _count(path: Path, info: SetInfo) -> int:
    """How many records a file has, by its size."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not 0 < size <= MAX_BYTES or size % RECORD:
        raise DataError(
            f"{path}: must be records of {RECORD:,d} bytes each, at most {MAX_BYTES // RECORD:,d}, one at least; it "
            f"has {size:,d} bytes; fetch it again: {info.command}"
        )
    return size // RECORD


def _records(path: Path, count: int) -> Values:
    try:
        values = np.fromfile(path, np.uint8, count * RECORD)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(values) < count * RECORD:
        raise DataError(f"{path}: was cut short while it was read; try again")
    return values.reshape(count, RECORD)
