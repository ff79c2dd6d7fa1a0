"""The fast engine: whole games of dense networks in machine code, compiled by Numba (`compiled/`).

The first use on a machine compiles, once for single and once for double precision, and the result is kept on disk. What
is not a game - measures, pictures, samples - goes through the reference's kernels.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from gancli.engines.arrays import Array
from gancli.engines.compiled import KEPT, blas, clock, penalty, tables, threads
from gancli.engines.compiled.jit import event
from gancli.engines.compiled.normals import Normals
from gancli.engines.compiled.player import CompiledPlayer
from gancli.engines.numpy_engine import NumpyEngine
from gancli.engines.plan import AdversarialPlan, GamePlayer, SupervisedPlan

threads.register()
clock.register()
blas.register()


class Compiling(event.Listener):
    """Calls `say` when a first function is compiled, which a run does not do whose functions are on disk.

    It is told whether they will be there next time.
    """

    def __init__(self, say: Callable[[bool], None]):
        self._say, self._said = say, False

    def on_start(self, event: Any) -> None:
        """A compilation begins."""
        if not self._said:
            self._said = True
            self._say(KEPT)

    def on_end(self, event: Any) -> None:
        """A compilation ends."""


def on_compiling(say: Callable[[bool], None]) -> None:
    """Have `say` called when this process has to compile."""
    register: Any = event.register
    register("numba:compile", Compiling(say))


class NumbaEngine(NumpyEngine):
    """Games in machine code. BLAS has one thread here: a team of `threads` calls it, each for its share."""

    name = "numba"

    def __init__(self, threads: int = 1):
        super().__init__(threads=1)
        self.threads = threads
        self._normals = Normals()

    def normal(self, rng: np.random.Generator, out: Array) -> None:
        """The same numbers, faster where there are many."""
        if self._normals.serves(rng, out):
            self._normals.fill(rng, out)
        else:
            super().normal(rng, out)

    def dropout(self, rng: np.random.Generator, rate: float, out: Array) -> None:
        """Likewise."""
        if self._normals.serves(rng, out):
            self._normals.fill_dropout(rng, rate, out)
        else:
            super().dropout(rng, rate, out)

    def player(self, plan: SupervisedPlan | AdversarialPlan) -> GamePlayer | None:
        """What plays the games of a plan; None where a penalty is not for compiled code."""
        if isinstance(plan, AdversarialPlan) and plan.penalty and not penalty.serves(plan, tables.FEW):
            return None
        return CompiledPlayer(plan, threads.Team(self.threads))
