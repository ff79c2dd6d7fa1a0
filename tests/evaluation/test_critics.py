"""Fresh critics: their distance is in the unit of the data, whatever the unit of the critic."""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import helpers
from gancli.engines import make_engine
from gancli.evaluation.critics import Reading, read, settled
from gancli.experiment import critic
from gancli.experiment.critic import CriticDistance, Sides, Trained, train_critic
from gancli.nn import Network
from gancli.nn.activations import Linear, relu
from gancli.nn.initializers import he
from gancli.nn.layers import Dense
from gancli.nn.layers.noise import dropout
from helpers import gancli

RING = """
kind: gan
name: small
data: {set: ring}
generator: {shape: [4, 6, 2], optimizer: {name: adam, eta: 0.01}}
discriminator: {shape: [2, 9, 1], optimizer: {name: adam, eta: 0.01}}
training: {games: 10, batch: 8}
test: {every: 10, batches: 2}
"""
ENGINE = make_engine("numpy")
DIAGONAL = np.pi / 4


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def masses(distance: float, angle: float, centre: tuple[float, float] = (0.0, 0.0)) -> Sides:
    """All real data at one point, all samples at another one."""
    step = distance / 2 * np.array([np.cos(angle), np.sin(angle)])
    real, fake = ((np.array(centre) + way * step).astype(np.float32) for way in (1, -1))

    def always(point: Any) -> Callable[[Any], None]:
        return lambda out: np.copyto(out, point)

    held_real, held_fake = (np.tile(point, (2000, 1)) for point in (real, fake))
    return Sides(always(real), always(fake), held_real, held_fake)


def linear(*weights: float) -> Network:
    network = Network([Dense(len(weights), 1, Linear(), he())], ENGINE, "float64", rng())
    network.params[: len(weights)] = weights
    return network


@pytest.mark.parametrize("distance", [0.5, 1.0, 3.0])
def test_two_point_masses_are_as_far_apart_as_they_are(distance: float) -> None:
    """Where the gradient lies along the segment from a to b, f(a) − f(b) is |a − b| times the mean of ‖∇f‖ on it.

    It does here: clipped weights go to their bounds, so that the gradient has components of one size, as the diagonal has.
    The mean is that of 2,000 points, whose slopes' standard deviation is a third of it: 3 % are four errors.
    """
    found = train_critic(masses(distance, DIAGONAL), ENGINE, 0)
    assert found.settled and found.reading.distance == pytest.approx(distance, rel=0.03)
    assert 0.7 * distance < found.reading.bound <= distance * 1.001


@pytest.mark.parametrize(("distance", "degrees", "centre"), [(0.5, 10, (0, 0)), (1, 77, (1, 2)), (3, 0, (-0.5, 3))])
def test_no_critic_says_more_than_the_distance(distance: float, degrees: float, centre: tuple[float, float]) -> None:
    found = train_critic(masses(distance, np.radians(degrees), centre), ENGINE, 1)
    assert 0.7 * distance < found.reading.distance < 1.03 * distance
    assert found.reading.bound <= 1.001 * distance


def test_a_segment_aslant_is_read_too_short_by_the_angle_to_the_clipped_gradient() -> None:
    """That gradient lies on the diagonal, so that cos(45° − 10°) of the distance is seen."""
    found = train_critic(masses(1.0, np.radians(10)), ENGINE, 0)
    assert found.reading.distance == pytest.approx(np.cos(np.radians(35)), rel=0.03)


def test_a_point_mass_against_itself_is_no_distance() -> None:
    found = train_critic(masses(0.0, DIAGONAL, (1.0, 0.5)), ENGINE, 0)
    assert found.settled and found.reading.distance == found.reading.bound == 0.0


def test_the_distance_does_not_know_the_critics_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the last weights, multiplied, nor another bound of all weights, which is another slope."""
    sides = masses(1.0, DIAGONAL)
    network = critic.fresh_critic(2, ENGINE, "float32", rng()).network
    before = read(network, sides.held_real, sides.held_fake, rng())
    network.layers[-1].w *= 10  # type: ignore[attr-defined]
    after = read(network, sides.held_real, sides.held_fake, rng())
    assert after.estimate == pytest.approx(10 * before.estimate, rel=1e-5)
    assert (after.distance, after.bound) == pytest.approx((before.distance, before.bound), rel=1e-5)

    bounded = []
    for bound in (0.05, 0.1):
        monkeypatch.setattr(critic, "BOUND", bound)
        bounded.append(train_critic(sides, ENGINE, 0).reading)
    low, high = bounded
    assert high.estimate > 3.5 * low.estimate, "two layers of twice the weights"
    assert high.distance == pytest.approx(low.distance, rel=0.03)


def test_generators_whose_estimates_tie_are_told_apart() -> None:
    """As two were that a user had: 1.50 of a critic of slope 6.28, 1.51 of one of slope 5.07."""
    real = np.zeros((50, 2))
    near, far = (
        read(linear(-slope, 0.0), real, real + np.array([estimate / slope, 0.0]), rng())
        for estimate, slope in ((1.50, 6.28), (1.51, 5.07))
    )
    assert near.estimate == pytest.approx(far.estimate, rel=0.01)
    assert (near.distance, far.distance) == pytest.approx((0.2389, 0.2978), rel=1e-3)
    assert near.bound == pytest.approx(near.distance), "a critic that is as steep everywhere"
    ranked = [CriticDistance([Trained(one, 2000, True)] * 2, []).measures()["critic"][0] for one in (near, far)]
    assert ranked == pytest.approx([0.2389, 0.2978], rel=1e-3)


def test_slopes_are_those_between_and_the_steepest_is_sought_on_both_sides_too() -> None:
    """f = relu(x) + relu(x − 1.5) has the slopes 0, 1 and 2; the samples at 2 have no partner to lie between."""
    network = Network([Dense(1, 2, relu(), he()), Dense(2, 1, Linear(), he())], ENGINE, "float64", rng())
    network.params[...] = [1.0, 1.0, 0.0, -1.5, 1.0, 1.0, 0.0]
    one, other = np.ones((5000, 1)), np.full((5000, 1), -1.0)
    found = read(network, one, other, rng())
    assert found.estimate == 1.0 and found.error == 0.0
    assert found.slope == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(5000)) and found.steepest == 1.0
    assert found.distance == pytest.approx(2.0, rel=0.06) and found.bound == 1.0
    more = np.concatenate([one, np.full((50, 1), 2.0)])
    for sides in ((more, other), (other, more)):
        beyond = read(network, *sides, rng())
        assert beyond.slope < 0.53 and beyond.steepest == 2.0


def test_a_reading_drops_nothing_and_leaves_the_gradients_of_training_alone() -> None:
    """Slopes are worked out in double precision, whatever the critic has."""
    weights = np.array([0.1, 0.7, 1.3], np.float32)
    network = Network([dropout(3, 0.5), Dense(3, 1, Linear(), he(), bias=False)], ENGINE, "float32", rng())
    network.params[...], network.grads[...] = weights, 7.0
    real, fake = np.zeros((40, 3), np.float32), np.eye(3, dtype=np.float32)[np.arange(30) % 3]
    found = read(network, real, fake, rng())
    slope = math.sqrt((weights.astype(float) ** 2).sum())
    assert found.steepest == pytest.approx(slope, rel=1e-14) and found.slope == pytest.approx(slope, rel=1e-14)
    assert found.estimate == pytest.approx(-weights.astype(float).mean(), rel=1e-14)
    assert (network.grads == 7.0).all()


def test_the_error_is_that_of_both_samples() -> None:
    draw = rng()
    real, fake = draw.normal(size=(4000, 1)), draw.normal(size=(1000, 1))
    assert read(linear(2.0), real, fake, rng()).error == pytest.approx(2 * math.sqrt(1 / 4000 + 1 / 1000), rel=0.05)


def test_a_dead_critic_has_no_distance() -> None:
    network = critic.fresh_critic(2, ENGINE, "float32", rng()).network
    network.layers[0].b[...] = -100.0  # type: ignore[attr-defined]
    sides = masses(1.0, DIAGONAL)
    found = read(network, sides.held_real, sides.held_fake, rng())
    assert found.dead and found.slope == 0.0 and math.isnan(found.distance) and math.isnan(found.bound)
    assert not settled([found] * 20)
    alive = Trained(Reading(1.0, 0.1, 2.0, 4.0), 2000, True)
    mixed = CriticDistance([Trained(found, 250, False), alive, alive], [alive, alive])
    assert mixed.measures() == {"critic": (0.5, 0.0, 0.5, 0.0), "critic_steepest": (0.25, 0.0, 0.25, 0.0)}
    assert mixed.facts()["dead"] == [0] and mixed.facts()["mean_slopes"] == [0.0, 2.0, 2.0]


def readings(estimates: list[float], slopes: list[float], error: float = 0.0) -> list[Reading]:
    return [Reading(estimate, error, slope, slope) for estimate, slope in zip(estimates, slopes, strict=True)]


def test_settled_is_judged_on_the_distance_and_against_half_the_training() -> None:
    growing = [0.5 * count for count in range(1, 9)]
    assert settled(readings(growing, growing)), "estimate and slope grow together: the distance stands"
    assert not settled(readings([1.0] * 8, growing)), "the estimate stands, and the distance falls"
    assert not settled(readings([1.0] * 7, [1.0] * 7)), "not at once"
    drift = [1.008**count for count in range(20)]
    assert not settled(readings(drift[:8], [1.0] * 8)) and not settled(readings(drift, [1.0] * 20))
    assert not settled(readings([0.0] * 6 + [0.1] * 2, [1.0] * 8)), "near 0 too"
    assert settled(readings([0.0] * 6 + [0.1] * 2, [1.0] * 8, error=0.25)), "less than the samples can tell"


def test_evaluate_keeps_what_the_distance_was_worked_out_from() -> None:
    folder, _ = helpers.train(RING)
    words = ["evaluate", "small", "--samples", "200", "--critic", "--critic-seeds", "2", "--format", "json"]
    found = json.loads(gancli(*words).stdout)
    assert json.loads((folder.path / "evaluation.json").read_text()) == found
    about = found["critic"]
    assert about["seeds"] == 2 and about["converged"] and about["dead"] == about["real"]["dead"] == []
    for name, slopes in (("critic", "mean_slopes"), ("critic_steepest", "steepest_slopes")):
        row = found["measures"][name]
        for key, critics in (("value", about), ("real", about["real"])):
            values = np.array(critics["estimates"]) / np.array(critics[slopes])
            assert row[key] == pytest.approx(values.mean()) and row["better"] == "lower"
        assert row["±"] >= 0 and row["real ±"] >= 0
    exact, distance, bound = (found["measures"][name]["value"] for name in ("wasserstein", "critic", "critic_steepest"))
    assert bound < exact and 0.7 * exact < distance < 1.15 * exact, "the unit of optimal transport, whose bound is near"
    assert all(low <= high for low, high in zip(about["mean_slopes"], about["steepest_slopes"], strict=True))


def test_evaluate_says_where_critics_are_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    helpers.train(RING)
    monkeypatch.setattr(critic, "BOUND", 0.0)
    result = gancli("evaluate", "small", "--samples", "200", "--critic", "--critic-seeds", "2", "--format", "json")
    assert result.exit_code == 0 and "dead" in result.stderr and "seeds 0, 1" in result.stderr
    row = json.loads(result.stdout)["measures"]["critic"]
    assert row == {"value": None, "±": None, "real": None, "real ±": None, "better": "lower"}
