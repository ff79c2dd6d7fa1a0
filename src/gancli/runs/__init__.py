"""Run folders: names, atomic writes, lock, status, metrics, checkpoints, provenance."""

from gancli.runs.folder import RunError, RunFolder, find, listing

__all__ = ["RunError", "RunFolder", "find", "listing"]
