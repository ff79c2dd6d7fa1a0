"""Read a run folder's files, which may come from elsewhere: no link is followed, no pipe waited for, no flood read."""

import contextlib
import itertools
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from gancli.runs.errors import RunError

RECORD_BYTES = 20_000_000
"""Of a record, an evaluation or a configuration, at most: they are of some kilobytes."""
LINES_BYTES = 500_000_000
"""Of a file with a line for each cell: the plan, attempts, the summary."""
METRICS_BYTES = 100_000_000
"""Of metrics: a quarter of a million tests. Read, they take fourteen times as much."""
MAX_DEPTH = 50
"""Of lists and mappings within one another."""
PICTURE_BYTES = 50_000_000
"""Of a picture, or of its arrays when unpacked."""
_NOWHERE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def checked_path(path: Path) -> Path:
    """`path`, where it is a plain file, a folder or nothing. Raises RunError, OSError."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return path
    if stat.S_ISLNK(mode):
        raise RunError(f"{path}: is a link, and links in a run folder are not followed; put what it stands for there")
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise RunError(f"{path}: is neither a file nor a folder")
    return path


@contextlib.contextmanager
def opened(path: Path, most: int) -> Iterator[IO[bytes]]:
    """A file of at most `most` bytes, for reading. Raises RunError, OSError."""
    with os.fdopen(os.open(checked_path(path), os.O_RDONLY | _NOWHERE), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise RunError(f"{path}: has {size:,d} bytes; at most {most:,d} are read")
        yield file


def read_bytes(path: Path, most: int = RECORD_BYTES) -> bytes:
    """All of a file of at most `most` bytes. Raises RunError, OSError."""
    with opened(path, most) as file:
        return file.read(most)


def read_text(path: Path, most: int = RECORD_BYTES) -> str:
    """UTF-8 text of at most `most` bytes. Raises RunError, OSError."""
    try:
        return read_bytes(path, most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RunError(f"{path}: cannot be read: byte {error.start} is no UTF-8 text") from None


def read_json(path: Path) -> Any:
    """What a JSON file of at most `RECORD_BYTES` says. Raises RunError, OSError."""
    return parse_json(read_text(path), path)


def parse_json(text: str | bytes, path: Path) -> Any:
    """What JSON text says, which `path` holds. Raises RunError."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: cannot be read ({error})") from None
    layer = [data]
    for _ in range(MAX_DEPTH):
        nested = [one.values() if isinstance(one, dict) else one for one in layer if isinstance(one, dict | list)]
        layer = list(itertools.chain(*nested))
        if not layer:
            return data
    raise RunError(f"{path}: is nested too deeply: over {MAX_DEPTH} levels")


def append(path: Path) -> IO[bytes]:
    """A file to be written at its end, created where it is not there. Raises RunError, OSError."""
    return os.fdopen(os.open(checked_path(path), os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NOWHERE, 0o666), "ab")
