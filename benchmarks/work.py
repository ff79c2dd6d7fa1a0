"""What a peer is given: the row's networks as arrays and numbers, its data, and the numbers a check is played with."""

import getpass
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks import Network, arrays, describe
from benchmarks.rows import ROWS
from gancli import spec as specs
from gancli.engines import DISTRIBUTIONS, Array
from gancli.experiment import Built, build, load_data
from gancli.games import Penalty, Supervised
from gancli.spec import Experiment, models


@dataclass(frozen=True)
class Work:
    """One row, ready to play."""

    kind: str
    loss: str
    """Of a supervised row: mse, or cross_entropy of a softmax."""
    networks: dict[str, Network]
    samples: Any
    """(count, features) float32, as the networks see them."""
    targets: Any
    """(count, outputs) float32; of a supervised row only."""
    batch: int
    ratios: dict[str, int]
    latent: int
    built: Built
    """gancli's own objects."""

    @property
    def loads(self) -> int:
        """Batches of real samples a game."""
        return {"supervised": 1, "gan": self.ratios.get("real", 0), "wgan": self.ratios.get("critic", 0)}[self.kind]

    @property
    def fakes(self) -> int:
        """Batches of latents a game."""
        if self.kind == "wgan":
            return self.ratios["critic"] + self.ratios["generator"]
        return sum(self.ratios.get(name, 0) for name in ("fake", "shared", "generator"))

    @property
    def penalties(self) -> tuple[Penalty, ...]:
        """What a critic is penalised by, in every game."""
        return () if isinstance(self.built.game, Supervised) else self.built.game.penalties.all

    def only_plain(self) -> None:
        """For a peer that knows no penalties, and no critic without a clip. Raises NotImplementedError."""
        if self.penalties or (self.kind == "wgan" and self.networks["critic"].clip is None):
            raise NotImplementedError("written for critics with a clip, without penalties")

    def weights(self, name: str) -> list[tuple[Array, ...]]:
        """(W, b) of each layer, copies; of batch normalisation its four, see `benchmarks.networks.arrays`."""
        return [tuple(view.copy() for view in held) for held in arrays(self.built.game.players[name])]

    def draw_rows(self, games: int, rng: np.random.Generator) -> Any:
        """Sample numbers for so many games."""
        return rng.integers(0, len(self.samples), (games, self.loads, self.batch))

    def numbers_of_a_check(self, games: int) -> tuple[Any, Any]:
        """The rows and latents that gancli draws in its first games, taken from the very streams it draws them from."""
        rows = self.built.batches["training"].rows(games * self.loads * self.batch)
        latents = None
        if self.fakes:
            latents = np.empty((games, self.fakes, self.batch, self.latent), np.float32)
            self.built.game.engine.draw(self.built.streams["latent"], DISTRIBUTIONS["gaussian"](), out=latents)
        return rows.reshape(games, self.loads, self.batch), latents


NOISE = (4096, 32, 32, 3)
"""Coloured pictures of nothing, for rows whose data would have to be fetched: what they show takes no time."""


def _noise() -> str:
    path = Path(tempfile.gettempdir()) / f"gancli-benchmark-noise-{getpass.getuser()}.npy"
    if not path.exists():
        np.save(path, np.random.default_rng(0).integers(0, 256, NOISE, np.uint8))
    return str(path)


def spec_of(letter: str, engine: str, threads: int | str = "auto") -> Experiment:
    """A row's resolved configuration, for gancli's `engine`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "row.yaml"
        path.write_text(ROWS[letter].config.replace("NOISE", _noise()), encoding="utf-8")
        return specs.load(path, [f"engine={engine}", f"threads={threads}"]).experiment


def make(letter: str, engine: str, threads: int | str = "auto") -> Work:
    """The work of a row, on gancli's `engine`."""
    spec = spec_of(letter, engine, threads)
    dataset = load_data(spec)
    built = build(spec, dataset)
    networks = {name: describe(player) for name, player in built.game.players.items()}
    targets = built.game._codes[dataset.train.labels] if isinstance(built.game, Supervised) else None
    samples = dataset.train.seen(dataset.train.samples, np.float32)
    ratios = spec.training.ratios.model_dump() if isinstance(spec, models.Gan | models.Wgan) else {}
    latent = networks["generator"].inputs if "generator" in networks else 0
    loss = spec.training.loss if isinstance(spec, models.Supervised) else ""
    return Work(spec.kind, loss, networks, samples, targets, spec.training.batch, ratios, latent, built)
