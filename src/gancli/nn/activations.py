"""Activations: each works in place on a layer's output, and differentiates from that output alone.

σ_μ(x) = 1 / (1 + e^(−μx)) is the report's (section 1.5); all of them are elementwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from gancli.engines import Array, Engine


class Activation(Protocol):
    """f, applied to y (batch, units) in place; backward turns ∂E/∂f(x) into ∂E/∂x, in place."""

    def forward(self, engine: Engine, y: Array) -> None:
        """y ← f(y)."""

    def backward(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← dy × f'(x), where y = f(x)."""

    piecewise_linear: ClassVar[bool]
    """Is f'' = 0 except at corners?"""

    def curve(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← dy × f''(x), where y = f(x) (not called where f is piecewise linear)."""


def back_along_tangent(
    activation: Activation, engine: Engine, y: Array, moved: Array, dy: Array | None, dt: Array
) -> Array | None:
    """Through y = f(a) and its tangent τ = f' × `moved`, from ∂s/∂y (None stands for 0) and ∂s/∂τ.

    Returns ∂s/∂a = f' ∂s/∂y + f'' `moved` ∂s/∂τ, or None, and leaves f' ∂s/∂τ in `dt`; overwrites `moved` and `dy`.
    """
    da = dy
    if dy is not None:
        activation.backward(engine, y, dy)
    if not activation.piecewise_linear:
        engine.multiply(dt, moved)
        activation.curve(engine, y, moved)
        if dy is not None:
            engine.add(dy, moved)
        da = moved
    activation.backward(engine, y, dt)
    return da


@dataclass(frozen=True)
class Sigmoid:
    """σ_μ(x), in (0, 1)."""

    piecewise_linear: ClassVar[bool] = False
    mu: float = 1.0

    def forward(self, engine: Engine, y: Array) -> None:
        """y ← σ_μ(y)."""
        engine.sigmoid(y, self.mu)

    def backward(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← dy μ y (1 − y)."""
        engine.sigmoid_gradient(y, dy, self.mu)

    def curve(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← dy μ² y (1 − y) (1 − 2y)."""
        engine.sigmoid_curve(y, dy, self.mu)


@dataclass(frozen=True)
class Tanh:
    """k tanh(αx), in (−k, k)."""

    piecewise_linear: ClassVar[bool] = False
    k: float = 1.0
    alpha: float = 1.0

    def forward(self, engine: Engine, y: Array) -> None:
        """y ← k tanh(αy)."""
        engine.tanh(y, self.k, self.alpha)

    def backward(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← dy kα (1 − (y/k)²)."""
        engine.tanh_gradient(y, dy, self.k, self.alpha)

    def curve(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← −2 α² dy y (1 − (y/k)²)."""
        engine.tanh_curve(y, dy, self.k, self.alpha)


def centered_sigmoid(mu: float = 1.0) -> Tanh:
    """2σ_μ(x) − 1 = tanh(μx/2), in (−1, 1)."""
    return Tanh(alpha=mu / 2)


@dataclass(frozen=True)
class LeakyRelu:
    """x where positive, slope × x elsewhere; the derivative at 0 is the slope."""

    piecewise_linear: ClassVar[bool] = True
    slope: float = 0.2

    def forward(self, engine: Engine, y: Array) -> None:
        """y ← max(y, slope y)."""
        engine.relu(y, self.slope)

    def backward(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← dy where y > 0, slope dy elsewhere."""
        engine.relu_gradient(y, dy, self.slope)

    def curve(self, engine: Engine, y: Array, dy: Array) -> None:
        """Nothing: f'' = 0."""


def relu() -> LeakyRelu:
    """max(0, x); the derivative at 0 is 0."""
    return LeakyRelu(slope=0.0)


@dataclass(frozen=True)
class Softplus:
    """log(1 + e^x), positive."""

    piecewise_linear: ClassVar[bool] = False

    def forward(self, engine: Engine, y: Array) -> None:
        """y ← log(1 + e^y)."""
        engine.softplus(y)

    def backward(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← dy (1 − e^(−y))."""
        engine.softplus_gradient(y, dy)

    def curve(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← dy e^(−y) (1 − e^(−y))."""
        engine.softplus_curve(y, dy)


@dataclass(frozen=True)
class Linear:
    """slope × x. The slope is 1, or μ for the log-odds of a sigmoid (see `log_odds`)."""

    piecewise_linear: ClassVar[bool] = True
    slope: float = 1.0

    def forward(self, engine: Engine, y: Array) -> None:
        """y ← slope y."""
        if self.slope != 1.0:
            engine.scale(y, self.slope)

    def backward(self, engine: Engine, y: Array, dy: Array) -> None:
        """dy ← slope dy."""
        if self.slope != 1.0:
            engine.scale(dy, self.slope)

    def curve(self, engine: Engine, y: Array, dy: Array) -> None:
        """Nothing: f'' = 0."""


@dataclass(frozen=True)
class Step:
    """1 where x > 0, else 0: for display only, it has no gradient to learn from."""

    piecewise_linear: ClassVar[bool] = True

    def forward(self, engine: Engine, y: Array) -> None:
        """y ← 1 where y > 0, else 0."""
        engine.step(y)

    def backward(self, engine: Engine, y: Array, dy: Array) -> None:
        """Raises TypeError."""
        raise TypeError("step has no gradient; train with sigmoid, and use step for display")

    def curve(self, engine: Engine, y: Array, dy: Array) -> None:
        """Nothing: it is flat."""


def log_odds(activation: Activation) -> Activation:
    """What to put in place of an output sigmoid or softmax when the loss takes log-odds.

    log σ_μ(x) computed from σ_μ(x) loses all precision where the sigmoid saturates; computed from μx it is exact.
    """
    return Linear(slope=activation.mu) if isinstance(activation, Sigmoid) else Linear()


ACTIVATIONS: dict[str, Callable[..., Activation]] = {
    "sigmoid": Sigmoid,
    "centered_sigmoid": centered_sigmoid,
    "tanh": Tanh,
    "relu": relu,
    "leaky_relu": LeakyRelu,
    "softplus": Softplus,
    "linear": Linear,
    "softmax": Linear,  # only ever an output under cross_entropy, which takes the log-odds
    "step": Step,
    "maxmin": Linear,  # sorted by a layer of its own, `layers.maxmin`
}
