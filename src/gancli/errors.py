"""The base of the errors that a person can mend, and what they may have meant."""

from collections.abc import Iterable
from typing import Any


class GancliError(Exception):
    """Something is wrong with what was given or with what is installed; the message says what, and what to do."""

    exit_code = 2
    """What a command ends with that raises it."""


class MissingLibrary(GancliError, ImportError):
    """A library that is not installed or cannot be loaded; the message says which, and what to do."""

    library = ""


def did_you_mean(value: Any, allowed: Iterable[str]) -> str:
    """`; did you mean 'x'?` where one of `allowed` is close to `value`, else nothing."""
    import difflib  # only where something is wrong

    close = difflib.get_close_matches(str(value), list(allowed))
    return f"; did you mean {close[0]!r}?" if close else ""
