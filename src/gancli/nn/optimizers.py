"""Optimisers: each moves a network's flat `params` by its flat `grads` (report, section 3.1).

Momentum composes with all of them: Δ_k = m Δ_(k−1) + step, params ← params + Δ_k. (The report prints the
first term as μ W_k; it is μ ΔW_k, Polyak 1964.) So do Nesterov's look ahead and the decay of weights.
"""

from typing import Any

import numpy as np

from gancli.engines import Array, Engine
from gancli.nn.schedules import Schedule


class Optimizer:
    """Base: `vectors` holds the state that a checkpoint saves, each (size,); `count` says how many steps were taken.

    What all of them take: `momentum` m; `nesterov`, params ← params + step + m Δ_k (Sutskever et al. 2013);
    `weight_decay` λ, which stands for a gradient g + λ params; and, where there is an η, a `schedule` of it. Before all
    of that, a gradient longer than `grad_clip` is scaled to that length; `clipped` (2,) has how often, and when first.
    """

    name: str

    def __init__(
        self, engine: Engine, size: int, dtype: str, momentum: float = 0.0, nesterov: bool = False,
        weight_decay: float = 0.0, schedule: Schedule | None = None, grad_clip: float | None = None,
    ):  # fmt: skip
        self.engine, self.momentum, self.nesterov, self.weight_decay = engine, momentum, nesterov, weight_decay
        self.steps = np.zeros(1, np.int64)
        self.vectors: dict[str, Array] = {}
        self._size, self._dtype = size, np.dtype(dtype)
        self.velocity = self._vector("velocity") if momentum else None
        self.grad_clip, self.clipped = grad_clip, np.zeros(2, np.int64)
        self.schedule = schedule
        self.rate = None if schedule is None else np.ones(1, self._dtype)
        """What η is multiplied by at this step."""

    def step(self, params: Array, grads: Array) -> None:
        """Move `params` (size,), in place, against `grads` (size,), which it may overwrite."""
        self.engine.count(self.steps)
        if self.schedule is not None and self.rate is not None:
            self.schedule.write(self.engine, self.steps, out=self.rate)
        if self.grad_clip is not None:
            self.engine.clip_norm(grads, self.steps, self.clipped, self.grad_clip)
        self._move(params, grads)

    @property
    def count(self) -> int:
        """Steps taken; `steps` (1,) holds it for the kernels."""
        return int(self.steps[0])

    @count.setter
    def count(self, count: int) -> None:
        self.steps[0] = count

    def _move(self, params: Array, grads: Array) -> None:
        raise NotImplementedError

    @property
    def _besides(self) -> dict[str, Any]:
        """What every kernel takes besides its own."""
        besides = {"nesterov": self.nesterov, "weight_decay": self.weight_decay}
        return besides if self.rate is None else {**besides, "rate": self.rate}

    def arrays(self) -> list[Any]:
        """All that it writes but the parameters."""
        return [*self.vectors.values(), self.steps, self.clipped, *([] if self.rate is None else [self.rate])]

    def _vector(self, name: str) -> Array:
        self.vectors[name] = np.zeros(self._size, self._dtype)
        return self.vectors[name]


class Sgd(Optimizer):
    """−η g."""

    name = "sgd"

    def __init__(self, engine: Engine, size: int, dtype: str, eta: float, **common: Any):
        super().__init__(engine, size, dtype, **common)
        self.eta = eta

    def _move(self, params: Array, grads: Array) -> None:
        self.engine.sgd(params, grads, self.velocity, self.eta, self.momentum, **self._besides)


class Adagrad(Optimizer):
    """−η g / (√G + ε), G the sum of squared gradients (Duchi et al. 2011)."""

    name = "adagrad"

    def __init__(self, engine: Engine, size: int, dtype: str, eta: float, epsilon: float = 1e-8, **common: Any):
        super().__init__(engine, size, dtype, **common)
        self.eta, self.epsilon = eta, epsilon
        self.square = self._vector("square")

    def _move(self, params: Array, grads: Array) -> None:
        state = (self.velocity, self.momentum, self.square)
        self.engine.adagrad(params, grads, *state, self.eta, self.epsilon, **self._besides)


class Rmsprop(Optimizer):
    """−η g / (√G + ε), G a moving average; centered: −η g / √(G − M² + ε) (Tieleman and Hinton 2012)."""

    name = "rmsprop"

    def __init__(
        self,
        engine: Engine,
        size: int,
        dtype: str,
        eta: float,
        gamma: float = 0.9,
        epsilon: float = 1e-8,
        centered: bool = False,
        **common: Any,
    ):
        super().__init__(engine, size, dtype, **common)
        self.eta, self.gamma, self.epsilon = eta, gamma, epsilon
        self.square = self._vector("square")
        self.mean = self._vector("mean") if centered else None

    def _move(self, params: Array, grads: Array) -> None:
        state = (self.velocity, self.momentum, self.square, self.mean)
        self.engine.rmsprop(params, grads, *state, self.eta, self.gamma, self.epsilon, **self._besides)


class Adadelta(Optimizer):
    """−g √(X + ε) / √(G + ε), X the moving average of squared steps; it has no η (Zeiler 2012)."""

    name = "adadelta"

    def __init__(
        self,
        engine: Engine,
        size: int,
        dtype: str,
        gamma: float = 0.95,
        epsilon: float = 1e-6,
        centered: bool = False,
        **common: Any,
    ):
        super().__init__(engine, size, dtype, **common)
        self.gamma, self.epsilon = gamma, epsilon
        self.square, self.moved = self._vector("square"), self._vector("moved")
        self.mean = self._vector("mean") if centered else None

    def _move(self, params: Array, grads: Array) -> None:
        state = (self.velocity, self.momentum, self.square, self.mean, self.moved)
        self.engine.adadelta(params, grads, *state, self.gamma, self.epsilon, **self._besides)


class Adam(Optimizer):
    """−η m̂ / (√v̂ + ε) (Kingma and Ba 2015, algorithm 1)."""

    name = "adam"

    def __init__(
        self,
        engine: Engine,
        size: int,
        dtype: str,
        eta: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **common: Any,
    ):
        super().__init__(engine, size, dtype, **common)
        self.eta, self.beta1, self.beta2, self.epsilon = eta, beta1, beta2, epsilon
        self.first, self.second = self._vector("first"), self._vector("second")

    def _move(self, params: Array, grads: Array) -> None:
        state = (self.velocity, self.momentum, self.first, self.second, self.steps)
        numbers = (self.eta, self.beta1, self.beta2, self.epsilon)
        self.engine.adam(params, grads, *state, *numbers, **self._besides)


class Adamw(Adam):
    """Adam's step, and params ← (1 − ηλ) params beside it (Loshchilov and Hutter 2019, algorithm 2)."""

    name = "adamw"

    def __init__(self, engine: Engine, size: int, dtype: str, eta: float, weight_decay: float = 0.01, **settings: Any):
        super().__init__(engine, size, dtype, eta, weight_decay=weight_decay, **settings)

    def _move(self, params: Array, grads: Array) -> None:
        state = (self.velocity, self.momentum, self.first, self.second, self.steps)
        numbers = (self.eta, self.beta1, self.beta2, self.epsilon)
        self.engine.adamw(params, grads, *state, *numbers, **self._besides)


OPTIMIZERS = {
    "sgd": Sgd, "adagrad": Adagrad, "rmsprop": Rmsprop, "adadelta": Adadelta, "adam": Adam, "adamw": Adamw,
}  # fmt: skip
