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
from gancli.data.own_split import MAX_BYTES, in_order, listed

ENDINGS = (".npy", ".npz")
FROM = 100_000_000
"""Bytes unpacked, from which on a file is suspected of being a bomb."""
RATIO = 200
"""Bytes unpacked to one packed, above which it is one: pictures and tables stay far below."""
_CHUNK = 1 << 20
Array = NDArray[Any]


class Unsuited(DataError):
    """An array of something else than numbers or short text."""


def read(path: Path, key: str | None = None) -> dict[str, Array]:
    """The arrays of a .npz by name, or that of a .npy under the name ''. Raises DataError.

    Of a .npz all that are numbers or text are read, and what cannot be is passed over, unless it is that of `key`.
    """
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
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
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


IMAGES = ("x", "images", "data", "samples")
"""Usual names of an array of images, the likeliest first."""
ROWS = ("x", "data", "samples", "points", "vectors", "images")
"""And of one of vectors."""
LABELS = ("y", "labels", "label", "target", "targets", "classes")
MAX_CLASSES = 10_000


def choose(
    arrays: dict[str, Array], stems: tuple[str, ...], key: str | None, place: Path
) -> tuple[list[str], list[str]]:
    """The names of the samples' arrays and of the labels': one of each, two (train, test), or no labels.

    By `key`, by the usual names (x_train, y_train, x_test, y_test; x, y; data, target; images, labels) in capitals or
    not, or the one array there is. Raises DataError.
    """
    lower = {name.lower(): name for name in reversed(arrays)}
    if key is not None:
        if key not in arrays:
            raise DataError(f"data.key: {place} has no array {key!r}; it has {listed(list(arrays))}")
        return [key], _labels_of(arrays, lower, key)
    for stem in stems:
        if pair := _pair(lower, stem):
            labels = next((names for stem in LABELS if (names := _pair(lower, stem))), [])
            return pair, labels
    for stem in stems:
        for name in (stem, f"{stem}_train", f"train_{stem}"):
            if name in lower:
                return [lower[name]], _labels_of(arrays, lower, lower[name])
    names = [name for name, array in arrays.items() if array.ndim > 1]
    if len(names) == 1:
        return names, _labels_of(arrays, lower, names[0])
    if len(arrays) == 1:
        return list(arrays), []
    raise DataError(f"data.key: {place} holds several arrays; say which are the samples: {listed(list(arrays))}")


def _pair(lower: dict[str, str], stem: str) -> list[str] | None:
    """The names for training and for testing."""
    for form in ("{0}_{1}", "{1}_{0}", "{0}{1}"):
        names = [form.format(stem, split) for split in ("train", "test")]
        if all(name in lower for name in names):
            return [lower[name] for name in names]
    return None


def named(arrays: dict[str, Array], name: str, count: int) -> list[str]:
    """The array of a name, or with a count of two those for training and testing; none where there are none."""
    if count == 1:
        return [name] if name in arrays else []
    return _pair({key.lower(): key for key in arrays}, name.lower().removesuffix("_train")) or []


def _labels_of(arrays: dict[str, Array], lower: dict[str, str], samples: str) -> list[str]:
    """The labels' array beside that of the samples: of a usual name, and as many."""
    suffix = "_train" if "train" in samples.lower() else "_test" if "test" in samples.lower() else ""
    for stem in LABELS:
        for name in (stem + suffix, f"{suffix[1:]}_{stem}", stem):
            beside = lower.get(name)
            if beside and beside != samples and arrays[beside].shape == arrays[samples].shape[:1]:
                return [beside]
    return []


def classes_of(labels: Array, place: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Labels (count,), whole numbers or text → the number of each one's class, and their names in order.

    Raises DataError.
    """
    if labels.ndim != 1:
        raise DataError(f"{place}: labels must be (count,); got {labels.shape}: give the number of each sample's class")
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all() or (labels != np.round(labels)).any():
            raise DataError(f"{place}: labels must be whole numbers or text; got others: leave them out, or round them")
        labels = labels.astype(np.int64)
    if labels.dtype.kind == "U" and (labels.view(np.uint32) > 0x10FFFF).any():
        raise DataError(f"{place}: labels are damaged text; save them again, as whole numbers")
    distinct, numbers = np.unique(labels, return_inverse=True)
    if len(distinct) > MAX_CLASSES:
        raise DataError(f"{place}: holds {len(distinct):,d} different labels; at most {MAX_CLASSES:,d} are classes")
    texts = [item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in distinct.tolist()]
    names = in_order(texts)
    ranks = np.array([names.index(text) for text in texts], np.intp)
    return ranks[numbers.reshape(-1)], names
