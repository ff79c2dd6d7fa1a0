"""A generator that is real samples with noise, and never learns."""

from typing import Any

import numpy as np
import pytest

from gancli.engines import Rows
from gancli.experiment import build, load_data, sample
from gancli.experiment.exporting import onnx_model
from gancli.experiment.learned import learned
from gancli.export.errors import ExportError
from gancli.runs import checkpoint
from gancli.spec import SpecError
from helpers import experiment, gancli, train

TEXT = """
kind: wgan
name: f
engine: numpy
data: {set: ring, samples: 60}
generator: {fixed: 0.25}
critic: {shape: [2, 8, 1], clip: {bound: 0.1}}
latent: {distribution: gaussian}
training: {games: 6, batch: 10, ratios: {critic: 2, generator: 0}}
"""
IMAGES = ["data={classes: [7]}", "critic.shape=[784, 4, 1]", "generator.fixed=0.5"]


@pytest.mark.parametrize("settings", [[], IMAGES])
def test_its_samples_are_real_ones_with_noise(settings: list[str]) -> None:
    spec = experiment(TEXT, "dtype=float64", *settings)
    built = build(spec, load_data(spec))
    split = built.dataset.train
    real = split.seen(split.samples, np.float64)
    z = np.random.default_rng(3).standard_normal((40, real.shape[1]))
    made = built.game.generator.network.forward(z, np.random.default_rng(4), training=False)
    left = made - spec.generator.fixed * z
    nearest = np.abs(left[:, None] - real).max(axis=2)
    assert nearest.min(axis=1).max() < 1e-6 and len({*nearest.argmin(axis=1)}) > 10


def test_rows_are_drawn_evenly_and_however_they_are_asked_for() -> None:
    rows, whole, parts = Rows(np.arange(8.0).reshape(4, 2)), np.empty((4000, 2)), np.empty((4000, 2))
    rows.fill(np.random.default_rng(0), whole, None)
    rng = np.random.default_rng(0)
    for start in range(0, 4000, 500):
        rows.fill(rng, parts[start : start + 500].reshape(-1), None)
    assert np.array_equal(whole, parts)
    counts = np.bincount((whole[:, 0] / 2).astype(int))
    assert counts.min() > 900 and np.array_equal(whole[:, 1], whole[:, 0] + 1)


def test_only_the_critic_learns_and_the_run_goes_on_to_the_same_bits() -> None:
    whole, _ = train(TEXT, "-q", "--set", "checkpoint.every=4")
    folder, _ = train(TEXT, "-q", "--set", "training.games=4", "--set", "checkpoint.every=4")
    assert gancli("resume", folder.path.name, "--games", "6", "-q").exit_code == 0
    one, other = (checkpoint.newest(run.checkpoints).arrays for run in (whole, folder))
    assert all(np.array_equal(one[key], other[key]) for key in one)
    assert np.array_equal(one["generator.params"], [0.25, 0, 0, 0.25, 0, 0])
    assert sample(folder, 5, 0).values.shape == (5, 2)


def test_it_is_no_network_to_export() -> None:
    folder, _ = train(TEXT, "-q")
    with pytest.raises(ExportError, match="the layer RealSamples has no ONNX model"):
        onnx_model(learned(folder))
    experiment(TEXT, "eta=0.5")  # the rate of all networks is none of its own


@pytest.mark.usefixtures("compiled")
def test_both_engines_learn_against_the_same_samples() -> None:
    found: list[Any] = []
    for engine in ("numpy", "numba"):
        spec = experiment(TEXT, f"engine={engine}", "dtype=float64", "training.games=60")
        built = build(spec, load_data(spec))
        built.game.play(60)
        found.append(built.game.opponent.network.params)
    assert found[0] == pytest.approx(found[1], rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["training.ratios.generator=1"], "set training.ratios.generator to 0"),
        (["generator.shape=[3, 2]"], "has a `shape: \\[n, n\\]`, n the size of a sample, and a linear output"),
        (["generator.output=tanh"], "and a linear output"),
        (["critic.fixed=1"], "is for the generator; remove it"),
        (["generator.spectral_norm=true"], "generator.spectral_norm: has no place beside `fixed`"),
        (["generator.draw_biases=true"], "generator.draw_biases: has no place"),
        (["generator.noise={size: 3}"], "generator.noise: has no place"),
        (["generator.clip={bound: 0.1}"], "generator.clip: has no place"),
        (["generator.optimizer=adam"], "generator.optimizer: has no place"),
        (["generator.init={name: he}"], "generator.init: has no place"),
        (["generator.fixed=0"], "must be greater than 0"),
    ],
)
def test_what_is_refused(settings: list[str], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        experiment(TEXT, *settings)
