"""A generator judged by Wasserstein distance: a fresh critic of one recipe is trained against it (report, 4.5.1).

What a critic of bounded weights finds is a multiple of the distance, for functions of its kind. The recipe is the same
for all, so that GANs and WGANs stand on one scale. It learns on training images and is asked about test images and
fresh samples, so that what it has learned by heart does not count; for real data against real data it finds about 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gancli.data import Batches, Part
from gancli.engines import Array
from gancli.experiment.build import Built, build, load_data
from gancli.experiment.sampling import load_generator
from gancli.games import Wgan
from gancli.intervals import mean_and_half
from gancli.runs import RunFolder
from gancli.spec import Gan, resolve
from gancli.spec import Wgan as WganSpec
from gancli.spec.yaml import Document

CRITIC: dict[str, Any] = {
    "activation": "relu",
    "init": "he",
    "clip": {"bound": 0.05},
    "optimizer": {"name": "rmsprop", "eta": 5e-4},
}
HIDDEN, BATCH, TESTED = 128, 128, 40
"""Units of the critic's hidden layer, images a learning, and batches that an estimate is a mean over."""
STRETCH, MOST = 250, 5000
"""Learnings between two estimates, and in all."""
NOTHING = 0.01
"""A change that is none, of an estimate near 0."""
SETTLED = 0.02
"""Converged: the mean of the last two estimates is within this share of that of the two before them."""


@dataclass(frozen=True)
class CriticDistance:
    """What fresh critics make of a generator, and of test images: mean over seeds, half a 95 % interval, learnings."""

    value: float
    half: float
    real: float
    real_half: float
    learnings: list[int]
    converged: bool


def critic_distance(folder: RunFolder, seeds: int) -> CriticDistance:
    """Train `seeds` critics against a run's generator, and as many on real data alone. Raises RunError, DataError."""
    spec, network, _ = load_generator(folder)
    own, real = [], []
    for seed in range(seeds):
        built = _game(spec, seed)
        generator = built.game.players["generator"].network
        generator.params[...], generator.state[...] = network.params, network.state
        own.append(_train(built, built.game.play, None))
        built = _game(spec, seed)
        train, test = (_half(part, built) for part in (built.dataset.train, built.dataset.test))
        real.append(_train(built, _player(built, train), test))
    (mean, half), (floor, floor_half) = (mean_and_half([found.value for found in side]) for side in (own, real))
    learnings = [found.learnings for found in own]
    return CriticDistance(mean, half, floor, floor_half, learnings, all(found.settled for found in own))


@dataclass(frozen=True)
class _Trained:
    value: float
    learnings: int
    settled: bool


def _game(spec: Gan | WganSpec, seed: int) -> Built:
    """A WGAN of the run's generator and a fresh critic, whose generator never learns."""
    plain = spec.model_dump(mode="json", exclude_none=True)
    generator = {key: value for key, value in plain["generator"].items() if key not in ("ema", "clip")}
    inputs = spec.generator.sizes()[-1]
    data: dict[str, Any] = {key: plain[key] for key in ("data", "latent", "dtype", "mu", "eta") if key in plain}
    data |= {"kind": "wgan", "seed": seed, "generator": generator, "threads": 1}
    data["critic"] = {**CRITIC, "shape": [inputs, HIDDEN, 1]}
    data["training"] = {"games": MOST + 1, "batch": BATCH, "warmup": MOST, "ratios": {"critic": 1, "generator": 1}}
    data["test"] = {"every": STRETCH, "batches": TESTED}
    resolved = resolve(Document(data, "the critic's recipe"))
    return build(resolved.experiment, load_data(resolved.experiment))


def _half(part: Part, built: Built) -> Batches:
    """Every second sample, drawn without end: real data that stand for fakes."""
    half = Part(part.samples[::2], part.labels[::2], part.factor)
    return Batches(half, built.game.players["critic"].network.engine.load, np.random.default_rng(1))


def _player(built: Built, fakes: Batches) -> Callable[[int], None]:
    """The critic learns with these for fakes."""
    game = built.game
    assert isinstance(game, Wgan)
    x: Array = np.empty((BATCH, game.opponent.network.inputs), game.opponent.network.dtype)

    def play(games: int) -> None:
        for _ in range(games):
            fakes.load(x)
            game.learn_critic(x)

    return play


def _train(built: Built, play: Callable[[int], None], fakes: Batches | None) -> _Trained:
    """The estimate that a critic settles at, of test data against `fakes`, or against what the generator draws."""
    game = built.game
    assert isinstance(game, Wgan)
    network = game.opponent.network
    held_out = Batches(built.dataset.test, network.engine.load, np.random.default_rng(0))
    x: Array = np.empty((BATCH, network.inputs), network.dtype)
    rng = np.random.default_rng(2)

    def score(source: Batches | None) -> float:
        if source is None:
            x[...] = game.sample(BATCH, rng, game.generator.network)
        else:
            source.load(x)
        return float(network.forward(x, rng, training=False).mean())

    estimates: list[float] = []
    for learnings in range(STRETCH, MOST + 1, STRETCH):
        play(STRETCH)
        estimates.append(float(np.mean([score(held_out) - score(fakes) for _ in range(TESTED)])))
        if len(estimates) >= 4:
            before, last = (float(np.mean(pair)) for pair in (estimates[-4:-2], estimates[-2:]))
            if abs(last - before) <= max(SETTLED * abs(last), NOTHING):
                return _Trained(last, learnings, True)
    return _Trained(float(np.mean(estimates[-2:])), MOST, False)
