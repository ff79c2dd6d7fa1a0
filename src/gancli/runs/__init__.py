"""Run folders: names, atomic writes, lock, status, metrics, checkpoints, provenance."""

from gancli.runs.files import DIFF
from gancli.runs.folder import RunFolder, find, listing
from gancli.runs.held import RunError

__all__ = ["DIFF", "RunError", "RunFolder", "find", "listing"]
