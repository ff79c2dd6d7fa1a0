"""A game of single precision computes in single precision throughout: no buffer of twice the size, no product of twice the time."""

from typing import Any

import numpy as np
import pytest

from helpers import game

GAN = """
kind: gan
data: {set: mnist}
generator: {layers: [{units: 6, batch_norm: true, noise: {mode: add}}, {units: 784}], inputs: 4, ema: 0.9}
discriminator:
  inputs: 784
  layers:
    - {units: 5, activation: leaky_relu, noise: {mode: concat, size: 2}, dropout: 0.1, minibatch: {name: similarity}}
    - {units: 1}
training: {games: 9, batch: 6}
"""
WGAN = """
kind: wgan
data: {set: mnist}
generator: {shape: [4, 6, 784], optimizer: {name: adam}}
critic: {shape: [784, 5, 1], activation: relu, clip: {bound: 0.1, mode: rescale}, optimizer: {name: rmsprop, centered: true}}
training: {games: 9, batch: 6}
"""
CLASSIFIER = """
kind: supervised
data: {set: mnist}
network: {shape: [784, 5, 10], activation: tanh, output: softmax, optimizer: {name: adadelta}}
training: {games: 9, batch: 6, loss: cross_entropy}
"""


def arrays(thing: Any, path: str, seen: set[int]) -> dict[str, Any]:
    """Every array that a game reaches, but not the data that it learns from."""
    if id(thing) in seen or path.endswith((".data", ".engine")):
        return {}
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return {path: thing}
    found = {}
    if isinstance(thing, dict):
        parts = thing.items()
    elif isinstance(thing, list | tuple):
        parts = enumerate(thing)
    elif type(thing).__module__.startswith("gancli"):
        slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        parts = {**getattr(thing, "__dict__", {}), **{name: getattr(thing, name, None) for name in slots}}.items()
    else:
        return {}
    for name, part in parts:
        found |= arrays(part, f"{path}.{name}", seen)
    return found


R1 = (
    "{kind: gan, data: {set: mnist}, generator: {shape: [4, 6, 784]}, discriminator: {shape: [784, 5, 1], noise: {mode: multiply}}, "
    "training: {games: 9, batch: 6, r1: {gamma: 1, every: 2}, loss: least_squares}}"
)


@pytest.mark.parametrize("text", [GAN, R1, WGAN, CLASSIFIER])
def test_every_array_of_a_game_has_its_precision(text: str) -> None:
    built = game(text)
    built.play(3)
    found = arrays(built, "game", set())
    assert len(found) > 25
    assert not {
        path: array.dtype for path, array in found.items() if array.dtype.kind == "f" and array.dtype != np.float32
    }
