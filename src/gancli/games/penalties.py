"""Penalties on how steep a discriminator or critic is: at which points, and in which games."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gancli.engines import Array, Engine
from gancli.engines.distributions import Gaussian, Uniform
from gancli.games.sides import Side

Rng = np.random.Generator


@dataclass(frozen=True)
class Penalty:
    """weight × E (‖∇_x a(x)‖ − target)², of steeper points alone if `above`, in every `every`-th game.

    `at`: real samples, fakes, points between the two (`interpolates`), or real samples with Gaussian `noise` of
    standard deviation `spread`.
    """

    weight: float
    target: float = 0.0
    above: bool = False
    at: str = "real"
    every: int = 1
    spread: float = 0.0


class Penalties:
    """Those of one game, and the points at which they are taken."""

    def __init__(
        self, penalties: Sequence[Penalty], batch: int, features: int, dtype: np.dtype[np.floating], codes: int = 0
    ):
        self.all = tuple(penalties)
        self.x: Array = np.empty((batch, features), dtype)
        """Points that are neither real samples nor fakes."""
        self._codes: Array = np.empty((batch, codes), dtype)
        self._share: Array = np.empty((batch, 1), dtype)

    def due(self, game: int) -> tuple[Penalty, ...]:
        """Those of game `game`, counted from 0."""
        return tuple(penalty for penalty in self.all if game % penalty.every == 0)

    def alike(self, game: int) -> int:
        """Games from `game` on that have the same penalties."""
        ends = [1 if game % one.every == 0 else one.every - game % one.every for one in self.all if one.every > 1]
        return min(ends, default=sys.maxsize)

    def points(self, penalty: Penalty, engine: Engine, rng: Rng, real: Side, fakes: Side) -> Side:
        """Where it is taken, (batch, features), and the codes there: between two classes, between their codes."""
        if penalty.at in ("real", "fake"):
            return real if penalty.at == "real" else fakes
        if penalty.at == "noise":
            engine.draw(rng, Gaussian(penalty.spread), out=self.x)
            engine.add(real.samples, self.x)
            return Side(self.x, real.codes)
        engine.draw(rng, Uniform(0.5), out=self._share)
        engine.shift(self._share, 0.5)
        engine.between(real.samples, fakes.samples, self._share, out=self.x)
        if real.codes is None or fakes.codes is None:
            return Side(self.x)
        engine.between(real.codes, fakes.codes, self._share, out=self._codes)
        return Side(self.x, self._codes)
