"""Parsed MNIST in the user's cache: uint8 arrays, keyed by the files' checksum.

python-mnist takes seconds and hundreds of megabytes for the 60,000 images, so it parses each set of files once. A start
reads the arrays into its own memory and believes them only when they have the SHA-256 of the files that they came from;
what happens to the cache afterwards is nothing to the run. (Mapped into memory, they would be shared by workers, but a
run under which such a file is cut short dies by SIGBUS, which nothing can catch.)
"""

import contextlib
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_dir

from gancli.data import idx
from gancli.data.errors import DataError
from gancli.data.files import put, turn, write
from gancli.disk import sync_folder

Arrays = dict[str, NDArray[np.uint8]]
ARRAYS = dict(zip(idx.NAMES, (f"{part}-{what}" for part in idx.PARTS for what in ("images", "labels")), strict=True))
"""The name of each file's array."""
UNFINISHED = "making-"
"""How the names of unfinished folders begin."""


def cache_folder() -> Path | None:
    """Where this user's downloads and parsed data are kept; None for one who has no home, nor $XDG_CACHE_HOME."""
    try:
        folder = Path(user_cache_dir("gancli"))
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None  # else a folder named `~`, where one stands


def open_files(files: dict[str, Path]) -> tuple[Arrays, dict[str, Any]]:
    """Arrays `train-images` (count, 784), `train-labels` (count,), `t10k-…`, and what is known of them.

    Raises DataError. Where the cache cannot be written, the arrays are parsed each time.
    """
    key, cache = _key(files), cache_folder()
    folder = cache and cache / "parsed" / key
    opened = folder and _open(folder)
    if opened:
        return opened
    arrays = _parse(files)
    if _key(files) != key:
        raise DataError(f"{files[idx.NAMES[0]].parent}: its files changed while they were read; try again")
    known = _known(arrays)
    if folder:
        with contextlib.suppress(OSError):
            _save(folder, arrays, known)
    return _frozen(arrays), known


def _key(files: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name in idx.NAMES:
        idx.check_size(files[name])
        try:
            with files[name].open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise DataError(f"{files[name]}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()[:32]


def _parse(files: dict[str, Path]) -> Arrays:
    headers = {name: idx.inspect(path) for name, path in files.items()}
    arrays: Arrays = {}
    for part in idx.PARTS:
        _same_count(files, headers, part)
    for part in idx.PARTS:
        arrays[f"{part}-images"], arrays[f"{part}-labels"] = idx.read(files, part)
        if arrays[f"{part}-labels"].max() > 9:
            path = files[f"{part}-labels-idx1-ubyte"]
            raise DataError(f"{path}: labels must be digits from 0 to 9; got {arrays[f'{part}-labels'].max()}")
    return arrays


def _same_count(files: dict[str, Path], headers: dict[str, idx.Header], part: str) -> None:
    images, labels = (f"{part}-{what}-ubyte" for what in ("images-idx3", "labels-idx1"))
    counts = headers[images].sizes[0], headers[labels].sizes[0]
    if counts[0] != counts[1]:
        raise DataError(
            f"{files[images]}: holds {counts[0]:,d} images, but {files[labels].name} {counts[1]:,d} labels; "
            "use files of one origin"
        )


def _known(arrays: Arrays) -> dict[str, Any]:
    """For the run's record and the cache's: of each file, the SHA-256 that its array proves."""
    return {"sha256": {name: idx.sha256(arrays[array]) for name, array in ARRAYS.items()}}


def _frozen(arrays: Arrays) -> Arrays:
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def _open(folder: Path) -> tuple[Arrays, dict[str, Any]] | None:
    """The arrays of a cache folder, or None where there is none, or it is damaged or of another version."""
    try:
        kept = json.loads((folder / "known.json").read_text(encoding="utf-8"))["sha256"]
        arrays = {array: _array(folder / f"{array}.npy") for array in ARRAYS.values()}
        known = _known(arrays)
    except Exception:  # a damaged file fails in as many ways as there are damages: it is made anew
        return None
    shapes_fit = all(arrays[f"{p}-images"].shape == (len(arrays[f"{p}-labels"]), 784) for p in idx.PARTS)
    return (_frozen(arrays), known) if shapes_fit and kept == known["sha256"] else None


def _array(path: Path) -> NDArray[np.uint8]:
    """Read into memory, so that the bytes that are looked at are those that a run learns from."""
    idx.check_size(path)
    array = np.load(path, allow_pickle=False)
    if array.dtype != np.uint8:
        raise DataError(f"{path}: is of {array.dtype}")
    return array  # type: ignore[no-any-return]


def _save(folder: Path, arrays: Arrays, known: dict[str, Any]) -> None:
    """Write beside, then rename: a cache folder is there whole or not at all. Raises OSError.

    While another process saves, this one leaves it: its arrays are kept by a later start.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with turn(folder.parent, UNFINISHED) as mine:
        if mine:
            beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=UNFINISHED))
            try:
                _fill(beside, arrays, known)
                if folder.exists():
                    shutil.rmtree(folder)  # ours, and damaged
                put(beside, folder)
            finally:
                shutil.rmtree(beside, ignore_errors=True)


def _fill(folder: Path, arrays: Arrays, known: dict[str, Any]) -> None:
    """Read-only files, so that only a program that means to changes them."""
    for name, array in arrays.items():
        write(folder / f"{name}.npy", lambda file, array=array: np.save(file, array), mode=0o444)  # type: ignore[misc]
    write(folder / "known.json", lambda file: file.write(json.dumps(known).encode()), mode=0o444)
    sync_folder(folder)
