"""Kernels: the arithmetic under the layers and optimisers, with an explicit `out` and no state."""

import functools
import importlib
import importlib.util
import os
from collections.abc import Callable
from typing import Any

from gancli import installing
from gancli.engines.arrays import Array
from gancli.engines.blas_threads import BlasThreads
from gancli.engines.checked import CheckedEngine, EngineError
from gancli.engines.distributions import DISTRIBUTIONS, Distribution, Rows
from gancli.engines.numpy_engine import Batches, NumpyEngine
from gancli.engines.numpy_losses import sigmoid, softmax
from gancli.engines.sections import Sections
from gancli.errors import GancliError

Engine = NumpyEngine
"""The kernels' signatures; other engines subclass the reference and override what is slow in it."""


class MissingEngine(GancliError, ValueError):
    """An engine whose libraries are not installed."""


def _numba(threads: int) -> NumpyEngine:
    if (reason := why_not_numba()) is not None:
        raise MissingEngine(f"engine: numba {reason}; or use engine: auto, which takes numpy then")
    from gancli.engines.replay.replay import ReplayEngine

    engine = ReplayEngine(threads)
    while _say_compiling:
        engine.on_compiling = _say_compiling.pop()
    return engine


_say_compiling: list[Callable[[bool], None]] = []

ENGINES: dict[str, Callable[[int], Any]] = {
    "numpy": NumpyEngine,
    "numba": _numba,
    "checked": lambda threads: CheckedEngine(NumpyEngine(threads)),
}

__all__ = [
    "DISTRIBUTIONS",
    "ENGINES",
    "Array",
    "Batches",
    "BlasThreads",
    "CheckedEngine",
    "Distribution",
    "Engine",
    "EngineError",
    "MissingEngine",
    "NumpyEngine",
    "Rows",
    "Sections",
    "engine_name",
    "fallback",
    "make_engine",
    "numba_is_here",
    "on_compiling",
    "sigmoid",
    "softmax",
    "why_not_numba",
]  # fmt: skip


def on_compiling(say: Callable[[bool], None]) -> None:
    """Have `say` called where an engine made later has to compile, which takes some seconds.

    Its argument says whether the compiled code is cached for the next time.
    """
    _say_compiling.append(say)


def numba_is_here() -> bool:
    """Can the fast engine be used?"""
    return why_not_numba() is None


@functools.cache
def why_not_numba() -> str | None:
    """Why the fast engine cannot be used, and what to do; None where it can.

    Unless its machine code is on disk, which only a Numba that works can have put there, it is loaded to know it: a
    Numba that is installed may refuse this NumPy, lack its llvmlite, or be made otherwise.
    """
    if not _installed():
        return f"needs the library numba: {installing.command('fast')}"
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return "cannot be used here: it is switched off ($NUMBA_DISABLE_JIT)"
    try:
        store = importlib.import_module("gancli.engines.replay.store")
        if store.knows("play"):
            return None
        importlib.import_module("gancli.engines.compiled.loop")
    except Exception as error:
        return f"cannot be used here: {type(error).__name__}: {error}"
    return None


def _installed() -> bool:
    return importlib.util.find_spec("numba") is not None


def fallback() -> str | None:
    """Why `auto` takes numpy where a user would expect numba: it is installed, but cannot be used."""
    reason = why_not_numba()
    return f"auto takes numpy: numba {reason}" if reason is not None and _installed() else None


def engine_name(name: str) -> str:
    """The engine that a name stands for: `auto` is numba where it can be used, else numpy."""
    return ("numba" if numba_is_here() else "numpy") if name == "auto" else name


def make_engine(name: str, threads: int = 1) -> Engine:
    """An engine by name, that computes with so many threads. Raises MissingEngine."""
    if engine_name(name) not in ENGINES:
        raise MissingEngine(f"engine must be auto, {', '.join(ENGINES)}; got {name!r}")
    return ENGINES[engine_name(name)](threads)  # type: ignore[no-any-return]
