"""What a sweep says while it goes, and what of it stands on the disk: counts, lines, record, summary, log."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_sweeps import XOR, Scripted, made, write_run

from gancli.runs import SweepFolder
from gancli.spec import load_sweep
from gancli.sweeps import Counts, Policy, coordinator, create, play


class Recorder:
    """A report that keeps all that it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.stands: list[tuple[int, dict[str, int], int]] = []

    def line(self, text: str) -> None:
        self.lines.append(text)

    def counts(self, counts: Counts) -> None:
        self.stands.append((counts.running, dict(counts.by_status), counts.ended))
        self.total = counts.total


Outcome = Callable[[str, int], "str | dict[str, Any]"]


def played(folder: SweepFolder, outcome: Outcome, slots: int = 1, **policy: Any) -> Recorder:
    report = Recorder()
    if not folder.locked():
        folder.lock()
    play(folder, folder.cells(), Scripted(folder, outcome, slots), Policy(**policy), report)
    return report


def logged(folder: SweepFolder) -> list[str]:
    """The lines of the log, without their times."""
    return [line.split(" ", 1)[1] for line in (folder.path / "log.txt").read_text().splitlines()]


def written(folder: SweepFolder) -> list[tuple[str, str]]:
    """Status and seconds of each cell, as the file of the summary has them."""
    with folder.summary.open(newline="") as file:
        return [(row["status"], row["seconds"]) for row in csv.DictReader(file)]


def test_how_many_cells_play_and_have_ended_is_told_from_the_beginning_to_the_end() -> None:
    folder, cells = made(8)
    statuses = ["completed", "diverged", "failed", "interrupted"]
    for cell, status in zip(cells, statuses, strict=False):
        write_run(folder, cell["cell"], status)
    report = played(folder, lambda name, time: "completed", slots=2)
    before = {"completed": 1, "diverged": 1, "failed": 1}
    stands = [(running, before | {"completed": done}, done + 2) for running, done in ((0, 1), (1, 2), (1, 3), (1, 4), (1, 5), (0, 6))]  # fmt: skip
    assert report.stands == stands and report.total == 8


def test_cells_of_one_status_are_counted() -> None:
    folder, _ = made(3)
    report = played(folder, lambda name, time: "failed")
    assert [by_status for _, by_status, _ in report.stands] == [{}, *({"failed": count} for count in (1, 2, 3))]
    assert folder.record()["counts"] == {"failed": 3}


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("completed", []),
        ("collapsed", ["collapsed"]),
        ("diverged", ["diverged"]),
        ("failed", ["failed"]),
        ("lost", ["lost", "lost", "failed"]),
        ("told", [*["stopped"] * coordinator.STOPS, "lost", "lost", "failed"]),
        ("interrupted", ["stopped"] * coordinator.STOPS),
    ],
)
def test_what_goes_wrong_is_said_at_once_and_stands_in_the_log(status: str, kinds: list[str]) -> None:
    folder, (cell,) = made(1)
    report = played(folder, lambda name, time: status)
    assert [line.split(": ")[0] for line in report.lines] == kinds
    assert all(f"seed 0 ({cell['cell']}): " in line for line in report.lines), "which cell it is"
    reason = {"diverged": "for a reason", "failed": "for a reason", "lost": "worker 1 was killed"}.get(status, "")
    assert all(reason in line for line in report.lines[:2])
    *lines, end = logged(folder)
    assert lines == report.lines
    left = {"lost": "failed", "told": "failed"}.get(status, status)
    assert f"1 {left}" in end


def test_a_cell_is_named_by_its_settings_and_its_log() -> None:
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    plan = load_sweep(Path("c.yaml"), grid=["eta=0.5", "network.shape=[2, 3, 1]"], seeds=1)
    folder = create(plan, Path("runs"), "test", {})
    (name,) = [cell["cell"] for cell in folder.cells()]
    (line,) = played(folder, lambda name, time: "failed").lines
    assert (
        line == f"failed: eta=0.5, network.shape=[2, 3, 1], seed 0 ({name}): for a reason; see {folder.error_log(name)}"
    )


def test_a_lost_cell_is_tried_again_and_then_given_up() -> None:
    folder, (cell,) = made(1)
    again, given_up, failed = played(folder, lambda name, time: "lost").lines
    assert "tried again" in again and "given up" in given_up and "died 2 times" in failed
    assert [note["reason"] for note in folder.notes()[cell["cell"]]] == ["worker 1 was killed"] * 2
    assert written(folder) == [("failed", "0.0")], "it has played no time that is known"
    assert played(folder, lambda name, time: "completed").lines == []
    assert written(folder) == [("failed", "0.0")]


def test_a_cell_that_was_lost_too_often_keeps_the_seconds_that_it_has_saved() -> None:
    folder, (cell,) = made(1)
    write_run(folder, cell["cell"], "interrupted", [{"game": 0, "seconds": 2.5, "loss": 1.0}])
    for _ in range(coordinator.TRIES):
        folder.note(cell["cell"], "lost", "worker 1 was killed")
    played(folder, lambda name, time: "completed")
    assert written(folder) == [("failed", "2.5")]


def test_a_warning_of_several_cells_is_said_once() -> None:
    folder, cells = made(3)
    warnings = {cell["cell"]: texts for cell, texts in zip(cells, (["a"], ["a", "b"], ["b", "a"]), strict=True)}

    def outcome(name: str, time: int) -> dict[str, Any]:
        return {"cell": name, "status": "completed", "seconds": 1.0, "warnings": warnings[name]}

    report = played(folder, outcome)
    assert report.lines == ["warning: a", "warning: b"] == logged(folder)[:-1]


def test_the_summary_is_written_when_a_sweep_ends() -> None:
    folder, _ = made(3)
    played(folder, lambda name, time: "failed" if time == 1 else "completed", max_failures=2)
    assert written(folder) == [("failed", "1.0"), ("failed", "1.0"), ("waiting", "")]
    assert logged(folder)[-1] == "failed: 2 failed, 1 waiting"


def test_the_record_of_a_long_sweep_says_now_and_then_how_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = made(7)
    now = [100.0]
    monkeypatch.setattr(coordinator.time, "monotonic", lambda: now[0])
    said: list[tuple[float, Any, str]] = []
    write = folder.write_record

    def noted(record: dict[str, Any]) -> None:
        write(record)
        said.append((now[0] - 100.0, record["counts"], record["status"]))

    def outcome(name: str, time: int) -> str:
        now[0] += coordinator.RECORD_EVERY / 2
        return "completed"

    monkeypatch.setattr(folder, "write_record", noted)
    played(folder, outcome)
    every = coordinator.RECORD_EVERY
    assert said == [
        (1.5 * every, {"completed": 3}, "running"), (3.0 * every, {"completed": 6}, "running"),
        (3.5 * every, {"completed": 7}, "completed"),
    ]  # fmt: skip
