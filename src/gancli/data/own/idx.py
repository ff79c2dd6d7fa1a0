"""IDX files of any size, type and number of axes, raw or gzipped, with their labels and test files beside them.

The format: two zero bytes, a byte for the type, one for the number of axes, the sizes as big-endian 32-bit integers,
then the values, big-endian.
"""

import gzip
import math
import os
import re
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.own.arrays import check_bytes
from gancli.data.own.folder import ENDINGS as PICTURES

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
NAMED = re.compile(r"(idx\d|ubyte|\.idx)", re.IGNORECASE)
"""What an IDX file's name has in it."""
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20


def is_idx(path: Path) -> bool:
    """Does the file begin as an IDX file does, raw or gzipped? False for what cannot be opened."""
    try:
        with _open(path) as file:
            head = file.read(4)
    except (OSError, EOFError, zlib.error):
        return False
    return len(head) == 4 and head[:2] == b"\0\0" and head[2] in TYPES and 1 <= head[3] <= 4


def read(path: Path) -> NDArray[Any]:
    """The array of a file, in the machine's byte order. Raises DataError."""
    try:
        packed = path.stat().st_size
        with _open(path) as file:
            dtype, shape = _header(file, path)
            expected = math.prod(shape) * dtype.itemsize
            if not isinstance(file, gzip.GzipFile):
                check_size(path, packed - file.tell(), expected)
            check_bytes(path, expected, packed)
            content = _content(file, path, expected)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: is cut short or not gzip ({error}); copy or fetch it again") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    values = np.frombuffer(content, dtype).reshape(shape)
    return values.astype(dtype.newbyteorder("="), copy=False)


def check_size(path: Path, there: int, expected: int) -> None:
    """Raises DataError where a file holds more or less than its header says."""
    if there != expected:
        what = "is cut short" if there < expected else "is too long"
        raise DataError(f"{path}: {what}: {there:,d} bytes of values, its header says {expected:,d}; copy it again")


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _header(file: BinaryIO, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in TYPES:
        raise DataError(f"{path}: is not an IDX file: it begins with {head.hex(' ')}; expected 00 00 and a type")
    if not 1 <= head[3] <= 4:
        raise DataError(f"{path}: has {head[3]} axes; images have 3 or 4, labels 1, vectors 2")
    sizes = file.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        raise DataError(f"{path}: is cut short, in its header; copy it again")
    shape = struct.unpack(f">{head[3]}I", sizes)
    if math.prod(shape) == 0:
        raise DataError(f"{path}: is empty: its header says {'×'.join(map(str, shape))}; give a file with samples")
    return np.dtype(TYPES[head[2]]), shape


def _content(file: BinaryIO, path: Path, expected: int) -> bytearray:
    content = bytearray()
    while chunk := file.read(min(_CHUNK, expected + 1 - len(content))):
        content += chunk
        if len(content) > expected:
            raise DataError(f"{path}: is too long: it holds more than the {expected:,d} bytes its header says")
    check_size(path, len(content), expected)
    return content


def labels_beside(images: Path) -> Path | None:
    """The file of labels that goes with one of images, by its name; None where there is none."""
    changes = [("images", "labels"), ("image", "label"), ("data", "labels")]
    for old, new in changes:
        if old in images.name:
            name = re.sub(r"idx[1-4]", "idx1", images.name.replace(old, new))
            return _beside(images, name)
    return None


def test_beside(images: Path) -> Path | None:
    """The file of test images that goes with one of training images; None where there is none."""
    if "train" not in images.name:
        return None
    return next(
        (path for word in ("t10k", "test") if (path := _beside(images, images.name.replace("train", word)))), None
    )


def _beside(path: Path, name: str) -> Path | None:
    """A file of that name, packed or not, or spelt with `.` for `-` before `idx`."""
    stem = name.removesuffix(".gz")
    spelt = {stem, re.sub(r"[-.]idx", "-idx", stem), re.sub(r"[-.]idx", ".idx", stem)}
    for candidate in (name, *sorted(spelt), *sorted(one + ".gz" for one in spelt)):
        other = path.with_name(candidate)
        if other != path and other.is_file():
            return other
    return None


def in_folder(folder: Path) -> Path | None:
    """The file of training images of a folder of IDX files; None where it holds none. Raises DataError, OSError."""
    there = os.listdir(folder)  # noqa: PTH208 - names alone: there may be a million
    names = [name for name in there if NAMED.search(name) and not name.lower().endswith(PICTURES)]
    paths = (folder / name for name in sorted(names) if name[0] != "." and "label" not in name.lower())
    files = [path for path in paths if path.is_file() and is_idx(path)]
    train = [path for path in files if "train" in path.name] or files
    if len({path.name.removesuffix(".gz") for path in train}) > 1:
        some = " and ".join(path.name for path in train[:2])
        raise DataError(f"{folder}: holds several IDX files of images ({some}); give one of them as `path`")
    return train[0] if train else None
