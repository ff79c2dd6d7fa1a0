"""Metrics on the disk: whole lines of plain numbers, as many as a checkpoint counts, the last one read by itself."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from gancli.runs import RunError, RunFolder
from gancli.runs.folder import TAIL_BYTES

ROWS = [{"game": game, "seconds": game / 2, "loss": 1 / (game + 1)} for game in (0, 10, 20)]


@pytest.fixture
def folder() -> RunFolder:
    made = RunFolder.create(Path("runs"), "x", "", {"status": "completed"})
    made.unlock()
    for row in ROWS:
        made.append_metrics(row)
    return made


@pytest.mark.parametrize("half", ['{"game": 30, "sec', '{"game": 30, "seconds": 15.0}', "\0\0"])
def test_a_line_without_its_end_is_no_line(folder: RunFolder, half: str) -> None:
    with folder.metrics.open("a") as file:
        file.write(half)
    assert folder.rows() == ROWS and folder.last() == ROWS[-1]


def test_what_is_no_number_is_left_out(folder: RunFolder) -> None:
    folder.append_metrics(
        {"game": 30, "seconds": 1.5, "loss": math.nan, "accuracy": math.inf, "score": -math.inf, "a": 0.0}
    )
    assert folder.last() == {"game": 30, "seconds": 1.5, "a": 0.0} == folder.rows()[-1]


def test_metrics_are_counted_in_whole_lines_and_cut_off_there(folder: RunFolder) -> None:
    ends = [0]
    for line in folder.metrics.read_bytes().splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    assert folder.sync_metrics() == ends[-1]
    assert [folder.has_metrics(end) for end in ends] == [True] * 4
    assert not any(folder.has_metrics(end + beside) for end in ends[1:] for beside in (-1, 1))
    folder.truncate_metrics(ends[2])
    assert folder.rows() == ROWS[:2] and folder.last() == ROWS[1]
    assert folder.has_metrics(ends[2]) and not folder.has_metrics(ends[3])
    folder.truncate_metrics(0)
    assert folder.rows() == [] and folder.last() == {}
    folder.metrics.unlink()
    assert folder.has_metrics(0) and not folder.has_metrics(1) and folder.rows() == [] and folder.last() == {}


def test_the_last_line_is_found_at_the_end_of_many(folder: RunFolder) -> None:
    line = json.dumps({"game": 1, "seconds": 0.0, "loss": 0.5}) + "\n"
    last = {"game": 99, "seconds": 9.0, "loss": 0.25}
    folder.metrics.write_text(line * (2 * TAIL_BYTES // len(line)) + json.dumps(last) + "\n")
    assert folder.last() == last


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ('{"game": 1, "seconds": 0, "loss": 9.9e307}', True),
        ('{"game": 1, "seconds": 0, "loss": 1e308}', False),
        ('{"game": 1, "seconds": 0, "loss": -1e308}', False),
        ('{"game": 1, "seconds": 0, "loss": true}', False),
        ('{"game": 1, "seconds": 0, "loss": NaN}', False),
        ('{"game": 1, "seconds": 0, "loss": "0.5"}', False),
        ('{"game": 1.0, "seconds": 0}', False),
        ('{"seconds": 0, "loss": 0.5}', False),
        ('{"game": 1, "loss": 0.5}', False),
        ("[1, 0]", False),
    ],
)
def test_only_numbers_that_were_measured_are_read(folder: RunFolder, row: str, read: bool) -> None:
    with folder.metrics.open("a") as file:
        file.write(row + "\n")
    if read:
        assert folder.rows()[-1] == folder.last() == json.loads(row)
        return
    with pytest.raises(RunError, match="line 4 is damaged"):
        folder.rows()
    with pytest.raises(RunError, match="last line is damaged"):
        folder.last()


def test_an_evaluation_is_of_the_run_as_it_stands(folder: RunFolder) -> None:
    found = {"game": 20, "measures": {"frechet": {"value": 1.0, "±": None, "real": 0.5, "real ±": None}}}
    record = (folder.path / "run.json").read_text()
    (folder.path / "run.json").write_text("x")
    assert folder.current_evaluation() == {}, "whatever the record says"
    (folder.path / "run.json").write_text(record)
    (folder.path / "evaluation.json").write_text(json.dumps(found))
    for played, current in ((None, found), (20, found), (30, {})):
        folder.write_record({"status": "completed", "played": played})
        assert folder.evaluation() == found and folder.current_evaluation() == current
    del found["game"]
    (folder.path / "evaluation.json").write_text(json.dumps(found))
    assert folder.current_evaluation() == found


MEASURE = {"value": 1.0, "±": None, "real": 0.5, "real ±": 1}


@pytest.mark.parametrize(
    "found",
    [
        [], "x", {"measures": []}, {"measures": {"a": 5}}, {"measures": {"a": MEASURE, "b": {**MEASURE, "value": "1"}}},
        {"measures": {"a": {"value": 1.0, "±": None, "real": 0.5}}}, {"measures": {"a": {**MEASURE, "real": True}}},
        {"game": "1"}, {"sets": 1.5}, {"seed": None}, {"findings": "x"}, {"findings": [1]}, {"notices": {}}, {"critic": []},
    ],
)  # fmt: skip
def test_an_evaluation_of_another_form_is_none(folder: RunFolder, found: Any) -> None:
    path = folder.path / "evaluation.json"
    path.write_text(json.dumps({"measures": {"a": MEASURE}, "findings": ["x"], "critic": {}, "sets": 3}))
    assert folder.evaluation()["sets"] == 3
    path.write_text(json.dumps(found))
    with pytest.raises(RunError, match=r"evaluation\.json: is no evaluation"):
        folder.evaluation()


def test_metrics_are_read_up_to_their_bound(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.runs.folder.METRICS_BYTES", 10)
    for read in (folder.rows, folder.last):
        with pytest.raises(RunError, match="at most 10 are read"):
            read()
