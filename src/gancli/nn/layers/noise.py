"""Layer noise, fresh at each pass: beside a layer's inputs, added to them, or multiplying them; and dropout.

Goodfellow 2014 proposes the three; the report's choice is `concat` (section 2.6.2). Dropout (Srivastava et al. 2014) is
the noise x (1 + n) with n = −1 for a dropped input and p / (1 − p) for the others, so that the mean stays.
"""

import numpy as np

from gancli.engines import DISTRIBUTIONS, Array, Distribution, Engine, Rows
from gancli.nn.layers.base import Layer, Moving

FACTORS = ("multiply", "times")
"""Modes in which the inputs are multiplied."""


class Noise(Layer):
    """concat: (x, n) with `size` units of noise; add: x + n; multiply: x (1 + n); times: x n.

    Without a size, as many as inputs.
    """

    def __init__(self, inputs: int, mode: str, size: int | None, distribution: str, scale: float):
        super().__init__()
        self.inputs, self.mode, self.distribution, self.scale = inputs, mode, distribution, scale
        self.drawn_from: Distribution = DISTRIBUTIONS[distribution](scale)
        self.size = inputs if size is None else size
        self.units = inputs + self.size if mode == "concat" else inputs

    def bind(self, engine: Engine, params: dict[str, Array], grads: dict[str, Array], state: dict[str, Array]) -> None:
        """The engine draws the noise."""
        self.engine = engine

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """Buffers for y (batch, units), dx (batch, inputs) and the noise (batch, size)."""
        self.y, self.dx, self.noise = self.buffers(batch, dtype, self.units, self.inputs, self.size)

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """Draw the noise and join it to x; what is dropped in training is there without it."""
        engine = self.engine
        if training or self.distribution != "dropout":
            engine.draw(rng, self.drawn_from, out=self.noise)
        else:
            engine.fill(self.noise, 0.0)
        engine.copy(x, out=self.y[:, : self.inputs])
        if self.mode == "concat":
            engine.copy(self.noise, out=self.y[:, self.inputs :])
        elif self.mode == "add":
            engine.add(self.noise, self.y)
        else:
            if self.mode == "multiply":
                engine.shift(self.noise, 1.0)
            engine.multiply(self.noise, self.y)
        return self.y

    def backward(self, dy: Array, params: bool, inputs: bool) -> Array | None:
        """dx: the columns of dy that belong to the inputs; dy; or dy times the factor."""
        if not inputs:
            return None
        self.engine.copy(dy[:, : self.inputs], out=self.dx)
        if self.mode in FACTORS:
            self.engine.multiply(self.noise, self.dx)
        return self.dx

    def tangent(self, t: Array) -> Array:
        """The noise of the last pass stands still: (t, 0); t; or t times the factor."""
        if self.mode == "add":
            return t
        (moved,) = self.buffers(len(t), t.dtype, self.units, of="tangent")
        self.engine.copy(t, out=moved[:, : self.inputs])
        if self.mode == "concat":
            self.engine.fill(moved[:, self.inputs :], 0.0)
        else:
            self.engine.multiply(self.noise, moved)
        return moved

    def tangent_backward(self, dy: Array | None, dt: Array, inputs: bool) -> tuple[Array | None, Array]:
        """As `backward`, for both."""
        if not inputs or self.mode == "add":
            return dy, dt
        below, moved = self.buffers(len(dt), dt.dtype, self.inputs, self.inputs, of="back along the tangent")
        for given, out in ((dy, below), (dt, moved)):
            if given is not None:
                self.engine.copy(given[:, : self.inputs], out=out)
                if self.mode in FACTORS:
                    self.engine.multiply(self.noise, out)
        return None if dy is None else below, moved


class RealSamples(Noise):
    """x + a row of a table of real samples (count, features), drawn anew at each pass."""

    def __init__(self, table: Array):
        super().__init__(table.shape[1], "add", None, "gaussian", 1.0)
        self.distribution, self.drawn_from = "real samples", Rows(table)


class ChannelDropout(Moving):
    """Each channel of an image is dropped whole, for neighbours say nearly the same (Tompson et al. 2015)."""

    def __init__(self, channels: int, places: int, rate: float):
        super().__init__()
        self.inputs = self.units = channels * places
        self.channels, self.drawn_from = channels, DISTRIBUTIONS["dropout"](rate)

    def resize(self, batch: int, dtype: np.dtype[np.floating]) -> None:
        """The factors (batch, channels), too."""
        super().resize(batch, dtype)
        (self.factor,) = self.buffers(batch, dtype, self.channels, of="factors")

    def forward(self, x: Array, rng: np.random.Generator, training: bool) -> Array:
        """Each channel times 0 or 1 / (1 − rate); outside training, as it is."""
        if training:
            self.engine.draw(rng, self.drawn_from, out=self.factor)
            self.engine.shift(self.factor, 1.0)
        else:
            self.engine.fill(self.factor, 1.0)
        return super().forward(x, rng, training)

    def there(self, x: Array, out: Array) -> None:
        """Times the factors of the last pass."""
        self.engine.copy(x, out=out)
        self.engine.multiply_channels(self.factor, out)

    def back(self, dy: Array, out: Array) -> None:
        """The same."""
        self.there(dy, out)


def dropout(inputs: int, rate: float) -> Noise:
    """Each input is 0 with probability `rate`, else divided by 1 − rate; outside training, itself."""
    return Noise(inputs, "multiply", None, "dropout", rate)
