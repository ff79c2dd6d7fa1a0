"""Games of two numbers: where simultaneous gradient steps lead in a field without a potential.

Report, section 4.1, after Mescheder, Nowozin and Geiger 2017. θ descends L(θ, φ), φ ascends it; both games
have their one equilibrium at (0, 0).
"""

from collections.abc import Callable

import numpy as np

from gancli.engines import Array, GamePlayer
from gancli.games.base import Picture, Rng
from gancli.games.player import Player

Field = Callable[[Array, Array], tuple[Array, Array]]


def bilinear(theta: Array, phi: Array) -> tuple[Array, Array]:
    """∂L/∂θ and ∂L/∂φ of L = θ φ."""
    return phi, theta


def dirac(theta: Array, phi: Array) -> tuple[Array, Array]:
    """∂L/∂θ and ∂L/∂φ of the Dirac-GAN: L = f(θφ) + f(0), f(t) = −log(1 + e^(−t)) (Mescheder et al. 2018, section 2).

    The data are all at 0, the generator's samples all at θ, and the discriminator's log-odds are φ x.
    """
    with np.errstate(over="ignore"):  # 1/∞ is the 0 that it should be
        slope = 1.0 / (1.0 + np.exp(theta * phi))  # f'(t) = σ(−t)
    return phi * slope, theta * slope


FIELDS: dict[str, Field] = {"bilinear": bilinear, "dirac": dirac}


class Game2d:
    """Two players of one number each; `alternating`: φ sees where θ has gone."""

    def __init__(self, game: str, alternating: bool, theta: Player, phi: Player):
        self.field, self.alternating = FIELDS[game], alternating
        self.players = {"theta": theta, "phi": phi}
        self.played = 0
        self.engine_players: list[GamePlayer] = []
        self._start = max(float(np.hypot(*self.position())[0]), 1e-9)

    def position(self) -> tuple[Array, Array]:
        """θ and φ, each (1,), as views."""
        return self.players["theta"].network.params, self.players["phi"].network.params

    def play(self, games: int = 1) -> None:
        """So many games: a step of each player."""
        for _ in range(games):
            theta, phi = self.players["theta"], self.players["phi"]
            down, up = self.field(*self.position())
            theta.network.grads[...] = down
            phi.network.grads[...] = -up  # optimisers descend
            theta.learn()
            if self.alternating:
                phi.network.grads[...] = -self.field(*self.position())[1]
            phi.learn()
            self.played += 1

    def measure(self) -> dict[str, float]:
        """θ, φ and how far they are from the equilibrium."""
        theta, phi = (float(value[0]) for value in self.position())
        return {"theta": theta, "phi": phi, "distance": float(np.hypot(theta, phi))}

    def picture(self, count: int, rng: Rng) -> Picture:
        """The field (−∂L/∂θ, ∂L/∂φ) over a square around the start and its equilibrium, `count` arrows a side."""
        half = 2.0 * self._start
        axis = np.linspace(-half, half, count)
        theta, phi = np.meshgrid(axis, axis)
        down, up = self.field(theta, phi)
        return Picture(np.zeros((0, 1)), {"axis": axis, "theta_step": -down, "phi_step": up})
