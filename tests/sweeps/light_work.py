"""Work that imports nothing, for tests of the workers themselves."""

import os
import signal
import time
from pathlib import Path
from typing import Any


def surroundings(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """What a cell is played in: the signals that are blocked, the threads of BLAS, the standard input and output."""
    blocked = sorted(int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, []))
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    found = {
        "blocked": blocked,
        "threads": [os.environ[name] for name in names],
        "streams": [os.readlink(f"/proc/self/fd/{number}") for number in (0, 1)],
    }
    return {"cell": cell["cell"], "status": "completed", "pid": os.getpid(), **found}


def until_told(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Plays until it is told to stop, as a training loop does."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    (Path(sweep) / cell["cell"]).touch()
    while not told:
        time.sleep(0.005)
    (Path(sweep) / f"{cell['cell']}.told").touch()
    while not (Path(sweep) / "saved").exists():
        time.sleep(0.005)
    time.sleep(0.1)  # in which a second word would be heard
    return {"cell": cell["cell"], "status": "interrupted", "told": len(told)}


def endless(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Hears nothing."""
    (Path(sweep) / cell["cell"]).touch()
    time.sleep(600.0)
    return {}
