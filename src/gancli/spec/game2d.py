"""The vocabulary of games of two numbers: which field, and how its players step."""

from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Positive, Spec, named
from gancli.spec.optimizers import AnyOptimizer


class Bilinear(Spec):
    """L = θφ (Mescheder et al. 2017)."""

    name: Literal["bilinear"] = "bilinear"


class Quadratic(Spec):
    """L = a/2 θ² + θφ − a/2 φ²."""

    name: Literal["quadratic"]
    a: float = 0.5
    """How fast each would reach 0 alone; below 0, how fast it would leave."""


class Dirac(Spec):
    """The GAN whose data are all at 0 (Mescheder et al. 2018, section 2): L = −log(1 + e^(−θφ)) − log 2."""

    name: Literal["dirac"]


class WganClip(Spec):
    """The WGAN whose data are all at 0: L = θφ, φ clipped (Mescheder et al. 2018, section 3)."""

    name: Literal["wgan_clip"]
    clip: Positive = 1.0
    """φ stays in [−clip, clip]."""


class WganGp(Spec):
    """The same with a gradient penalty: L = θφ − λ (|φ| − 1)²."""

    name: Literal["wgan_gp"]
    weight: Annotated[float, Field(gt=0, alias="lambda")] = 1.0


AnyField = Annotated[
    Annotated[Bilinear | Quadratic | Dirac | WganClip | WganGp, Field(discriminator="name")], named("bilinear")
]


class Simultaneous(Spec):
    """Both players step from where both are."""

    name: Literal["simultaneous"] = "simultaneous"


class Alternating(Spec):
    """φ sees where θ has gone."""

    name: Literal["alternating"]


class Extragradient(Spec):
    """Both step along the gradients of where a first step would lead (Korpelevich 1976); with sgd."""

    name: Literal["extragradient"]


class Optimistic(Spec):
    """−2η g_k + η g_(k−1) (Daskalakis et al. 2018); with sgd."""

    name: Literal["optimistic"]


class Consensus(Spec):
    """Simultaneous, along v − γ ∇ ½‖v‖² (Mescheder et al. 2017)."""

    name: Literal["consensus"]
    gamma: Positive = 1.0
    """γ."""


AnyUpdates = Annotated[
    Annotated[Simultaneous | Alternating | Extragradient | Optimistic | Consensus, Field(discriminator="name")],
    named("simultaneous"),
]


class R1(Spec):
    """γ/2 φ²: the penalty on the slope of the Dirac-GAN's discriminator (Mescheder et al. 2018, section 3)."""

    gamma: Positive
    """γ."""


class Side(Spec):
    """What one of the players has of its own."""

    optimizer: AnyOptimizer
    """How it steps; it takes the place of the game's `optimizer`, of which nothing is left."""
