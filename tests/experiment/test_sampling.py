"""What is drawn from a run that is over: by hand, from the arrays of its checkpoint."""

import csv
import io

import numpy as np
import pytest

from gancli.data import Units
from gancli.experiment import Samples, sample
from gancli.runs import RunFolder, checkpoint
from helpers import train

RING = """
kind: gan
data: {set: ring, samples: 40}
latent: {distribution: gaussian}
generator: {shape: [3, 5, 2], activation: tanh, output: linear, batch_norm: true, ema: 0.9, optimizer: {name: adam, eta: 0.05}}
discriminator: {shape: [2, 9, 1], optimizer: {name: adam, eta: 0.01}}
training: {games: 12, batch: 8}
"""
BRIGHT = """
kind: wgan
data: {classes: [7]}
generator: {shape: [3, 784], output: linear, optimizer: {name: sgd, eta: 0.01}}
critic: {shape: [784, 2, 1], clip: {bound: 0.1}, optimizer: {name: sgd, eta: 0.01}}
training: {games: 2, batch: 4}
pictures: {every: 10, count: 1}
"""
NUMPY = ("--engine", "numpy", "--set", "dtype=float64")


def drawn(folder: RunFolder, count: int, seed: int) -> np.ndarray:  # type: ignore[type-arg]
    """G(z) as the formulas have it: of the averaged parameters and the running statistics where there are any."""
    rng = np.random.default_rng(seed)
    saved = checkpoint.newest(folder.checkpoints)
    params = saved.arrays.get("generator.average", saved.arrays["generator.params"])
    views = {
        name: params[start : start + int(np.prod(shape))].reshape(shape)
        for name, shape, start in saved.facts["layout"]["generator"]
    }
    weights = [view for view in views.values() if view.ndim == 2]
    vectors = [view for view in views.values() if view.ndim == 1]
    if len(weights) == 1:
        return np.asarray((2 * rng.random((count, 3)) - 1) @ weights[0] + vectors[0])
    x = rng.standard_normal((count, 3))
    mean, variance = np.split(saved.arrays["generator.state"], 2)
    scale, shift = vectors[:2]
    h = np.tanh(scale * (x @ weights[0] - mean) / np.sqrt(variance + 1e-5) + shift)
    return np.asarray(h @ weights[1] + vectors[2])


def test_samples_are_of_the_averaged_generator_and_of_its_running_statistics() -> None:
    folder, _ = train(RING, *NUMPY)
    found = sample(folder, 6, seed=3)
    assert found.values == pytest.approx(drawn(folder, 6, 3), abs=1e-6) and found.game == 12
    assert found.latents.tolist() == np.random.default_rng(3).standard_normal((6, 3)).tolist()


def test_images_are_cut_off_at_black_and_white() -> None:
    folder, _ = train(BRIGHT, *NUMPY)
    found, expected = sample(folder, 6, seed=3), drawn(folder, 6, 3)
    assert expected.min() < 0 and expected.max() > 1
    assert found.values.reshape(6, 784) == pytest.approx(np.clip(expected, 0, 1), abs=1e-6)
    assert found.values.shape == (6, 1, 28, 28) and found.units.kind == "images"


@pytest.mark.parametrize(
    "columns", [(), ("a", "b"), ('name, with "both"', "line\nbreak"), ("größe", " padded ")], ids=str
)
def test_a_table_of_samples_gives_every_number_back(columns: tuple[str, ...]) -> None:
    rng = np.random.default_rng(0)
    values = (rng.normal(size=(50, 2)) * 10.0 ** rng.integers(-30, 30, (50, 2))).astype(np.float32)
    values[0] = [0.0, -1.5]
    content = Samples(values, np.zeros((50, 3)), 7, Units((2,), columns=columns)).csv().decode("utf-8")
    header, *rows = csv.reader(io.StringIO(content, newline=""))
    assert header == list(columns or ("x0", "x1")) and rows[0] == ["0", "-1.5"]
    assert np.array_equal(np.array(rows, np.float64).astype(np.float32), values), "to the bit"
    assert "\r" not in content and content.endswith("\n")
