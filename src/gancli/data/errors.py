"""Data that cannot be used."""

from gancli.errors import GancliError


class DataError(GancliError, ValueError):
    """Data that is missing, damaged or not what it says; the message gives the file, the reason and the remedy."""
