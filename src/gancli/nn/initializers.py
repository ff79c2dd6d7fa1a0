"""Initial weights; biases start at zero (report, section 1.5).

An initialiser is told how many inputs a unit sees and how many units an input goes to, which a convolution's weights
alone do not say.
"""

from collections.abc import Callable

import numpy as np

from gancli.engines import Array

Initializer = Callable[[np.random.Generator, Array, float, float], None]


def normal(std: float = 1.0) -> Initializer:
    """N(0, std²): the report's, with std 1."""

    def fill(rng: np.random.Generator, out: Array, inputs: float, units: float) -> None:
        out[...] = rng.standard_normal(out.shape) * std

    return fill


def uniform(bound: float = 1.0) -> Initializer:
    """Uniform in ±bound."""

    def fill(rng: np.random.Generator, out: Array, inputs: float, units: float) -> None:
        out[...] = rng.uniform(-bound, bound, out.shape)

    return fill


def glorot() -> Initializer:
    """Uniform in ±√(6 / (inputs + units)) (Glorot and Bengio 2010, equation 16)."""

    def fill(rng: np.random.Generator, out: Array, inputs: float, units: float) -> None:
        bound = np.sqrt(6.0 / (inputs + units))
        out[...] = rng.uniform(-bound, bound, out.shape)

    return fill


def he() -> Initializer:
    """N(0, 2 / inputs) (He et al. 2015, equation 10)."""

    def fill(rng: np.random.Generator, out: Array, inputs: float, units: float) -> None:
        out[...] = rng.standard_normal(out.shape) * np.sqrt(2.0 / inputs)

    return fill


INITIALIZERS: dict[str, Callable[..., Initializer]] = {
    "normal": normal, "uniform": uniform, "glorot": glorot, "he": he,
}  # fmt: skip
