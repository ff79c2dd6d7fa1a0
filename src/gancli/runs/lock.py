"""Who runs a run: a lock that ends with its process or, where the file system has no locks, the process's facts."""

import errno
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from gancli.runs import safe_files

try:
    import fcntl
except ImportError:  # pragma: no cover - not a POSIX system: the process's facts decide
    fcntl = None  # type: ignore[assignment]

HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
"""What `flock` says of a lock that another holds; any other error is a file system without locks."""
CLOCK = 2.0
"""Seconds by which the start of one process may be told differently at two times."""


class NoLocks(OSError):
    """This file system, or this system, has no locks."""


class Lock:
    """An exclusive lock on a folder's file `lock`, until it is released or its process ends, however it ends."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._file: IO[bytes] | None = None

    @property
    def mine(self) -> bool:
        """Does this object hold it?"""
        return self._file is not None

    def take(self) -> bool:
        """Take it; False where another has it. Raises NoLocks, RunError where it is a link, OSError."""
        file = safe_files.append(self.folder / "lock")
        try:
            taken = _flock(file, exclusive=True)
        except BaseException:
            file.close()
            raise
        if taken:
            self._file = file
        else:
            file.close()
        return taken

    def release(self) -> None:
        """Let it go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def held(self) -> bool:
        """Does anyone hold it? Raises NoLocks, also where it may not be looked at."""
        if self.mine:
            return True
        try:
            with safe_files.checked_path(self.folder / "lock").open("rb") as file:
                return not _flock(file, exclusive=False)
        except FileNotFoundError:
            return False
        except PermissionError as error:
            raise NoLocks from error


def _flock(file: IO[bytes], exclusive: bool) -> bool:
    if fcntl is None:  # pragma: no cover
        raise NoLocks
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in HELD:
            return False
        raise NoLocks from error
    return True


def this_process() -> dict[str, Any]:
    """What tells this process from every other one."""
    import psutil

    return {"host": socket.gethostname(), "pid": os.getpid(), "process_start": psutil.Process().create_time()}


def may_live(facts: Mapping[str, Any]) -> bool:
    """Does the process of these facts live? One of another host may."""
    import psutil

    if facts.get("host") != socket.gethostname():
        return True
    try:
        started = psutil.Process(int(facts["pid"])).create_time()
        return bool(abs(started - float(facts["process_start"])) < CLOCK)
    except (psutil.NoSuchProcess, KeyError, TypeError, ValueError, OverflowError):
        return False
