"""How the players of a game of two numbers step: together, in turn, or along gradients other than where they are.

Of L = θφ, with sgd of η = h, one game multiplies the distance to the equilibrium by √(1 + h²) (simultaneous), 1
(alternating), √(1 − h² + h⁴) (extragradient), the largest root of z² − (1 + 2ih) z + ih (optimistic), and
√((1 − γh)² + h²) (consensus).
"""

import numpy as np

from gancli.games.fields import Field
from gancli.games.player import Player
from gancli.nn.optimizers import Sgd


class Simultaneous:
    """Both step from where both are; with any optimiser."""

    def __init__(self, field: Field, theta: Player, phi: Player):
        self.field, self.players = field, (theta, phi)

    def play(self) -> None:
        """A step of each player."""
        self.find()
        for player in self.players:
            player.learn()

    def find(self) -> None:
        """Gradients of both, where they are now."""
        theta, phi = (player.network for player in self.players)
        self.field.gradients(theta.engine, (theta.params, phi.params), (theta.grads, phi.grads))


class Alternating(Simultaneous):
    """φ sees where θ has gone; with any optimiser."""

    def play(self) -> None:
        """A step of each player."""
        for player in self.players:
            self.find()
            player.learn()


class Extragradient(Simultaneous):
    """A plain step −η g ahead, and from where it began a step along the gradients there; with sgd.

    Korpelevich 1976; for GANs Gidel et al. 2019, "A variational inequality perspective". Bounds hold ahead too, and
    momentum is of the second steps alone.
    """

    def __init__(self, field: Field, theta: Player, phi: Player):
        super().__init__(field, theta, phi)
        self._saved = [np.empty_like(player.network.params) for player in self.players]

    def play(self) -> None:
        """A step of each player."""
        self.find()
        for player, saved in zip(self.players, self._saved, strict=True):
            _look_ahead(player, saved)
        self.find()
        for player, saved in zip(self.players, self._saved, strict=True):
            player.network.engine.copy(saved, out=player.network.params)
            player.learn()


def _look_ahead(player: Player, saved: np.ndarray) -> None:
    """The player's plain step; where it was is in `saved`."""
    network, optimizer = player.network, player.optimizer
    assert isinstance(optimizer, Sgd), "gancli check says so"
    network.engine.copy(network.params, out=saved)
    network.engine.sgd(network.params, network.grads, None, optimizer.eta, 0.0)
    if player.clip is not None:
        player.clip(network)


class Optimistic(Simultaneous):
    """z ← z − 2η g + η g′, g′ the gradients of the game before; with sgd (Daskalakis et al. 2018).

    In the first game g′ is g, as if the players had been there before.
    """

    def __init__(self, field: Field, theta: Player, phi: Player):
        super().__init__(field, theta, phi)
        self.find()
        for player in self.players:
            player.memory["previous"] = player.network.grads.copy()

    def play(self) -> None:
        """A step of each player."""
        self.find()
        for player in self.players:
            player.network.engine.optimistic(player.network.grads, player.memory["previous"])
            player.learn()


UPDATES: dict[str, type[Simultaneous]] = {
    "simultaneous": Simultaneous,
    "alternating": Alternating,
    "extragradient": Extragradient,
    "optimistic": Optimistic,
    "consensus": Simultaneous,
}
"""`consensus` steps so along a field that is `fields.Consensus`."""
