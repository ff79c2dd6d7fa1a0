"""How cells become a mean, a rank and a difference; on rows made by hand."""

import math
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from gancli.metrics import METRICS, metric
from gancli.runs.ranking import Combination, column_of, counted_as, difference, metric_of, ranked, ways
from gancli.runs.summary import summarize, write_csv

PERFECT_AND_BAD: dict[str, tuple[float, float]] = {
    "two_sample": (0.5, 1.0), "ks": (0.0, 1.0), "ks_": (0.0, 1.0), "correlations": (0.0, 2.0),
    "accuracy": (1, 0.1), "asked": (0.98, 0.1), "frechet": (0, 90), "coverage": (0.95, 0.02), "modes": (8, 1), "quality": (1, 0),
    "reverse_kl": (0, 2), "precision": (0.9, 0.1), "recall": (0.9, 0.1), "density": (1, 3), "score": (9.8, 1),
    "classes": (10, 1), "shares_kl": (0, 2), "unsure": (0, 0.5), "duplicates": (0, 1), "nearest_train": (5, 0),
    "wasserstein": (1, 9), "sliced_wasserstein": (0, 9), "parzen": (240, -900), "critic": (0, 3),
    "critic_steepest": (0, 3), "share_": (0.1, 1), "distance": (0, 2), "loss": (0, 5),
    "validation_accuracy": (1, 0.1), "validation_loss": (0, 5),
}  # fmt: skip
"""What real data, or a network that never errs, have; and what a collapsed generator, noise or an untrained one has."""


def test_less_error_is_what_perfect_ones_have_whatever_the_metric() -> None:
    assert {name for name, one in METRICS.items() if one.better is not None} == PERFECT_AND_BAD.keys()
    for name, (perfect, bad) in PERFECT_AND_BAD.items():
        best, worst = (METRICS[name].error(value, perfect) for value in (perfect, bad))
        assert best is not None and worst is not None and best < worst, name
    assert metric("density").error(0.4, 1.0) == pytest.approx(0.6) == metric("density").error(1.6, 1.0)
    assert metric("density").error(1.0, None) is None and metric("theta").error(1.0, 1.0) is None


def rows(column: str, values: list[float | None], statuses: str = "", **more: Any) -> Combination:
    """A seed each; statuses by their first letter, completed where none is given."""
    names = {"c": "completed", "a": "collapsed", "d": "diverged", "f": "failed", "i": "interrupted", "w": "waiting"}
    found: list[dict[str, Any]] = [
        {"seed": seed, "status": names[status], column: value, **more}
        for seed, (value, status) in enumerate(zip(values, statuses or "c" * len(values), strict=True))
    ]
    return Combination({}, found)


def test_a_cell_that_did_not_end_is_in_no_mean() -> None:
    one = rows("loss.final", [1.0, 2.0, 900.0, 900.0, 900.0, 900.0, None], "cadfiwc")
    assert one.values("loss.final") == one.errors("loss.final") == {0: 1.0, 1: 2.0}
    assert one.counts("loss.final") == {
        "seeds": 2, "of": 7, "diverged": 1, "failed": 1, "interrupted": 1, "waiting": 1, "undefined": 1,
    }  # fmt: skip
    assert counted_as([rows("loss.final", [1.0]), one], "loss.final")[:4] == ["seeds", "of", "diverged", "failed"]


def test_what_was_not_evaluated_is_told_from_what_is_undefined() -> None:
    assert rows("score.evaluated", [None, 1.0]).counts("score.evaluated") == {"seeds": 1, "of": 2, "not evaluated": 1}
    one = rows("score.evaluated", [None, 1.0], **{"evaluated as": "judge A"})
    assert one.counts("score.evaluated") == {"seeds": 1, "of": 2, "undefined": 1}
    other = rows("score.evaluated", [1.0, 2.0, 3.0], "cad", **{"evaluated as": "judge B"})
    assert ways([one, other, one, rows("score.evaluated", [1.0])]) == ["judge A", "judge B"]


def test_the_real_datas_value_is_the_mean_of_the_cells_that_count_and_of_evaluations_alone() -> None:
    one = rows("score.evaluated", [1.0, 2.0, 3.0], "cad")
    for row, real in zip(one.rows, (8.0, 9.0, 100.0), strict=True):
        row["score.real"] = real  # type: ignore[index]
    assert one.real("score.evaluated") == 8.5 and one.real("score.final") is None
    assert rows("score.evaluated", [1.0]).real("score.evaluated") is None


@pytest.mark.parametrize(("column", "sign"), [("loss.final", 1), ("accuracy.best", -1), ("frechet.area", 1)])
def test_combinations_stand_by_their_mean_then_by_how_few_count(column: str, sign: int) -> None:
    good, middle, bad = (rows(column, [sign * value, sign * (value + 2)]) for value in (1.0, 2.0, 3.0))
    short = rows(column, [-sign * 50.0, 0.0], "cd")
    shorter = rows(column, [-sign * 50.0, None, None, None], "cccc")
    none = rows(column, [0.0, 0.0], "df")
    found = ranked([none, shorter, bad, short, good, middle], column)
    assert [rank for rank, _ in found] == [1, 2, 3, 4, 5, None]
    expected = [good, middle, bad, short, shorter, none]
    assert all(one is other for (_, one), other in zip(found, expected, strict=True))


def test_a_metric_that_is_best_at_the_real_datas_value_is_ranked_by_its_distance() -> None:
    near, far = (rows("density.evaluated", [value] * 2, **{"density.real": 1.0}) for value in (1.3, 0.5))
    unknown = rows("density.evaluated", [1.0] * 2)
    assert [one for _, one in ranked([unknown, far, near], "density.evaluated")] == [near, far, unknown]
    nothing = [rows("theta.final", [2.0]), rows("theta.final", [1.0])]
    assert ranked(nothing, "theta.final") == [(None, nothing[0]), (None, nothing[1])]


def test_differences_are_of_the_seeds_that_both_have() -> None:
    """Student's paired test, as scipy has it."""
    one, other = rows("loss.final", [1.0, 2.0, 4.0, 8.0], "ccdc"), rows("loss.final", [0.0, 3.0, 1.0, 2.0, 7.0])
    low, high = stats.ttest_rel([1.0, 2.0, 8.0], [0.0, 3.0, 2.0]).confidence_interval(0.95)
    assert difference(one, other, "loss.final") == pytest.approx(((low + high) / 2, (high - low) / 2))
    low, high = stats.ttest_rel([1.0, 2.0, 8.0], [0.0, 3.0, 2.0]).confidence_interval(1 - 0.05 / 3)
    assert difference(one, other, "loss.final", 3) == pytest.approx(((low + high) / 2, (high - low) / 2))
    assert difference(one, one, "loss.final") == (0.0, 0.0)
    assert difference(rows("accuracy.final", [0.2, 0.3]), rows("accuracy.final", [0.4, 0.6]), "accuracy.final") == (
        pytest.approx(-0.25), pytest.approx(12.7062 * 0.05, rel=1e-5),
    )  # fmt: skip


def test_what_was_evaluated_is_taken_before_the_end_of_training_its_best_and_its_area() -> None:
    ends = [".evaluated", ".final", ".best", ".area"]
    for place, end in enumerate(ends):
        columns = [f"frechet{other}" for other in reversed(ends[place:])]
        assert column_of("frechet", columns) == f"frechet{end}" and metric_of(f"frechet{end}") is METRICS["frechet"]
    assert column_of("frechet.area", ["frechet.area", "frechet.final"]) == "frechet.area"
    assert column_of("score", ["frechet.area"]) is None
    assert metric_of("a.b.final").name == metric_of("a.b").name == "a.b"


def test_the_area_is_the_mean_height_of_the_curve_however_tests_are_spaced() -> None:
    """Trapezia: 10 games from 0 to 1, then 30 from 1 to 3, are 5 and 60 of 40 games; what was not measured is no 0."""
    curve = [{"game": 0, "loss": 0.0}, {"game": 10, "loss": 1.0}, {"game": 20}, {"game": 40, "loss": 3.0}]
    found = summarize(curve)
    assert found == {"loss.final": 3.0, "loss.best": 0.0, "loss.area": pytest.approx((5 + 60) / 40)}
    assert summarize([*curve, {"game": 50}]) == {key: value for key, value in found.items() if key != "loss.final"}
    assert summarize([{"game": 7, "accuracy": None, "loss": 2.0}]) == {
        "loss.final": 2.0,
        "loss.best": 2.0,
        "loss.area": 2.0,
    }
    steps = [{"game": game, "accuracy": value} for game, value in ((0, 0.2), (5, 0.9), (20, 0.5))]
    assert summarize(steps) == {
        "accuracy.final": 0.5, "accuracy.best": 0.9, "accuracy.area": pytest.approx((2.75 + 10.5) / 20),
    }  # fmt: skip
    lost = [{"game": 0, "loss": 1.0, "theta": 2.0}, {"game": 1, "loss": math.inf, "theta": math.nan}]
    assert summarize(lost) == {"loss.best": 1.0, "loss.area": 1.0, "theta.area": 2.0}


def test_a_table_has_a_column_for_whatever_any_row_has() -> None:
    write_csv(Path("t.csv"), [{"a": 1}, {"b": "x,y", "a": None}])
    assert Path("t.csv").read_text() == 'a,b\n1,\n,"x,y"\n'
