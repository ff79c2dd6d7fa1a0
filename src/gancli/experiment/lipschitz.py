"""How steep a run's discriminator or critic is, between its data and its generator's samples (report, 4.5.2)."""

from dataclasses import dataclass

import numpy as np

from gancli.data import Dataset, Split
from gancli.engines import Array, BlasThreads
from gancli.evaluation.lipschitz import Steepness, steepness
from gancli.experiment.conditions import classes_of
from gancli.experiment.loading import load_data
from gancli.experiment.sampling import trained
from gancli.games.adversarial import Adversarial, sample_generator
from gancli.games.classes import Classes
from gancli.games.sides import Side
from gancli.nn import Network
from gancli.runs import RunError, RunFolder
from gancli.spec import Gan, Wgan, load


@dataclass(frozen=True)
class Critic:
    """What was measured of a run's `network`, at its game `game`, with so many samples of each side."""

    network: str
    game: int
    samples: int
    steepness: Steepness


@BlasThreads(1)
def of_run(folder: RunFolder, samples: int, seed: int) -> Critic:
    """Of a run's newest checkpoint. Raises RunError, SpecError, DataError."""
    spec = load(folder.config).experiment
    if not isinstance(spec, Gan | Wgan):
        raise RunError(f"{folder.path}: is a {spec.kind} run; it has no critic")
    key = spec.opponent
    if spec.networks()[key].compares:
        raise RunError(f"{folder.path}: its {key} compares the samples of a batch, which have no slopes of their own")
    why = "to measure"
    generator, _ = trained(folder, spec, "generator", "numpy", why, averaged=False)
    critic, game = trained(folder, spec, key, "numpy", why, logits=True)
    rng = np.random.default_rng(seed)
    dataset = load_data(spec)
    classes = classes_of(spec, dataset)
    codes = None if classes is None else classes.drawn(samples, rng, generator.dtype)
    fake = sample_generator(generator, spec.latent.distribution, samples, rng, codes)[0]
    real, fake = drawn(dataset.test, len(fake), critic, rng, classes), packed(Side(fake, codes), critic)
    if not (len(real) and len(fake)):
        raise RunError(f"{folder.path}: its {key} sees several samples at once, more than there are to measure with")
    return Critic(key, game, len(real), steepness(critic, real, fake, rng))


def of_game(game: Adversarial, dataset: Dataset, samples: int, rng: np.random.Generator) -> Steepness | None:
    """Of a game that is being played, which it leaves as it is; None where there are too few samples to pack."""
    critic, generator = game.opponent.network, game.generator.network
    with critic.engine.blas:
        codes = game.ask(samples, rng)
        fake = packed(Side(game.sample(samples, rng, generator, codes), codes), critic)
        real = drawn(dataset.test, samples, critic, rng, game.classes)
        return steepness(critic, real, fake, rng) if len(real) and len(fake) else None


def drawn(
    split: Split, count: int, network: Network, rng: np.random.Generator, classes: Classes | None = None
) -> Array:
    """So many samples of a split at most, as a network sees them: one, or several packed, in each of its inputs."""
    rows = rng.permutation(len(split.samples))[:count]
    out: Array = np.empty((len(rows), split.samples.shape[1]), network.dtype)
    network.engine.gather(split.samples, rows, split.factor, split.shift, out)
    return packed(Side(out, None if classes is None else classes.codes(split.labels[rows], network.dtype)), network)


def packed(side: Side, network: Network) -> Array:
    """Samples as a critic's inputs: as they are, or as many side by side as it sees at once; then their codes."""
    pack = network.inputs // side.samples.shape[1]
    x, codes = side.at(slice(len(side.samples) - len(side.samples) % pack)).packed(pack)
    return x if codes is None else np.hstack([x, codes])
