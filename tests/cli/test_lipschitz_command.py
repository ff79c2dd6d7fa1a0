"""`gancli lipschitz`, and the same measures while a run is trained."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers import gancli, train

WGAN = """
kind: wgan
engine: numpy
name: w
data: {classes: [7]}
generator: {shape: [5, 8, 784]}
critic: {shape: [784, 12, 1], activation: relu, init: he, clip: {bound: 0.1}, optimizer: {name: rmsprop, eta: 0.002}}
training: {games: 20, batch: 8}
lipschitz: {every: 10, samples: 50}
test: {every: 5, batches: 2}
"""
GAN = """
kind: gan
engine: numpy
name: g
data: {set: ring, samples: 300}
generator: {shape: [3, 8, 2], ema: 0.9}
discriminator: {shape: [2, 6, 6, 1], activation: leaky_relu, mu: 0.5}
training: {games: 6, batch: 8}
"""


def test_a_critic_is_measured_with_its_estimate_per_constant() -> None:
    train(WGAN)
    found = json.loads(gancli("lipschitz", "w", "--samples", "40", "--format", "json").stdout)
    assert found["network"] == "critic" and found["game"] == 20 and found["samples"] == 40
    steepest = max(at["largest"] for at in found["slopes"].values())
    assert all(0.0 < at["mean"] <= at["largest"] for at in found["slopes"].values())
    assert steepest <= found["lipschitz"] <= found["lipschitz_bound"]
    assert found["estimate_per_lipschitz"] == pytest.approx(found["estimate"] / found["lipschitz"])
    table = gancli("lipschitz", "w", "--samples", "40").stdout
    assert f"{found['lipschitz']:.4g}" in table and "times the constant" in table and "estimate per constant" in table


def test_a_discriminator_is_measured_by_its_log_odds_and_says_why_there_is_no_constant() -> None:
    folder, _ = train(GAN)
    result = gancli("lipschitz", "g", "--samples", "64")
    assert "more than one hidden layer" in result.stdout and "not known" in result.stdout
    assert "times the largest slope seen" in result.stdout and "estimate" not in result.stdout
    found = json.loads(gancli("lipschitz", "g", "--format", "json").stdout)
    arrays = dict(np.load(next(folder.checkpoints.glob("*.npz"))))
    params, bound, start = arrays["discriminator.params"], 0.5, 0  # the slope of the log-odds is μ
    for inputs, units in ((2, 6), (6, 6), (6, 1)):
        bound *= np.linalg.norm(params[start : start + inputs * units].reshape(inputs, units), 2)
        start += inputs * units + units
    assert found["lipschitz_bound"] == pytest.approx(bound, rel=1e-5)


@pytest.mark.slow
def test_while_a_run_is_trained_among_the_tests_and_in_the_last() -> None:
    folder, _ = train(WGAN, "--set", "training.games=22")
    rows = {row["game"]: row for row in folder.rows()}
    assert [game for game, row in rows.items() if "lipschitz" in row] == [0, 10, 20, 22]
    row = rows[22]
    assert row["mean_slope"] <= row["steepest_slope"] <= row["lipschitz"] <= row["lipschitz_bound"]
    assert abs(row["estimate_per_lipschitz"]) < abs(row["wasserstein_estimate"]) / row["lipschitz"] * 3
    drawn = {Path(line).name for line in gancli("plot", "w").stdout.splitlines()}
    assert {"lipschitz.png", "distance.png"} <= drawn


@pytest.mark.parametrize(("text", "settings"), [(WGAN, "lipschitz=null"), (GAN, "lipschitz={every: 100}")])
def test_measuring_changes_no_weight(text: str, settings: str) -> None:
    ends = []
    for more in ([], ["--set", settings]):
        folder, _ = train(text, *more)
        ends.append(dict(np.load(next(folder.checkpoints.glob("*.npz")))))
    one, other = ends
    assert all(np.array_equal(one[name], other[name]) for name in one if name.endswith(("params", "state")))


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (
            "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 2, 1]}\ntraining: {games: 3}\nname: x\n",
            [],
            "has no critic",
        ),
        (WGAN, ["--samples", "9"], "9 is not in the range 10<=x<=100000"),
    ],
)
def test_what_cannot_be_measured(text: str, words: list[str], said: str) -> None:
    train(text)
    result = gancli("lipschitz", "latest", *words)
    assert result.exit_code == 2 and said in result.stderr


def test_the_measure_must_be_among_the_tests() -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    result = gancli("check", "c.yaml", "--set", "lipschitz.every=7")
    assert "lipschitz.every: must be a multiple of test.every (5); got 7" in result.stderr


BOUNDED: list[tuple[str, list[Any], str]] = [
    ("critic.orthonormal=true", ["critic.spectral_norm=true"], "choose one"),
    ("critic.spectral_norm=true", ["critic.batch_norm=true"], "undoes the bound"),
    ("critic.output=maxmin", [], "maxmin is for hidden layers"),
    ("critic={shape: [784, 9, 1], activation: maxmin}", [], "needs an even number of units; got 9"),
    (
        "critic={inputs: [1, 28, 28], layers: [{conv: 3, kernel: 4}, {units: 1}], activation: maxmin}",
        [],
        "needs an even number of channels; got 3",
    ),
    (
        "critic={inputs: [1, 28, 28], layers: [{conv: 4, kernel: 4}, {units: 1}], orthonormal: true}",
        [],
        "a convolution takes `spectral_norm`",
    ),
    ("critic.spectral_norm=true", [], "both bound the weights"),
    ("training.gradient_penalty={lambda: 10}", [], "both bound the slope"),
    ("training.gradient_penalty={at: real}", ["critic.batch_norm=true"], "is not known for a critic with batch_norm"),
    ("training.r2={gamma: 1}", ["critic.minibatch=similarity"], "is not known for a critic"),
]


@pytest.mark.parametrize(("setting", "more", "said"), BOUNDED)
def test_bounds_that_make_no_sense_are_said(setting: str, more: list[str], said: str) -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    words = [word for one in [setting, *more] for word in ("--set", one)]
    assert said in gancli("check", "c.yaml", *words).stderr


QUIET = [
    "training.critic_until={}", "training.ratios={real: 1, shared: 0, generator: 1}", "training.r2={gamma: 1}",
    "training.gradient_penalty={lambda: 1}",
    "discriminator.optimizer={name: sgd, schedule: {name: linear, steps: 100}}",
]  # fmt: skip


def test_a_discriminator_that_settles_sees_both_sides_whatever_its_ratios() -> None:
    Path("c.yaml").write_text(GAN, encoding="utf-8")
    result = gancli("check", "c.yaml", *[word for one in QUIET for word in ("--set", one)])
    assert result.exit_code == 0 and "warning" not in result.stderr


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        (GAN, ["training.critic_until={most: 15}"], "must be a multiple of 10"),
        (WGAN, ["critic.minibatch=similarity"], "lipschitz: is not known for a critic with minibatch"),
        (WGAN, ["lipschitz.samples=10", "training.pack=16", "training.batch=16", "critic.shape=[12544, 9, 1]"],
         "lipschitz.samples: must be `training.pack` (16) at least; got 10"),
        (WGAN, ["critic={inputs: [1, 28, 28], layers: [{conv: 1, kernel: 28}], minibatch: similarity}"],
         "critic.minibatch: is for dense layers, and the last is `conv`"),
    ],
)  # fmt: skip
def test_what_was_found_by_attacking(text: str, settings: list[str], said: str) -> None:
    Path("c.yaml").write_text(text, encoding="utf-8")
    result = gancli("check", "c.yaml", *[word for one in settings for word in ("--set", one)])
    assert result.exit_code == 2 and said in result.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["training.gradient_penalty={lambda: 1}", "training.ratios={real: 0}"], "leaves the real ones out"),
        (
            ["training.gradient_penalty={at: fake}", "training.ratios={shared: 0, generator: 1}"],
            "where D learns on fakes",
        ),
        (["training.gradient_penalty={at: noise}", "training.ratios={real: 0}"], "it is for real samples"),
    ],
)
def test_penalties_at_points_that_are_never_seen(settings: list[str], said: str) -> None:
    Path("c.yaml").write_text(GAN, encoding="utf-8")
    words = [word for one in settings for word in ("--set", one)]
    assert said in gancli("check", "c.yaml", *words).stderr
