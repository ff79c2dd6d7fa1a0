"""One of a run's networks, without its data: it takes and gives what is in the data's own units."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from gancli import __version__
from gancli.data import Units
from gancli.data.files import readable
from gancli.engines import DISTRIBUTIONS, Array, sigmoid, softmax
from gancli.experiment.conditions import named
from gancli.experiment.networks import output, takes_logits
from gancli.experiment.sampling import trained, units_of
from gancli.games.classes import in_turn
from gancli.nn import Network
from gancli.runs import RunError, RunFolder
from gancli.spec import Gan, Learning, Supervised, Wgan, load

Last = Literal["", "sigmoid", "softmax"]


@dataclass(frozen=True)
class Learned:
    """A network as a checkpoint has it; a generator makes samples, the others take them."""

    folder: RunFolder
    spec: Learning
    key: str
    """Which of the spec's networks it is."""
    network: Network
    game: int
    units: Units
    last: Last
    """What makes probabilities of its output, where its loss takes log-odds."""
    names: dict[int, str] = field(default_factory=dict)
    """With a condition, of the classes by their labels, in the order of a code."""
    target_mean: Array | float = 0.0
    """Of numbers that were standardised before they were learned, in their own units (outputs,); so is the other."""
    target_std: Array | float = 1.0

    @property
    def makes(self) -> bool:
        """Does it make samples?"""
        return self.key == "generator"

    @property
    def packed(self) -> int:
        """Samples that it takes as one."""
        return 1 if self.makes or isinstance(self.spec, Supervised) else self.spec.training.packed

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one of its samples in the data's units; of a pack, the samples' channels or columns one after another."""
        first, *rest = self.units.shape
        return self.packed * first, *rest

    def outputs(self, x: Array, codes: Array | None = None, rng: np.random.Generator | None = None) -> Array:
        """Of latents (N, latent size) the samples (N, *shape), of samples (N, *shape) what it says (N, outputs)."""
        seen = x if self.makes else self._seen(x)
        rng = rng or np.random.default_rng(0)
        seen = seen.astype(self.network.dtype)
        return self.in_own_units(self.network.forward(seen, rng, training=False, codes=codes))

    def in_own_units(self, y: Array) -> Array:
        """The network's outputs as a user sees them: samples or numbers in the data's units, probabilities."""
        if self.makes:
            return self.units.own(y)
        if self.last:
            return (sigmoid if self.last == "sigmoid" else softmax)(y)
        return np.asarray(y * self.target_std + self.target_mean, y.dtype)

    def _seen(self, x: Array) -> Array:
        return self.units.seen(x.reshape(-1, *self.units.shape)).reshape(len(x), -1)

    def at_random(self, count: int, rng: np.random.Generator) -> tuple[Array, Array | None]:
        """Latents as in training, or samples like the data's by their units; and with a condition, codes in turn."""
        codes = None
        if self.names:
            of_each = in_turn(count * self.packed, len(self.names), self.network.dtype)
            codes = of_each.reshape(count, -1)
        x: Array = np.empty((count, self.network.inputs), np.float32)
        if self.makes:
            assert isinstance(self.spec, Gan | Wgan)
            self.network.engine.draw(rng, DISTRIBUTIONS[self.spec.latent.distribution](), out=x)
        elif self.units.kind == "images":
            x = rng.random((count, *self.shape), np.float32)
        else:
            x[...] = self.units.own(rng.standard_normal((count * self.packed, *self.units.shape))).reshape(x.shape)
        return x, codes

    def about(self) -> dict[str, str]:
        """What it is and where it comes from, as texts."""
        record, data = self.folder.record(), self.folder.data()
        facts: dict[str, Any] = {
            "gancli_version": __version__,
            "run": self.folder.path.resolve().name,
            "kind": self.spec.kind,
            "network": self.key,
            "game": self.game,
            "spec_sha256": record.get("spec_sha256", ""),
            "data": data.get("set", ""),
            "classes": data.get("classes", []),
            "columns": list(self.units.columns),
        }
        if self.names:
            facts["labels"] = {str(label): name for label, name in self.names.items()}
        return {
            key: readable(fact) if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False)
            for key, fact in facts.items()
            if fact not in ("", [])
        }


def learned(
    folder: RunFolder, key: str | None = None, what_for: str = "to export", which: str = "last", engine: str = "numpy"
) -> Learned:
    """A run's network `key`, as `which` of its checkpoints has it; by default the generator, or the only one.

    Of a generator with a moving average, that. Raises RunError, SpecError, MissingEngine.
    """
    spec = load(folder.config).experiment
    if not isinstance(spec, Gan | Wgan | Supervised):
        raise RunError(f"{folder.path}: is a {spec.kind} run; it has no networks {what_for}")
    known = list(spec.networks())
    key = key or known[0]
    if key not in known:
        raise RunError(f"--network: {folder.path} is a {spec.kind} run, which has {' and '.join(known)}; got {key!r}")
    network, game = trained(folder, spec, key, engine, what_for, logits=key != "generator", which=which)
    last: Last = ""
    if key != "generator" and takes_logits(spec):
        last = "softmax" if isinstance(spec, Supervised) and output(spec) == "softmax" else "sigmoid"
    names = named(folder, spec) if isinstance(spec, Gan | Wgan) and spec.condition is not None else {}
    return Learned(folder, spec, key, network, game, units_of(folder), last, names, **_targets(folder, network.outputs))


def _targets(folder: RunFolder, outputs: int) -> dict[str, Array]:
    """Mean and standard deviation of what was learned to predict, where the record has them. Raises RunError."""
    data = folder.data()
    found: dict[str, Array] = {}
    for key in ("target_mean", "target_std"):
        if key in data:
            try:
                found[key] = np.array(data[key], np.float64).reshape(outputs)
            except (TypeError, ValueError) as error:
                raise RunError(f"{folder.path}: its record's {key} is not what gancli writes ({error})") from None
    return found
