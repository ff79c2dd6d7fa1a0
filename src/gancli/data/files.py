"""Files of the cache: on the disk before they are in place, and cleared of what killed processes left unfinished."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

from gancli.disk import sync_folder

try:
    import fcntl
except ImportError:  # pragma: no cover - not a POSIX system
    fcntl = None  # type: ignore[assignment]

DAY = 86_400.0
"""Seconds after which what is unfinished is left over, where no lock can tell; no download or parsing takes as long."""


def readable(text: str) -> str:
    r"""Text that is UTF-8: bytes of a path that are not, which Python keeps as lone surrogates, as `\xff`."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # a surrogate that stands for no byte, out of YAML or JSON
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def write(path: Path, fill: Callable[[BinaryIO], object], mode: int | None = None) -> None:
    """A new file of what `fill` writes, on the disk before this returns. Raises OSError."""
    with path.open("xb") as file:
        fill(file)
        file.flush()
        if mode is not None:
            path.chmod(mode)
        os.fsync(file.fileno())


def put(path: Path, target: Path) -> None:
    """Give a file or folder that is on the disk its name, and have that on the disk too. Raises OSError."""
    path.replace(target)
    sync_folder(target.parent)


def replace_folder(folder: Path, prefix: str, fill: Callable[[Path], object]) -> None:
    """Fill a folder beside, then rename: it is there complete or not at all; an old one is removed. Raises OSError.

    Where it is not finished, its name begins with `prefix`.
    """
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=prefix))
    try:
        fill(beside)
        sync_folder(beside)
        if folder.exists():
            shutil.rmtree(folder)
        put(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextlib.contextmanager
def turn(folder: Path, prefix: str, waiting: Callable[[], None] | None = None) -> Iterator[bool]:
    """Write to `folder`, one process at a time: is it this one's turn?

    While another has it: False, or with `waiting` this calls it and waits. What earlier processes, killed, left there
    under names that begin with `prefix` is removed first. The lock is a file beside the folder, and ends with the
    process however it ends. Raises OSError.
    """
    with (folder.parent / f"{folder.name}.lock").open("ab") as file:
        mine = _lock(file, waiting)
        if mine is not False:
            _clear(folder, prefix, 0.0 if mine else DAY)
        yield mine is not False


def _lock(file: IO[bytes], waiting: Callable[[], None] | None) -> bool | None:
    """Is the lock this process's? None where there are no locks."""
    if fcntl is None:  # pragma: no cover
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        if waiting is None:
            return False
        waiting()
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:  # some file systems have none
        return None
    return True


def _clear(folder: Path, prefix: str, age: float) -> None:
    """Remove what has not changed for `age` seconds."""
    for path in folder.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime >= age:
                shutil.rmtree(path)
