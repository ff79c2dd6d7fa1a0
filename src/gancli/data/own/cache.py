"""A folder's pictures, parsed: arrays in the user's cache, keyed by the files' names, sizes and times.

The pixels are mapped into memory, privately: a start takes no longer than listing the folder, processes that learn from
the same pictures share them, and what a run writes there never reaches the file. (The price: a run under which such a
file is cut short dies by SIGBUS. They are read-only, and only ever removed; what is removed stays until the last run
closes it.)
"""

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.cache import cache_folder
from gancli.data.files import replace_folder, turn, write

VERSION = 1
"""Of how pictures are decoded, cropped and stored: another one parses again."""
MOST = 5
"""Parsed folders in the cache; the one unused for longest goes when there is one more."""
PREFIX = "own-"
UNFINISHED = "owning-"
"""How the names of unfinished folders begin."""
Parsed = tuple[NDArray[np.uint8], NDArray[np.int32], dict[str, Any]]
"""Samples (count, features), mapped or in memory; labels (count,), −1 where there are none; what is known of them."""


def key(listing: bytes, options: object) -> str:
    """Of what was listed of a folder, and the options that decide what is stored."""
    return hashlib.sha256(listing + f"\0{VERSION} {options!r}".encode()).hexdigest()[:32]


def opened(name: str) -> Parsed | None:
    """What is stored under a key, or None where there is nothing, or it is damaged or of another version."""
    folder = _folder(name)
    if folder is None:
        return None
    try:
        known = json.loads((folder / "known.json").read_text(encoding="utf-8"))
        samples = np.load(folder / "samples.npy", mmap_mode="c", allow_pickle=False)
        labels = np.load(folder / "labels.npy", allow_pickle=False)
        if not _fit(samples, labels, known):
            return None
    except Exception:  # a damaged file fails in as many ways as there are damages: it is parsed again
        return None
    with contextlib.suppress(OSError):
        os.utime(folder / "known.json")  # used now
    return samples, labels, known


def _fit(samples: Any, labels: Any, known: dict[str, Any]) -> bool:
    shape, count = tuple(known["shape"]), known["count"]
    classes = max(1, len(known["classes"]))
    return bool(
        known["version"] == VERSION
        and (samples.dtype, samples.shape) == (np.uint8, (count, int(np.prod(shape))))
        and samples.flags.c_contiguous
        and (labels.dtype, labels.shape) == (np.int32, (count,))
        and count > 0
        and labels.min() >= (0 if known["classes"] else -1)
        and labels.max() < classes
        and len(known["sha256"]) == 64
    )


def save(name: str, samples: NDArray[np.uint8], labels: NDArray[np.int32], known: dict[str, Any]) -> bool:
    """Store what was parsed under a key; False where the cache cannot be written, or another process writes it."""
    folder = _folder(name)
    if folder is None:
        return False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with turn(folder.parent, UNFINISHED) as mine:
            if mine:
                _write(folder, samples, labels, {**known, "version": VERSION})
                _forget(folder.parent)
            return mine
    except OSError:
        return False


def _folder(name: str) -> Path | None:
    cache = cache_folder()
    return cache and cache / "parsed" / f"{PREFIX}{name}"


def _write(folder: Path, samples: NDArray[np.uint8], labels: NDArray[np.int32], known: dict[str, Any]) -> None:
    """In the place of a damaged one, if there is one. Raises OSError."""

    def fill(beside: Path) -> None:
        write(beside / "samples.npy", lambda file: np.save(file, samples), mode=0o444)
        write(beside / "labels.npy", lambda file: np.save(file, labels), mode=0o444)
        write(beside / "known.json", lambda file: file.write(json.dumps(known).encode()), mode=0o444)

    replace_folder(folder, UNFINISHED, fill)


def _forget(parsed: Path) -> None:
    """Remove the folders unused for longest, beyond `MOST`."""

    def used(folder: Path) -> float:
        with contextlib.suppress(OSError):
            return (folder / "known.json").stat().st_mtime
        return 0.0

    for folder in sorted(parsed.glob(f"{PREFIX}*"), key=used)[:-MOST]:
        shutil.rmtree(folder, ignore_errors=True)
