"""The fast engine: kernels compiled by Numba, and whole games of dense networks played without Python (`compiled/`).

Single and double precision are compiled apart, at their first use on a machine, and kept on disk.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numba.core import event
from numpy.typing import NDArray

from gancli.engines.compiled import activations, blas, clock, threads
from gancli.engines.numpy_engine import NumpyEngine
from gancli.engines.plan import AdversarialPlan, Array, GamePlayer, SupervisedPlan

threads.register()
clock.register()
BLAS = blas.register()
"""Whose products the compiled games use."""

kernel = {**activations.settings, "cache": True, "no_cpython_wrapper": False}


class Compiling(event.Listener):  # type: ignore[misc]
    """Calls `say` when the first kernel is compiled, which a run does not do whose kernels are on disk."""

    def __init__(self, say: Callable[[], None]):
        self._say, self._said = say, False

    def on_start(self, event: Any) -> None:
        """A compilation begins."""
        if not self._said:
            self._said = True
            self._say()

    def on_end(self, event: Any) -> None:
        """A compilation ends."""


class NumbaEngine(NumpyEngine):
    """Kernels in machine code. BLAS has one thread here: a team of `threads` calls it, each for its share."""

    name = "numba"

    def __init__(self, threads: int = 1):
        super().__init__(threads=1)
        self.threads = threads

    def player(self, plan: SupervisedPlan | AdversarialPlan) -> GamePlayer | None:
        """What plays the games of a plan."""
        from gancli.engines.compiled.player import CompiledPlayer

        return CompiledPlayer(plan, threads.Team(self.threads))

    def sigmoid(self, y: Array, mu: float) -> None:
        """See the reference."""
        _tanh(y.reshape(-1), 0.5 * mu, 0.5, 0.5)

    def tanh(self, y: Array, k: float, alpha: float) -> None:
        """See the reference."""
        _tanh(y.reshape(-1), alpha, k, 0.0)

    def load(self, source: NDArray[np.generic], rows: NDArray[np.intp], factor: float, out: Array) -> None:
        """See the reference."""
        _load(source, rows, factor, out)


@njit(**kernel)
def _tanh(y, before, after, shift):  # type: ignore[no-untyped-def]
    activations.tanh(y, before, after, shift)


@njit(**kernel)
def _load(source, rows, factor, out):  # type: ignore[no-untyped-def]
    factor = out.dtype.type(factor)
    for r in range(rows.size):
        for i in range(out.shape[1]):
            out[r, i] = factor * out.dtype.type(source[rows[r], i])
