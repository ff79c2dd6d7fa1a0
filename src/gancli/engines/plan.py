"""What a game tells an engine that can play it by itself: networks, losses and data as plain arrays and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


ActivationPlan = tuple[str, float, float]
"""A name and two numbers: sigmoid (μ), tanh (k, α), relu (slope), softplus, linear (slope)."""


@dataclass(frozen=True)
class DensePlan:
    """A dense layer; `weights` and `bias` say where they begin in the network's vector (−1: no bias)."""

    inputs: int
    units: int
    weights: int
    bias: int
    activation: ActivationPlan


@dataclass(frozen=True)
class OptimizerPlan:
    """An optimiser by name, its numbers, and its vectors."""

    name: str
    settings: Mapping[str, float]
    vectors: Mapping[str, Array]


@dataclass(frozen=True)
class NetworkPlan:
    """A network that consists of dense layers, and how it learns; `clip` is (mode, bound)."""

    params: Array
    layers: tuple[DensePlan, ...]
    optimizer: OptimizerPlan
    clip: tuple[str, float] | None = None

    @property
    def inputs(self) -> int:
        """Size of one input."""
        return self.layers[0].inputs


@dataclass(frozen=True)
class SupervisedPlan:
    """One training: forward, error, backward, step. `codes` (labels, outputs) are the targets."""

    network: NetworkPlan
    loss: str
    codes: Array
    samples: Any
    labels: Any
    factor: float
    batch: int


TermPlan = tuple[str, float, float]
"""A term of an adversarial loss: log (sign, weight), square (target), mean (sign)."""


@dataclass(frozen=True)
class AdversarialPlan:
    """A GAN or a WGAN; `ratios` are the learnings of one game, by name."""

    generator: NetworkPlan
    opponent: NetworkPlan
    real: TermPlan
    fake: TermPlan
    teach: TermPlan
    """What the generator minimises."""
    ratios: Mapping[str, int]
    """`real`, `fake`, `shared` and `generator` of a GAN; `critic` and `generator` of a WGAN."""
    samples: Any
    factor: float
    batch: int


class GamePlayer(Protocol):
    """Plays the games of a plan."""

    profile: bool
    """Whether to keep `seconds`: of data, generator, its opponent (or the only network) and optimisers."""
    seconds: Any

    def play(self, rows: Any, latents: Any, counts: tuple[int, ...]) -> tuple[int, ...]:
        """One game for each of `rows` (games, samples) int64 and `latents` (games, numbers).

        `counts` are the steps that each network has taken; returns how many now.
        """
