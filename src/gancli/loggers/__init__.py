"""Loggers: where else a run is written down, for those who look at their runs elsewhere. Each is a file here.

Another package may bring its own, by an entry point of the group `gancli.loggers`; only those that a configuration
names are imported.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gancli import packages
from gancli.loggers.base import BINS, Logged, Logger, MissingLogger, Weights, key_of
from gancli.loggers.mlflow import Mlflow
from gancli.loggers.tensorboard import TensorBoard
from gancli.loggers.wandb import Wandb

LOGGERS: dict[str, type[Logger]] = {"tensorboard": TensorBoard, "mlflow": Mlflow, "wandb": Wandb}
GROUP = "gancli.loggers"

__all__ = ["BINS", "GROUP", "LOGGERS", "Logged", "Logger", "MissingLogger", "Weights", "key_of", "make"]


def make(entries: Iterable[Mapping[str, Any]]) -> dict[str, Logger]:
    """The loggers of a configuration, by name; each entry is a `name` with options. Raises MissingLogger."""
    return {entry["name"]: _make(**entry) for entry in entries}


def _make(name: str, **options: Any) -> Logger:
    cls = LOGGERS.get(name) or _of_another_package(name)
    cls.require(name)
    try:
        return cls(options)
    except Exception as error:  # of whatever package
        raise MissingLogger(f"log: {name} cannot be made with the options {options}: {error!r}") from error


def _of_another_package(name: str) -> type[Logger]:
    try:
        cls, place = packages.load(GROUP, name, "logger", tuple(LOGGERS))
    except packages.MissingPackage as error:
        raise MissingLogger(f"log: {error}") from error
    if not (isinstance(cls, type) and issubclass(cls, Logger)):
        raise MissingLogger(f"log: {name} ({place}) is no class derived from gancli.loggers.Logger")
    return cls
