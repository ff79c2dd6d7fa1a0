"""The runs and sweeps that a command is given by name; which of several of one name is taken is said."""

from pathlib import Path
from typing import TYPE_CHECKING

from gancli.cli.output import say

if TYPE_CHECKING:
    from gancli.runs import RunFolder, SweepFolder


def find_run(runs: Path, name: str) -> "RunFolder":
    """A run. Raises RunError."""
    from gancli.runs import find

    return find(runs, name, _tell)


def find_sweep(runs: Path, name: str) -> "SweepFolder":
    """A sweep. Raises RunError."""
    from gancli.runs import find_sweep as find

    return find(runs, name, _tell)


def find_either(runs: Path, name: str) -> "RunFolder | SweepFolder":
    """A run or a sweep. Raises RunError, OSError where what is named cannot be looked into."""
    from gancli.runs import find_any

    return find_any(runs, name, several=_tell)


def _tell(text: str) -> None:
    say(f"note: {text}", err=True)
