"""`gancli compare` of runs that were written by hand: which are ranked, and what is said of how."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from cli.test_results import ROWS, read, run, sweep
from gancli.metrics import BETTER
from gancli.runs import RunFolder
from gancli.runs.files import write_json
from helpers import gancli


def last(**metrics: float) -> list[dict[str, Any]]:
    return [{"game": 30, "seconds": 1.0, **metrics}]


def evaluated(run: RunFolder, way: str | None = None, **measures: tuple[float | None, float | None]) -> None:
    found = {
        name: {"value": value, "±": 0.25, "real": real, "real ±": None} for name, (value, real) in measures.items()
    }
    write_json(run.path / "evaluation.json", {"measures": found, **({} if way is None else {"way": way})})


def ranked(*words: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in read("compare", *words, "--format", "json")]


def test_a_loss_of_zero_is_the_best_and_failed_runs_come_after_all_that_have_a_value() -> None:
    for name, loss, status in (
        ("a", 0.5, "completed"),
        ("b", 0.0, "completed"),
        ("c", 0.0, "failed"),
        ("d", 0.25, "interrupted"),
    ):
        run(name, last(loss=loss), status=status)
    run("e", last(accuracy=1.0))
    assert ranked("a", "b", "c", "d", "e", "--by", "loss") == [
        ("b", "completed", 0.0, None, None),
        ("a", "completed", 0.5, None, None),
        ("c", "failed", 0.0, None, None),
        ("d", "interrupted", 0.25, None, None),
        ("e", "completed", None, None, None),
    ]


@pytest.mark.parametrize("status", ["interrupted", "running", "diverged", "failed"])
def test_runs_rank_by_the_same_rule_as_cells(status: str) -> None:
    """One that has played three games of thousands is no equal of those that have played all."""
    for name, loss, how in (("a", 0.5, "completed"), ("b", 0.1, status), ("c", 0.2, "collapsed"), ("d", 0.05, status)):
        run(name, last(loss=loss), status=how)
    assert [row[0] for row in ranked("a", "b", "c", "d", "--by", "loss")] == ["c", "a", "d", "b"]


def test_weights_and_metrics_that_no_run_has_are_not_the_same() -> None:
    run("a", [])
    run("b", [])
    assert gancli("compare", "a", "b").stdout == "not compared: metrics, weights, of which no run has any\n"
    assert read("compare", "a", "b", "--format", "json")["same"] == []
    run("c", [], params=np.arange(2.0))
    found = read("compare", "a", "c", "--format", "json")
    assert found["different"]["weights"][0] is None and found["same"] == []


def test_runs_without_a_value_keep_their_order() -> None:
    run("a", last(loss=1.0))
    for name in "bcd":
        run(name, last(accuracy=1.0), status="diverged" if name == "b" else "completed")
    assert [row[0] for row in ranked("b", "d", "a", "c", "--by", "loss")] == ["a", "d", "c", "b"]


def test_a_table_says_by_what_it_is_ranked_and_csv_has_only_rows() -> None:
    for name, loss in (("a", 2.0), ("b", 1.0)):
        run(name, last(loss=loss))
    first, head, *lines = gancli("compare", "a", "b", "--by", "loss").stdout.splitlines()
    assert "loss" in first and "at the last test in training" in first and BETTER["lower"] in first
    assert head.split() == ["run", "status", "loss", "±", "real", "data"] and [line[0] for line in lines] == ["b", "a"]
    assert read("compare", "a", "b", "--by", "loss", "--top", "1", "--format", "csv")[1:] == [
        ["b", "completed", "1.0", "", ""]
    ]


def test_evaluations_come_before_the_figures_of_training() -> None:
    """Of runs with both, and never some of one and some of the other."""
    one, two, three = (run(name, last(accuracy=0.1 * place)) for place, name in enumerate("abc", 1))
    evaluated(one, "way 1", accuracy=(0.75, 1.0))
    evaluated(two, "way 1", accuracy=(0.8, 0.9), density=(2.0, 1.0))
    assert ranked("a", "b", "c", "--by", "accuracy") == [
        ("b", "completed", 0.8, 0.25, 0.9),
        ("a", "completed", 0.75, 0.25, 1.0),
        ("c", "completed", None, None, None),
    ]
    assert "by gancli evaluate" in gancli("compare", "a", "b", "--by", "accuracy").stdout.splitlines()[0]
    evaluated(three, "way 2", accuracy=(0.5, 1.0))
    result = gancli("compare", "a", "b", "c", "--by", "accuracy")
    assert result.exit_code == 2 and "way 1; way 2" in result.stderr
    evaluated(three, accuracy=(0.5, 1.0))
    assert [row[0] for row in ranked("a", "b", "c", "--by", "accuracy")] == ["b", "a", "c"]


def test_another_way_of_evaluating_is_of_no_matter_where_training_has_the_figures() -> None:
    for name, loss in (("a", 2.0), ("b", 1.0)):
        evaluated(run(name, last(loss=loss)), f"way {name}", density=(2.0, 1.0))
    assert [row[0] for row in ranked("a", "b", "--by", "loss")] == ["b", "a"]


@pytest.mark.parametrize(
    ("by", "kinds", "said", "unsaid"),
    [
        ("wasserstein_estimate", ("wgan", "gan"), ["it is in the critic's own unit", "`gancli evaluate RUN`"], ["rank by"]),
        ("wasserstein_estimate", ("wgan", "supervised"), ["no value of it is better"], ["gancli evaluate", "rank by"]),
        ("coverage", ("wgan", "wgan"), ["no run has 'coverage' in its last state; `gancli evaluate RUN`"], ["rank by"]),
        ("coverage", ("supervised", "supervised"), ["no run has 'coverage'"], ["gancli evaluate"]),
        ("mystery", ("gan", "gan"), ["no run has 'mystery'"], ["no value"]),
        ("generator_loss", ("gan", "gan"), ["no run has 'generator_loss'"], ["no value"]),
    ],
)  # fmt: skip
def test_what_says_nothing_of_quality_ranks_nothing(
    by: str, kinds: tuple[str, ...], said: list[str], unsaid: list[str]
) -> None:
    metrics = {"wasserstein_estimate": 1.0} if by == "wasserstein_estimate" else {"fake_score": 1.0}
    for name, kind in zip("ab", kinds, strict=True):
        run(name, last(**(metrics if name == "a" else {"fake_score": 1.0})), kind=kind)
    result = gancli("compare", "a", "b", "--by", by)
    assert result.exit_code == 2 and result.stdout == ""
    assert all(text in result.stderr for text in said) and not any(text in result.stderr for text in unsaid)


def test_what_can_rank_is_said_in_the_order_of_the_metrics() -> None:
    run("a", last(theta=1.0, loss=1.0), kind="game2d")
    run("b", last(phi=1.0, accuracy=1.0, loss=1.0), kind="gan")
    result = gancli("compare", "a", "b", "--by", "theta")
    assert result.exit_code == 2 and result.stderr.rstrip().endswith("; rank by accuracy, loss")


def test_two_runs_side_by_side_in_a_table_and_as_csv() -> None:
    same = np.arange(4.0)
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in ROWS]
    run("a", params=same, spec={"eta": 0.1})
    run("b", params=same + 1, spec={"eta": 0.1}, host="h")
    run("c", params=same, spec={"eta": 0.2})
    weights = [hashlib.sha256(b"a.params" + (same + i).tobytes()).hexdigest()[:12] for i in (0, 1)]
    lines = gancli("compare", "a", "b").stdout.splitlines()
    assert [line.split() for line in lines] == [
        ["key", "a", "b"],
        ["weights", *weights],
        ["host", "h"],
        ["the", "same:", "metrics"],
    ]
    assert read("compare", "a", "b", "--format", "csv") == [["key", "a", "b"], ["weights", *weights], ["host", "", "h"]]
    assert gancli("compare", "a", "c").stdout.splitlines()[-1] == "the same: metrics, weights"
    run("d", [{**row, "loss": 9.0} for row in ROWS], params=same + 1, spec={"eta": 0.1})
    *_, metrics, weighed = gancli("compare", "d", "a").stdout.splitlines()
    assert metrics.split()[0] == "metrics" and weighed.split() == ["weights", weights[1], weights[0]]
    assert metrics.split()[2] == hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:12]
    found = read("compare", "a", "b", "d", "--format", "json")
    assert found["different"]["weights"] == [weights[0], weights[1], weights[1]] and found["same"] == []


def test_a_run_that_has_measured_nothing_differs_in_what_it_lacks() -> None:
    run("a")
    run("b", [])
    found = read("compare", "a", "b", "--format", "json")["different"]
    assert found.pop("metrics") and found == {
        f"last.{key}": [value, None] for key, value in ROWS[-1].items() if key != "seconds"
    }


def test_sweeps_and_runs_are_not_compared_with_each_other() -> None:
    run("a")
    sweep("s", [0.1], 1, {(0.1, 0): ROWS})
    for words in (["a"], ["a", "s"], ["a", "a", "eta=1"], ["s", "a", "--by", "loss"]):
        result = gancli("compare", *words)
        assert result.exit_code == 2 and "give two runs or more, or a sweep" in result.stderr, words
    assert gancli("compare", "a", "--by", "loss").exit_code == 0
    assert gancli("compare", "s", "--by", "loss").exit_code == 0
