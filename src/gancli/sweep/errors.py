"""What a sweep cannot do without."""


class MissingDask(ImportError):
    """Dask is not installed; the message says how to bring it."""
