"""Parsed sets in the user's cache: uint8 arrays, keyed by the checksums of the files that they came from.

To parse takes seconds and hundreds of megabytes, so each set of files is parsed once. How a later start takes the
arrays goes by their size:

- up to `LARGE` bytes it reads them into its own memory, and believes them only when they have the SHA-256 of the files
  that they came from; what happens to the cache afterwards is nothing to the run.
- larger ones (CIFAR-10, EMNIST) it maps: the start takes no time, workers share the memory. Their files are read-only,
  this user's own, and believed by the checksum that is remembered of them (`checksums`). A cache that is made anew gets
  new files, and a run goes on with the old ones. What remains is that a run dies by SIGBUS, which nothing can catch,
  when somebody overrides the permissions and cuts such a file short in place.
"""

import contextlib
import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data import bitmaps, cache, checksums, cifar, idx
from gancli.data.errors import DataError
from gancli.data.files import replace_folder, turn, write
from gancli.data.sets import SetInfo

Arrays = dict[str, NDArray[np.uint8]]
ARRAYS = ("train-images", "train-labels", "test-images", "test-labels")
PARSERS = {"idx": idx.parse, "cifar": cifar.parse, "bitmaps": bitmaps.parse}
LARGE = 64 << 20
"""Bytes of all arrays of a set, up to which they are read: MNIST has 55 million."""
UNFINISHED = "making-"
"""How the names of unfinished folders begin."""


@dataclass(frozen=True)
class Opened:
    """The arrays of a set, images (count, features) and labels (count,), that nobody can write to."""

    arrays: Arrays
    sha256: dict[str, str]
    """Of each file, unpacked."""
    on_disk: dict[str, str]
    """Of each file as it lies there."""


def open_files(info: SetInfo, files: dict[str, Path]) -> Opened:
    """The arrays of a set's files. Raises DataError. Where the cache cannot be written, they are parsed each time."""
    on_disk = _on_disk(info, files)
    root = cache.cache_folder()
    folder = root and root / "parsed" / _key(info, on_disk)
    opened = folder and _open(info, folder)
    if not opened:
        parsed, sha256 = PARSERS[info.format](info, files)
        if _on_disk(info, files) != on_disk:
            raise DataError(f"{next(iter(files.values())).parent}: its files changed while they were read; try again")
        opened = dict(zip(ARRAYS, parsed, strict=True)), sha256
        if folder:
            with contextlib.suppress(OSError):
                _save(info, folder, *opened)
            opened = (_open(info, folder) if _is_large(opened[0]) else None) or opened  # to let the memory go
    for array in opened[0].values():
        array.flags.writeable = False
    arrays, sha256 = opened
    return Opened(arrays, sha256 if info.format == "idx" else on_disk, on_disk)  # others are never gzipped


def _on_disk(info: SetInfo, files: dict[str, Path]) -> dict[str, str]:
    if info.format == "idx":
        for path in files.values():
            idx.check_size(path, info)
    return {name: checksums.of(path) for name, path in files.items()}


def _key(info: SetInfo, on_disk: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps([info.name, info.format, list(on_disk.values())]).encode()).hexdigest()[:32]


def _is_large(arrays: Arrays) -> bool:
    return sum(array.nbytes for array in arrays.values()) > LARGE


def _proves(info: SetInfo) -> bool:
    """Do the arrays say what their files were? In MNIST's form they do, where nothing was turned or renumbered."""
    return info.format == "idx" and not info.transposed and not info.first_label


def _contents(info: SetInfo, arrays: Arrays) -> dict[str, str]:
    """A SHA-256 of each array: of the unpacked file that it proves, else of its bytes."""
    if _proves(info):
        return {file.name: idx.sha256(arrays[name]) for file, name in zip(info.files, ARRAYS, strict=True)}
    return {name: hashlib.sha256(array.data).hexdigest() for name, array in arrays.items()}


def _open(info: SetInfo, folder: Path) -> tuple[Arrays, dict[str, str]] | None:
    """The arrays of a cache folder, or None where there is none, or it is damaged or of another version."""
    try:
        record = _record(folder / "known.json")
        paths = {name: folder / f"{name}.npy" for name in ARRAYS}
        if "files" in record:
            arrays = {name: _mapped(path, record["files"][name]) for name, path in paths.items()}
        else:
            arrays = {name: _read(path) for name, path in paths.items()}
            if record["sha256" if _proves(info) else "arrays"] != _contents(info, arrays):
                return None
        size, names = int(np.prod(info.shape)), {file.name for file in info.files}
        fit = all(arrays[f"{half}-images"].shape == (len(arrays[f"{half}-labels"]), size) for half in ("train", "test"))
        return (arrays, record["sha256"]) if fit and set(record["sha256"]) == names else None
    except Exception:  # a damaged file fails in as many ways as there are damages: it is made anew
        return None


def _record(path: Path) -> dict[str, Any]:
    """What is known of a cache folder's arrays. Raises ValueError, KeyError, OSError, … where it is damaged."""
    if path.stat().st_size > 100_000:
        raise ValueError(f"{path}: is too large")
    record: dict[str, Any] = json.loads(path.read_bytes())
    if record.pop("digest") != _digest(record):
        raise ValueError(f"{path}: does not agree with itself")
    return record


def _digest(record: Any) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> NDArray[np.uint8]:
    """Read into memory, so that the bytes that are hashed are those that a run learns from. Raises ValueError."""
    if path.stat().st_size > 2 * LARGE:
        raise ValueError(f"{path}: is too large")
    return _bytes(np.load(path, allow_pickle=False), path)


def _mapped(path: Path, sha256: str) -> NDArray[np.uint8]:
    """Mapped, where the file is this user's, nobody may write to it, and it is the one that was saved."""
    before = path.lstat()
    own = not hasattr(os, "getuid") or before.st_uid == os.getuid()
    if not (own and stat.S_ISREG(before.st_mode) and not before.st_mode & 0o222) or checksums.of(path) != sha256:
        raise ValueError(f"{path}: is not what was saved")
    return _bytes(np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray), path)


def _bytes(array: Any, path: Path) -> NDArray[np.uint8]:
    if array.dtype != np.uint8 or not array.flags.c_contiguous:
        raise ValueError(f"{path}: is of {array.dtype}")
    return array  # type: ignore[no-any-return]


def _save(info: SetInfo, folder: Path, arrays: Arrays, sha256: dict[str, str]) -> None:
    """In the place of a damaged one, if there is one. Raises OSError.

    While another process saves, this one leaves it: its arrays are saved by a later start.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with turn(folder.parent, UNFINISHED) as mine:
        if mine:
            replace_folder(folder, UNFINISHED, lambda beside: _fill(info, beside, arrays, sha256))
            if _is_large(arrays):
                for name in ARRAYS:
                    checksums.remember(folder / f"{name}.npy")


def _fill(info: SetInfo, folder: Path, arrays: Arrays, sha256: dict[str, str]) -> None:
    """Read-only files, so that only a program that means to changes them."""
    for name, array in arrays.items():
        write(folder / f"{name}.npy", lambda file, array=array: np.save(file, array), mode=0o444)  # type: ignore[misc]
    record: dict[str, Any] = {"sha256": sha256}
    if _is_large(arrays):
        record["files"] = {name: checksums.of(folder / f"{name}.npy") for name in arrays}
    elif not _proves(info):
        record["arrays"] = _contents(info, arrays)
    known = {**record, "digest": _digest(record)}
    write(folder / "known.json", lambda file: file.write(json.dumps(known).encode()), mode=0o444)
