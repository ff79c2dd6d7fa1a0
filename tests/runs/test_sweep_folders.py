"""What a sweep's folder says of its cells: in its summary, in their runs, and how values stand in tables."""

import math
from pathlib import Path
from typing import Any

import pytest

from gancli.runs import RunError, RunFolder, SweepFolder
from gancli.runs.sweeps import _number, readable

FIRST, SECOND = "0123456789ab", "0123456789ac"


@pytest.fixture
def sweep() -> SweepFolder:
    """One of two cells, of which the first is completed."""
    cells = [{"cell": cell, "values": {"eta": eta}, "seed": 0, "spec": {}} for cell, eta in ((FIRST, 0.1), (SECOND, 1))]
    made = SweepFolder.create(Path("runs"), "x", cells, {"status": "completed"}, {})
    made.unlock()
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
    assert sweep.statuses() == written, "it was stopped"


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
