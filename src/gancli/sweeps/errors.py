"""What a sweep cannot do without."""

from gancli.errors import GancliError
from gancli.runs import RunError


class MissingDask(GancliError, ImportError):
    """Dask is not installed; the message says how to bring it."""


class NoScheduler(MissingDask):
    """The Dask scheduler that was named cannot be used; the message says why."""


class OtherData(RunError):
    """The data that a sweep's cells learn from are not here any more: others are, or they have changed."""
