"""A discriminator that sees several samples of one side as one input (PacGAN, Lin et al. 2018)."""

from typing import Any

import numpy as np
import pytest

from gancli.experiment import feature_maps
from gancli.games.penalties import Penalty
from gancli.games.sides import Side
from helpers import game, gancli, train

GAN = """
kind: gan
engine: checked
dtype: float64
data: {set: ring, samples: 60}
generator: {shape: [3, 5, 2], activation: tanh, optimizer: {name: sgd, eta: 0.01}}
discriminator: {shape: [6, 4, 1], activation: tanh, optimizer: {name: sgd, eta: 0.01}}
training: {games: 10, batch: 6, pack: 3}
test: {batches: 2}
"""
WGAN = GAN.replace("kind: gan", "kind: wgan").replace("discriminator:", "critic:")


def packed(x: Any, pack: int) -> Any:
    return Side(x).packed(pack).samples


def output(network: Any, x: Any) -> Any:
    """tanh in the hidden layer, the last layer as the loss takes it."""
    views = network.views(network.params)
    hidden = np.tanh(x @ views["layer1.weights"] + views["layer1.bias"])
    return hidden @ views["layer2.weights"] + views["layer2.bias"]


def test_neighbours_of_a_batch_are_side_by_side() -> None:
    built = game(GAN)
    x = np.arange(12.0).reshape(6, 2)
    assert np.array_equal(packed(x, 3), [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]])
    assert np.allclose(built.judge(Side(x)), output(built.opponent.network, packed(x, 3)))
    assert np.shares_memory(packed(x, 3), x), "nothing is copied"


def test_the_channels_of_images_that_are_packed_are_those_of_the_first_and_then_of_the_second() -> None:
    built = game(
        "kind: gan\ndata: {set: stacked_mnist, samples: 20}\ngenerator: {shape: [2, 2352]}\n"
        "discriminator: {inputs: [6, 28, 28], layers: [{conv: 2, kernel: 28}, {units: 1}]}\n"
        "training: {games: 1, batch: 4, pack: 2}\n"
    )
    images = np.random.default_rng(0).random((4, 3, 28, 28)).astype(np.float32)
    seen = packed(images.reshape(4, -1), built.pack).reshape(2, 6, 28, 28)
    assert np.array_equal(seen[1], np.concatenate([images[2], images[3]]))


@pytest.mark.parametrize("text", [GAN, WGAN, GAN.replace("pack: 3", "pack: 3, loss: relativistic")])
def test_the_generator_learns_along_the_slope_of_its_loss(text: str) -> None:
    built = game(text)
    built.play(2)
    g, d = built.generator.network, built.opponent.network
    real = built.load_real(built.real)
    if hasattr(built, "_of_real"):
        built._of_real[...] = built.judge(real)
    built.find_generator_gradient(built.judge(built.fakes()))
    z, found, params = built._z[:6].copy(), g.grads.copy(), g.params.copy()
    targets = {"targets": built._of_real} if hasattr(built, "_of_real") else {}

    def loss(shift: float, along: Any) -> float:
        g.params[...] = params + shift * along
        a = output(d, g.forward(z, np.random.default_rng(0)).reshape(2, 6))
        if text is GAN:
            return float(np.logaddexp(0.0, -a).mean() / 2)
        return float(np.logaddexp(0.0, targets["targets"] - a).mean()) if targets else float(-a.mean())

    for seed in range(3):
        along = np.random.default_rng(seed).standard_normal(g.params.size)
        slope = (loss(1e-5, along) - loss(-1e-5, along)) / 2e-5
        assert found @ along == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize(
    "penalty", [Penalty(0.3), Penalty(2.0, 1.0, at="interpolates"), Penalty(2.0, 1.0, at="noise", spread=0.1)]
)
def test_a_penalty_is_on_the_slope_along_all_samples_of_a_pack(penalty: Penalty) -> None:
    built = game(GAN)
    d, fakes = built.opponent.network, built.fakes().samples.copy()
    real = built.load_real(built.real)
    d.grads[...] = 0.0
    built.penalise(penalty, real, Side(fakes))
    points = packed(real.samples, 3) if penalty.at == "real" else built.penalties.x
    found, params = d.grads.copy(), d.params.copy()
    assert points.shape == (2, 6)
    if penalty.at == "interpolates":  # one share for the whole of a pack
        shares = (points - packed(fakes, 3)) / (packed(real.samples, 3) - packed(fakes, 3))
        assert np.allclose(shares, shares[:, :1])

    def value() -> float:
        h = 1e-5
        steps = [(output(d, points + h * axis) - output(d, points - h * axis)) / (2 * h) for axis in np.eye(6)]
        norms = np.sqrt((np.concatenate(steps, axis=1) ** 2).sum(axis=1))
        return float(penalty.weight * ((norms - penalty.target) ** 2).mean())

    along = np.random.default_rng(1).standard_normal(d.params.size)
    values = []
    for shift in (1e-4, -1e-4):
        d.params[...] = params + shift * along
        values.append(value())
    assert found @ along == pytest.approx((values[0] - values[1]) / 2e-4, rel=1e-4)


def test_a_pack_of_one_is_no_pack() -> None:
    one, other = (game(GAN, "discriminator.shape=[2, 4, 1]", f"training.pack={pack}") for pack in ("1", "null"))
    for built in (one, other):
        built.play(5)
    assert np.array_equal(one.opponent.network.params, other.opponent.network.params)


def test_the_plane_is_seen_beside_real_points() -> None:
    built = game(GAN)
    plane = built.plane_scores(1.0, np.random.default_rng(0), side=3)
    real = built.real.split.samples.astype(float)
    expected = []
    for choice in range(8):
        beside = np.roll(real, choice, axis=0)[:18].reshape(9, 4)
        points = [[x, y] for y in (1, 0, -1) for x in (-1, 0, 1)]
        expected.append(1 / (1 + np.exp(-output(built.opponent.network, np.hstack([points, beside])))))
    assert np.allclose(plane.ravel(), np.mean(expected, axis=0).ravel())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gan", "wgan"])
def test_all_that_is_made_of_a_run_is_made_of_one_that_packs(kind: str) -> None:
    opponent = "discriminator" if kind == "gan" else "critic"
    folder, _ = train(
        f"kind: {kind}\nname: packed\ngenerator: {{shape: [3, 784]}}\n"
        f"{opponent}: {{inputs: [2, 28, 28], layers: [{{conv: 2, kernel: 7, stride: 7}}, {{units: 1}}], activation: relu}}\n"
        "training: {games: 4, batch: 6, pack: 2}\ntest: {every: 2, batches: 1}\nlipschitz: {every: 4, samples: 11}\n"
    )
    for words in (["plot"], ["report"], ["lipschitz", "--samples", "31"], ["sample", "-n", "3"]):
        assert gancli(words[0], "packed", *words[1:]).exit_code == 0, words
    assert (folder.plots / f"kernels-{opponent}.png").exists()
    of_generator, of_opponent = feature_maps(folder, 1)
    assert of_opponent.outputs[0].shape == (2, 28, 28)
    assert np.array_equal(of_opponent.outputs[0][:1], of_generator.outputs[-1].reshape(1, 28, 28))
    assert np.allclose(of_opponent.outputs[0][1:], feature_maps(folder, 2)[0].outputs[-1].reshape(1, 28, 28), atol=1e-6)


@pytest.mark.slow
def test_filters_of_a_packed_discriminator_are_over_the_pixels_of_the_first_sample() -> None:
    folder, _ = train(
        "kind: gan\nname: dense\ngenerator: {shape: [3, 784]}\ndiscriminator: {shape: [1568, 4, 1]}\n"
        "training: {games: 2, batch: 6, pack: 2}\ntest: {batches: 1}\n"
    )
    assert gancli("plot", "dense").exit_code == 0 and (folder.plots / "filters-discriminator.png").exists()
