"""What a sweep's folder says of its cells: in its summary, in their runs, and how values stand in tables."""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from gancli.runs import RunError, RunFolder, SweepFolder
from gancli.runs.files import write_text
from gancli.runs.safe_files import read_text
from gancli.runs.summary_table import _number, evaluated, readable, table, varied
from gancli.runs.sweeps import plan_name, sweep_of

FIRST, SECOND = "0123456789ab", "0123456789ac"


@pytest.fixture
def sweep() -> SweepFolder:
    """One of two cells, of which the first is completed."""
    cells = [{"cell": cell, "values": {"eta": eta}, "seed": 0, "spec": {}} for cell, eta in ((FIRST, 0.1), (SECOND, 1))]
    made = SweepFolder.create(Path("runs"), "x", cells, {"status": "completed"}, {"sweep.yaml": b"x"})
    made.unlock()
    names = ["cells", "cells.jsonl", "lock", "sweep.json", "sweep.yaml"]
    assert sorted(path.name for path in made.path.iterdir()) == names
    assert (made.path / "sweep.yaml").read_bytes() == b"x" and (made.path / "cells").is_dir()
    RunFolder.create(made.path / "cells", FIRST, "", {"status": "completed"}, exact=True).unlock()
    return made


def test_statuses_are_the_summarys_once_a_sweep_has_ended(sweep: SweepFolder) -> None:
    now = {FIRST: "completed"}
    assert sweep.statuses() == now, "without a summary"
    written = {FIRST: "diverged", SECOND: "failed"}
    sweep.summary.write_text("cell,status\n" + "".join(f"{cell},{status}\n" for cell, status in written.items()))
    assert sweep.statuses() == written
    assert [row["status"] for row in sweep.summary_rows()] == ["diverged", "failed"]
    sweep.lock()
    sweep.write_record({"status": "running"})
    assert sweep.statuses() == now, "as long as it runs"
    assert [row["status"] for row in sweep.summary_rows()] == ["completed", "waiting"]
    sweep.unlock()
    assert sweep.record()["status"] == "stale" and sweep.statuses() == now, (
        "it was killed: that summary is an older one"
    )
    assert [row["status"] for row in sweep.summary_rows()] == ["completed", "waiting"]


def test_a_cell_is_in_the_folder_of_a_sweep_and_not_only_in_one_of_its_name(sweep: SweepFolder) -> None:
    found = sweep_of(sweep.run(FIRST).path)
    assert found is not None and found.path == sweep.path.absolute()
    assert sweep_of(sweep.path) is None
    assert sweep_of(Path("cells/a-run")) is None


def test_the_cells_of_a_killed_sweep_are_counted_as_they_are(sweep: SweepFolder) -> None:
    sweep.write_record({"status": "interrupted", "counts": {"waiting": 2}})
    assert sweep.counts() == {"waiting": 2}
    sweep.write_record({"status": "running", "counts": {"waiting": 2}})
    assert sweep.counts() == {"completed": 1}
    sweep.write_record({"status": "completed"})
    assert sweep.counts() == {}


def test_what_went_wrong_is_said_in_a_cells_run_or_beside_where_it_would_be(sweep: SweepFolder) -> None:
    assert sweep.error_log(FIRST) == sweep.path / "cells" / FIRST / "log.txt"
    assert sweep.error_log(SECOND) == sweep.path / "cells" / f"{SECOND}.log"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1, 1), (0.5, 0.5), ("é", "é"), (True, "true"), (None, "null"), ([1, "é"], '[1, "é"]'), ({"a": None}, '{"a": null}'),
    ],
)  # fmt: skip
def test_values_in_tables_stand_as_they_are_or_as_yaml_has_them(value: Any, shown: Any) -> None:
    assert readable(value) == shown and type(readable(value)) is type(shown)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3), ("-0.5", -0.5), ("9.9e307", 9.9e307), ("", None),
        ("1e308", ...), ("-1e308", ...), ("1" + "0" * 309, ...), ("inf", ...), ("-inf", ...), ("x", ...),
    ],
)  # fmt: skip
def test_only_numbers_that_can_be_computed_with_are_read_from_a_summary(text: str, number: Any) -> None:
    if number is ...:
        with pytest.raises(RunError, match="is no number"):
            _number(text)
    else:
        assert _number(text) == number and type(_number(text)) is type(number)


def test_a_number_that_is_none_is_read_from_a_summary() -> None:
    assert math.isnan(_number("nan"))


def test_the_name_of_a_plan_is_that_of_its_cells_in_any_order() -> None:
    names = [SECOND, FIRST, "00000000000f"]
    text = "00000000000f\n0123456789ab\n0123456789ac"
    assert plan_name(names) == plan_name(reversed(names)) == hashlib.sha256(text.encode()).hexdigest()[:12]
    assert plan_name(names[:2]) != plan_name(names)


@pytest.mark.parametrize(
    ("combinations", "keys"),
    [
        ([{"a": 1, "b": 1}, {"a": 2, "b": 1}], ["a"]),
        ([{"a": 1, "b": 1}, {"a": 2, "b": 3}], ["a", "b"]),
        ([{"a": 1}, {"a": 1.0}], ["a"]),
        ([{"a": 1, "b": True}, {"a": 1, "b": True}], []),
        ([{"a": 1, "name": "x"}, {"a": 2, "name": "y"}, {"a": 1, "name": "x"}], ["name"]),
        ([{"a": 1, "name": "x"}, {"a": 2, "name": "x"}, {"a": 1, "name": "y"}], ["a", "name"]),
        ([{"a": 1, "name": "x"}, {"a": 2, "name": "x"}], ["a"]),
        ([{"a": 1, "name": "x"}, {"name": "x", "a": 1}, {"a": 2, "name": "y"}], ["name"]),
        ([{"a": 1, "name": "x"}], []),
        ([{"name": "x", "a": 1}] * 2, []),
    ],
)
def test_a_key_varies_whose_value_is_not_the_same_in_all_cells(
    combinations: list[dict[str, Any]], keys: list[str]
) -> None:
    assert varied([{"values": values} for values in combinations]) == keys


def test_what_was_evaluated_is_a_column_for_samples_and_one_for_real_data() -> None:
    measures = {"score": {"value": 8.0, "real": 9.5, "±": None}, "frechet": {"value": None, "real": 0.5}}
    found = {"score.evaluated": 8.0, "score.real": 9.5, "frechet.evaluated": None, "frechet.real": 0.5}
    assert evaluated({"measures": measures}) == evaluated({"measures": measures, "way": ""}) == found
    assert evaluated({"measures": measures, "way": "judge A"}) == {**found, "evaluated as": "judge A"}
    assert evaluated({}) == {}


def test_notes_on_a_cell_are_those_since_it_was_last_tried_again(sweep: SweepFolder) -> None:
    assert sweep.notes() == {}
    sweep.note(FIRST, "again")
    sweep.note(FIRST, "lost")
    sweep.note(SECOND, "failed", "first")
    sweep.note(FIRST, "again")
    sweep.note(SECOND, "failed", "second")
    sweep.note(SECOND, "lost")
    with (sweep.path / "attempts.jsonl").open("a") as file:
        file.write(
            '5\n{"cell": 1, "event": "lost", "reason": ""}\n{"cell": "a"}\n{"cell": "a", "event": "lost", "rea\n'
        )
    sweep.note(FIRST, "lost", "é")
    found = sweep.notes()
    assert list(found) == [SECOND, FIRST]
    assert [(note["event"], note["reason"]) for note in found[SECOND]] == [
        ("failed", "first"), ("failed", "second"), ("lost", ""),
    ]  # fmt: skip
    assert [(note["cell"], note["event"], note["reason"]) for note in found[FIRST]] == [(FIRST, "lost", "é")]
    times = [note["time"] for note in found[SECOND]]
    assert times == sorted(times) and all(time.endswith("+00:00") and len(time) == 25 for time in times)


def test_a_cell_says_what_its_run_says_or_that_it_failed_before_it_had_one(sweep: SweepFolder) -> None:
    run = sweep.run(FIRST)
    warnings = ["engine: slow", "data: few"]
    run.write_record({"status": "collapsed", "reason": "r", "alarm": "a: b", "warnings": warnings})
    of_first = {"cell": FIRST, "status": "collapsed", "reason": "r", "alarm": "a: b", "warnings": ["engine: slow"]}
    assert sweep.result(FIRST) == {**of_first, "seconds": 0.0, "metrics": {}}
    for game in (0, 10):
        run.append_metrics({"game": game, "seconds": game / 4, "theta": 2.0})
    of_first |= {"seconds": 2.5, "metrics": {"theta.final": 2.0, "theta.area": 2.0}}
    assert sweep.result(FIRST) == of_first and sweep.result(SECOND) is None
    cells = sweep.cells()
    assert sweep.results(cells) == {FIRST: of_first}
    for event, reason in (("failed", "one"), ("failed", "two"), ("lost", "three")):
        sweep.note(SECOND, event, reason)
        sweep.note(FIRST, event, reason)
    of_second = {"cell": SECOND, "status": "failed", "reason": "two", "seconds": 0.0}
    assert sweep.results(cells) == {FIRST: of_first, SECOND: of_second}
    assert sweep.results(cells[1:]) == {SECOND: of_second}
    assert table(cells, sweep.results(cells)) == [
        {"cell": FIRST, "eta": 0.1, "seed": 0, "status": "collapsed", "seconds": 2.5, "alarm": "a", "theta.final": 2.0, "theta.area": 2.0},
        {"cell": SECOND, "eta": 1, "seed": 0, "status": "failed", "seconds": 0.0},
    ]  # fmt: skip
    assert table(cells, {})[1] == {"cell": SECOND, "eta": 1, "seed": 0, "status": "waiting", "seconds": None}
    run.metrics.write_text("x\n")
    unreadable = sweep.known(FIRST)
    assert unreadable is not None and "line 1 is damaged" in unreadable.pop("reason")
    assert unreadable == {"cell": FIRST, "status": "unreadable", "seconds": None}


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "0123456789a"}, {"cell": "0123456789abc"}, {"cell": 1}, {"seed": "0"}, {"spec": []}, {"values": []},
        {"values": {}}, {"values": {"a": 1}}, {"values": {"eta": 1, "a": 1}}, {"values": None},
    ],
)  # fmt: skip
def test_a_line_of_another_form_is_no_cell_of_a_plan(sweep: SweepFolder, change: dict[str, Any]) -> None:
    cells = sweep.cells()
    assert [cell["cell"] for cell in cells] == [FIRST, SECOND]
    path = sweep.path / "cells.jsonl"
    for changed in ([cells[0], {**cells[1], **change}], [[]], []):
        path.write_text("".join(json.dumps(cell) + "\n" for cell in changed))
        with pytest.raises(RunError, match="is not the plan of a sweep"):
            sweep.cells()


@pytest.mark.parametrize("key", ["cell", "seed", "status", "seconds", "a b", "1a", ""])
def test_a_setting_has_a_name_of_its_own(sweep: SweepFolder, key: str) -> None:
    path = sweep.path / "cells.jsonl"
    for name in ("data.set", key):
        path.write_text(json.dumps({**sweep.cells()[0], "values": {name: 1}}) + "\n")
        if name == key:
            with pytest.raises(RunError, match="is not the plan of a sweep"):
                sweep.cells()


def test_settings_are_the_plans_and_figures_the_summarys(sweep: SweepFolder) -> None:
    text = f"cell,eta,seed,status,seconds,x.final\n{SECOND},9,9,1,1.5,3\n{FIRST},9,9,2,0,\n"
    sweep.summary.write_text(text)
    assert sweep.summary_rows() == [
        {"cell": FIRST, "eta": 0.1, "seed": 0, "status": "2", "seconds": 0, "x.final": None},
        {"cell": SECOND, "eta": 1, "seed": 0, "status": "1", "seconds": 1.5, "x.final": 3},
    ]
    measured = {SECOND: {"measures": {"score": {"value": 1.0, "real": 2.0}}}}
    keys, (first, second) = sweep.combinations(measured)
    assert keys == ["eta"] and first.settings == {"eta": 0.1} and second.settings == {"eta": 1}
    assert [row.get("score.evaluated") for one in (first, second) for row in one.rows] == [None, 1.0]
    for wrong in (f"cell,status\n{FIRST},a,b\n", f"cell,status\n{FIRST}\n", "a\n1\n"):
        sweep.summary.write_text(wrong)
        with pytest.raises(RunError, match=r"summary\.csv: (has rows|cannot be read)"):
            sweep.statuses()


def test_a_summary_without_a_cell_and_a_plan_of_one(sweep: SweepFolder) -> None:
    sweep.summary.write_text(f"cell,status\n{SECOND},failed\n")
    assert [row["status"] for row in sweep.summary_rows()] == ["waiting", "failed"]
    write_text(sweep.path / "cells.jsonl", json.dumps(sweep.cells()[1]) + "\n")
    assert [row["status"] for row in sweep.summary_rows()] == ["failed"]


def test_a_combination_is_the_same_in_whatever_order_its_settings_stand(sweep: SweepFolder) -> None:
    cells = sweep.cells()
    for cell, values in zip(cells, ({"a": 1, "b": 2}, {"b": 2, "a": 1}), strict=True):
        cell["values"] = values
    write_text(sweep.path / "cells.jsonl", "".join(json.dumps(cell) + "\n" for cell in cells))
    keys, (one,) = sweep.combinations()
    assert keys == [] and [row["cell"] for row in one.rows] == [FIRST, SECOND]


def test_plans_notes_and_summaries_are_read_up_to_their_bound(
    sweep: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep.summary.write_text("cell,status\n")
    sweep.note(FIRST, "lost")
    for module in ("sweeps", "summary_table"):
        monkeypatch.setattr(f"gancli.runs.{module}.LINES_BYTES", 10)
    for read in (sweep.cells, sweep.notes, sweep.statuses):
        with pytest.raises(RunError, match="at most 10 are read"):
            read()
    with pytest.raises(RunError, match="at most 11 are read"):
        read_text(sweep.summary, 11)


def test_how_far_a_cell_is(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    cell, name = tmp_path / "cells" / "0123456789ab", "0123456789ab"
    assert folder.share(name) == 0.0, "before it is there"
    cell.mkdir(parents=True)
    (cell / "run.json").write_text('{"games": 80, "status": "running"}')
    assert folder.share(name) == 0.0, "before its first test"
    (cell / "metrics.jsonl").write_text('{"game": 0, "seconds": 0}\n{"game": 60, "seconds": 1.5}\n')
    assert folder.share(name) == 0.75
    for record in ("{", '{"games": 0}', '{"games": "x"}', "[]"):
        (cell / "run.json").write_text(record)
        assert folder.share(name) == 0.0, record
