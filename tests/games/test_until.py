"""Opponents that learn until they have settled."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from gancli.engines import numba_is_here
from gancli.games import until
from gancli.spec import adversary_checks
from helpers import game, gancli, train

WGAN = """
kind: wgan
name: w
data: {set: ring, samples: 400}
generator: {shape: [3, 8, 2]}
critic: {shape: [2, 16, 1], activation: relu, init: he, optimizer: {name: adam, eta: 0.01, beta1: 0}}
training: {games: 4, batch: 16, gradient_penalty: {lambda: 1}, critic_until: {change: 0.02, most: 100}}
test: {every: 1, batches: 2}
checkpoint: {every: 1}
"""
GAN = """
kind: gan
name: g
data: {set: ring, samples: 400}
generator: {shape: [3, 8, 2], ema: 0.9}
discriminator: {shape: [2, 16, 1], activation: leaky_relu, init: he, optimizer: {name: adam, eta: 0.01, beta1: 0}}
training: {games: 4, batch: 16, critic_until: {change: 0.05, most: 100}, r1: {gamma: 0.1, every: 2}}
test: {every: 1, batches: 2}
checkpoint: {every: 1}
"""
RELATIVISTIC = GAN.replace("r1:", "loss: relativistic, r2: {gamma: 0.1}, r1:")
LAYERED = RELATIVISTIC.replace("test: {every: 1", "test: {layers: true, every: 1")


@pytest.mark.parametrize("text", [WGAN, GAN, RELATIVISTIC])
def test_it_stops_when_the_estimate_changes_less_and_at_most_after_so_many_steps(text: str) -> None:
    built = game(text, "engine=numpy")
    readings: list[float] = []
    estimate = built.settling._estimate

    def noted() -> float:
        readings.append(estimate())
        return readings[-1]

    built.settling._estimate = noted
    until = built.settling.until
    for number in range(1, 4):
        readings.clear()
        before = built.opponent.optimizer.count, built.generator.optimizer.count
        built.play()
        steps = built.settling.steps
        a_step = 1 if "wgan" in text or "relativistic" in text else 2  # on real samples, then on fakes
        assert built.opponent.optimizer.count - before[0] == a_step * steps
        assert built.generator.optimizer.count - before[1] == 1 and built.played == number
        assert len(readings) == 1 + steps // 10
        changes = [abs(now - then) / abs(now) for then, now in pairwise(readings)]
        assert all(change > until.change for change in changes[:-1])
        assert changes[-1] <= until.change or steps == until.most


@pytest.mark.parametrize("text", [WGAN, GAN])
def test_a_reading_is_of_the_same_samples_and_moves_nothing(text: str) -> None:
    built = game(text, "engine=numpy")
    built.play()
    arrays = [array.copy() for array in built.arrays()]
    built.settling._draw()
    one = built.settling._estimate()
    assert built.settling._estimate() == one
    assert all(np.array_equal(array, before) for array, before in zip(built.arrays(), arrays, strict=True))


@pytest.mark.skipif(not numba_is_here(), reason="numba is not installed")
@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("text", [WGAN, GAN, RELATIVISTIC])
def test_both_engines_settle_alike(text: str) -> None:
    plain, fast = (game(text, f"engine={engine}", "dtype=float64") for engine in ("numpy", "numba"))
    for built in (plain, fast):
        built.play(6)
    assert plain.settling.steps == fast.settling.steps
    assert np.allclose(plain.opponent.network.params, fast.opponent.network.params, rtol=1e-8, atol=1e-8)
    assert np.allclose(plain.generator.network.params, fast.generator.network.params, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("text", "ratios"), [(WGAN, "{generator: 0}"), (GAN, "{real: 1, fake: 1, shared: 0}")])
def test_a_generator_may_stay_as_it_is(text: str, ratios: str) -> None:
    built = game(text, f"training.ratios={ratios}")
    before = built.generator.network.params.copy()
    built.play(2)
    assert np.array_equal(built.generator.network.params, before) and built.opponent.optimizer.count > 0


@pytest.mark.parametrize("text", [WGAN, GAN, LAYERED])
def test_a_run_says_how_many_steps_and_goes_on_to_the_same_bits(text: str) -> None:
    whole, _ = train(text, "--set", "engine=numpy")
    rows = whole.rows()
    assert rows[0]["critic_steps"] == 0 and all(10 <= row["critic_steps"] <= 100 for row in rows[1:])
    short, _ = train(text, "--set", "engine=numpy", "--set", "training.games=2")
    assert gancli("resume", str(short.path), "--games", "4").exit_code == 0
    ends: list[Any] = [dict(np.load(max(run.checkpoints.glob("*.npz")))) for run in (whole, short)]
    assert all(np.array_equal(ends[0][name], ends[1][name]) for name in ends[0] if name.endswith(("params", "average")))
    assert [row["critic_steps"] for row in short.rows()] == [row["critic_steps"] for row in rows]


def test_a_configuration_and_a_game_know_the_same_number_of_steps_between_readings() -> None:
    assert adversary_checks.STEPS == until.STEPS
