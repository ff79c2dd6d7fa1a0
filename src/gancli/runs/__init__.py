"""Run folders: names, atomic writes, lock, status, metrics, checkpoints, provenance."""

from gancli.runs.files import DIFF
from gancli.runs.folder import RunError, RunFolder, find, listing

__all__ = ["DIFF", "RunError", "RunFolder", "find", "listing"]
