"""Parsed MNIST in the user's cache: uint8 arrays, memory-mapped, keyed by the files' checksum.

python-mnist takes seconds and hundreds of megabytes for the 60,000 images, so it parses each set of files once.
"""

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

Arrays = dict[str, NDArray[np.uint8]]


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
    headers = {name: idx.inspect(path) for name, path in files.items()}
    for part in idx.PARTS:
        _same_count(files, headers, part)
    arrays: Arrays = {}
    for part in idx.PARTS:
        arrays[f"{part}-images"], arrays[f"{part}-labels"] = idx.read(files, part)
        if arrays[f"{part}-labels"].max() > 9:
            path = files[f"{part}-labels-idx1-ubyte"]
            raise DataError(f"{path}: labels must be digits from 0 to 9; got {arrays[f'{part}-labels'].max()}")
    known = {"sha256": {name: header.sha256 for name, header in headers.items()}}
    if not folder:
        return arrays, known
    try:
        _save(folder, arrays, known)
    except OSError:
        return arrays, known
    return _open(folder) or (arrays, known)


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


def _same_count(files: dict[str, Path], headers: dict[str, idx.Header], part: str) -> None:
    images, labels = (f"{part}-{what}-ubyte" for what in ("images-idx3", "labels-idx1"))
    counts = headers[images].sizes[0], headers[labels].sizes[0]
    if counts[0] != counts[1]:
        raise DataError(
            f"{files[images]}: holds {counts[0]:,d} images, but {files[labels].name} {counts[1]:,d} labels; "
            "use files of one origin"
        )


def _open(folder: Path) -> tuple[Arrays, dict[str, Any]] | None:
    """The arrays of a cache folder, or None where there is none, or it is damaged."""
    try:
        known = json.loads((folder / "known.json").read_text(encoding="utf-8"))
        arrays: Arrays = {}
        for part in idx.PARTS:
            for what in ("images", "labels"):
                mapped = np.load(folder / f"{part}-{what}.npy", mmap_mode="r", allow_pickle=False)
                arrays[f"{part}-{what}"] = np.asarray(mapped)
    except (OSError, ValueError):
        return None
    shapes_fit = all(
        arrays[f"{part}-images"].shape == (len(arrays[f"{part}-labels"]), 784)
        and arrays[f"{part}-images"].dtype == arrays[f"{part}-labels"].dtype == np.uint8
        for part in idx.PARTS
    )
    return (arrays, known) if shapes_fit and isinstance(known, dict) and "sha256" in known else None


def _save(folder: Path, arrays: Arrays, known: dict[str, Any]) -> None:
    """Write beside, then rename: a cache folder is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        shutil.rmtree(folder)  # ours, and damaged
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix="making-"))
    try:
        for name, array in arrays.items():
            np.save(beside / f"{name}.npy", array)
        (beside / "known.json").write_text(json.dumps(known), encoding="utf-8")
        beside.replace(folder)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        if not folder.is_dir():  # where it is, another process was first
            raise
