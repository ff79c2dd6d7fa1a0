"""The base of the errors that a person can mend."""


class GancliError(Exception):
    """Something is wrong with what was given or with what is installed; the message says what, and what to do."""

    exit_code = 2
    """What a command ends with that raises it."""
