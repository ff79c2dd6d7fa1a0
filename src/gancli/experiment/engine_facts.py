"""Which engine `auto` stands for here, why, and whether its machine code can be made: for `gancli doctor`."""

import importlib
import time
from pathlib import Path
from typing import Any

from gancli import engines
from gancli.experiment.build import build
from gancli.experiment.loading import load_data
from gancli.spec import resolve
from gancli.spec.yaml import Document

SMALL = {
    "kind": "supervised",
    "engine": "numba",
    "data": {"set": "xor"},
    "network": {"shape": [2, 2, 1]},
    "training": {"games": 1},
}


def engine_facts() -> dict[str, Any]:
    """The engine, the reason where it is not the fast one, and the seconds that a first game takes on that.

    What is not on disk yet is compiled.
    """
    reason = engines.why_not_numba()
    facts: dict[str, Any] = {
        "auto": engines.engine_name("auto"),
        "why": "numba works" if reason is None else f"numba {reason}",
    }
    if reason is None:
        folder: Path | None = importlib.import_module("gancli.engines.replay.store").folder()
        facts["kernels"] = "in no folder: compiled in each run" if folder is None else str(folder)
        begin = time.perf_counter()
        spec = resolve(Document(dict(SMALL), "doctor")).experiment
        build(spec, load_data(spec)).game.play()
        facts["first game"] = f"{time.perf_counter() - begin:.2f} s"
    return facts
