"""A collapse in a cell reaches the sweep's log and summary by what was varied, whether the cell stops there or not."""

import csv
import io
from pathlib import Path

import pytest
from small_sweeps import Scripted

import sweep_work
from gancli.runs import SweepFolder
from gancli.spec import load_sweep
from gancli.sweeps import Policy, create, play
from gancli.sweeps.cell import play_cell

RING = """
kind: gan
name: ring
engine: numpy
data: {set: ring}
generator: {shape: [2, 2]}
discriminator: {shape: [2, 2, 1]}
training: {games: 20, batch: 8}
test: {every: 2, batches: 1}
pictures: {every: 20}
"""
SMALL = ("generator.init={name: normal, std: 0.001},{name: normal, std: 1}",)
"""Samples that are all alike, and others that are not."""


class Heard(sweep_work.Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)


def played(*settings: str) -> tuple[SweepFolder, list[str]]:
    Path("c.yaml").write_text(RING)
    plan = load_sweep(Path("c.yaml"), list(SMALL), settings=["generator.optimizer.eta=1e-9", *settings])
    folder = create(plan, Path("runs"), "test", {})
    cells = {cell["cell"]: cell for cell in folder.cells()}
    heard = Heard()
    executor = Scripted(folder, lambda name, time: dict(play_cell(str(folder.path.resolve()), cells[name])), slots=1)
    play(folder, folder.cells(), executor, Policy(), heard)
    return folder, heard.lines


@pytest.mark.parametrize(("stops", "status", "word"), [(False, "completed", "alarm"), (True, "collapsed", "collapsed")])
def test_a_collapse_is_in_the_log_and_the_summary_by_what_was_varied(stops: bool, status: str, word: str) -> None:
    folder, lines = played(f"stop.on_collapse={str(stops).lower()}")
    alike, various = (cell["cell"] for cell in folder.cells())
    setting = 'generator.init={"name": "normal", "std": 0.001}, seed 0'
    (line,) = [line for line in lines if alike in line]
    assert line.startswith(f"{word}: {setting} ({alike}): collapse at game 6: two samples are 0.0")
    assert line in (folder.path / "log.txt").read_text() and not any(various in line for line in lines)
    rows = {row["cell"]: row for row in folder.summary_rows()}
    assert (rows[alike]["status"], rows[alike]["alarm"]) == (status, "collapse at game 6")
    assert rows[various]["alarm"] == "" and rows[various]["status"] == "completed"
    (first, second) = csv.DictReader(io.StringIO(folder.summary.read_text()))
    assert first["alarm"] == "collapse at game 6" and float(first["seconds"]) >= 0 and second["alarm"] == ""
    assert folder.run(alike).record()["alarm"].startswith("collapse at game 6: ")
    assert folder.run(various).record()["alarm"] is None
    folder.summary.unlink()
    assert [row.get("alarm") for row in folder.summary_rows()] == ["collapse at game 6", None], "as it stands on disk"
    keys, combinations = folder.combinations()
    assert keys == ["generator.init"] and len(combinations) == 2


def test_a_sweep_without_an_alarm_has_no_column_for_it() -> None:
    folder, lines = played("test.every=20")
    assert lines == [] and "alarm" not in folder.summary.read_text()
