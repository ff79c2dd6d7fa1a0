"""A run's networks as functions of arrays, in the data's own units."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gancli.api.person import warn
from gancli.experiment.conditions import asked_for, named
from gancli.experiment.learned import learned
from gancli.games.classes import in_turn
from gancli.runs import RunError, RunFolder
from gancli.spec import Gan, Learning, Wgan, load

Classes = int | str | Sequence[int | str]
"""A class, by its number or name, or one for each sample."""
BEYOND = 1e-3
"""How far a pixel may be beyond black and white without a word."""
CHUNK = 1000
"""Inputs that are computed with at once."""


class TrainedNetwork:
    """A network as a checkpoint of a run has it, averaged where it is, to call with arrays, batch first."""

    def __init__(self, folder: RunFolder, key: str, which: str = "last"):
        spec = load(folder.config).experiment
        if not isinstance(spec, Learning) or key not in spec.networks():
            known = ", ".join(spec.networks()) if isinstance(spec, Learning) else "none"
            raise RunError(f"{folder.path}: is a {spec.kind} run; it has no {key} (its networks: {known})")
        self._folder, self._spec, self.name = folder, spec, key
        self._judges = key in ("discriminator", "critic")
        self._learned = learned(folder, key, "to compute with", which, spec.engine)
        self._network, self._units, self.game = self._learned.network, self._learned.units, self._learned.game
        self._pack = self._learned.packed

    def __repr__(self) -> str:
        return f"<{self.name} of {self._folder.path.name} at game {self.game}: {self.inputs} → {self.outputs}>"

    @property
    def inputs(self) -> tuple[int, ...]:
        """The shape of one input."""
        if self.name == "generator":
            return (self._network.inputs,)
        return self._units.shape if self._pack == 1 else (self._pack, *self._units.shape)

    @property
    def outputs(self) -> tuple[int, ...]:
        """The shape of one output."""
        return self._units.shape if self.name == "generator" else () if self._judges else (self._network.outputs,)

    @property
    def parameters(self) -> dict[str, NDArray[Any]]:
        """Copies of its arrays by name: `layer1.weights` (in, out), `layer1.bias`, …"""
        return {name: view.copy() for name, view in self._network.views(self._network.params).items()}

    def __call__(self, x: ArrayLike, *, cls: Classes | None = None, seed: int = 0) -> NDArray[Any]:
        """Its outputs (n, …) for `x` (n, *inputs) or (n, features).

        A generator takes latents and returns samples; the others take samples: images within [0, 1], rows in the
        data's units. A discriminator returns D(x), a critic f(x), both (n,); another network its outputs (n, outputs):
        probabilities where its loss is cross entropy, and numbers in the data's units.
        `cls` are the classes of a run with a condition, in turn where it is not given. `seed` is that of noise in its
        layers. Raises ValueError, RunError.
        """
        rows = self._rows(np.asarray(x))
        return self._own(self._forward(rows, self._codes(len(rows), cls), np.random.default_rng(seed)))

    def _rows(self, x: NDArray[Any]) -> NDArray[Any]:
        """What the network sees, (n, features). Raises ValueError."""
        features = self._network.inputs
        if x.ndim < 2 or not len(x) or _plain(x.shape[1:]) not in (_plain(self.inputs), _plain((features,))):
            shapes = " or ".join(dict.fromkeys(f"(n, {', '.join(map(str, one))})" for one in (self.inputs, [features])))
            raise ValueError(f"the {self.name} takes an array {shapes}; got {x.shape}")
        if self.name == "generator":
            return x.reshape(len(x), features).astype(self._network.dtype)
        if self._units.kind == "images" and x.dtype.kind in "iu":
            raise ValueError(f"images are numbers within [0, 1]; got {x.dtype}: divide by 255 what is from 0 to 255")
        if self._units.kind == "images" and not (x.min() >= -BEYOND and x.max() <= 1 + BEYOND):
            text = f"images are numbers within [0, 1]; these are from {x.min():.4g} to {x.max():.4g}"
            warn(text)
        own = x.reshape(len(x) * self._pack, features // self._pack).astype(self._network.dtype)
        return self._units.seen(own).reshape(len(x), features)

    def _codes(self, count: int, cls: Classes | None) -> NDArray[Any] | None:
        """Of the classes of so many inputs, (count, pack × classes); None without a condition. Raises RunError."""
        spec = self._spec
        if cls is None and getattr(spec, "condition", None) is None:
            return None
        if not isinstance(spec, Gan | Wgan):
            raise RunError(f"{self._folder.path}: is a {spec.kind} run, which has no condition: leave `cls` out")
        samples = count * self._pack
        if cls is None:
            codes = in_turn(samples, len(named(self._folder, spec)), spec.dtype)
        else:
            asked = [cls] * samples if isinstance(cls, int | str) else list(cls)
            places = {str(one): asked_for(self._folder, spec, str(one)) for one in asked}
            if len(asked) != samples:
                raise ValueError(f"`cls` must be one class, or one for each of {samples} samples; got {len(asked)}")
            codes = np.eye(len(named(self._folder, spec)), dtype=spec.dtype)[[places[str(one)] for one in asked]]
        return codes.reshape(count, self._pack * codes.shape[1])

    def _forward(self, rows: NDArray[Any], codes: NDArray[Any] | None, rng: np.random.Generator) -> NDArray[Any]:
        """The network's outputs (n, outputs), a chunk at a time or, where it compares samples, in full batches."""
        count, step = len(rows), CHUNK
        if any(one.layer.minibatch for one in self._spec.networks()[self.name].placed(None)):
            step = self._spec.training.rows(self.name)
            full = -(-count // step) * step
            rows = np.resize(rows, (full, rows.shape[1]))
            codes = None if codes is None else np.resize(codes, (full, codes.shape[1]))
        out = np.empty((len(rows), self._network.outputs), self._network.dtype)
        for start in range(0, len(rows), step):
            batch = slice(start, start + step)
            told = None if codes is None else codes[batch]
            out[batch] = self._network.forward(rows[batch], rng, training=False, codes=told)
        return out[:count]

    def _own(self, out: NDArray[Any]) -> NDArray[Any]:
        """Outputs as a user sees them: samples in the data's units, one number for each that is judged."""
        own = self._learned.in_own_units(out)
        return own.astype(np.float32) if self.name == "generator" else own[:, 0] if self._judges else own


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Without sides of 1: (1, 28, 28) and (28, 28) are one image."""
    return tuple(side for side in shape if side != 1)
