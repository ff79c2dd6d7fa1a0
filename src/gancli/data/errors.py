"""Data that cannot be used."""

from gancli.data.files import readable
from gancli.errors import GancliError


class DataError(GancliError, ValueError):
    """Data that is missing, damaged or not what it says; the message gives the file, the reason and the remedy."""

    def __init__(self, message: str):
        super().__init__(readable(message))  # it goes into JSON and to terminals, whatever bytes a path has
