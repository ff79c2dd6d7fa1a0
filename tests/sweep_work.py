"""Work for the workers of tests: cells that raise, that diverge, that kill their worker, that count how often."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from gancli.sweeps.cell import play_cell


class Silent:
    """A report that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)

    def counts(self, counts: Any) -> None:
        pass


def counted(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Play, and leave a line for each time."""
    answer = play_cell(sweep, cell)
    with (Path(sweep) / "played.txt").open("a", encoding="utf-8") as file:
        file.write(cell["cell"] + "\n")
    return answer


def troubled(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """The cell of seed 1 raises within the run, that of seed 2 kills its worker."""
    if cell["seed"] == 1:
        from gancli.games import Supervised

        def play(self: Any, games: int = 1) -> None:
            raise RuntimeError("something in the mathematics")

        before, Supervised.play = Supervised.play, play  # type: ignore[method-assign]
        try:
            return play_cell(sweep, cell)
        finally:
            Supervised.play = before  # type: ignore[method-assign]
    if cell["seed"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return counted(sweep, cell)


def killed_once(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Each third cell kills its worker the first time."""
    mark = Path(sweep) / f"{cell['cell']}.killed"
    if cell["seed"] % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return counted(sweep, cell)


def slow(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Takes a while after the training, in which its worker may be killed."""
    answer = counted(sweep, cell)
    time.sleep(0.3)
    return answer


def told_once(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Someone else stops the worker, the first time: of an even seed before it plays, of an odd one while it does."""
    mark = Path(sweep) / f"{cell['cell']}.told"
    if not mark.exists():
        mark.touch()
        if cell["seed"] % 2 == 0:
            _stop_this_worker()
        threading.Thread(target=_stop_in_play, args=(Path(sweep) / "cells" / cell["cell"],), daemon=True).start()
    return counted(sweep, cell)


def _stop_in_play(run: Path) -> None:
    while not list(run.glob("images/*.png")):
        time.sleep(0.001)
    _stop_this_worker()


def always_told(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Someone stops the worker each time."""
    _stop_this_worker()
    return {}


def _stop_this_worker() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10.0)


def stubborn(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Does not stop when it is told to."""
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    (Path(sweep) / "begun").touch()
    time.sleep(60.0)
    return {}
