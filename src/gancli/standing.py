"""Stand elsewhere for a while: libraries read settings in the current folder, which may be anybody's."""

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def standing_in(folder: str) -> Iterator[None]:
    """Stand in a folder; where one could not return, stay. Other threads stand there too: for imports, not for more."""
    try:
        here = os.open(os.curdir, os.O_RDONLY)
        os.fchdir(here)
    except (OSError, AttributeError):  # a folder that may not be read, a system without
        yield
        return
    try:
        os.chdir(folder)
        yield
    finally:
        os.fchdir(here)
        os.close(here)
