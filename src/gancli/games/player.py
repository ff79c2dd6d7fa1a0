"""A player: a network, the optimiser that moves it, and the bound it is kept within."""

from collections.abc import Callable

from gancli.engines import Engine
from gancli.nn import Network
from gancli.nn.optimizers import Optimizer

Clip = Callable[[Network], None]


class Player:
    """One of the networks of a game; its bound holds from the start, before its first step."""

    def __init__(self, network: Network, optimizer: Optimizer, clip: Clip | None = None):
        self.network, self.optimizer, self.clip = network, optimizer, clip
        if clip is not None:
            clip(network)

    def learn(self) -> None:
        """One step along the network's gradients, then the bound."""
        self.optimizer.step(self.network.params, self.network.grads)
        if self.clip is not None:
            self.clip(self.network)

    def finite(self) -> bool:
        """Are all parameters finite numbers?"""
        return self.network.engine.finite(self.network.params)


def clamp(engine: Engine, bound: float) -> Clip:
    """Each parameter to [−bound, bound] (Arjovsky et al. 2017, algorithm 1)."""
    return lambda network: engine.clamp(network.params, bound)


def rescale(engine: Engine, bound: float) -> Clip:
    """Each weight matrix and bias by bound / max|w| where that maximum is over the bound (the report's code)."""

    def apply(network: Network) -> None:
        for view in network.views(network.params).values():
            engine.rescale(view.reshape(-1), bound)

    return apply


CLIPS = {"clamp": clamp, "rescale": rescale}
