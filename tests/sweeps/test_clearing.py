"""A sweep's folder: what its record begins with, when it is opened again, and what killed processes left in it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_sweeps import XOR, made, write_run

from gancli.data import DataError
from gancli.runs import LockedError, RunError, RunFolder, SweepFolder
from gancli.spec import load_sweep
from gancli.sweeps import create, earlier, reopen
from gancli.sweeps import folder as module
from gancli.sweeps.folder import SETTLED, Findings, tidy

NOW = 1_000_000.0


@pytest.fixture
def sweep(monkeypatch: pytest.MonkeyPatch) -> Iterator[SweepFolder]:
    folder, _ = made(3)
    monkeypatch.setattr(module.time, "time", lambda: NOW)
    yield folder
    folder.unlock()


def left_over(path: Path, age: float) -> Path:
    """A folder that was begun so many seconds ago."""
    path.mkdir()
    (path / "run.json").touch()
    os.utime(path, (NOW - age, NOW - age))
    return path


def test_a_new_sweep_says_what_it_warns_of_unless_that_is_known() -> None:
    Path("c.yaml").write_text(XOR.replace("games: 40", "games: 40, batch: 100"), encoding="utf-8")
    sweep = load_sweep(Path("c.yaml"), seeds=2)
    found = create(sweep, Path("runs"), "test", {"about": "it"})
    (warning,) = found.record()["warnings"]
    assert "only 4 training samples" in warning and found.record()["about"] == "it"
    known = create(sweep, Path("runs"), "test", {}, Findings(["as known"], []))
    assert known.record()["warnings"] == ["as known"]
    for folder in (found, known):
        folder.unlock()


def test_a_sweep_whose_data_cannot_be_loaded_is_not_begun(tmp_path: Path) -> None:
    Path("c.yaml").write_text(
        f"kind: supervised\ndata: {{set: mnist, path: {tmp_path}}}\nnetwork: {{shape: [784, 10]}}\ntraining: {{games: 1}}\n"
    )
    with pytest.raises(DataError):
        create(load_sweep(Path("c.yaml"), seeds=2), Path("runs"), "test", {})
    assert not Path("runs").exists()


def no_record(folder: SweepFolder) -> None:
    (folder.path / "sweep.json").write_text("[]")


def no_lock(folder: SweepFolder) -> None:
    (folder.path / "lock").unlink()
    (folder.path / "lock").mkdir()


@pytest.mark.parametrize("damaged", [no_record, no_lock])
def test_a_sweep_that_cannot_be_read_is_passed_over_where_one_of_the_same_cells_is_looked_for(
    damaged: Callable[[SweepFolder], None],
) -> None:
    folder, _ = made(2)
    other, _ = made(2)
    for one in (folder, other):
        one.unlock()
    damaged(other)
    found = earlier(Path("runs"), load_sweep(Path("c.yaml"), seeds=2))
    assert found is not None and found.path == folder.path


def test_a_sweep_that_goes_on_is_held_and_says_so(sweep: SweepFolder) -> None:
    planned = sweep.cells()
    sweep.write_record({**sweep.record(), "status": "interrupted", "pid": 1, "kept": "as it was"})
    sweep.unlock()
    again = SweepFolder(sweep.path)
    assert reopen(again) == planned
    record = again.record()
    assert (record["status"], record["pid"], record["kept"]) == ("running", os.getpid(), "as it was")
    with pytest.raises(LockedError):
        reopen(SweepFolder(sweep.path))
    assert again.locked()
    again.unlock()


def test_a_sweep_without_its_plan_is_let_go(sweep: SweepFolder) -> None:
    sweep.unlock()
    (sweep.path / "cells.jsonl").write_text("")
    again = SweepFolder(sweep.path)
    with pytest.raises(RunError):
        reopen(again)
    assert not again.locked()


def test_a_sweep_whose_cells_lie_elsewhere_is_not_opened(sweep: SweepFolder, tmp_path: Path) -> None:
    sweep.unlock()
    (sweep.path / "cells").rename(tmp_path / "elsewhere")
    (sweep.path / "cells").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="is a link"):
        reopen(SweepFolder(sweep.path))
    assert not sweep.locked()


@pytest.mark.parametrize(
    ("alone", "gone"), [(True, ["new", "young", "settled"]), (False, ["settled"])], ids=["alone", "with others"]
)
def test_folders_that_were_begun_are_taken_away_once_nobody_can_be_filling_them(
    alone: bool, gone: list[str], sweep: SweepFolder
) -> None:
    ages = {"new": 0.0, "young": SETTLED - 0.25, "settled": SETTLED, "held": 100.0}
    within = {name: left_over(sweep.path / "cells" / f".tmp-{name}", age) for name, age in ages.items()}
    beside = {name: left_over(Path("runs") / f".tmp-{name}", age) for name, age in ages.items()}
    holders = [RunFolder(paths["held"]) for paths in (within, beside)]
    for holder in holders:
        holder.lock()
        os.utime(holder.path, (NOW - 100.0, NOW - 100.0))
    tidy(sweep, [], alone)
    assert [name for name, path in within.items() if not path.exists()] == gone
    assert [name for name, path in beside.items() if not path.exists()] == ["settled"]
    for holder in holders:
        holder.unlock()


def test_what_cannot_be_taken_away_stays_and_hinders_nothing(sweep: SweepFolder, tmp_path: Path) -> None:
    elsewhere = left_over(tmp_path / "elsewhere", 100.0)
    cells = sweep.path / "cells"
    (cells / ".tmp-link").symlink_to(elsewhere)
    (cells / ".tmp-nowhere").symlink_to(tmp_path / "nowhere")
    (cells / ".tmp-file").touch()
    strange = left_over(cells / ".tmp-strange", 100.0)
    (strange / "lock").symlink_to(tmp_path / "nowhere")
    os.utime(strange, (NOW - 100.0, NOW - 100.0))
    (sweep.path / ".tmp-folder").mkdir()
    (sweep.path / ".tmp-summary.csv.x").touch()
    before = sorted(path.name for path in cells.iterdir())
    tidy(sweep, [], alone=True)
    assert sorted(path.name for path in cells.iterdir()) == before and (elsewhere / "run.json").exists()
    assert [path.name for path in sweep.path.glob(".tmp-*")] == [".tmp-folder"]


def test_unfinished_files_are_taken_out_of_the_runs_that_nobody_plays(sweep: SweepFolder) -> None:
    names = [cell["cell"] for cell in sweep.cells()]
    unfinished, held, done = runs = [sweep.run(name) for name in names]
    for name, run in zip(names, runs, strict=True):
        write_run(sweep, name, "running")
        (run.path / "images" / ".tmp-game-000010.png").touch()
    other = RunFolder(held.path)
    other.lock()
    tidy(sweep, [*names[:2], "0" * 12], alone=True)
    assert [path.parent.parent for path in sweep.path.rglob(".tmp-*")].count(unfinished.path) == 0
    assert {path.parent.parent for path in sweep.path.rglob(".tmp-*")} == {held.path, done.path}
    assert not unfinished.locked()
    other.unlock()


def test_a_run_whose_lock_cannot_be_opened_is_left_as_it_is(sweep: SweepFolder) -> None:
    first, second = [cell["cell"] for cell in sweep.cells()[:2]]
    for name in (first, second):
        write_run(sweep, name, "running")
        (sweep.run(name).path / ".tmp-metrics").touch()
    (sweep.run(first).path / "lock").unlink()
    (sweep.run(first).path / "lock").mkdir()
    tidy(sweep, [first, second], alone=True)
    assert [path.parent.name for path in sweep.path.rglob(".tmp-*")] == [first]


def test_a_run_without_unfinished_files_is_not_touched(sweep: SweepFolder) -> None:
    name = sweep.cells()[0]["cell"]
    write_run(sweep, name, "running")
    run = sweep.run(name)
    before = {path: path.stat().st_mtime_ns for path in [run.path, *run.path.rglob("*")]}
    tidy(sweep, [name], alone=True)
    assert {path: path.stat().st_mtime_ns for path in [run.path, *run.path.rglob("*")]} == before
