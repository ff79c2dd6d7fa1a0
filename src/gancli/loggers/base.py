"""What a logger is: told of a run's beginning, its tests, its pictures, its weights and its end."""

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gancli import installing
from gancli.errors import GancliError
from gancli.runs.sweeps import sweep_of

Weights = Mapping[str, NDArray[Any]]
"""By name, `generator/layer1.weights`, …; not to be written into."""
BINS = 30
"""Of a histogram."""


class MissingLogger(GancliError):
    """A logger that a configuration names is not here, or its package is not; the message says how to bring it."""


@dataclass(frozen=True)
class Logged:
    """The run that is logged."""

    path: Path
    """Its folder, absolute."""
    key: str
    """What no other run has, and this one keeps when it is resumed or its folder is moved: 16 letters and digits."""
    spec: Mapping[str, Any]
    """All of its configuration, as plain data."""
    config: str
    """The same, as YAML."""
    last: int | None
    """The last game that stays as it was logged; None where there is none. A resumed run measures and draws what comes
    after it, a second time where it did so before it was killed."""

    @property
    def name(self) -> str:
        """What a person knows it by: its folder's name; of a sweep's cell, with the sweep's."""
        sweep = sweep_of(self.path)
        return self.path.name if sweep is None else f"{sweep.path.name}-{self.path.name}"


def key_of(record: Mapping[str, Any]) -> str:
    """See `Logged.key`: made of what `run.json` says of the run's beginning."""
    facts = [record.get(name) for name in ("name", "start", "seed")]
    return hashlib.sha256(json.dumps(facts).encode("utf-8")).hexdigest()[:16]


class Logger:
    """A place that runs are logged to. Each method may raise: the logger is then left out, with one warning.

    It is made before the run folder is, and may write nothing until `start`.
    """

    package: ClassVar[str | None] = None
    """What must be installed, and is imported in `start` or later."""

    def __init__(self, options: Mapping[str, Any]):
        """`options` are what the configuration says beside the name."""
        self.options = options

    @classmethod
    def require(cls, name: str) -> None:
        """Raises MissingLogger where its package is not installed."""
        if cls.package is not None and not is_installed(cls.package):
            raise MissingLogger(f"log: {name} needs the package {cls.package}: {installing.command(name)}")

    def start(self, run: Logged) -> None:
        """A run begins, or goes on."""

    def metrics(self, row: Mapping[str, float]) -> None:
        """A test was made: finite numbers by name, `game` and `seconds` among them."""

    def weights(self, game: int, weights: Weights) -> None:
        """What the networks have learned by this test."""

    def picture(self, game: int, path: Path) -> None:
        """A picture was drawn, a PNG."""

    def end(self, status: str) -> None:
        """The run has ended: completed, diverged, collapsed, interrupted or failed."""


def histogram(array: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Counts (BINS,) and edges (BINS + 1,); of numbers that are nearly the same, bins no finer than they can be."""
    values = np.asarray(array, np.float64).ravel()
    low, high = float(values.min()), float(values.max())
    least = 4 * BINS * float(np.spacing(max(abs(low), abs(high))))
    if low < high < low + least:
        low, high = (low + high - least) / 2, (low + high + least) / 2
    counts, edges = np.histogram(values, BINS, (low, high))
    return counts, edges


def is_installed(package: str) -> bool:
    """Can it be imported? A mere folder of that name is no package."""
    found = importlib.util.find_spec(package)
    return found is not None and found.origin is not None
