"""What a game tells an engine that can play it by itself: networks, losses and data as plain arrays and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gancli.engines.arrays import Array

ActivationPlan = tuple[str, float, float]
"""A name and two numbers: sigmoid (μ), tanh (k, α), relu (slope), softplus, linear (slope)."""


@dataclass(frozen=True)
class NoisePlan:
    """Noise on a layer's input: concat (beside it, `size` units), add or multiply; its law and scale."""

    mode: str
    size: int
    law: str
    scale: float


@dataclass(frozen=True)
class DensePlan:
    """A dense layer; `weights` and `bias` say where they begin in the network's vector (−1: no bias).

    Its inputs include the units of concatenated noise.
    """

    inputs: int
    units: int
    weights: int
    bias: int
    activation: ActivationPlan
    noise: NoisePlan | None = None

    @property
    def below(self) -> int:
        """Inputs that come from the layer below."""
        return self.inputs - (self.noise.size if self.noise is not None and self.noise.mode == "concat" else 0)


@dataclass(frozen=True)
class OptimizerPlan:
    """An optimiser by name, its numbers, and its vectors."""

    name: str
    settings: Mapping[str, float]
    vectors: Mapping[str, Array]


@dataclass(frozen=True)
class NetworkPlan:
    """A network of dense layers, and how it learns; `clip` is (mode, bound), `average` (vector, decay)."""

    params: Array
    layers: tuple[DensePlan, ...]
    optimizer: OptimizerPlan
    clip: tuple[str, float] | None = None
    average: tuple[Array, float] | None = None

    @property
    def inputs(self) -> int:
        """Size of one input."""
        return self.layers[0].below


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
"""A term of an adversarial loss: log (target, weight), square (target), mean (sign)."""


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
    together: int = 1
    """Batches of fakes whose layer noise is drawn at once, for the critic of a WGAN."""
    labels: bool = False
    """Whether a GAN's discriminator has targets drawn for each sample: (batch,) for each of its learnings, in their
    order, after a game's latents."""
    penalty: float = 0.0
    """R1's γ, in every learning on real samples."""


class GamePlayer(Protocol):
    """Plays the games of a plan."""

    profile: bool
    """Whether to keep `seconds`: of data, generator, its opponent (or the only network) and optimisers."""
    seconds: Any

    noise: tuple[tuple[int, str, float], ...]
    """The layer noise of one game, in the order in which it is drawn: how many numbers, their law and scale."""

    def play(self, rows: Any, latents: Any, noise: Any, counts: tuple[int, ...]) -> tuple[int, ...]:
        """One game for each of `rows` (games, samples) int64, `latents` and `noise` (games, numbers).

        `counts` are the steps that each network has taken; returns how many now.
        """
