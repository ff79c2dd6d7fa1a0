"""A cell that is played in this process: to its end once, whoever was there before, and why not where it fails."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from small_sweeps import bits, made, write_run

from gancli import experiment
from gancli.data import DataError
from gancli.experiment import resuming, run
from gancli.runs import RunFolder, SweepFolder
from gancli.spec import from_plain
from gancli.sweeps import cell

DIFFERENT = {"kind": "nothing"}
"""What makes a cell's spec one that cannot be played."""


@pytest.fixture(autouse=True)
def loaded_here_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker has loaded the data already, for all of its cells: neither a new run nor a resumed one loads them."""

    def loaded_again(spec: Any) -> None:
        raise DataError("loaded again")

    monkeypatch.setattr(run, "load_data", loaded_again)
    monkeypatch.setattr(resuming, "load_data", loaded_again)
    cell._loaded.clear()
    yield
    cell._loaded.clear()


@pytest.fixture
def sweep() -> Iterator[tuple[SweepFolder, dict[str, Any]]]:
    folder, (planned,) = made(1)
    yield folder, planned
    folder.unlock()


Sweep = tuple[SweepFolder, dict[str, Any]]


def test_a_cell_is_played_to_its_end_in_a_folder_of_its_name(sweep: Sweep) -> None:
    folder, planned = sweep
    result = cell.play_cell(str(folder.path), planned)
    played = folder.run(planned["cell"])
    assert result == folder.result(planned["cell"]) and result["status"] == "completed"
    assert [row["game"] for row in played.rows()] == [0, 10, 20, 30, 40] and not played.locked()
    assert result["seconds"] == played.rows()[-1]["seconds"] and "loss.final" in result["metrics"]
    assert [path.name for path in (folder.path / "cells").iterdir()] == [planned["cell"]]


def test_a_cell_that_was_begun_goes_on_to_the_same_bits(sweep: Sweep) -> None:
    folder, planned = sweep
    cell.play_cell(str(folder.path), planned)
    undisturbed = bits(folder)
    again, _ = made(1)
    resolved = from_plain(planned["spec"])
    dataset = experiment.load_data(resolved.experiment)
    _, begun = experiment.prepare(resolved, again.path / "cells", dataset, exact=planned["cell"])
    begun.unlock()  # as where its worker was killed
    result = cell.play_cell(str(again.path), planned)
    assert result["status"] == "completed" and bits(again) == undisturbed
    assert len(begun.record()["resumed"]) == 1 and not begun.locked()
    again.unlock()


def test_a_run_that_another_process_holds_is_waited_for(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, planned = sweep
    write_run(folder, planned["cell"], "running")
    other = folder.run(planned["cell"])
    other.lock()
    slept: list[float] = []
    tries: list[RunFolder] = []
    reopen = experiment.reopen

    def sleep(seconds: float) -> None:
        if seconds == cell.PATIENCE:  # threads of other tests may sleep too
            slept.append(seconds)
        if len(slept) == 2:
            other.unlock()
            write_run(folder, planned["cell"], "diverged")

    def reopened(run: RunFolder, **words: Any) -> Any:
        tries.append(run)
        assert len(tries) < 5, "it never sleeps"
        return reopen(run, **words)

    monkeypatch.setattr(cell.time, "sleep", sleep)
    monkeypatch.setattr(experiment, "reopen", reopened)
    assert cell.play_cell(str(folder.path), planned)["status"] == "diverged"
    assert slept == [cell.PATIENCE] * 2 and len(tries) == 2


@pytest.mark.parametrize("number", [errno.EEXIST, errno.ENOTEMPTY])
def test_a_worker_that_was_quicker_has_the_cell(number: int, sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, planned = sweep

    def prepare(*words: Any, **options: Any) -> None:
        write_run(folder, planned["cell"], "completed")
        raise OSError(number, "there is one")

    monkeypatch.setattr(experiment, "prepare", prepare)
    result = cell.play_cell(str(folder.path), planned)
    assert result == folder.result(planned["cell"]) and result["status"] == "completed"


def test_a_full_disk_is_a_failure_that_is_noted_with_its_reason(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, planned = sweep

    def prepare(*words: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left")

    monkeypatch.setattr(experiment, "prepare", prepare)
    name, reason = planned["cell"], "OSError: [Errno 28] No space left"
    result = cell.play_cell(str(folder.path), planned)
    assert result == {"cell": name, "status": "failed", "reason": reason, "seconds": 0.0}
    (note,) = folder.notes()[name]
    assert (note["event"], note["reason"]) == ("failed", reason)
    log = folder.error_log(name).read_text()
    assert log.startswith("Traceback") and reason in log


def a_link(folder: SweepFolder, name: str) -> None:
    (folder.path / "cells" / f"{name}.log").symlink_to("/dev/null")


def no_room(folder: SweepFolder, name: str) -> None:
    (folder.path / "attempts.jsonl").mkdir()


@pytest.mark.parametrize("hinder", [a_link, no_room])
def test_where_a_failure_cannot_be_noted_its_reason_comes_back_all_the_same(
    hinder: Callable[[SweepFolder, str], None], sweep: Sweep
) -> None:
    folder, planned = sweep
    hinder(folder, planned["cell"])
    result = cell.play_cell(str(folder.path), {**planned, "spec": planned["spec"] | DIFFERENT})
    assert result["status"] == "failed" and result["reason"].startswith("KeyError")
    assert Path("/dev/null").is_char_device()


def test_a_cell_of_no_name_is_a_failure_of_its_own(sweep: Sweep) -> None:
    folder, planned = sweep
    result = cell.play_cell(str(folder.path), {**planned, "cell": "../x"})
    assert result["status"] == "failed" and "RunError" in result["reason"] and result["cell"] == "../x"
