"""A generator judged by fresh critics of one recipe that are trained against it (report, section 4.5.1).

What a critic finds is divided by its slope (`evaluation.critics`). It learns on training data and is asked about test
data and other samples, so that what it knows by heart does not count; of real data against real data it finds about 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gancli.data import Batches, Dataset, Split
from gancli.engines import Array, Engine
from gancli.evaluation.critics import Reading, read, settled
from gancli.experiment.conditions import classes_of
from gancli.experiment.loading import load_data
from gancli.experiment.sampling import load_generator
from gancli.games import CLIPS, Player
from gancli.games.adversarial import sample_generator
from gancli.games.classes import Classes
from gancli.intervals import mean_and_half
from gancli.nn import Network
from gancli.nn.activations import Linear, relu
from gancli.nn.initializers import he
from gancli.nn.layers import Dense
from gancli.nn.optimizers import Rmsprop
from gancli.runs import RunFolder

HIDDEN, BOUND, ETA = 128, 0.05, 5e-4
"""The recipe: ReLUs of the hidden layer, the bound of all weights, and RMSProp's learning rate."""
BATCH, HELD_OUT = 128, 10_000
"""Samples of each side in a step, and held-out ones at most."""
STRETCH, MOST = 250, 5000
"""Steps between two readings, and in all."""

Source = Callable[[Array], object]
"""Fills (batch, features) with fresh samples."""
Rng = np.random.Generator


@dataclass(frozen=True)
class Sides:
    """What a critic tells apart: endless batches to learn from, and held-out samples (count, features)."""

    real: Source
    fake: Source
    held_real: Array
    held_fake: Array


@dataclass(frozen=True)
class Trained:
    """A critic's last reading, after so many steps."""

    reading: Reading
    steps: int
    settled: bool


@dataclass(frozen=True)
class CriticDistance:
    """What fresh critics make of a generator, and of real data against real data: one of each a seed."""

    own: list[Trained]
    real: list[Trained]

    def measures(self) -> dict[str, tuple[float, float, float, float]]:
        """By name: mean over seeds and half its 95 % interval, and both of real data; NaN where all are dead."""
        kinds: dict[str, Callable[[Reading], float]] = {
            "critic": lambda reading: reading.distance,
            "critic_steepest": lambda reading: reading.bound,
        }
        return {name: (*_over_seeds(self.own, of), *_over_seeds(self.real, of)) for name, of in kinds.items()}

    def facts(self) -> dict[str, Any]:
        """What the measures were worked out from, by seed; `real` of real data."""
        return {**_by_seed(self.own), "real": _by_seed(self.real)}


def critic_distance(folder: RunFolder, seeds: int, which: str = "last") -> CriticDistance:
    """Train `seeds` critics against a run's generator, and as many on real data alone. Raises RunError, DataError."""
    spec, generator, _ = load_generator(folder, which)
    dataset, engine = load_data(spec), generator.engine
    distance = CriticDistance([], [])
    for seed in range(seeds):
        rng, classes = np.random.default_rng(seed), classes_of(spec, dataset)
        own = against_generator(dataset, generator, spec.latent.distribution, rng, classes)
        distance.own.append(train_critic(own, engine, seed))
        real = real_against_real(dataset, generator, np.random.default_rng(seed))
        distance.real.append(train_critic(real, engine, seed))
    return distance


def against_generator(
    dataset: Dataset, generator: Network, distribution: str, rng: Rng, classes: Classes | None = None
) -> Sides:
    """Real data and a generator's samples, as many held out as there are test data; of classes as in the data."""

    def drawn(count: int) -> Array:
        codes = None if classes is None else classes.drawn(count, rng, generator.dtype)
        return sample_generator(generator, distribution, count, rng, codes)[0]

    def fake(out: Array) -> None:
        out[...] = drawn(len(out))

    held_real = _held_out(dataset.test, generator, rng)
    held_fake = drawn(len(held_real))
    return Sides(Batches(dataset.train, generator.engine.load, rng).load, fake, held_real, held_fake)


def real_against_real(dataset: Dataset, generator: Network, rng: Rng) -> Sides:
    """One half of the real data and the other, drawn anew for each `rng`: what a perfect generator would get."""
    (real, fake), tests = _halves(dataset.train, rng), _halves(dataset.test, rng)
    load = generator.engine.load
    held_real, held_fake = (_held_out(split, generator, rng) for split in tests)
    return Sides(Batches(real, load, rng).load, Batches(fake, load, rng).load, held_real, held_fake)


def fresh_critic(features: int, engine: Engine, dtype: str, rng: Rng) -> Player:
    """A critic of the recipe that has learned nothing yet."""
    layers = [Dense(features, HIDDEN, relu(), he()), Dense(HIDDEN, 1, Linear(), he())]
    network = Network(layers, engine, dtype, rng)
    return Player(network, Rmsprop(engine, network.params.size, dtype, ETA), CLIPS["clamp"](BOUND))


def train_critic(sides: Sides, engine: Engine, seed: int) -> Trained:
    """Train a critic until its distance has settled; a dead one never wakes and is left at once.

    All its readings are of the same samples and points between, so that only what it learns sets them apart.
    """
    features, dtype = sides.held_real.shape[1], sides.held_real.dtype.name
    critic = fresh_critic(features, engine, dtype, np.random.default_rng((seed, 1)))
    readings: list[Reading] = []
    while len(readings) * STRETCH < MOST:
        _learn(critic, sides, STRETCH)
        readings.append(read(critic.network, sides.held_real, sides.held_fake, np.random.default_rng((seed, 2))))
        if readings[-1].dead or settled(readings):
            break
    return Trained(readings[-1], len(readings) * STRETCH, settled(readings))


def _learn(critic: Player, sides: Sides, steps: int) -> None:
    """Steps of ascent on E f(x) − E f(x'), each followed by the clip (Arjovsky et al. 2017, algorithm 1)."""
    network, rng = critic.network, np.random.default_rng(0)  # its layers draw no noise
    x: Array = np.empty((2 * BATCH, network.inputs), network.dtype)
    descent: Array = np.empty((2 * BATCH, 1), network.dtype)
    for _ in range(steps):
        sides.real(x[:BATCH])
        sides.fake(x[BATCH:])
        network.forward(x, rng)
        descent[:BATCH], descent[BATCH:] = -1.0 / BATCH, 1.0 / BATCH
        network.backward(descent)
        critic.learn()


def _halves(split: Split, rng: Rng) -> tuple[Split, Split]:
    rows = rng.permutation(len(split.samples))
    return split.at(rows[::2]), split.at(rows[1::2])


def _held_out(split: Split, generator: Network, rng: Rng) -> Array:
    """So many different samples of a split at most, as a network sees them."""
    rows = rng.permutation(len(split.samples))[:HELD_OUT]
    out: Array = np.empty((len(rows), split.samples.shape[1]), generator.dtype)
    generator.engine.gather(split.samples, rows, split.factor, split.shift, out)
    return out


def _over_seeds(critics: Sequence[Trained], of: Callable[[Reading], float]) -> tuple[float, float]:
    return mean_and_half([of(critic.reading) for critic in critics if not critic.reading.dead])


def _by_seed(critics: Sequence[Trained]) -> dict[str, Any]:
    readings = [critic.reading for critic in critics]
    return {
        "updates": [critic.steps for critic in critics],
        "converged": all(critic.settled for critic in critics),
        "estimates": [_number(reading.estimate) for reading in readings],
        "mean_slopes": [_number(reading.slope) for reading in readings],
        "steepest_slopes": [_number(reading.steepest) for reading in readings],
        "dead": [seed for seed, reading in enumerate(readings) if reading.dead],
    }


def _number(value: float) -> float | None:
    """JSON knows no NaN."""
    return value if np.isfinite(value) else None
