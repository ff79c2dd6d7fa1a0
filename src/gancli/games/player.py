"""A player: a network, the optimiser that moves it, and the bound on its weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array
from gancli.nn import Network
from gancli.nn.optimizers import Optimizer


class Clip(Protocol):
    """Keeps a network within a bound."""

    mode: ClassVar[str]

    @property
    def bound(self) -> float:
        """The bound."""

    def __call__(self, network: Network) -> None:
        """Bound its parameters, in place."""


class Average:
    """An exponential moving average of a network's parameters, in a second network of the same layers.

    Samples drawn from it are better than those of the last step (Yazıcı et al. 2019).
    """

    def __init__(self, network: Network, decay: float):
        self.network, self.decay = network, decay

    def follow(self, network: Network, steps: NDArray[np.int64]) -> None:
        """Move towards `network`, which has taken so many steps, (1,)."""
        network.engine.average(self.network.params, network.params, steps, self.decay)
        if len(network.state):
            network.engine.copy(network.state, out=self.network.state)


class Player:
    """One of the networks of a game; its bound holds from the start, before its first step."""

    def __init__(
        self, network: Network, optimizer: Optimizer, clip: Clip | None = None, average: Average | None = None
    ):
        self.network, self.optimizer, self.clip, self.average = network, optimizer, clip, average
        self.memory: dict[str, NDArray[Any]] = {}
        """What its game keeps of it from one to the next, by name: a checkpoint saves it."""
        self.tested: Array | None = None
        """Its parameters at the last test, (size,), where it remembers them."""
        self.first: Mapping[str, Any] | None = None
        """Where its first parameters are from, where they were not drawn."""
        if clip is not None:
            clip(network)
        if average is not None:
            average.network.params[...] = network.params

    @property
    def shown(self) -> Network:
        """What samples are drawn from: the moving average where there is one."""
        return self.network if self.average is None else self.average.network

    def remember(self) -> None:
        """Keep the parameters of each test until the next, to know how far they went."""
        self.tested = self.network.params.copy()

    def learn(self) -> None:
        """One step along the network's gradients, then the bounds, then the average."""
        self.optimizer.step(self.network.params, self.network.grads)
        self.keep_bounds()
        self.follow()

    def keep_bounds(self) -> None:
        """The clip's, and those of its layers."""
        if self.clip is not None:
            self.clip(self.network)
        self.network.after_step()

    def follow(self) -> None:
        """The average moves towards the parameters."""
        if self.average is not None:
            self.average.follow(self.network, self.optimizer.steps)

    def arrays(self) -> list[NDArray[Any]]:
        """All that its network, its optimiser, its average and its game keep."""
        networks = [self.network] if self.average is None else [self.network, self.average.network]
        arrays = [array for network in networks for array in (network.params, network.state)]
        vectors = [*self.optimizer.arrays(), *self.memory.values()]
        return [*arrays, self.network.grads, *vectors]

    def finite(self) -> bool:
        """Are all parameters finite numbers?"""
        return self.network.engine.finite(self.network.params)


@dataclass(frozen=True)
class Clamp:
    """Each parameter to [−bound, bound] (Arjovsky et al. 2017, algorithm 1)."""

    mode: ClassVar[str] = "clamp"
    bound: float

    def __call__(self, network: Network) -> None:
        """Bound its parameters, in place."""
        network.engine.clamp(network.params, self.bound)


@dataclass(frozen=True)
class Rescale:
    """Each weight matrix and bias by bound / max|w| where that maximum is over the bound (the report's code)."""

    mode: ClassVar[str] = "rescale"
    bound: float

    def __call__(self, network: Network) -> None:
        """Bound its parameters, in place."""
        for view in network.views(network.params).values():
            network.engine.rescale(view.reshape(-1), self.bound)


CLIPS: dict[str, type[Clamp] | type[Rescale]] = {"clamp": Clamp, "rescale": Rescale}
