"""What each layer makes of a sample: of the sample that `gancli sample` draws, and of a test image."""

from pathlib import Path

import numpy as np
import pytest

from gancli.experiment import feature_maps, sample
from gancli.runs import RunError, RunFolder
from helpers import gancli

GAN = """
kind: gan
data: {set: stacked_mnist, samples: 40}
generator:
  inputs: 5
  layers: [{units: 98, reshape: [2, 7, 7], batch_norm: true}, {upsample: nearest}, {conv_transpose: 3, kernel: 4, stride: 2, padding: 1}]
  ema: 0.9
discriminator:
  inputs: [3, 28, 28]
  layers: [{conv: 4, kernel: 4, stride: 4}, {pool: max, kernel: 7}, {units: 1, minibatch: similarity, dropout: 0.5}]
training: {games: 3, batch: 4}
"""
CNN = """
kind: supervised
network: {inputs: [1, 28, 28], layers: [{conv: 2, kernel: 7, stride: 7}, {units: 10}], output: softmax}
training: {games: 2, batch: 4, loss: cross_entropy}
"""


def trained(text: str) -> RunFolder:
    Path("one.yaml").write_text(text, encoding="utf-8")
    assert gancli("train", "one.yaml", "-q").exit_code == 0
    return RunFolder(next(Path("runs").iterdir()))


def test_a_generators_maps_end_in_the_sample_that_is_drawn_and_the_opponents_begin_with_it() -> None:
    folder = trained(GAN)
    of_generator, of_opponent = feature_maps(folder, 2)
    shapes = [output.shape for output in of_generator.outputs]
    assert shapes == [(5,), (2, 7, 7), (2, 14, 14), (3, 28, 28)]
    samples = sample(folder, 6, seed=0)
    np.testing.assert_allclose(of_generator.outputs[0], samples.latents[2], rtol=1e-6)
    np.testing.assert_allclose(of_generator.outputs[-1], samples.values[2], atol=1e-5)
    repeated = of_generator.outputs[1].repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(of_generator.outputs[2], repeated, atol=1e-6)
    assert [output.shape for output in of_opponent.outputs] == [(3, 28, 28), (4, 7, 7), (4, 1, 1), (1,)]
    np.testing.assert_array_equal(of_opponent.outputs[0], of_generator.outputs[-1])
    np.testing.assert_allclose(of_opponent.outputs[2].ravel(), of_opponent.outputs[1].max(axis=(1, 2)), rtol=1e-6)
    assert (of_generator.network, of_opponent.network, of_generator.game) == ("generator", "discriminator", 3)


def test_a_classifiers_are_of_a_test_image() -> None:
    folder = trained(CNN)
    (maps,) = feature_maps(folder, 1)
    assert [output.shape for output in maps.outputs] == [(1, 28, 28), (2, 4, 4), (10,)]
    assert maps.outputs[0].max() <= 1.0 and maps.outputs[0].any()
    with pytest.raises(RunError, match="from 0 on; got 1000000"):
        feature_maps(folder, 1_000_000)


def test_what_has_no_layers_or_no_checkpoint_is_said() -> None:
    game = trained("kind: game2d\ngame: dirac\noptimizer: {name: sgd, eta: 0.1}\ntraining: {games: 2}\n")
    with pytest.raises(RunError, match="is a game2d run; it has no layers"):
        feature_maps(game, 0)


def test_a_run_without_a_checkpoint_has_no_maps() -> None:
    folder = trained(CNN)
    for path in folder.checkpoints.iterdir():
        path.unlink()
    with pytest.raises(RunError, match="no network to look into"):
        feature_maps(folder, 0)


def test_a_sweep_has_no_maps_of_its_own() -> None:
    Path("one.yaml").write_text(CNN, encoding="utf-8")
    assert gancli("sweep", "one.yaml", "--seeds", "2", "--jobs", "1").exit_code == 0
    result = gancli("plot", "latest", "--maps", "0")
    assert result.exit_code == 2 and "is a sweep: name one of its runs" in result.output


@pytest.mark.slow
def test_plot_draws_them() -> None:
    folder = trained(CNN)
    result = gancli("plot", str(folder.path), "--maps", "0")
    assert result.exit_code == 0 and "maps-network.png" in result.output and "kernels-network.png" in result.output
