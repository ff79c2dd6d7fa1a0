"""Kernels: the arithmetic under the layers and optimisers, with an explicit `out` and no state."""

import importlib.util
from collections.abc import Callable
from typing import Any

from gancli.engines.blas_threads import BlasThreads
from gancli.engines.checked import CheckedEngine, EngineError
from gancli.engines.numpy_engine import NumpyEngine
from gancli.engines.plan import (
    ActivationPlan,
    AdversarialPlan,
    Array,
    DensePlan,
    GamePlayer,
    NetworkPlan,
    NoisePlan,
    OptimizerPlan,
    SupervisedPlan,
    TermPlan,
)  # fmt: skip
from gancli.errors import GancliError

Engine = NumpyEngine
"""The kernels' signatures; other engines subclass the reference and override what is slow in it."""


class MissingEngine(GancliError, ValueError):
    """An engine whose libraries are not installed."""


def _numba(threads: int) -> NumpyEngine:
    if not numba_is_here():
        raise MissingEngine("engine: numba needs the library numba: pip install 'gancli[fast]', or use engine: auto")
    from gancli.engines import numba_engine

    while _say_compiling:
        numba_engine.on_compiling(_say_compiling.pop())
    return numba_engine.NumbaEngine(threads)


_say_compiling: list[Callable[[], None]] = []

ENGINES: dict[str, Callable[[int], Any]] = {
    "numpy": NumpyEngine,
    "numba": _numba,
    "checked": lambda threads: CheckedEngine(NumpyEngine(threads)),
}

__all__ = [
    "ENGINES",
    "ActivationPlan",
    "AdversarialPlan",
    "Array",
    "BlasThreads",
    "CheckedEngine",
    "DensePlan",
    "Engine",
    "EngineError",
    "GamePlayer",
    "MissingEngine",
    "NetworkPlan",
    "NoisePlan",
    "NumpyEngine",
    "OptimizerPlan",
    "SupervisedPlan",
    "TermPlan",
    "engine_name",
    "make_engine",
    "numba_is_here",
    "on_compiling",
]  # fmt: skip


def on_compiling(say: Callable[[], None]) -> None:
    """Have `say` called where an engine made later has to compile, which takes some seconds."""
    _say_compiling.append(say)


def numba_is_here() -> bool:
    """Is the library numba installed?"""
    return importlib.util.find_spec("numba") is not None


def engine_name(name: str) -> str:
    """The engine that a name stands for: `auto` is numba where it is installed, else numpy."""
    return ("numba" if numba_is_here() else "numpy") if name == "auto" else name


def make_engine(name: str, threads: int = 1) -> Engine:
    """An engine by name, that computes with so many threads. Raises MissingEngine."""
    return ENGINES[engine_name(name)](threads)  # type: ignore[no-any-return]
