"""The vocabulary of optimisers; the defaults are the report's (section 3.1)."""

from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Decay, Positive, Share, Spec, named
from gancli.spec.schedules import AnySchedule


class _Optimizer(Spec):
    momentum: Annotated[float, Field(gt=-1, lt=1)] = 0.0
    """m of Δ_k = m Δ_(k−1) + step; composes with every optimiser (report, 3.1.1).

    Below 0 it is friction, which calms players that step in turn (Gidel et al. 2019).
    """
    nesterov: bool | None = None
    """Look ahead with it: params ← params + step + m Δ_k (Sutskever et al. 2013)."""
    weight_decay: Decay | None = None
    """λ of λ/2 ‖params‖², whose gradient λ params is added to g."""
    grad_clip: Positive | None = None
    """A gradient g of all parameters that is longer is scaled to that norm, before anything else; the log says so."""
    lookahead: Literal["extragradient", "past"] | None = None
    """In a GAN or WGAN, step along the gradients of where a first step leads: `extragradient` takes all gradients of a
    game twice, `past` goes ahead along the last ones (Gidel et al. 2019; with Adam, ExtraAdam)."""


class _WithRate(_Optimizer):
    eta: Positive | None = None
    """Learning rate η; the top level's `eta` where it is not given."""
    schedule: AnySchedule | None = None
    """What η is multiplied by at each step."""


class Sgd(_WithRate):
    """Plain gradient descent: −η g."""

    name: Literal["sgd"] = "sgd"


class Adagrad(_WithRate):
    """−η g / (√G + ε), G the sum of squared gradients (report, 3.1.2)."""

    name: Literal["adagrad"] = "adagrad"
    epsilon: Positive = 1e-8
    """ε, which keeps the division finite."""


class Rmsprop(_WithRate):
    """−η g / (√G + ε), G a moving average; centered: −η g / √(G − M² + ε) (report, 3.1.3)."""

    name: Literal["rmsprop"] = "rmsprop"
    gamma: Share = 0.9
    """Decay γ of the moving averages."""
    epsilon: Positive = 1e-8
    """ε, which keeps the division finite."""
    centered: bool = False
    """Divide by the standard deviation of g, √(G − M² + ε), in place of √G + ε; M is the moving average of g."""


class Adadelta(_Optimizer):
    """−g √(X + ε) / √(G + ε); centered: −g √(X + ε) / √(G − M² + ε) (report, 3.1.4). It has no η."""

    name: Literal["adadelta"] = "adadelta"
    gamma: Share = 0.95
    """Decay γ of the moving averages."""
    epsilon: Positive = 1e-6
    """ε, which keeps the division finite."""
    centered: bool = False
    """Divide by √(G − M² + ε) in place of √(G + ε); M is the moving average of g."""


class Adam(_WithRate):
    """−η m̂ / (√v̂ + ε) (report, 3.1.5)."""

    name: Literal["adam"] = "adam"
    beta1: Share = 0.9
    """Decay β₁ of m, the moving average of gradients; 0.5 is usual in GANs."""
    beta2: Share = 0.999
    """Decay β₂ of v, the moving average of squared gradients."""
    epsilon: Positive = 1e-8
    """ε, which keeps the division finite."""


class Adamw(_WithRate):
    """Adam's step, and params ← (1 − ηλ) params beside it (Loshchilov and Hutter 2019)."""

    name: Literal["adamw"] = "adamw"
    beta1: Share = 0.9
    """Decay β₁ of m, the moving average of gradients; 0.5 is usual in GANs."""
    beta2: Share = 0.999
    """Decay β₂ of v, the moving average of squared gradients."""
    epsilon: Positive = 1e-8
    """ε, which keeps the division finite."""
    weight_decay: Decay | None = 0.01
    """λ of params ← (1 − ηλ) params, which is not in the gradient."""


AnyOptimizer = Annotated[
    Annotated[Sgd | Adagrad | Rmsprop | Adadelta | Adam | Adamw, Field(discriminator="name")], named("sgd")
]

DEFAULT_ETA = {"sgd": 0.2, "adagrad": 0.01, "rmsprop": 0.001, "adam": 0.01, "adamw": 0.001}
"""η where neither the network nor the top level gives one."""
