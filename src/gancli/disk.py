"""What it takes to have a name on the disk, and how much a folder holds."""

import contextlib
import os
import stat
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk before this returns. Raises OSError."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def bytes_in(folder: Path) -> int:
    """The bytes of all files in a folder and below; of links, and of what cannot be looked at, none."""
    total = 0
    for place, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                found = Path(place, file).lstat()
                total += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return total
