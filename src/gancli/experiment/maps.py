"""What each layer of a run's networks makes of one sample: feature maps."""

from dataclasses import dataclass

import numpy as np

from gancli.engines import Array
from gancli.experiment.loading import load_data
from gancli.experiment.networks import parts
from gancli.experiment.sampling import trained
from gancli.games.adversarial import sample_generator
from gancli.games.classes import in_turn
from gancli.runs import RunError, RunFolder
from gancli.spec import Gan, Learning, Supervised, Wgan, load

LOOKING = "numpy", "to look into"
"""With which engine, and what for, networks are read."""


@dataclass(frozen=True)
class Maps:
    """Of a network: for each layer its outputs (channels, height, width), or (units,)."""

    network: str
    game: int
    outputs: list[Array]
    """The input first."""


def feature_maps(folder: RunFolder, number: int, which: str = "last") -> list[Maps]:
    """Of a generator, sample `number` of those of seed 0, and of its opponent, who judges it; else a test sample.

    An opponent that sees several samples at once sees the next ones beside it. With a condition, classes are in turn.

    All as of the checkpoint `which`. Raises RunError, SpecError, DataError.
    """
    spec = load(folder.config).experiment
    if isinstance(spec, Gan | Wgan):
        generator, _ = trained(folder, spec, "generator", *LOOKING, which=which)
        count, rng = number + spec.training.packed, np.random.default_rng(0)
        samples, latents = sample_generator(generator, spec.latent.distribution, count, rng)
        codes = in_turn(count, generator.classes, spec.dtype) if generator.classes else None
        made = _of(spec, folder, which, "generator", latents[number], None if codes is None else codes[number])
        seen = np.concatenate([made.outputs[-1].reshape(-1), *samples[number + 1 :]])
        told = None if codes is None else codes[number:].reshape(-1)
        return [made, _of(spec, folder, which, spec.opponent, seen, told)]
    if isinstance(spec, Supervised):
        split = load_data(spec).test
        if number >= len(split.samples):
            raise RunError(f"there are {len(split.samples):,d} test samples, from 0 on; got {number}")
        return [_of(spec, folder, which, "network", split.seen(split.samples[number], spec.dtype))]
    raise RunError(f"{folder.path}: is a {spec.kind} run; it has no layers")


def _of(spec: Learning, folder: RunFolder, which: str, key: str, sample: Array, code: Array | None = None) -> Maps:
    network, game = trained(folder, spec, key, *LOOKING, which=which)
    shapes = spec.networks()[key].shapes()
    ends = np.cumsum([len(part) for part in parts(spec, key)])
    x = np.repeat(sample[None], spec.training.rows(key), axis=0).astype(spec.dtype)
    outputs = [x[0].reshape(shapes[0])]
    network.tell(None if code is None else np.tile(code, (len(x), 1)))
    for index, layer in enumerate(network.layers, start=1):
        layer.resize(len(x), network.dtype)
        x = layer.forward(x, np.random.default_rng(0), False)
        if index in ends:
            number = int(np.searchsorted(ends, index)) + 1
            outputs.append(_image(x[0], shapes[number], first=index == len(network.layers)))
    return Maps(key, game, [output.copy() for output in outputs])


def _image(numbers: Array, shape: tuple[int, ...], first: bool) -> Array:
    """Channels first, as a sample has them; within a network they are last."""
    if len(shape) != 3 or first:
        return numbers.reshape(shape)
    channels, height, width = shape
    return numbers.reshape(height, width, channels).transpose(2, 0, 1)
