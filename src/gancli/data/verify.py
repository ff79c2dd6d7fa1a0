"""Is a file of a published set what it should be? By its checksum, or by that of the first download."""

import gzip
import hashlib
import json
import zlib
from pathlib import Path

from gancli.data import bitmaps, idx
from gancli.data.errors import DataError
from gancli.data.files import put, write
from gancli.data.sets import FileInfo, SetInfo

RECORD = "first-fetched.json"
"""In a set's folder: the checksums of what the first download brought, for files without a known one."""
_CHUNK = 1 << 20


def good(info: SetInfo, file: FileInfo, path: Path, folder: Path) -> bool:
    """Is the file at `path` the one of a set whose folder is `folder`?"""
    try:
        if file.packed_sha256:
            with path.open("rb") as opened:
                return hashlib.file_digest(opened, "sha256").hexdigest() == file.packed_sha256
        known = expected(file, folder)
        return unpacked_sha256(path, most(file)) == known if known else readable(info, path)
    except (OSError, EOFError, zlib.error):
        return False


def expected(file: FileInfo, folder: Path) -> str | None:
    """The checksum that a file must have, if one is known."""
    return file.packed_sha256 or file.sha256 or first(folder).get(file.name)


def most(file: FileInfo) -> int:
    """Bytes that a file may have, unpacked."""
    return file.size if file.sha256 or file.packed_sha256 else 2 * file.size


def readable(info: SetInfo, path: Path) -> bool:
    """Is it at least in the format of the set?"""
    try:
        if info.format == "idx":
            idx.inspect(path, info)
        else:
            bitmaps.read(path, info)
    except DataError:
        return False
    return True


def unpacked_sha256(path: Path, longest: int) -> str | None:
    """The SHA-256 of a file that may be gzipped; None where it unpacks to more than `longest` bytes.

    Raises OSError, EOFError, zlib.error.
    """
    digest, length = hashlib.sha256(), 0
    with gzip.open(path) if idx.packed(path) else path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            length += len(chunk)
            if length > longest:
                return None
    return digest.hexdigest()


def first(folder: Path) -> dict[str, str]:
    """The checksums, by file, that the first download left in a set's folder."""
    path = folder / RECORD
    try:
        found = json.loads(path.read_bytes()) if path.stat().st_size < 100_000 else {}
        return {str(name): str(sha256) for name, sha256 in found.items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def record(folder: Path, beside: Path, sha256: dict[str, str]) -> None:
    """Hold later downloads to these checksums too; `beside` is a folder for what is unfinished. Raises OSError."""
    known = json.dumps(first(folder) | sha256, indent=1, sort_keys=True) + "\n"
    write(beside / RECORD, lambda file: file.write(known.encode()))
    put(beside / RECORD, folder / RECORD)
