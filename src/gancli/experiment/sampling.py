"""Draw from a trained generator, without its data."""

from dataclasses import dataclass

import numpy as np

from gancli.engines import Array, make_engine
from gancli.experiment.build import make_network
from gancli.nn.layers import draw
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.spec import SAMPLE_SHAPES, Supervised, load

CHUNK = 1000


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


def sample(folder: RunFolder, count: int, seed: int) -> Samples:
    """`count` samples of a run's generator as its newest checkpoint has it. Raises RunError, SpecError."""
    spec = load(folder.config).experiment
    if isinstance(spec, Supervised):
        raise RunError(f"{folder.path}: is a supervised run; it has no generator to sample from")
    rng = np.random.default_rng(seed)
    network = make_network(spec, "generator", make_engine(spec.engine), rng)
    try:
        arrays, facts, _ = checkpoint.newest(folder.checkpoints)
        network.params[...] = arrays["generator.params"]
    except (ValueError, KeyError) as error:
        raise RunError(f"{folder.path}: no generator to sample from: {error}") from None
    rng = np.random.default_rng(seed)
    latents = np.empty((count, network.inputs), network.dtype)
    draw(rng, spec.latent.law, 1.0, out=latents)
    parts = [network.forward(latents[i : i + CHUNK], rng).astype(np.float32) for i in range(0, count, CHUNK)]
    values = np.concatenate(parts).reshape(count, *SAMPLE_SHAPES[spec.data.set])
    if values.ndim == 4:
        np.clip(values, 0.0, 1.0, out=values)
    return Samples(values, latents, facts["game"])
