"""What is said of an error, with what to do about it, and the exit code."""

import errno
import os
from pathlib import Path

import click

from gancli.errors import GancliError

_FULL = "free space, or choose another folder{}"
_FORBIDDEN = "choose a folder you can write to{}, or have its owner let you in"
_LOST = "was it moved or deleted while gancli ran? Else choose a folder you can write to{}"
_AWAY = "the disk or the network folder does not answer; try again when it does"
REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), _FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _FORBIDDEN),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR), _LOST),
    **dict.fromkeys((errno.EIO, errno.ETIMEDOUT, errno.ESTALE, errno.EHOSTDOWN, errno.ENOTCONN), _AWAY),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "too many files are open: raise the limit (ulimit -n)"),
    errno.EFBIG: "the limit is that of this shell (ulimit -f) or of the file system",
    errno.ENAMETOOLONG: "choose a shorter name or folder",
    errno.ELOOP: "links in a run folder are not followed",
}
"""What to do about an error of the system, `{}` for what chooses another folder; of others their own words say all."""


def describe(error: Exception) -> tuple[str, int]:
    """The message and the exit code of an error."""
    if isinstance(error, GancliError):
        return str(error), error.exit_code
    if isinstance(error, OSError):
        remedy = REMEDIES.get(error.errno or 0, "").format(_chosen_by())
        return f"{_place(error)}: {error.strerror or error}" + (f"; {remedy}" if remedy else ""), 1
    if isinstance(error, MemoryError):
        return "not enough memory; use smaller networks or a smaller batch", 1
    return f"{type(error).__name__}: {error} (please report this; --debug shows where)", 1


def _place(error: OSError) -> str:
    """What an error is about: of a file that was not to last, its folder."""
    from gancli.runs.files import TEMPORARY

    if not isinstance(error.filename, str | bytes):
        return "the system"
    path = Path(os.fsdecode(error.filename))
    return str(path.parent if path.name.startswith(TEMPORARY) else path)


def _chosen_by() -> str:
    """By what the folder is chosen that a command writes into, where it can be."""
    context = click.get_current_context(silent=True)
    names = [one.name for one in context.command.params] if context else []
    command = context.command.name if context else ""
    if command in ("train", "sweep"):
        return " (--runs)"
    return " (-o)" if "output" in names else " (FILE)" if command == "init" else ""
