"""What a seed means: which generator draws what, and the numbers that come of it."""

import sys
from typing import Any

import numpy as np
import pytest

from experiment.test_runs import MNIST, PHASES, XOR
from gancli.experiment import stream
from gancli.experiment.evaluator import Evaluator
from gancli.runs import RunFolder, checkpoint
from helpers import train

STREAMS = ("init", "order", "latent", "noise", "labels", "test", "pictures", "data", "evaluate", "opponent_init")
GAN = """
kind: gan
seed: 7
dtype: float64
data: {set: ring, samples: 50}
generator: {shape: [4, 6, 2], noise: {mode: add, scale: 0.1}, ema: 0.9, optimizer: {name: adam, eta: 0.01}}
discriminator: {shape: [2, 9, 5, 1], dropout: 0.2, minibatch: similarity, optimizer: {name: rmsprop, eta: 0.01}}
training: {games: 3, batch: 8, labels: {real: [0.7, 1], flip: 0.05}}
test: {every: 3, batches: 2}
pictures: {every: 3, count: 4}
evaluate: {every: 3, samples: 100}
"""
NUMPY = ("--engine", "numpy")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is judged in training is told by its mean: the modes that so few games reach are too few to differ."""
    monkeypatch.setattr(Evaluator, "measure", lambda self, samples, asked: {"quality": float(samples.mean())})


@pytest.mark.parametrize("seed", [0, 7])
def test_the_streams_of_a_seed_are_its_children_in_this_order(seed: int) -> None:
    """Another order, or a new stream before another, would make other runs of every seed that was ever published."""
    for purpose, child in zip(STREAMS, np.random.SeedSequence(seed).spawn(len(STREAMS)), strict=True):
        expected = np.random.default_rng(child).standard_normal(5)
        assert stream(seed, purpose).standard_normal(5).tolist() == expected.tolist(), purpose


def seen(folder: RunFolder) -> dict[str, list[Any]]:
    """What may depend on a seed: the data, the metrics and the picture of the first state, and what was learned."""
    row = {key: value for key, value in folder.rows()[0].items() if key != "seconds"}
    judge = row.pop("quality")
    picture = np.load(folder.images / "game-000000.npz")
    learned = checkpoint.newest(folder.checkpoints).arrays["generator.params"]
    return {
        "data": [folder.record()["data"]["sha256"]],
        "metrics": [row],
        "judged": [judge],
        "samples": picture["samples"].tolist(),
        "scores": picture["scores"].tolist(),
        "learned": learned.tolist(),
    }


plain: dict[str, list[Any]] = {}
"""Of the run with its own streams, made once."""


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        ("init", {"metrics", "judged", "samples", "learned"}),
        ("opponent_init", {"metrics", "scores", "learned"}),
        ("data", {"data", "metrics", "learned"}),
        ("order", {"learned"}),
        ("latent", {"learned"}),
        ("noise", {"learned"}),
        ("labels", {"learned"}),
        ("test", {"metrics"}),
        ("pictures", {"samples"}),
        ("evaluate", {"judged"}),
    ],
)
def test_a_stream_changes_what_it_is_for_and_nothing_else(
    purpose: str, expected: set[str], told: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that drawing, measuring and another generator never disturb what is compared."""
    if not plain:
        plain.update(seen(train(GAN, *NUMPY)[0]))

    def other(seed: int, name: str) -> np.random.Generator:
        return stream(seed + (name == purpose), name)

    for module in ("build", "loading", "loop"):
        monkeypatch.setattr(sys.modules[f"gancli.experiment.{module}"], "stream", other)
    found = seen(train(GAN, *NUMPY)[0])
    assert {key for key in plain if plain[key] != found[key]} == expected


@pytest.mark.parametrize(
    ("text", "metrics", "picture"),
    [
        (
            GAN,
            {
                "real_score": 0.7658210939471769, "real_score_std": 0.08701971990070785, "fake_score": 0.7561065520859469,
                "fake_score_std": 0.11882062576621868, "real_distance": 1.1996482194251659,
                "sample_distance": 1.114266459925068, "discriminator_loss": 0.9879849165408852,
                "generator_loss": 0.14686425195571584, "generator_gradient": 0.040115741567879656,
                "discriminator_gradient": 0.9651433275415616, "quality": -1.3035326248019408,
            },
            {"samples": [-0.80013522, 0.41513902], "scores": [0.87052735, 0.87707211]},
        ),
        (
            PHASES,
            {
                "wasserstein_estimate": 6.701237328595786, "real_score": 3.470950489721372,
                "real_score_std": 0.5463560735233612, "fake_score": -3.230286838874414,
                "fake_score_std": 0.007797487672949201, "real_distance": 8.380319301458051,
                "sample_distance": 1.5074087252174977, "generator_gradient": 0.012411697722134143,
                "critic_gradient": 34.577222509718624,
            },
            {},
        ),
        (MNIST, {"loss": 1.395892460980682, "accuracy": 0.08}, {"labels": [1, 2], "predictions": [0, 0]}),
        (XOR, {"loss": 0.845093154933965, "accuracy": 0.6525}, {"plane": [0.34793017, 0.35129068]}),
    ],
    ids=["gan", "wgan", "mnist", "xor"],
)  # fmt: skip
def test_seed_7_is_the_run_that_it_was(
    text: str, metrics: dict[str, float], picture: dict[str, list[float]], told: None
) -> None:
    """Recorded with version 0.1 and NumPy 2 on x86-64, in double precision: all that a seed decides is in them."""
    folder, _ = train(text, *NUMPY, "--set", "seed=7", "--set", "dtype=float64", "--set", "training.games=20")
    row = {key: value for key, value in folder.rows()[-1].items() if key not in ("game", "seconds")}
    assert row == pytest.approx(metrics, rel=1e-6)
    for name, values in picture.items():
        drawn = np.load(folder.images / "game-000020.npz")[name].ravel()[: len(values)]
        assert drawn.tolist() == pytest.approx(values, rel=1e-6), name
