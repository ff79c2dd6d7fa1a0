"""Data that cannot be used."""


class DataError(ValueError):
    """Data that is missing, damaged or not what it says; the message gives the file, the reason and the remedy."""
