"""A sweep learns from the data that it began with: cells of other data are refused, and another sweep is made of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_sweeps import XOR

import gancli
from cli.stand_ins import Play, stand_in
from gancli.data import load
from gancli.runs import RunError, SweepFolder
from gancli.spec import load_sweep
from gancli.sweeps import Ended, create
from gancli.sweeps.cell import play_cell
from gancli.sweeps.errors import OtherData
from gancli.sweeps.session import continuation
from helpers import gancli as command

TABLE = """kind: gan
name: small
engine: numpy
data: {set: table, path: rows.npy}
generator: {shape: [2, 3, 2]}
discriminator: {shape: [2, 3, 1]}
training: {games: 2, batch: 4}
test: {every: 1, batches: 1}
"""
WORDS = ("sweep", "c.yaml", "--seeds", "2", "--jobs", "1")


def rows(seed: int, columns: int = 2) -> None:
    np.save("rows.npy", np.random.default_rng(seed).random((40, columns)))


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    stood = stand_in(monkeypatch)
    Path("c.yaml").write_text(TABLE, encoding="utf-8")
    rows(0)
    return stood


def made(text: str = TABLE) -> SweepFolder:
    Path("c.yaml").write_text(text, encoding="utf-8")
    folder = create(load_sweep(Path("c.yaml"), seeds=2), Path("runs"), "test", {})
    folder.unlock()
    return folder


def interrupted(*given: Any) -> Ended:
    return Ended("interrupted", {"waiting": 2})


def ended(folder: SweepFolder, *given: Any) -> Ended:
    folder.write_record({**folder.record(), "status": "completed"})
    return Ended("completed", {"completed": 2})


def test_the_record_has_the_checksums_of_what_is_read_whatever_the_seed() -> None:
    rows(0)
    sources = made().record()["sources"]
    (one,) = sources
    assert one["data"]["set"] == "table" and "rows.npy" in one["origin"] and len(one["sha256"]) == 64
    assert load("table", np.random.default_rng(5), path="rows.npy").source == one["sha256"]
    assert made(XOR).record()["sources"] == [], "drawn here"
    mnist = "kind: supervised\ndata: {classes: [1, 2]}\nnetwork: {shape: [784, 10]}\ntraining: {games: 1}\n"
    (bundled,) = made(mnist).record()["sources"]
    assert bundled["sha256"] == load("mnist").source == load("stacked_mnist", samples=2).source


def test_a_cell_that_would_learn_from_other_data_fails_and_says_so() -> None:
    rows(0)
    folder = made()
    first, second = folder.cells()
    assert play_cell(str(folder.path), first)["status"] == "completed"
    rows(1)
    found = play_cell(str(folder.path), second)
    assert found["status"] == "failed" and found["reason"].startswith("OtherData: ")
    was = folder.record()["sources"][0]["sha256"][:12]
    assert f"rows.npy) (checksum {was})" in found["reason"] and "put them back as they were" in found["reason"]
    assert not folder.run(second["cell"]).path.exists()
    rows(0)
    assert play_cell(str(folder.path), second)["status"] == "completed"


def test_a_sweep_does_not_go_on_with_other_data(play: Play) -> None:
    play.does = interrupted
    assert command(*WORDS).exit_code == 3
    rows(1)
    result = command("sweep", "--resume", "latest")
    assert (
        result.exit_code == 2 and "its cells learn from data.path" in result.stderr and "now there is" in result.stderr
    )
    assert len(play.calls) == 1 == len(play.pools), "nothing is begun"
    rows(0, columns=3)
    result = command("sweep", "--resume", "latest")
    assert result.exit_code == 2 and "what is there now does not fit" in result.stderr
    rows(0)
    assert command("sweep", "--resume", "latest").exit_code == 3 and len(play.calls) == 2


def test_only_the_data_of_what_is_left_matter() -> None:
    rows(0)
    folder = made()
    first, second = folder.cells()
    play_cell(str(folder.path), first)
    rows(1)
    with pytest.raises(OtherData):
        continuation(folder)
    rows(0)
    play_cell(str(folder.path), second)
    Path("rows.npy").unlink()
    assert continuation(folder)().path == folder.path


def test_a_sweep_of_an_earlier_version_goes_on_as_it_did() -> None:
    rows(0)
    folder = made()
    record = folder.record()
    for sources in (None, [], [3, {"data": 1}]):
        folder.write_record({**record, "sources": sources})
        rows(1)
        assert continuation(folder)() is folder
    folder.write_record(record)
    (folder.path / "cells.jsonl").write_text((folder.path / "cells.jsonl").read_text().replace('"gan"', '"gun"'))
    with pytest.raises(RunError, match="is no experiment of this version"):
        continuation(folder)


def test_the_same_cells_on_other_data_are_another_sweep(play: Play) -> None:
    play.does = ended
    first = gancli.sweep("c.yaml", seeds=2)
    assert gancli.sweep("c.yaml", seeds=2).path == first.path
    rows(1)
    other = gancli.sweep("c.yaml", seeds=2)
    assert other.path != first.path and len(play.calls) == 2
    result = command(*WORDS)
    assert result.exit_code == 0 and "are complete already" in result.stderr and len(play.calls) == 2
    assert result.stdout.strip() == str(other.path.relative_to(Path.cwd()))
    rows(0)
    assert gancli.sweep("c.yaml", seeds=2).path == first.path, "which has these"
    rows(2)
    result = command(*WORDS)
    assert result.exit_code == 0 and "note: this is another sweep: " in result.stderr and len(play.calls) == 3
    Path("rows.npy").unlink()
    assert gancli.sweep("c.yaml", seeds=2).path == gancli.load_sweep("latest").path, "of what is gone nothing is said"
