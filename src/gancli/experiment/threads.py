"""How many threads a run computes with."""

import math
import os

from gancli.engines import engine_name
from gancli.spec import Experiment

TWO_THREADS_PAY = {"numba": 10_000}
"""Products in one pass of a batch through all networks, from which a second thread makes a game faster.

Never with NumPy: the threads of its BLAS wait by taking turns on a processor, and beside anything else that computes a
game takes ten times as long on two as on one.
"""


def threads_for(spec: Experiment) -> int:
    """Threads to compute with: as many as asked for, else two where a second pays, which was measured by size.

    Never more than this process may use, nor than OMP_NUM_THREADS allows; `benchmarks/NOTES.md` has the measures.
    """
    if spec.threads != "auto":
        return spec.threads
    work = sum(
        spec.training.rows(key) * one.places * (rows + 1) * columns
        for key, network in spec.networks().items()
        for one in network.placed(None)
        for rows, columns in [one.weights(math.prod(one.inputs))]
    )
    enough = TWO_THREADS_PAY.get(engine_name(spec.engine), math.inf)
    return min(2, usable_cores()) if work >= enough else 1


def usable_cores() -> int:
    """Processors that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(cores, int(allowed))) if allowed.isdecimal() else cores
