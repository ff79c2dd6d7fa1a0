"""Draw from a trained generator, without its data."""

from dataclasses import dataclass

import numpy as np

from gancli.engines import Array, make_engine
from gancli.experiment.networks import make_network
from gancli.games.adversarial import sample_generator
from gancli.nn import Network
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.spec import SAMPLE_SHAPES, Gan, Wgan, load


@dataclass(frozen=True)
class Samples:
    """`values` (count, *shape) float32, images within [0, 1]; `latents` (count, latent size); the game they are of."""

    values: Array
    latents: Array
    game: int

    @property
    def images(self) -> bool:
        """Are they images (count, channels, height, width), not points (count, 2)?"""
        return self.values.ndim == 4


def load_generator(folder: RunFolder) -> tuple[Gan | Wgan, Network, int]:
    """A run's spec, its generator as its newest checkpoint has it, and the game of that. Raises RunError, SpecError."""
    spec = load(folder.config).experiment
    if not isinstance(spec, Gan | Wgan):
        raise RunError(f"{folder.path}: is a {spec.kind} run; it has no generator to sample from")
    network = make_network(spec, "generator", make_engine(spec.engine), np.random.default_rng(0))
    try:
        saved = checkpoint.newest(folder.checkpoints)
        key = "generator.average" if spec.generator.ema is not None else "generator.params"
        network.params[...] = saved.arrays[key]
        network.state[...] = saved.arrays["generator.state"]
    except (ValueError, KeyError) as error:
        raise RunError(f"{folder.path}: no generator to sample from: {error}") from None
    return spec, network, saved.facts["game"]


def sample(folder: RunFolder, count: int, seed: int) -> Samples:
    """`count` samples of a run's generator as its newest checkpoint has it. Raises RunError, SpecError."""
    spec, network, game = load_generator(folder)
    flat, latents = sample_generator(network, spec.latent.distribution, count, np.random.default_rng(seed))
    values = flat.astype(np.float32).reshape(count, *SAMPLE_SHAPES[spec.data.set])
    if values.ndim == 4:
        np.clip(values, 0.0, 1.0, out=values)
    return Samples(values, latents, game)
