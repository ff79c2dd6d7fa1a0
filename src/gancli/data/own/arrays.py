"""Array files of a user: .npy and .npz, whose headers are held against the files before anything is taken into memory.

Nothing pickled is read.
"""

import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.own import packages
from gancli.data.own.split import MAX_BYTES

ENDINGS = (".npy", ".npz")
FROM = 100_000_000
"""Bytes unpacked, from which on a file is suspected of being a bomb."""
RATIO = 200
"""Bytes unpacked to one packed, above which it is one: pictures and tables stay far below."""
_CHUNK = 1 << 20
Array = NDArray[Any]


def holds_arrays(place: Path) -> bool:
    """Is it an array file, by its name, or the data of a package?"""
    return packages.named(place) is not None or place.suffix.lower() in ENDINGS


class Unsuited(DataError):
    """An array of something else than numbers or short text."""


def read(path: Path, key: str | None = None) -> dict[str, Array]:
    """The arrays of a .npz, or of a package, by name, or that of a .npy under the name ''. Raises DataError.

    Of a .npz all that are numbers or text are read, and what cannot be is passed over, unless it is that of `key`.
    """
    if (name := packages.named(path)) is not None:
        return packages.read(name)
    try:
        if zipfile.is_zipfile(path):
            return _archive(path, key)
        if key is not None:
            raise DataError(f"data.key: {path} is no .npz, and has no array {key!r}; leave `key` out")
        with path.open("rb") as file:
            return {"": _array(file, path.stat().st_size, str(path))}
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None


def _archive(path: Path, key: str | None) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    refused: dict[str, DataError] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            _check_members(path, members)
            for info in members:
                name = info.filename.removesuffix(".npy")
                with archive.open(info) as file:
                    try:
                        arrays[name] = _array(file, info.file_size, f"{path}: {name!r}")
                    except Unsuited as error:
                        refused[name] = error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{path}: is damaged ({error}); save it again with numpy.savez_compressed") from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in a way that is not known
        raise DataError(f"{path}: cannot be unpacked ({error}); save it with numpy.savez_compressed") from None
    if refused and (key in refused or not arrays):
        raise refused.get(str(key)) or next(iter(refused.values()))
    return arrays


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Raises DataError."""
    if not members:
        raise DataError(f"{path}: holds no array; save arrays into it with numpy.savez_compressed")
    names = [info.filename for info in members]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{path}: holds {doubled[0]!r} twice; save it again with numpy.savez_compressed")
    unpacked, packed = sum(info.file_size for info in members), sum(info.compress_size for info in members)
    if len(members) > 1_000:
        raise DataError(f"{path}: holds {len(members):,d} arrays; at most 1,000 are read: save the samples as one")
    check_bytes(path, unpacked, packed)


def check_bytes(place: Path | str, unpacked: int, packed: int) -> None:
    """Refuse what takes too much memory. Raises DataError."""
    if unpacked > MAX_BYTES:
        raise DataError(
            f"{place}: takes {unpacked:,d} bytes; at most {MAX_BYTES:,d} are read: save fewer samples in it"
        )
    if unpacked > FROM and unpacked > RATIO * packed:
        raise DataError(f"{place}: unpacks {packed:,d} bytes to {unpacked:,d}, as a bomb does; save it unpacked")


def _array(file: IO[bytes], size: int, place: str) -> Array:
    """An array of a file of that many bytes, at its beginning. Raises DataError, OSError."""
    shape, fortran, dtype = _header(file, place)
    if dtype.hasobject:
        raise Unsuited(f"{place}: holds pickled Python objects, which are never read; save an array of numbers")
    if dtype.kind not in "biufUS" or not 0 < dtype.itemsize <= 4_000:
        raise Unsuited(f"{place}: is of type {dtype}; save an array of real numbers (uint8, float32, …)")
    count = int(np.prod(shape, dtype=object)) if shape else 1
    there, claimed = size - file.tell(), count * dtype.itemsize
    if claimed > there:
        raise DataError(
            f"{place}: is cut short: its header tells of {claimed:,d} bytes, it has {there:,d}; save it again"
        )
    check_bytes(place, claimed, claimed)
    values = np.empty(count, dtype)
    _fill(file, values.view(np.uint8).data, place)
    return values.reshape(shape[::-1]).transpose() if fortran else values.reshape(shape)


def _header(file: IO[bytes], place: str) -> tuple[tuple[int, ...], bool, Any]:
    """Shape, whether the first axis runs fastest, and type. Raises DataError."""
    try:
        version = npy.read_magic(file)
        if version == (1, 0):
            shape, fortran, dtype = npy.read_array_header_1_0(file)
        elif version == (2, 0):
            shape, fortran, dtype = npy.read_array_header_2_0(file)
        else:
            raise ValueError(f"of version {version[0]}.{version[1]}")
    except Exception as error:  # a damaged header fails in as many ways as there are damages
        reason = str(error).splitlines()[0].split(": <")[0][:200] if str(error) else type(error).__name__
        raise DataError(f"{place}: is not an array that NumPy wrote ({reason}); save it with numpy.save") from None
    if any(length < 0 for length in shape):
        raise DataError(f"{place}: is not an array that NumPy wrote (shape {shape}); save it with numpy.save")
    return shape, fortran, dtype


def _fill(file: IO[bytes], out: memoryview, place: str) -> None:
    """Read until `out` is full. Raises DataError."""
    done = 0
    while done < len(out):
        chunk = file.read(min(_CHUNK, len(out) - done))
        if not chunk:
            raise DataError(f"{place}: is cut short: {done:,d} of {len(out):,d} bytes; save it again")
        out[done : done + len(chunk)] = chunk
        done += len(chunk)
