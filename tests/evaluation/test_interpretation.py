"""Where a measure begins to count something, and where a sentence begins to speak of it: both sides of each bound."""

import math
from typing import Any

import numpy as np
import pytest

from gancli.evaluation import classes, critics, mixtures, neighbours
from gancli.evaluation.critics import Reading, settled
from gancli.evaluation.estimate import Estimate, of_count, of_held_out, of_share
from gancli.evaluation.interpretation import BORDERLINE, NOTHING, Pair, interpret, sentence, verdict
from gancli.metrics import METRICS, metric


def test_a_class_is_present_with_a_tenth_of_its_share_of_the_data() -> None:
    data = np.array([0.5, 0.3, 0.2, 0.0])
    assert classes.present(np.array([0.05, 0.031, 0.021, 0.9]), data) == 3, "the data have no more"
    assert classes.present(np.array([0.0499, 0.0299, 0.0201, 0.9]), data) == 1


def test_a_judge_is_unsure_under_nine_tenths() -> None:
    assert classes.unsure(np.array([[0.9, 0.1], [0.899, 0.101], [0.901, 0.099], [0.5, 0.5]])) == 0.5


def test_a_class_into_which_the_judge_errs_is_none_of_the_data() -> None:
    predictions = np.eye(4)[[0, 0, 1, 3]]
    assert classes.data_shares(predictions, np.array([0, 0, 1, 1])).tolist() == [0.5, 0.25, 0.0, 0.0]
    assert classes.data_shares(predictions, np.array([0, 2, 1, 3])).tolist() == [0.5, 0.25, 0.0, 0.25]


def test_a_point_is_good_within_three_standard_deviations_of_its_mode() -> None:
    modes = np.array([[0.0, 0.0], [10.0, 0.0]])
    points = np.array([[0.0, 1.5], [0.0, 1.51], [10.0, -1.49], [8.5, 0.1]])
    fit = mixtures.mixture(points, modes, 0.5)
    assert fit.quality == 0.5 and fit.captured == 2
    assert mixtures.mixture(points[1:2], modes, 0.5).captured == 0


def test_a_near_duplicate_is_as_close_as_the_closest_hundredth_of_real_images() -> None:
    real = np.arange(1.0, 201.0)
    close = neighbours.close_distance(real)
    assert close == 2.0 and neighbours.duplicates(np.array([0.0, 2.0, 2.001, 3.0]), close) == 0.5


def test_neighbours_are_the_same_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    x, others = np.random.default_rng(0).random((2, 25, 3))
    expected = neighbours.nearest(x, others), neighbours.nearest_other(x)
    monkeypatch.setattr(neighbours, "ROWS", 10)
    assert np.array_equal(neighbours.nearest(x, others), expected[0])
    assert np.array_equal(neighbours.nearest_other(x), expected[1])


@pytest.mark.parametrize(
    ("distances", "error", "expected"),
    [
        ([9, 9, 0.9801, 0.9801, 9, 9, 1, 1], 0.0, True),  # two per cent of 1
        ([9, 9, 0.9799, 0.9799, 9, 9, 1, 1], 0.0, False),
        ([9, 9, 0.95, 1.03, 9, 9, 1.1, 0.9], 0.0, True),  # pairs are compared, not single readings
        ([1, 1, 1, 9, 9, 1, 1, 1], 0.0, False),
        ([9, 9, 9, 1, 1, 9, 9, 9, 1, 1], 0.0, True),
        ([9, 9, 9, 1, 1, 9, 9, 9, 9, 1, 1], 0.0, True),
        ([1, 1, 1, 1, 1, 1, 1], 0.0, False),
        ([9, 9, 0.9, 0.9, 9, 9, 1, 1], 0.21, True),  # half an error
        ([9, 9, 0.9, 0.9, 9, 9, 1, 1], 0.19, False),
    ],
)
def test_a_critic_has_settled_within_a_fiftieth_or_half_an_error(
    distances: list[float], error: float, expected: bool
) -> None:
    """At a slope of 2, which halves estimates and errors alike."""
    assert settled([Reading(2 * distance, 2 * error, 2.0, 4.0) for distance in distances]) is expected


def test_the_error_of_the_last_reading_is_what_counts() -> None:
    def drifting(errors: list[float]) -> list[Reading]:
        distances = [9, 9, 0.9, 0.9, 9, 9, 1, 1]
        return [Reading(distance, error, 1.0, 1.0) for distance, error in zip(distances, errors, strict=True)]

    assert settled(drifting([0.0] * 7 + [0.21])) and not settled(drifting([1.0] * 7 + [0.19]))


def test_slopes_are_those_of_every_sample_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluation.test_critics import linear

    real, fake = np.random.default_rng(1).random((2, 25, 2))
    whole = critics.read(linear(3.0, 4.0), real, fake, np.random.default_rng(0))
    monkeypatch.setattr("gancli.evaluation.lipschitz.CHUNK", 10)
    parts = critics.read(linear(3.0, 4.0), real, fake, np.random.default_rng(0))
    assert parts == whole and whole.slope == whole.steepest == 5.0
    assert whole.estimate == pytest.approx((real - fake).mean(axis=0) @ [3.0, 4.0])


def test_what_was_the_same_in_every_set_has_the_interval_of_what_could_go_unseen() -> None:
    """The rule of three; and the share p of which, in so many sets, none shows with a chance of 5 %: (1 − p)ⁿ = 0.05."""
    assert of_share(Estimate(1.0, 0.0), 300).half == 0.01 and of_share(Estimate(0.0, 0.0), 2).half == 1.0
    assert of_share(Estimate(0.0, 0.1), 300).half == 0.1 and of_share(Estimate(0.5, 0.0), 300).half == 0.0
    assert of_count(Estimate(8.0, 0.5), 10).half == 0.5
    assert of_count(Estimate(8.0, 0.0), 10).half == pytest.approx(0.2589, abs=1e-4), "0.741¹⁰ = 0.05"
    assert (1 - of_count(Estimate(8.0, 0.0), 4).half) ** 4 == pytest.approx(0.05)
    assert math.isnan(of_held_out([5.0], [4.0, 4.0]).half), "blocks that are all alike say nothing of another set"
    assert of_held_out([4.0], [4.0, 4.0]).half == 0.0
    assert math.isnan(of_held_out([], [1.0, 2.0]).value)


def said(name: str, value: float, real: float, half: float = 0.0, real_half: float = 0.0) -> str | None:
    return verdict(metric(name), Pair(value, real, half, real_half))


FACTORS = {
    "frechet": 10, "reverse_kl": 10, "shares_kl": 10, "unsure": 10, "duplicates": 10, "wasserstein": 2,
    "sliced_wasserstein": 10, "critic": 10, "critic_steepest": 10, "two_sample": 1.5, "ks": 10, "correlations": 10,
    "asked": 0.5, "coverage": 0.5, "quality": 0.5, "precision": 0.5, "recall": 0.5, "parzen": 0.5,
    "density": 0.5, "nearest_train": 0.5, "share_3": 0.1,
}  # fmt: skip
"""How often the real data's value, or which part of it, a measure may have."""


@pytest.mark.parametrize(("name", "factor"), FACTORS.items())
def test_a_measure_is_spoken_of_beyond_its_factor_and_borderline_within_a_twentieth(name: str, factor: float) -> None:
    real, better = 0.02, metric(name).better
    above, below = max(factor, 1 / factor), min(factor, 1 / factor)
    for place, expected in ((0.94, None), (0.96, BORDERLINE), (1.04, BORDERLINE), (1.06, "beyond")):
        if better in ("lower", "real"):
            assert said(name, real * above * place, real) == expected, place
        if better in ("higher", "real"):
            assert said(name, real * below * (2 - place), real) == expected, 2 - place
    assert said(name, real, real) is None


def test_every_measure_that_has_a_bound_is_looked_at() -> None:
    bounded = {name for name, one in METRICS.items() if one.bound is not None and one.better is not None}
    assert bounded == {name.replace("share_3", "share_") for name in FACTORS} | {"modes", "classes", "score"}


@pytest.mark.parametrize("name", ["modes", "classes"])
@pytest.mark.parametrize(
    ("value", "half", "real_half", "expected"),
    [
        (9.5, 0.0, 0.0, "beyond"), (9.51, 0.0, 0.0, BORDERLINE), (10.0, 0.0, 0.0, None), (11.0, 0.0, 0.0, None),
        (9.5, 0.3, 0.3, "beyond"), (9.5, 0.4, 0.4, BORDERLINE), (9.5, 0.3, 0.4, BORDERLINE), (9.6, 0.3, 0.3, None), (9.6, 0.2, 0.2, BORDERLINE),
    ],
)  # fmt: skip
def test_half_of_a_thing_that_is_counted_must_be_missing(
    name: str, value: float, half: float, real_half: float, expected: str | None
) -> None:
    assert said(name, value, 10.0, half, real_half) == expected


@pytest.mark.parametrize(
    ("value", "real", "expected"),
    [
        (1.0, 1.49, None),
        (1.0, 1.5, "beyond"),
        (1.0, 1.51, "beyond"),
        (5.0, 9.0, BORDERLINE),
        (4.7, 9.0, "beyond"),
        (5.3, 9.0, None),
    ],
)
def test_a_score_is_counted_from_one(value: float, real: float, expected: str | None) -> None:
    assert said("score", value, real) == expected


def test_intervals_of_both_widen_what_is_borderline() -> None:
    """Where lower is better, ten times the real data's value and its half interval; else half of the latter counts."""
    assert said("frechet", 20.0, 1.0, 0.0, 1.0) == BORDERLINE and said("frechet", 21.1, 1.0, 0.0, 1.0) == "beyond"
    assert said("frechet", 18.9, 1.0, 0.0, 1.0) is None and said("frechet", 18.0, 1.0, 2.0, 1.0) == BORDERLINE
    assert said("recall", 0.4, 1.0, 0.06, 0.16) == BORDERLINE and said("recall", 0.4, 1.0, 0.05, 0.16) == "beyond"
    assert said("shares_kl", 1.0, 0.0) is None, "nothing to be a multiple of"


def measures(**pairs: tuple[float, float]) -> dict[str, dict[str, float]]:
    return {name: {"value": value, "real": real} for name, (value, real) in pairs.items()}


COVERAGE = "collapse: samples come near 4 % of the real samples (coverage), where held-out real data come near 96 %"


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        (measures(coverage=(0.04, 0.96)), COVERAGE),
        (
            measures(coverage=(0.04, 0.96), precision=(0.97, 0.8)),
            f"{COVERAGE}; precision alone, 97 %, would have praised it",
        ),
        (
            measures(coverage=(0.04, 0.96), precision=(0.8, 1.0)),
            f"{COVERAGE}; precision alone, 80 %, would have praised it",
        ),
        (measures(coverage=(0.04, 0.96), precision=(0.79, 1.0)), COVERAGE),
        (
            measures(
                classes=(7, 10), share_0=(0.001, 0.1), share_1=(0.1, 0.1), share_2=(0.9, 0.01), share_3=(0.01, 0.1),
                share_10=(0.0, 0.2),
            ),
            "classes: 7 of 10; hardly any 0, 10",
        ),
        (
            {**measures(classes=(8, 10), share_0=(0.001, 0.1)), "share_1": {"value": None, "real": 0.1}},
            "classes: 8 of 10; hardly any 0",
        ),
        (measures(classes=(8, 10), share_0=(0.1, 0.1)), "classes: 8 of 10"),
        (measures(modes=(5, 8)), "collapse: 5 modes of 8"),
        (measures(duplicates=(0.9, 0.01)), "near-duplicates: 90 % of the samples; of real ones 1 %"),
        (
            measures(nearest_train=(1.0, 5.0)),
            "learned by heart: samples are 1 from the nearest training sample, held-out ones 5",
        ),
        (
            {"nearest_train": {"value": 5.0, "real": 5.0, "±": 4.0, "real ±": 4.0}},
            "borderline: learned by heart: samples are 5 from the nearest training sample, held-out ones 5",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(measures: dict[str, dict[str, Any]], said: str) -> None:
    assert interpret(measures)[0] == said


def test_all_findings_are_one_line_and_none_is_said_too() -> None:
    assert sentence(["one", "other"]) == "one; other" and sentence([]) == NOTHING


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        (measures(coverage=(0.9, 0.95), recall=(0.011, 0.94)), ["recall: 0.011, under 0.5 of the real data's 0.94"]),
        (measures(modes=(8, 8), quality=(0.45, 0.99)), ["quality: 0.45, under 0.5 of the real data's 0.99"]),
        (measures(frechet=(177, 0.34)), ["frechet: 177, over 10 times the real data's 0.34"]),
        (measures(density=(0.4, 1.0)), ["density: 0.4, under 0.5 of the real data's 1"]),
        (measures(density=(2.4, 1.0)), ["density: 2.4, over 2 times the real data's 1"]),
        (measures(score=(2.9, 9.8)), ["score: 2.9, under 0.5 of the real data's 9.8"]),
        (measures(score=(1.0, 1.08)), []),  # of a single class it is 1 but for the judge's errors
        (measures(nearest_train=(12.0, 5.0)), ["nearest_train: 12, over 2 times the real data's 5"]),
        (measures(parzen=(-1000.0, 240.0)), ["parzen: -1e+03, under 0.5 of the real data's 240"]),
        (measures(classes=(9.8, 10), share_3=(0.01, 0.1)), ["borderline: classes: 9.8 of 10"]),
        (measures(classes=(9.5, 10)), ["classes: 9.5 of 10"]),
        (measures(quality=(0.50, 0.99)), ["borderline: quality: 0.5, about 0.5 of the real data's 0.99"]),
        (measures(quality=(0.49, 0.99)), ["borderline: quality: 0.49, about 0.5 of the real data's 0.99"]),
        (measures(critic=(0.3, -0.01)), ["critic: 0.3, over 10 times the real data's -0.01"]),
        (measures(shares_kl=(1.0, 0.0)), []),
        (measures(parzen=(-5000.0, -50.0)), ["parzen: -5e+03, under 0.5 of the real data's -50"]),
        (measures(parzen=(-60.0, -50.0)), []),
        (measures(score=(1.0, 1.98)), ["score: 1, under 0.5 of the real data's 1.98"]),
        (measures(loss=(9.0, 1.0), sample_distance=(0.1, 8.0)), []),
    ],
)
def test_every_measure_with_a_real_value_is_looked_at_by_one_rule(measures: dict[str, Any], said: list[str]) -> None:
    assert interpret(measures) == said


def test_intervals_that_reach_a_bound_leave_it_open() -> None:
    row = {"value": 0.40, "real": 0.95, "±": 0.02, "real ±": 0.02}
    assert interpret({"recall": row}) == ["recall: 0.4, under 0.5 of the real data's 0.95"]
    assert interpret({"recall": {**row, "±": 0.1}})[0].startswith("borderline: ")
    assert interpret({"recall": {**row, "real ±": 0.2}})[0].startswith("borderline: ")
    same = {"value": 0.9, "real": 0.9, "±": 1.0, "real ±": None}
    assert interpret({"recall": same}) == ["borderline: recall: 0.9, about 0.5 of the real data's 0.9"]
    far = {"value": 177.0, "real": 0.34, "±": None, "real ±": 0.02}
    assert interpret({"frechet": far}) == ["frechet: 177, over 10 times the real data's 0.34 ± 0.02"]
    floor = {"value": 0.05, "real": -0.02, "±": 0.02, "real ±": 0.021}
    assert interpret({"critic": floor}) == [], "a floor of either sign"
    counted = {"value": 9.4, "real": 10.0, "±": 0.8, "real ±": 0.26}
    assert interpret({"classes": counted}) == ["borderline: classes: 9.4 of 10"]
    assert interpret({"classes": {**counted, "±": 0.3}}) == ["classes: 9.4 of 10"]
    assert interpret({"classes": {**counted, "value": 9.9, "±": 0.2}}) == []
    few = {"value": 0.775, "real": 0.0067, "±": 0.16, "real ±": 0.51}
    assert interpret({"shares_kl": few}) == [], "real data themselves may have as much"


def test_nothing_is_said_of_good_samples_nor_of_measures_without_a_value() -> None:
    good = measures(
        coverage=(0.7, 0.96), classes=(10, 10), duplicates=(0.02, 0.01), nearest_train=(5, 5.2), modes=(8, 8)
    )
    assert interpret(good) == [] and interpret({}) == []
    for row in ({"value": None, "real": 1.0}, {"value": 0.1, "real": None}):
        assert interpret({"coverage": row}) == []
