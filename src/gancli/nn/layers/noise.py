"""Layer noise, fresh at each pass: beside a layer's inputs, added to them, or multiplying them; and dropout.

Goodfellow 2014 proposes the three; the report's choice is `concat` (section 2.6.2). Dropout (Srivastava et al. 2014) is
the noise x (1 + n) with n = −1 for a dropped input and p / (1 − p) for the others, so that the mean stays.
"""

import numpy as np

from gancli.engines import Array, Engine, NoisePlan
from gancli.nn.layers.base import Layer


class Noise(Layer):
    """concat: (x, n) with `size` units of noise; add: x + n; multiply: x (1 + n). Without a size, as many as inputs."""

    def __init__(self, inputs: int, mode: str, size: int | None, law: str, scale: float):
        super().__init__()
        self.inputs, self.mode, self.law, self.scale = inputs, mode, law, scale
        self.size = inputs if size is None else size
        self.units = inputs + self.size if mode == "concat" else inputs

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """The engine draws the noise."""
        self.engine = engine

    def plan(self, starts: dict[str, int]) -> NoisePlan:
        """What an engine that plays by itself is told."""
        return NoisePlan(self.mode, self.size, self.law, self.scale)

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units), dx (batch, inputs) and the noise (batch, size)."""
        self.y, self.dx, self.noise = self.buffers(batch, dtype, self.units, self.inputs, self.size)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """Draw the noise and join it to x; what is dropped in training is there without it."""
        if training or self.law != "dropout":
            draw(self.engine, rng, self.law, self.scale, out=self.noise)
        else:
            self.noise[...] = 0.0
        if self.mode == "concat":
            self.y[:, : self.inputs] = x
            self.y[:, self.inputs :] = self.noise
        elif self.mode == "add":
            np.add(x, self.noise, out=self.y)
        else:
            self.noise += 1.0
            np.multiply(x, self.noise, out=self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """Dx: the inputs' part of dy; dy; or dy (1 + n)."""
        if not inputs:
            return None
        self.dx[...] = dy[:, : self.inputs]
        if self.mode == "multiply":
            self.dx *= self.noise
        return self.dx

    def tangent(self, t: Array) -> Array:
        """The noise of the last pass stands still: (t, 0); t; or t (1 + n)."""
        if self.mode == "concat":
            return np.concatenate([t, np.zeros((len(t), self.size), t.dtype)], axis=1)
        return t * self.noise if self.mode == "multiply" else t

    def tangent_backward(self, dy: Array | None, dt: Array) -> tuple[Array | None, Array]:
        """As `backward`, for both."""
        parts = [None if part is None else part[:, : self.inputs] for part in (dy, dt)]
        if self.mode == "multiply":
            parts = [None if part is None else part * self.noise for part in parts]
        assert parts[1] is not None
        return parts[0], parts[1]


def dropout(inputs: int, rate: float) -> Noise:
    """Each input is 0 with probability `rate`, else divided by 1 − rate; outside training, itself."""
    return Noise(inputs, "multiply", None, "dropout", rate)


def draw(engine: Engine, rng: np.random.Generator, law: str, scale: float, out: Array) -> None:
    """Fill `out` from N(0, scale²), uniformly from [−scale, scale), or with dropout's −1 and p / (1 − p), p = scale."""
    if law == "gaussian":
        engine.normal(rng, out)
        if scale != 1.0:
            out *= scale
    elif law == "dropout":
        engine.dropout(rng, scale, out)
    else:
        rng.random(dtype=out.dtype.type, out=out)
        out *= 2.0 * scale
        out -= scale
