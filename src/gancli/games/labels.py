"""The discriminator's targets: labels smoothed and flipped (report, 2.6.3; Salimans et al. 2016)."""

from dataclasses import dataclass

import numpy as np

from gancli.engines import Array, Engine


@dataclass(frozen=True)
class Labels:
    """Real samples: a target drawn from [low, high) for each; fakes: 0; with probability `flip`, the other's."""

    low: float = 1.0
    high: float = 1.0
    flip: float = 0.0

    @property
    def drawn(self) -> bool:
        """Are there targets to draw? Else they are always the same, and belong to the loss."""
        return self.low < self.high or self.flip > 0.0

    def of(self, real: bool) -> "Targets":
        """What targets of real samples, or of fakes, are drawn from."""
        return Targets(self.low, self.high, self.flip, 0.0) if real else Targets(0.0, 0.0, self.flip, 1.0)


@dataclass(frozen=True)
class Targets:
    """Uniform over [low, high); with probability `flip`, `other`."""

    low: float
    high: float
    flip: float
    other: float

    @property
    def joins(self) -> bool:
        """Not where some are drawn and then some of them flipped."""
        return self.flip == 0.0

    def fill(self, rng: np.random.Generator, out: Array, engine: Engine) -> None:
        """Draw."""
        out[...] = self.low
        if self.low < self.high:
            rng.random(dtype=out.dtype.type, out=out)
            out *= self.high - self.low
            out += self.low
        if self.flip > 0.0:
            out[rng.random(out.shape, dtype=out.dtype.type) < self.flip] = self.other
