"""Games of two numbers: where simultaneous gradient steps lead in a field without a potential.

Report, section 4.1, after Mescheder, Nowozin and Geiger 2017. θ descends L(θ, φ), φ ascends it; both games
have their one equilibrium at (0, 0).
"""

import numpy as np

from gancli.engines import Array, NumpyEngine
from gancli.games.base import Game, Picture, Rng
from gancli.games.player import Player

FIELDS = ("bilinear", "dirac")
"""Each is a kernel: ∂L/∂θ and −∂L/∂φ, which optimisers descend."""


class Game2d(Game):
    """Two players of one number each; `alternating`: φ sees where θ has gone."""

    def __init__(self, game: str, alternating: bool, theta: Player, phi: Player):
        self.game, self.alternating = game, alternating
        self.players = {"theta": theta, "phi": phi}
        self._start = max(float(np.hypot(*self.position())[0]), 1e-9)

    def position(self) -> tuple[Array, Array]:
        """θ and φ, each (1,), as views."""
        return self.players["theta"].network.params, self.players["phi"].network.params

    def play_one(self) -> None:
        """A step of each player."""
        theta, phi = self.players["theta"], self.players["phi"]
        self.find_gradients()
        theta.learn()
        if self.alternating:
            self.find_gradients()
        phi.learn()
        self.played += 1

    def find_gradients(self) -> None:
        """Of both players, where they are now."""
        networks = [player.network for player in self.players.values()]
        field = getattr(networks[0].engine, self.game)
        field(*(network.params for network in networks), *(network.grads for network in networks))

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
        getattr(NumpyEngine(), self.game)(theta, phi, dtheta, dphi)
        return Picture(np.zeros((0, 1)), arrays={"axis": axis, "theta_step": -dtheta, "phi_step": -dphi})
