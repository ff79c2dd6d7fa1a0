"""A small run to log, what of it must not change, and a package that brings loggers of its own."""

import json
from pathlib import Path
from typing import Any

from gancli.runs import RunFolder, checkpoint
from helpers import installed

TEXT = """kind: gan
name: small
engine: numpy
data: {classes: [7]}
generator: {shape: [4, 6, 784], optimizer: {name: adam, eta: 0.01}}
discriminator: {shape: [784, 5, 1], optimizer: {name: adam, eta: 0.01}}
training: {games: 20, batch: 8}
test: {every: 5, batches: 2}
pictures: {every: 10, count: 6}
checkpoint: {every: 10}
"""

LOGGERS = """
from gancli.loggers import Logger

class Noting(Logger):
    events = []
    fails_at = None

    def start(self, run): self.note("start", run.path.name, run.last, self.options)
    def metrics(self, row): self.note("metrics", row["game"])
    def weights(self, game, weights): self.note("weights", game, sorted(weights))
    def picture(self, game, path): self.note("picture", game, path.name)
    def end(self, status): self.note("end", status)

    def note(self, what, *facts):
        self.events.append((what, *facts))
        if what == self.fails_at:
            raise RuntimeError(f"no {what}\\nhere")

class Meddling(Logger):
    def weights(self, game, weights): weights["generator/layer1.weights"][...] = 0

nothing = 3
"""
ENTRIES = """[gancli.loggers]
noting = loggers_of_others:Noting
meddling = loggers_of_others:Meddling
nothing = loggers_of_others:nothing
broken = loggers_of_nobody:Logger
"""


def another_package(folder: Path) -> Path:
    """A folder for `sys.path` in which a package with loggers is installed."""
    return installed(folder, "loggers_of_others", LOGGERS, ENTRIES)


def rows(folder: RunFolder) -> list[dict[str, Any]]:
    """Its metrics, without the seconds."""
    lines = folder.metrics.read_text(encoding="utf-8").splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "seconds"} for line in lines]


def bits(folder: RunFolder) -> dict[str, bytes]:
    """All that a run has learned and drawn, byte by byte."""
    arrays = checkpoint.newest(folder.checkpoints).arrays
    pictures = {path.name: path.read_bytes() for path in folder.images.iterdir()}
    return {**{name: array.tobytes() for name, array in arrays.items()}, **pictures}
