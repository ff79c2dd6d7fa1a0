"""Kernels: the arithmetic under the layers and optimisers, with an explicit `out` and no state."""

from collections.abc import Callable
from typing import Any

from gancli.engines.checked import CheckedEngine, EngineError
from gancli.engines.numpy_engine import Array, NumpyEngine

Engine = NumpyEngine
"""The kernels' signatures; other engines subclass the reference and override what is slow in it."""

ENGINES: dict[str, Callable[[], Any]] = {"numpy": NumpyEngine, "checked": lambda: CheckedEngine(NumpyEngine())}

__all__ = ["ENGINES", "Array", "CheckedEngine", "Engine", "EngineError", "NumpyEngine", "make_engine"]


def make_engine(name: str) -> Engine:
    """An engine by name; `auto` takes the fastest there is."""
    return ENGINES["numpy" if name == "auto" else name]()  # type: ignore[no-any-return]
