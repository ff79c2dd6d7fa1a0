"""`gancli evaluate` of a sweep: which cells are measured, what is said of each, what is kept, and the means."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.measured import Measured, measure, measured_by_hand
from cli.tables import cells
from gancli.evaluation.interpretation import NOTHING
from gancli.experiment import evaluating
from gancli.runs import RunError, SweepFolder
from helpers import gancli
from runs.test_ranking import NOISE, sweep

HOW = evaluating.How()
STATUSES = [["completed", "collapsed", "diverged"], ["completed", "completed", "failed"]]
CELLS = ["000000000000", "000000000001", "100000000000", "100000000001"]


def evaluation(value: float, score: float | None, **more: Any) -> dict[str, Any]:
    """Of a cell: two measures, of which the second may be undefined, a share, and one that is never defined."""
    measures = {"frechet": measure(value), "score": measure(score), "share_1": measure(0.5), "density": measure(None)}
    return {"measures": measures, "findings": [], "game": 100, **more}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measured:
    return measured_by_hand(monkeypatch)


@pytest.fixture
def folder(measured: Measured) -> SweepFolder:
    """A sweep of which the third cell that counts is known: it is what stands beside it, and says nothing of critics."""
    known = {"frechet": (6.0, 1.0), "score": (2.0, 1.0), "share_1": (0.5, 1.0)}
    measures: list[list[dict[str, tuple[float, float]]]] = [[{}] * 3, [known, {}, {}]]
    made = sweep(NOISE, [[{"theta": 1.0}] * 3] * 2, STATUSES, measures)
    critic = {"seeds": 3, "dead": [1], "converged": True}
    path = made.run(CELLS[2]).path / "evaluation.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "critic": critic, "notices": ["few", "old"]}))
    measured.known = {CELLS[2]: HOW}
    measured.results = {
        CELLS[0]: evaluation(1.0, 4.0, notices=["few"], findings=["one", "two"], critic={**critic, "dead": [2]}),
        CELLS[1]: evaluation(3.0, None),
        CELLS[2]: evaluation(9.0, 9.0),
        CELLS[3]: RunError("its data are gone"),
    }
    return made


def test_cells_are_measured_or_known_or_left_out_and_their_means_are_shown(
    folder: SweepFolder, measured: Measured
) -> None:
    """Student's t of one degree of freedom is 12.706, and s / √2 of 1 and 3 is 1."""
    result = gancli("evaluate", str(folder.path))
    assert result.exit_code == 3 and measured.asked == [(CELLS[place], HOW) for place in (0, 1, 3)]
    *said, one, other, last = result.stderr.splitlines()
    assert last == "1 of 4 cells were left out"
    assert [line for line in said if "warning" not in line] == [
        f"1/4 noise=null, seed 0 ({CELLS[0]}): one; two",
        f"2/4 noise=null, seed 1 ({CELLS[1]}): {NOTHING}",
        f"3/4 noise=50, seed 0 ({CELLS[2]}): {NOTHING} (known)",
        f"4/4 noise=50, seed 1 ({CELLS[3]}): left out: its data are gone",
    ]
    (warning,) = [line for line in said if "warning" in line]
    assert warning.endswith("seeds 2") and said.index(warning) == 1, "of what is new, after its cell"
    assert (one, other) == ("note: few", "note: old"), "each once"
    above, *table = result.stdout.splitlines()
    assert above.startswith("mean over seeds") and cells(table) == [
        ["noise", "seeds", "diverged", "frechet", "density", "score", "failed", "not evaluated"],
        ["null", "2 of 3", "1", "2 ± 13", "–", "4 (1)", "", ""],
        ["50", "1 of 3", "", "6", "–", "2", "1", "1"],
    ]
    kept = {path.parent.name: json.loads(path.read_text()) for path in folder.path.rglob("evaluation.json")}
    assert kept.keys() == set(CELLS[:3]) and kept[CELLS[0]] == measured.results[CELLS[0]]
    assert kept[CELLS[2]]["measures"]["frechet"]["value"] == 6.0


def test_with_another_file_cells_keep_what_they_have(folder: SweepFolder, measured: Measured) -> None:
    result = gancli("evaluate", str(folder.path), "-o", "a.json")
    assert result.exit_code == 3 and "warning: critics that are dead" in result.stderr
    assert [path.parent.name for path in folder.path.rglob("evaluation.json")] == [CELLS[2]]
    found = json.loads(Path("a.json").read_text())
    assert found["sweep"] == str(folder.path) and list(found["cells"]) == CELLS[:3]
    assert found["cells"][CELLS[1]] == measured.results[CELLS[1]] and found["cells"][CELLS[2]]["notices"] == [
        "few",
        "old",
    ]
    assert found["means"] == [
        {
            "noise": "null", "seeds": 2, "of": 3, "diverged": 1, "frechet": 2.0, "± frechet": pytest.approx(12.7062, rel=1e-5),
            "density": None, "± density": None, "score": 4.0, "± score": None, "share_1": 0.5, "± share_1": 0.0,
        },
        {
            "noise": 50, "seeds": 1, "of": 3, "failed": 1, "not evaluated": 1, "frechet": 6.0, "± frechet": None,
            "density": None, "± density": None, "score": 2.0, "± score": None, "share_1": 0.5, "± share_1": None,
        },
    ]  # fmt: skip
    printed = gancli("evaluate", str(folder.path), "--format", "json")
    assert json.loads(printed.stdout) == found["means"]


@pytest.mark.parametrize("error", [RunError("odd"), OSError(5, "odd")])
def test_a_sweep_of_which_nothing_can_be_measured_says_so_of_each_cell(
    error: Exception, folder: SweepFolder, measured: Measured
) -> None:
    measured.results, measured.known = dict.fromkeys(CELLS, error), {}
    (folder.run(CELLS[2]).path / "evaluation.json").unlink()
    result = gancli("evaluate", str(folder.path))
    *each, last = result.stderr.splitlines()
    assert result.exit_code == 2 and [line.count(": left out: ") for line in each] == [1] * 4
    assert last == "4 of 4 cells were left out"
    assert cells(result.stdout.splitlines()[1:]) == [["noise", "seeds"], ["null", "0 of 3"], ["50", "0 of 3"]]


def test_an_evaluation_in_another_way_is_none_that_is_known(folder: SweepFolder, measured: Measured) -> None:
    gancli("evaluate", str(folder.path), "--seed", "4")
    assert [name for name, _ in measured.asked] == CELLS and {how.seed for _, how in measured.asked} == {4}


def test_where_every_cell_is_evaluated_the_code_is_none_of_failure(folder: SweepFolder, measured: Measured) -> None:
    measured.results[CELLS[3]] = evaluation(1.0, 1.0)
    result = gancli("evaluate", str(folder.path))
    assert result.exit_code == 0 and "cells were left out" not in result.stderr


def test_a_sweep_of_which_no_cell_counts_has_nothing_to_evaluate(measured: Measured) -> None:
    made = sweep(NOISE, [[{"theta": 1.0}] * 3] * 2, [["diverged"] * 3, ["failed"] * 3], [[{}] * 3] * 2)
    result = gancli("evaluate", str(made.path))
    assert (
        result.exit_code == 2 and result.stderr == "no cell has completed or collapsed: there is nothing to evaluate\n"
    )
