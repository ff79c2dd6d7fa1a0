"""The SHA-256 of files: of large ones, remembered for as long as the file is what it was.

To hash 184 MB at every start takes longer than all else of it. So the checksum of a large file is noted in the cache
beside what the file system says of it: device, inode, size, and the times of its last change of content and of
anything. The last one no program can set back, so that whoever writes to the file, or puts another in its place, makes
the note worthless, and the file is hashed again. What is not seen is a disk that loses bits by itself.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import time
from pathlib import Path

from gancli.data import cache
from gancli.data.errors import DataError

LARGE = 8 << 20
"""Bytes from which on a checksum is remembered."""
SETTLED = 2_000_000_000
"""Nanoseconds for which a file must have been left alone: file systems count time in ticks, and within one a second
change would not be seen."""


def of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises DataError."""
    try:
        stamp = _stamp(path)
        if stamp[2] >= LARGE and (known := _remembered(path, stamp)):
            return known
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        settled = stamp == _stamp(path) and time.time_ns() - max(stamp[3:]) > SETTLED
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if settled and stamp[2] >= LARGE:
        _note(path, stamp, digest)
    return digest


def remember(path: Path) -> str:
    """The SHA-256 of a file that this program has just written, and nobody else writes. Raises DataError."""
    digest = of(path)
    with contextlib.suppress(OSError):
        _note(path, _stamp(path), digest)
    return digest


def _stamp(path: Path) -> list[int]:
    now = path.stat()
    return [now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns]


def _note_path(path: Path) -> Path | None:
    folder = cache.cache_folder()
    name = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]
    return folder and folder / "checksums" / f"{name}.json"


def _remembered(path: Path, stamp: list[int]) -> str | None:
    note = _note_path(path)
    try:
        found = json.loads(note.read_bytes()) if note and note.stat().st_size < 10_000 else {}
        return str(found["sha256"]) if found.get("stamp") == stamp else None
    except Exception:  # a damaged note is none
        return None


def _note(path: Path, stamp: list[int], digest: str) -> None:
    """Dispensable: where it cannot be written, the file is hashed each time."""
    note = _note_path(path)
    if note is None:
        return
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=note.parent, delete=False, encoding="utf-8") as file:
            json.dump({"stamp": stamp, "sha256": digest}, file)
        Path(file.name).replace(note)
