"""Critics that are trained to the end, against distances that are known in closed form."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.games import Player
from gancli.nn import Network
from gancli.nn.activations import LeakyRelu, Linear
from gancli.nn.initializers import he
from gancli.nn.layers import Dense, MaxMin, Orthonormal, SpectralNorm
from gancli.nn.layers.base import Layer
from gancli.nn.optimizers import Adam
from gancli.nn.penalty import add_penalty

BATCH = 64
Rng = np.random.Generator
Sides = Callable[[Rng], tuple[Any, Any]]


def point_masses(rng: Rng, apart: float = 1.0) -> tuple[Any, Any]:
    """All real samples at `apart`, all fakes at 0, on a line."""
    return np.full((BATCH, 1), apart), np.zeros((BATCH, 1))


def parallel_lines(rng: Rng) -> tuple[Any, Any]:
    """(0, y) and (1, y'), y and y' uniform in [0, 1) (Arjovsky et al. 2017, example 1)."""
    y = rng.random((2, BATCH))
    return np.stack([np.zeros(BATCH), y[0]], axis=1), np.stack([np.ones(BATCH), y[1]], axis=1)


def zero_and_one(rng: Rng) -> tuple[Any, Any]:
    """Real samples at −1 and 1, fakes at 0: |x| tells them apart by 1, the distance (Anil et al. 2019)."""
    return np.where(rng.random((BATCH, 1)) < 0.5, -1.0, 1.0), np.zeros((BATCH, 1))


def trained(
    layers: Sequence[Layer], sides: Sides, steps: int, eta: float, learn: Callable[[Player, Any, Any, Rng], None]
) -> tuple[float, Network]:
    """E f(x) − E f(x') after so many steps of ascent, and f; `learn` adds to the gradient and takes a step."""
    network = Network(layers, make_engine("numpy"), "float64", np.random.default_rng(0))
    player = Player(network, Adam(network.engine, network.params.size, "float64", eta, beta1=0.5, beta2=0.9))
    rng = np.random.default_rng(1)
    ascent = np.repeat([[-1.0 / BATCH], [1.0 / BATCH]], BATCH, axis=0)
    for _ in range(steps):
        real, fake = sides(rng)
        network.forward(np.concatenate([real, fake]), rng)
        network.backward(ascent.copy())
        learn(player, real, fake, rng)
    return estimate(network, sides), network


def estimate(network: Network, sides: Sides) -> float:
    rng, found = np.random.default_rng(2), []
    for _ in range(50):
        real, fake = (network.forward(x, rng, training=False).mean() for x in sides(rng))
        found.append(real - fake)
    return float(np.mean(found))


def mlp(inputs: int) -> list[Layer]:
    return [Dense(inputs, 32, LeakyRelu(0.0), he()), Dense(32, 32, LeakyRelu(0.0), he()), Dense(32, 1, Linear(), he())]


@pytest.mark.parametrize("sides", [point_masses, parallel_lines])
@pytest.mark.parametrize("weight", [0.1, 10.0])
def test_the_gradient_penalty_reads_more_than_the_distance(sides: Sides, weight: float) -> None:
    """W + W² / (2λ), with a slope of 1 + W / (2λ): where f' = s between, s W − λ (s − 1)² is largest there."""

    def learn(player: Player, real: Any, fake: Any, rng: Rng) -> None:
        share = rng.random((BATCH, 1))
        player.network.forward(fake + share * (real - fake), rng)
        add_penalty(player.network, weight, 1.0)
        player.learn()

    found, _ = trained(mlp(sides(np.random.default_rng(0))[0].shape[1]), sides, 1500, 5e-3, learn)
    assert found == pytest.approx(1.0 + 1.0 / (2.0 * weight), rel=0.02)


def step(player: Player, real: Any, fake: Any, rng: Rng) -> None:
    player.learn()


BOUNDED: dict[str, tuple[Callable[[int], list[Layer]], Sides, float, float]] = {
    # critics of ReLUs wander: 0.54 to 0.59 by seed, steps and η; those that keep norms settle
    "spectral norm of |x|": (lambda inputs: [SpectralNorm(one) for one in mlp(inputs)], zero_and_one, 0.57, 0.04),
    "spectral norm of lines": (lambda inputs: [SpectralNorm(one) for one in mlp(inputs)], parallel_lines, 1.0, 0.005),
    "orthonormal relus of |x|": (lambda inputs: orthonormal(inputs, relu=True), zero_and_one, 0.57, 0.04),
    "orthonormal maxmin of |x|": (lambda inputs: orthonormal(inputs, relu=False), zero_and_one, 0.985, 0.016),
    "orthonormal maxmin of lines": (lambda inputs: orthonormal(inputs, relu=False), parallel_lines, 1.0, 0.005),
}
"""Layers, what they tell apart, what is read of a distance of 1, and within what."""


def orthonormal(inputs: int, *, relu: bool) -> list[Layer]:
    last = Orthonormal(32, 1, Linear(), he())
    if relu:
        return [Orthonormal(inputs, 32, LeakyRelu(0.0), he()), Orthonormal(32, 32, LeakyRelu(0.0), he()), last]
    return [Orthonormal(inputs, 32, Linear(), he()), MaxMin(32), Orthonormal(32, 32, Linear(), he()), MaxMin(32), last]


@pytest.mark.parametrize("name", BOUNDED)
def test_bounded_weights_read_what_they_can(name: str) -> None:
    make, sides, expected, within = BOUNDED[name]
    found, _ = trained(make(sides(np.random.default_rng(0))[0].shape[1]), sides, 1500, 5e-3, step)
    assert found == pytest.approx(expected, abs=within) and found <= 1.0 + 1e-6
