"""Files that are complete or absent: written beside, flushed to the disk, then put in place."""

import contextlib
import datetime
import hashlib
import json
import math
import os
import re
import socket
import tempfile
from pathlib import Path
from typing import Any

from gancli.disk import sync_folder
from gancli.runs import safe_files

DIFF = "git.diff"
"""The file of a run folder that holds how the working folder differed from its commit."""
TEMPORARY = ".tmp-"
"""How the names of unfinished files and folders begin."""


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` atomically. Raises OSError, leaving what was there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{TEMPORARY}{path.name[:40]}.{_host()}-{os.getpid()}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Replace `path` atomically by UTF-8 text; bytes of a name that are no text stand in it as JSON escapes them."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Replace `path` atomically by JSON."""
    write_text(path, json_text(data) + "\n")


def json_text(data: Any) -> str:
    """JSON, with null for numbers that it does not know: what is undefined or infinite."""
    return json.dumps(finite(data), indent=2, ensure_ascii=False, allow_nan=False)


def finite(data: Any) -> Any:
    """Plain data with None in place of every number that is not finite."""
    if isinstance(data, dict):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def append_text(path: Path, text: str, flush: bool = False) -> None:
    """Add to a file, with `flush` to the disk before this returns. Raises RunError where it is a link, OSError."""
    with safe_files.append(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))
        file.flush()
        if flush:
            os.fsync(file.fileno())


def sync(path: Path) -> int:
    """Have what was appended to a file on the disk before this returns; its length in bytes. Raises OSError."""
    with safe_files.append(path) as file:
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size


def remove_temporary(folder: Path) -> None:
    """Take away what a killed process left unfinished in `folder` and below; nobody else may write there."""
    for path in folder.rglob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            path.unlink()


def remove_dead(folder: Path) -> None:
    """Take away what killed processes of this machine left unfinished in `folder`, where others may write."""
    import psutil

    for path in folder.glob(f"{TEMPORARY}*"):
        match = re.search(r"\.([0-9a-f]{8})-(\d+)\.\w+$", path.name)
        if match and match[1] == _host() and not psutil.pid_exists(int(match[2])):
            with contextlib.suppress(OSError):
                path.unlink()


def _host() -> str:
    """This machine, in eight letters: numbers of processes say nothing elsewhere."""
    return hashlib.sha256(socket.gethostname().encode("utf-8", "surrogateescape")).hexdigest()[:8]


def now() -> str:
    """The time, for a record, fine enough to say which of two runs began first."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def by_game(folder: Path, suffix: str, kind: str = "game") -> list[Path]:
    """The files `game-000500.suffix`, … of a folder, in the order of their games. Raises RunError for a link."""
    found = safe_files.checked_path(folder).glob(f"{kind}-*.{suffix}")
    files = [path for path in found if path.stem.removeprefix(f"{kind}-").isdecimal()]
    return sorted(map(safe_files.checked_path, files), key=game_of)


def game_of(path: Path) -> int:
    """The game in the name of a file."""
    return int(path.stem.rpartition("-")[2])
