"""Run folders: names, atomic writes, lock, status, metrics, checkpoints, provenance."""

from gancli.runs.errors import LockedError, RunError
from gancli.runs.files import DIFF
from gancli.runs.folder import RunFolder
from gancli.runs.lookup import find, find_any, find_sweep, listing, listing_any, listing_sweeps, name_of, unreadable
from gancli.runs.sweeps import SweepFolder

__all__ = ["DIFF", "LockedError", "RunError", "RunFolder", "SweepFolder", "find", "find_any", "find_sweep",
    "listing", "listing_any", "listing_sweeps", "name_of", "unreadable",
]  # fmt: skip
