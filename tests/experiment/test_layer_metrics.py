"""What a run measures of each layer, against sums over its checkpoints and a gradient by differences."""

import itertools
from typing import Any

import numpy as np
import pytest

from experiment.test_runs import GAN, MNIST, WGAN, XOR
from gancli.experiment.layers import layer_metrics
from gancli.runs import RunFolder, checkpoint
from helpers import game, train

LAYERED = "--set", "test.layers=true", "--set", "generator.shape=[4, 6, 5, 784]"


def by_layer(params: Any, sizes: list[int]) -> list[float]:
    """Norms of layers of so many units, weights and biases together."""
    counts = [(rows + 1) * columns for rows, columns in itertools.pairwise(sizes)]
    parts = np.split(params.astype(np.float64), np.cumsum(counts)[:-1])
    return [float(np.linalg.norm(part)) for part in parts]


def found(row: dict[str, Any], family: str) -> list[float]:
    return [row[key] for key in sorted(row) if key.startswith(family)]


def test_distances_are_those_between_the_parameters_of_two_tests() -> None:
    folder, _ = train(GAN, *LAYERED)
    old, new = (checkpoint.load(folder.checkpoints / f"game-0000{game}.npz").arrays for game in (30, 40))
    first, *_, last = folder.rows()
    for name, sizes in (("generator", [4, 6, 5, 784]), ("discriminator", [784, 5, 1])):
        expected = by_layer(new[f"{name}.params"] - old[f"{name}.params"], sizes)
        assert found(last, f"moved_{name}_layer") == pytest.approx(expected, rel=1e-6)
        assert found(first, f"moved_{name}_layer") == [0.0] * len(expected)


@pytest.mark.parametrize(("text", "opponent"), [(GAN, "discriminator"), (WGAN, "critic")])
def test_squares_of_the_layers_gradients_are_the_networks(text: str, opponent: str) -> None:
    folder, _ = train(text, *LAYERED)
    for row in folder.rows():
        for name in ("generator", opponent):
            layers = found(row, f"gradient_{name}_layer")
            assert len(layers) == (3 if name == "generator" else 2)
            assert np.linalg.norm(layers) == pytest.approx(row[f"{name}_gradient"], rel=1e-5)


@pytest.mark.parametrize(
    "settings", [[], ["network.batch_norm=true"], ["network.dropout=0.3", "network.noise={size: 2}"]]
)
def test_the_gradient_of_a_supervised_network_is_that_of_its_test_loss(settings: list[str]) -> None:
    """Along itself, the loss rises by its square."""
    built = game(XOR, "test.layers=true", "dtype=float64", "network.shape=[2, 4, 3, 1]", *settings)
    built.play(3)
    network = built.players["network"].network
    start, gradient = network.params.copy(), built.gradients()["network"].copy()
    if settings:
        assert np.isfinite(gradient).all()
        return
    losses = []
    for sign in (1.0, -1.0):
        network.params[...] = start + sign * 1e-6 * gradient
        built._tested = None
        losses.append(built.measure()["loss"])
    network.params[...] = start
    assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(gradient @ gradient, rel=1e-5)
    norms = found(layer_metrics(built), "gradient_network_layer")
    assert norms == pytest.approx(by_layer(gradient, [2, 4, 3, 1]), rel=1e-12)


@pytest.mark.parametrize("text", [GAN, WGAN, MNIST])
def test_to_measure_layers_changes_nothing_else(text: str) -> None:
    one, other = (train(text, "--set", f"test.layers={value}")[0] for value in ("true", "null"))
    assert one.rows()[-1].keys() > other.rows()[-1].keys()
    for row, plain in zip(one.rows(), other.rows(), strict=True):
        assert {key: row[key] for key in plain if key != "seconds"} == {
            key: value for key, value in plain.items() if key != "seconds"
        }
    assert np.array_equal(last_params(one), last_params(other))


def last_params(folder: RunFolder) -> Any:
    arrays = checkpoint.load(checkpoint.paths(folder.checkpoints)[-1]).arrays
    return np.concatenate([arrays[key] for key in sorted(arrays) if key.endswith(".params")])


def test_a_network_of_one_layer_has_none_to_tell_apart() -> None:
    folder, _ = train(MNIST, "--set", "test.layers=true", "--set", "network.shape=[784, 10]")
    assert not any("layer1" in key for key in folder.rows()[-1])
