"""Games of two numbers: where gradient steps lead in a field without a potential.

Report, section 4.1, after Mescheder, Nowozin and Geiger 2017. `fields.py` has the games, `updates.py` how they are
played.
"""

from typing import Any

import numpy as np

from gancli.engines import Array, NumpyEngine
from gancli.games.base import Game, Picture, Rng
from gancli.games.fields import Field, about
from gancli.games.player import Player
from gancli.games.updates import Simultaneous


class Game2d(Game):
    """Two players of one number each."""

    def __init__(self, field: Field, updates: type[Simultaneous], theta: Player, phi: Player):
        self.field = field
        self.players = {"theta": theta, "phi": phi}
        self._updates = updates(field, theta, phi)
        self._start = max(float(np.hypot(*self.position())[0]), 1e-9)

    def position(self) -> tuple[Array, Array]:
        """θ and φ, each (1,), as views."""
        return self.players["theta"].network.params, self.players["phi"].network.params

    def play_one(self) -> None:
        """A step of each player."""
        self._updates.play()
        self.played += 1

    def facts(self) -> dict[str, Any]:
        """The field at the equilibrium."""
        return {"field": about(self.field)}

    def measure(self) -> dict[str, float]:
        """θ, φ and how far they are from the equilibrium."""
        theta, phi = (float(value[0]) for value in self.position())
        return {"theta": theta, "phi": phi, "distance": float(np.hypot(theta, phi))}

    def picture(self, count: int, rng: Rng) -> Picture:
        """The field (−∂L/∂θ, ∂L/∂φ) over a square around the start and its equilibrium, `count` arrows a side."""
        half = 2.0 * self._start
        axis = np.linspace(-half, half, count)
        theta, phi = np.meshgrid(axis, axis)
        dtheta, dphi = np.empty((2, *theta.shape))
        self.field.gradients(NumpyEngine(), (theta, phi), (dtheta, dphi))
        return Picture(np.zeros((0, 1)), arrays={"axis": axis, "theta_step": -dtheta, "phi_step": -dphi})
