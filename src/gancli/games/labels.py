"""What the discriminator is told to answer: labels smoothed and flipped (report, 2.6.3; Salimans et al. 2016)."""

from dataclasses import dataclass

import numpy as np

from gancli.engines import Array


@dataclass(frozen=True)
class Labels:
    """Real samples: a target drawn from [low, high) for each; fakes: 0; with probability `flip`, the other's."""

    low: float = 1.0
    high: float = 1.0
    flip: float = 0.0

    @property
    def drawn(self) -> bool:
        """Are there targets to draw? Else they are always the same, and part of the loss."""
        return self.low < self.high or self.flip > 0.0

    def draw(self, rng: np.random.Generator, real: bool, out: Array) -> None:
        """Fill `out` (batch,) with targets of real samples or of fakes."""
        dtype = out.dtype.type
        out[...] = self.low if real else 0.0
        if real and self.low < self.high:
            rng.random(dtype=dtype, out=out)
            out *= self.high - self.low
            out += self.low
        if self.flip > 0.0:
            flipped = rng.random(len(out), dtype=dtype) < self.flip
            out[flipped] = 0.0 if real else 1.0
