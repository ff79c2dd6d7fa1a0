"""Draw from a trained generator, without its data."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gancli.data import Units
from gancli.engines import DISTRIBUTIONS, Array, make_engine
from gancli.experiment.conditions import asked_for, named
from gancli.experiment.networks import make_network, takes_logits
from gancli.games.adversarial import generate, sample_generator
from gancli.games.classes import in_turn
from gancli.games.latents import between
from gancli.nn import Network
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.spec import Gan, Learning, Wgan, load


@dataclass(frozen=True)
class Samples:
    """`values` (count, *shape) float32 in the data's units, images within [0, 1]; `latents` (count, latent size)."""

    values: Array
    latents: Array
    game: int
    """Which they are of."""
    units: Units
    classes: Array | None = None
    """Labels (count,), of a run with a condition; `names` are the classes' names by them."""
    names: Mapping[int, str] = field(default_factory=dict)
    across: int | None = None
    """How many belong in a row of a grid; None where no row is a way."""

    @property
    def rows(self) -> int | None:
        """Of a grid on which each class has a row of its own; None where there is one class, or none."""
        if self.across is not None:
            return None
        return len(self.names) if self.classes is not None and len(set(self.classes.tolist())) > 1 else None

    def csv(self) -> bytes:
        """Points or rows as a table with the names of the columns."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        named = [] if self.classes is None else [[self.names[label]] for label in self.classes.tolist()]
        columns = [*(self.units.columns or [f"x{number}" for number in range(self.values.shape[1])])]
        writer.writerow([*columns, *(["class"] if named else [])])
        numbers = [[f"{number:.9g}" for number in row] for row in self.values.tolist()]
        writer.writerows(map(list.__add__, numbers, named) if named else numbers)
        return text.getvalue().encode()


def load_generator(folder: RunFolder, which: str = "last") -> tuple[Gan | Wgan, Network, int]:
    """A run's spec, its generator as a checkpoint has it, and the game of that. Raises RunError, SpecError."""
    spec = load(folder.config).experiment
    if not isinstance(spec, Gan | Wgan):
        raise RunError(f"{folder.path}: is a {spec.kind} run; it has no generator to sample from")
    return spec, *trained(folder, spec, "generator", spec.engine, "to sample from", which=which)


def trained(
    folder: RunFolder, spec: Learning, key: str, engine: str, what_for: str, averaged: bool = True,
    logits: bool = False, which: str = "last",
) -> tuple[Network, int]:  # fmt: skip
    """A run's network as its newest checkpoint has it, or `which` of them, and the game of that: its average, where it
    has one and `averaged` asks for it; with `logits`, the output that the loss takes. Raises RunError."""
    network = make_network(spec, key, make_engine(engine), np.random.default_rng(0), logits and takes_logits(spec))
    averaged = averaged and spec.networks()[key].ema is not None
    try:
        saved = checkpoint.chosen(folder.checkpoints, which)
        network.params[...] = saved.arrays[f"{key}.{'average' if averaged else 'params'}"]
        network.state[...] = saved.arrays[f"{key}.state"]
    except (ValueError, KeyError) as error:
        raise RunError(f"{folder.path}: no {key} {what_for}: {error}") from None
    return network, saved.facts["game"]


def units_of(folder: RunFolder, features: int | None = None) -> Units:
    """The units of a run's samples, of so many features where that is known. Raises RunError."""
    try:
        return Units.of_record(folder.data(), features)
    except ValueError as error:
        raise RunError(f"{folder.path}: {error}") from None


def sample(
    folder: RunFolder, count: int, seed: int, asked: str | None = None, steps: int | None = None, which: str = "last"
) -> Samples:
    """`count` samples of a run's generator as `which` of its checkpoints has it. Raises RunError, SpecError.

    With a condition, of the class `asked` for, by its name or number, or of each class in turn. With `steps`, `count`
    rows of so many samples, each from one latent to another, of one class.
    """
    spec, network, game = load_generator(folder, which)
    units = units_of(folder, network.outputs)
    codes, known = _codes(folder, spec, network, count, asked)
    rng, distribution = np.random.default_rng(seed), spec.latent.distribution
    if steps is None:
        flat, latents = sample_generator(network, distribution, count, rng, codes)
    else:
        codes = None if codes is None else codes.repeat(steps, axis=0)
        latents = _ways(network, distribution, count, steps, rng)
        flat = generate(network, latents, rng, codes)
    classes = None if codes is None else np.array(list(known))[codes.argmax(axis=1)]
    return Samples(units.own(flat).astype(np.float32), latents, game, units, classes, known, steps)


def _codes(
    folder: RunFolder, spec: Gan | Wgan, network: Network, count: int, asked: str | None
) -> tuple[Array | None, Mapping[int, str]]:
    """With a condition, the codes (count, classes) of the class asked for, or of each in turn; the classes' names."""
    if asked is None and spec.condition is None:
        return None, {}
    place = None if asked is None else asked_for(folder, spec, asked)
    known = named(folder, spec)
    codes = in_turn(count, len(known), network.dtype)
    if place is not None:
        codes[...] = np.arange(len(known)) == place
    return codes, known


def _ways(network: Network, distribution: str, rows: int, steps: int, rng: np.random.Generator) -> Array:
    """Latents (rows × steps, latent size), row by row, from ends that are drawn."""
    ends: Array = np.empty((2 * rows, network.inputs), network.dtype)
    network.engine.draw(rng, DISTRIBUTIONS[distribution](), out=ends)
    return between(ends[:rows], ends[rows:], steps, distribution).reshape(rows * steps, -1)
