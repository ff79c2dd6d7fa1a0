"""Players that look ahead: each steps along the gradient of where a first step leads, not of where it is.

A game of two that step together turns around its equilibrium; looking ahead damps the turning. With Adam it is
ExtraAdam (Gidel et al. 2019, "A variational inequality perspective on GANs", algorithm 4), whose averages both steps
move.
"""

from typing import Any

import numpy as np

from gancli.games.player import Player


class Extragradient(Player):
    """Plays each game twice: ahead, then from where it began along the gradients of where it is.

    Korpelevich 1976. The second time nobody moves until all gradients are known. Bounds hold ahead too.
    """

    def __init__(self, *args: Any):
        super().__init__(*args)
        self._began = np.empty_like(self.network.params)
        self._ahead = False

    def look_ahead(self) -> None:
        """Before a game's first time."""
        self.network.engine.copy(self.network.params, out=self._began)
        self._ahead = False

    def turn_back(self) -> None:
        """Before its second."""
        self._ahead = True

    def learn(self) -> None:
        """One step of the parameters, or of where they began."""
        if self._ahead:
            self.optimizer.step(self._began, self.network.grads)
        else:
            self.optimizer.step(self.network.params, self.network.grads)
            self.keep_bounds()

    def arrive(self) -> None:
        """After a game."""
        self.network.engine.copy(self._began, out=self.network.params)
        self.keep_bounds()
        self.follow()


class Past(Player):
    """Steps from where it began, and then ahead, as far again along the same gradient.

    Extrapolation from the past (Popov 1980), with one gradient a step. `params` is where it is ahead; with sgd that is
    the optimistic step, −2η g + η g′, g′ the gradient before (Daskalakis et al. 2018).
    """

    def __init__(self, *args: Any):
        super().__init__(*args)
        self.memory["began"] = self.network.params.copy()
        self._again = np.empty_like(self.network.grads)

    def learn(self) -> None:
        """One step from where it began, and one ahead."""
        engine, params, grads = self.network.engine, self.network.params, self.network.grads
        began, again = self.memory["began"], self._again
        engine.copy(grads, out=again)  # a step may overwrite its gradient
        self.optimizer.step(began, grads)
        engine.copy(began, out=params)
        self.keep_bounds()
        engine.copy(params, out=began)
        self.optimizer.step(params, again)
        self.keep_bounds()
        self.follow()


PLAYERS: dict[str | None, type[Player]] = {None: Player, "extragradient": Extragradient, "past": Past}
