"""What a sweep cannot do without."""

from gancli.errors import GancliError


class MissingDask(GancliError, ImportError):
    """Dask is not installed; the message says how to bring it."""


class NoScheduler(MissingDask):
    """The Dask scheduler that was named cannot be used; the message says why."""
