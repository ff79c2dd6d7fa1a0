"""One cell in a worker: its data, and what it leaves of what is on the disk; and sweeps of the same cells."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from small_sweeps import XOR, made, write_run

from gancli import spec
from gancli.spec.overrides import apply
from gancli.spec.yaml import load_text
from gancli.sweeps import cell, earlier

RING = "kind: gan\ndata: {set: ring, samples: 50}\ngenerator: {shape: [2, 3, 2]}\ndiscriminator: {shape: [2, 3, 1]}\ntraining: {games: 1}\n"
MNIST = "kind: supervised\ndata: {classes: [7]}\nnetwork: {shape: [784, 10]}\ntraining: {games: 1}\n"


def resolved(text: str, *settings: str) -> spec.Resolved:
    document = load_text(text, "f")
    apply(document, list(settings))
    return spec.resolve(document)


@pytest.fixture(autouse=True)
def nothing_loaded() -> Iterator[None]:
    cell._loaded.clear()
    yield
    cell._loaded.clear()


def test_points_that_are_drawn_are_those_of_the_cells_own_seed() -> None:
    first, other, again = (cell._dataset(resolved(RING, f"seed={seed}")) for seed in (0, 1, 0))
    assert first is not None and other is not None and again is not None
    assert not np.array_equal(first.train.samples, other.train.samples)
    assert np.array_equal(first.train.samples, again.train.samples)
    assert cell._dataset(resolved(RING, "seed=0", "eta=0.5")) is again, "loaded once where nothing of it differs"


def test_own_data_are_divided_anew_for_each_seed() -> None:
    rows = np.random.default_rng(0).random((50, 2))
    np.save("rows.npy", rows)
    table = RING.replace("{set: ring, samples: 50}", "{set: table, path: rows.npy}")
    first, other, again = (cell._dataset(resolved(table, f"seed={seed}")) for seed in (0, 1, 0))
    assert first is not None and other is not None and again is not None
    assert first.facts == again.facts != other.facts and len(first.train.samples) == 45
    assert not np.array_equal(first.test.samples, other.test.samples)


def test_images_are_loaded_once_for_all_seeds_and_anew_for_other_classes() -> None:
    first = cell._dataset(resolved(MNIST))
    assert first is not None and cell._dataset(resolved(MNIST, "seed=1", "eta=0.5")) is first
    other = cell._dataset(resolved(MNIST, "data.classes=[3]"))
    assert other is not None and set(other.train.labels) == {3} and set(first.train.labels) == {7}
    assert len(cell._loaded) == 1, "one at a time"


def test_a_game_without_data_has_none() -> None:
    assert cell._dataset(resolved("kind: game2d\ntraining: {games: 1}\n")) is None and not cell._loaded


@pytest.mark.parametrize("status", ["completed", "diverged", "collapsed"])
def test_what_is_on_the_disk_already_is_not_played_again(status: str) -> None:
    folder, (planned,) = made(1)
    rows = [{"game": 0, "seconds": 0.5, "loss": 4.0}, {"game": 10, "seconds": 2.5, "loss": 1.0}]
    write_run(folder, planned["cell"], status, rows)
    result = cell.play_cell(str(folder.path), planned)
    assert (result["status"], result["seconds"]) == (status, 2.5)
    assert result["metrics"] == {"loss.final": 1.0, "loss.best": 1.0, "loss.area": 2.5}
    assert folder.run(planned["cell"]).rows() == rows and not folder.notes()
    folder.unlock()


def test_a_cell_that_fails_before_it_has_a_run_is_noted_and_one_that_has_is_not() -> None:
    folder, (first, second) = made(2)
    result = cell.play_cell(str(folder.path), {**first, "spec": {**first["spec"], "kind": "nothing"}})
    assert result["status"] == "failed" and result["reason"].startswith("KeyError")
    assert [note["event"] for note in folder.notes()[first["cell"]]] == ["failed"]
    write_run(folder, second["cell"], "failed")
    assert cell.play_cell(str(folder.path), second)["status"] == "failed"
    assert second["cell"] not in folder.notes() and "Traceback" in folder.error_log(second["cell"]).read_text()
    folder.unlock()


def test_of_sweeps_of_the_same_cells_the_newest_goes_on() -> None:
    plan = load_sweep_of(2)
    for stamp in ("20260102T000000Z", "20260103T000000Z", "20260101T000000Z"):
        folder, _ = made(2)
        folder.move(folder.path.with_name(f"{stamp}-test-{stamp[:6]}"))
        folder.unlock()
    other, _ = made(3)
    other.unlock()
    found = earlier(Path("runs"), plan)
    assert found is not None and found.path.name.startswith("20260103")
    assert earlier(Path("runs"), load_sweep_of(4)) is None


def load_sweep_of(seeds: int) -> spec.Sweep:
    Path("d.yaml").write_text(XOR, encoding="utf-8")
    return spec.load_sweep(Path("d.yaml"), seeds=seeds)
