"""What stands for a terminal, for what plays the cells of a sweep, and for the loop that has them played."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gancli.cli import main
from gancli.runs import SweepFolder
from gancli.sweeps import Ended

XOR = "kind: supervised\nname: small\nengine: numpy\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 4}\n"
TWO = ("sweep", "c.yaml", "--seeds", "2", "--jobs", "1")
"""A sweep of two cells."""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Pool:
    """Plays no cells."""

    def __init__(self, *given: Any):
        self.given = given
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Play:
    """With what the loop was called, the pools that were made for it, and what it does."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.pools: list[Pool] = []
        self.does: Callable[..., Any] = lambda *given: Ended("completed", {"completed": 2})

    def __call__(self, folder: SweepFolder, *given: Any) -> Any:
        self.calls.append((folder, *given))
        try:
            return self.does(folder, *given)
        finally:
            folder.unlock()

    def pool(self, *given: Any) -> Pool:
        self.pools.append(made := Pool(*given))
        return made


def stand_in(patch: pytest.MonkeyPatch) -> Play:
    """For all that a sweep plays with; the configuration that it is of lies in `c.yaml`."""
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    play = Play()
    patch.setattr("gancli.sweeps.session.LocalPool", play.pool)
    patch.setattr("gancli.sweeps.cluster.DaskCluster", play.pool)
    patch.setattr("gancli.sweeps.session.play", play)
    return play


def seat(patch: pytest.MonkeyPatch, answer: str, stdin: bool, stderr: bool) -> None:
    """Somebody who answers so, or nobody, at the standard streams; a terminal is so wide that no line is broken."""
    patch.setenv("COLUMNS", "1000")
    patch.setattr(sys, "stdin", (Terminal if stdin else io.StringIO)(answer))
    patch.setattr(sys, "stderr", (Terminal if stderr else io.StringIO)())
    patch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))


def run_there(*words: str) -> tuple[Any, str, str]:
    """The exit code of a command, and what it has printed to standard error and output."""
    with pytest.raises(SystemExit) as ended:
        main([*words])
    sys.stdout.flush()
    streams: Any = sys
    return ended.value.code, streams.stderr.getvalue(), streams.stdout.buffer.getvalue().decode()
