"""Sweeps over a small XOR, what is in them, and an executor that answers by itself."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gancli.runs import RunFolder, SweepFolder, checkpoint
from gancli.spec import load_sweep
from gancli.sweeps import create
from gancli.sweeps.roles import Lost

XOR = """
kind: supervised
name: small
engine: numpy
data: {set: xor}
network: {shape: [2, 2, 1], activation: tanh}
eta: 0.1
training: {games: 40}
test: {every: 10}
pictures: {every: 40}
"""


def made(seeds: int, text: str = XOR) -> tuple[SweepFolder, list[dict[str, Any]]]:
    Path("c.yaml").write_text(text, encoding="utf-8")
    folder = create(load_sweep(Path("c.yaml"), seeds=seeds), Path("runs"), "test", {})
    return folder, folder.cells()


def bits(folder: SweepFolder) -> dict[str, Any]:
    """Of each cell: its last arrays, its metrics but for their seconds, and its pictures."""
    found = {}
    for name in (cell["cell"] for cell in folder.cells()):
        run = folder.run(name)
        arrays = checkpoint.newest(run.checkpoints).arrays
        rows = [{key: value for key, value in row.items() if key != "seconds"} for row in run.rows()]
        pictures = {path.name: path.read_bytes() for path in run.images.iterdir()}
        found[name] = ({key: array.tobytes() for key, array in arrays.items()}, rows, pictures)
    return found


def write_run(folder: SweepFolder, cell: str, status: str, rows: Iterable[dict[str, Any]] = ()) -> None:
    """A cell's run as it stands on the disk once it has ended."""
    run = folder.run(cell)
    if not run.path.exists():
        run = RunFolder.create(folder.path / "cells", cell, "", {"status": status}, exact=True)
        run.unlock()
    run.write_record({"status": status})
    for row in rows:
        run.append_metrics(row)


class Scripted:
    """An executor of no processes: `answer` says what becomes of a cell, at its first, second, … time.

    That is a status, or a whole answer.
    """

    alone = True

    def __init__(self, folder: SweepFolder, outcome: Callable[[str, int], str | dict[str, Any]], slots: int = 2):
        self.folder, self.slots = folder, slots
        self._outcome = outcome
        self.played: list[str] = []
        self.stops = self.most = self.closed = 0
        self._in_play: list[str] = []

    def submit(self, sweep: str, cell: dict[str, Any]) -> None:
        assert sweep == str(self.folder.path.resolve()), "a worker may stand in another folder"
        self._in_play.append(cell["cell"])
        self.played.append(cell["cell"])
        self.most = max(self.most, len(self._in_play))

    def wait(self, seconds: float) -> list[Any]:
        name = self._in_play.pop(0)
        status = self._outcome(name, self.played.count(name))
        if isinstance(status, dict):
            return [status]
        if status in ("lost", "told"):
            return [Lost(name, "worker 1 was killed", stopped=status == "told")]
        write_run(self.folder, name, status)
        return [{"cell": name, "status": status, "reason": "for a reason", "seconds": 1.0}]

    def stop(self) -> None:
        self.stops += 1

    def close(self) -> None:
        self.closed += 1
