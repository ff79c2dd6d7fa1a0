"""What `gancli evaluate` asks for, prints, warns of and keeps; the measures are made by hand."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from cli.measured import Measured, measure, measured_by_hand
from gancli.evaluation.interpretation import NOTHING
from gancli.experiment import evaluating
from gancli.runs import RunFolder
from gancli.runs.files import TEMPORARY, _host
from helpers import gancli
from runs.test_ranking import NOISE, sweep

RESULT: dict[str, Any] = {
    "run": "runs/x", "game": 0, "asked": 500, "seed": 3, "data": "rings", "checksum": "c", "judge": None, "samples": 400, "sets": 10,
    "notices": ["few of them", "and old"], "way": "w",
    "measures": {
        "precision": measure(0.5, 0.02, 0.9),
        "frechet": measure(12.0, None, 0.3, 0.01),
        "density": measure(None, None, None),
        "theta": measure(3.0, 1.0, 2.0, 0.5),
    },
    "findings": ["collapse: one", "classes: two"],
}  # fmt: skip


@pytest.fixture
def made() -> RunFolder:
    folder = RunFolder.create(Path("runs"), "x", "", {"status": "completed", "kind": "gan", "played": 100}, exact=True)
    folder.unlock()
    return folder


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measured:
    found = measured_by_hand(monkeypatch)
    found.results["x"] = RESULT
    return found


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ([], evaluating.How(10_000, 0, None, 0, False)),
        (["--samples", "100", "--seed", "7", "--quick"], evaluating.How(100, 7, None, 0, True)),
        (["--critic"], evaluating.How(10_000, 0, None, 3, False)),
        (["--critic", "--critic-seeds", "2", "--samples", "100000"], evaluating.How(100_000, 0, None, 2, False)),
        (["--critic-seeds", "5"], None),
        (["--critic-seeds", "3"], None),
        (["--samples", "99"], None),
        (["--samples", "100001"], None),
        (["--seed", "-1"], None),
        (["--critic", "--critic-seeds", "1"], None),
        (["--critic", "--critic-seeds", "101"], None),
    ],
)
def test_options_say_what_is_measured(
    words: list[str], how: evaluating.How | None, made: RunFolder, measured: Measured
) -> None:
    assert gancli("evaluate", "x", *words).exit_code == (0 if how else 2)
    assert measured.asked == ([("x", how)] if how else [])


def test_another_judge_is_that_of_the_run_that_is_named(
    made: RunFolder, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    RunFolder.create(Path("runs"), "umpire", "", {"status": "completed"}, exact=True).unlock()
    monkeypatch.setattr("gancli.experiment.judges.judge_of", lambda folder: folder.path.name)
    assert gancli("evaluate", "x", "--judge", "umpire").exit_code == 0
    assert measured.asked == [("x", evaluating.How(judge="umpire"))]  # type: ignore[arg-type]


def test_a_table_is_measures_beside_real_data_then_what_is_wrong(made: RunFolder, measured: Measured) -> None:
    result = gancli("evaluate", "x")
    *table, one, two = result.stdout.splitlines()
    assert [re.split(r" {2,}", line) for line in table] == [
        ["measure", "samples", "real data"],
        ["precision", "0.5 ± 0.02", "0.9", "higher is better"],
        ["frechet", "12", "0.3 ± 0.01", "lower is better"],
        ["density", "–", "–", "best at the real data's"],
        ["theta", "3 ± 1", "2 ± 0.5", "says nothing of quality"],
    ]
    assert (one, two) == ("collapse: one", "classes: two")
    facts = ["run: runs/x", "game: 0", "samples: 400", "sets: 10", "seed: 3", "data: rings"]
    assert result.stderr.splitlines() == [*facts, "note: few of them", "note: and old"], "no judge, and nothing else"


def test_where_nothing_is_wrong_that_is_said(made: RunFolder, measured: Measured) -> None:
    measured.results["x"] = {"measures": {"frechet": measure(1.0)}, "findings": [], "judge": "umpire"}
    result = gancli("evaluate", "x")
    assert result.stdout.splitlines()[2:] == [NOTHING] and result.stderr == "judge: umpire\n"


def test_json_is_the_result_and_what_is_kept(made: RunFolder, measured: Measured) -> None:
    result = gancli("evaluate", "x", "--format", "json")
    assert json.loads(result.stdout) == RESULT == made.evaluation() and result.stderr == ""
    assert gancli("evaluate", "x", "-o", "a.json").exit_code == 0
    assert json.loads(Path("a.json").read_text()) == RESULT
    measured.results["x"] = {**RESULT, "seed": 8}
    assert gancli("evaluate", "x", "-o", "a.json").exit_code == 2 and gancli("evaluate", "x", "-o", "a.txt").exit_code == 2  # fmt: skip
    assert gancli("evaluate", "x", "-o", "a.json", "--force").exit_code == 0
    assert json.loads(Path("a.json").read_text())["seed"] == 8 and made.evaluation()["seed"] == 3, (
        "in place of the run's"
    )


@pytest.mark.parametrize(
    ("error", "said"), [(OSError(28, "No space left on device"), "No space left on device"), (OSError("odd"), "odd")]
)
def test_what_cannot_be_kept_is_shown_with_a_warning(
    error: OSError, said: str, made: RunFolder, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: Any) -> None:
        raise error

    monkeypatch.setattr("gancli.runs.files.write_json", fail)
    result = gancli("evaluate", "x")
    assert result.exit_code == 0 and "collapse: one" in result.stdout and "warning" not in result.stdout
    warning = result.stderr.splitlines()[-1]
    assert warning.startswith("warning: ") and f"{made.path / 'evaluation.json'}: {said}; -o " in warning


@pytest.mark.parametrize("form", ["table", "json"])
def test_what_cannot_be_shown_is_kept(
    form: str, made: RunFolder, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: Any) -> None:
        raise OSError(28, "No space left on device")

    for name in ("print_rows", "print_json"):
        monkeypatch.setattr(f"gancli.cli.evaluate.{name}", full)
    assert gancli("evaluate", "x", "--format", form).exit_code == 1 and made.evaluation() == RESULT
    folder = sweep(NOISE[:1], [[{"theta": 1.0}]])
    measured.results["0" * 12] = RESULT
    assert gancli("evaluate", str(folder.path), "-o", "a.json", "--format", form).exit_code == 1
    assert list(json.loads(Path("a.json").read_text())["cells"]) == ["0" * 12]


def test_what_a_killed_process_left_beside_the_result_is_taken_away(made: RunFolder, measured: Measured) -> None:
    none = 2**22 + 1  # more than Linux gives
    dead, alive = (made.path / f"{TEMPORARY}evaluation.json.{_host()}-{pid}.x" for pid in (none, os.getpid()))
    for path in (dead, alive):
        path.touch()
    assert gancli("evaluate", "x").exit_code == 0 and not dead.exists() and alive.exists()


SETTLED = "not every critic has settled"


@pytest.mark.parametrize(
    ("critic", "warned"),
    [
        ({}, []),
        ({"seeds": 3, "dead": [], "converged": True, "real": {"dead": []}}, []),
        ({"seeds": 3, "converged": False}, [SETTLED]),
        ({"seeds": 3, "dead": [1, 2], "converged": True}, ["critics that are dead", "left out: seeds 1, 2"]),
        (
            {"seeds": 3, "dead": [0], "converged": False, "real": {"dead": [2]}},
            ["critics that are dead", "seeds 0", "critics of real data that are dead", "seeds 2", SETTLED],
        ),
        ({"seeds": 2, "dead": [0, 1], "converged": False}, ["critics that are dead", "seeds 0, 1"]),
    ],
)
def test_critics_that_say_nothing_are_warned_of(
    critic: dict[str, Any], warned: list[str], made: RunFolder, measured: Measured
) -> None:
    facts = {"critic": critic} if critic else {}
    measured.results["x"] = {"measures": {"frechet": measure(1.0)}, "findings": [], **facts}
    result = gancli("evaluate", "x")
    assert result.exit_code == 0 and "critic" not in result.stdout
    rest = result.stderr
    for text in warned:
        assert text in rest
        rest = rest.partition(text)[2]
    assert result.stderr.count("warning: ") == sum("critic" in text for text in warned)
