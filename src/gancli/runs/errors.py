"""What is wrong with a run or sweep on disk."""

from gancli.errors import GancliError


class RunError(GancliError, ValueError):
    """A run or sweep that cannot be found, read or gone on with; the message says why and what to do."""


class LockedError(RunError):
    """Another process is at work in the folder."""
