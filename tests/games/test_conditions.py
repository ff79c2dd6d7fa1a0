"""A game with a condition: both networks are told of which class each sample is, and learn along their slopes."""

from typing import Any

import numpy as np
import pytest

from gancli.games.adversarial import sample_generator
from gancli.games.classes import Classes, OneHot, in_turn
from gancli.games.penalties import Penalty
from gancli.games.sides import Side
from gancli.nn import Network
from helpers import game

GAN = """
kind: gan
engine: checked
dtype: float64
condition: labels
data: {set: two_moons, samples: 60}
generator: {shape: [3, 5, 2], activation: tanh, optimizer: {name: sgd, eta: 0.01}}
discriminator: {shape: [2, 4, 1], activation: tanh, optimizer: {name: sgd, eta: 0.01}}
training: {games: 10, batch: 6}
test: {batches: 2}
"""
WGAN = GAN.replace("kind: gan", "kind: wgan").replace("discriminator:", "critic:")
PROJECTED = GAN.replace("condition: labels", "condition: {discriminator: projection}")
PACKED = GAN.replace("[2, 4, 1]", "[4, 4, 1]").replace("batch: 6", "batch: 6, pack: 2")
PAIRS = GAN.replace("batch: 6", "batch: 6, loss: relativistic")
ALL = [GAN, WGAN, PROJECTED, PACKED, PAIRS]


def output(network: Any, x: Any, codes: Any, projected: bool = False) -> Any:
    """From the formulas: the code beside the inputs of the first layer, or choosing among the outputs of the last."""
    views = network.views(network.params)
    seen = x if projected else np.hstack([x, codes])
    a = np.tanh(seen @ views["layer1.weights"] + views["layer1.bias"]) @ views["layer2.weights"] + views["layer2.bias"]
    return a[:, :1] + (codes * a[:, 1:]).sum(axis=1, keepdims=True) if projected else a


@pytest.mark.parametrize("text", ALL)
def test_both_networks_see_the_class(text: str) -> None:
    built = game(text)
    built.play(3)
    side, g, d = built.fakes(), built.generator.network, built.opponent.network
    z = built._z[: built.batch]
    assert np.allclose(side.samples, output(g, z, side.codes))
    x, codes = side.packed(built.pack)
    assert np.allclose(built.judge(side), output(d, x, codes, text is PROJECTED))
    assert g.classes == 2 and d.classes == 2 * built.pack and g.inputs == 3 and d.inputs == 2 * built.pack


def test_real_samples_have_the_classes_of_their_rows() -> None:
    built = game(GAN)
    for _ in range(15):
        side = built.load_real(built.real)
        rows = built.real.last
        assert np.array_equal(side.codes.argmax(axis=1), built.real.split.labels[rows])
        assert np.array_equal(side.samples, built.real.split.samples[rows])


@pytest.mark.parametrize("text", ALL)
def test_the_generator_learns_along_the_slope_of_its_loss(text: str) -> None:
    built = game(text)
    built.play(2)
    g, d = built.generator.network, built.opponent.network
    real = built.load_real(built.real)
    if text is PAIRS:
        built._of_real[...] = built.judge(real)
    side = built.fakes()
    built.find_generator_gradient(built.judge(side))
    z, found, params = built._z[:6].copy(), g.grads.copy(), g.params.copy()

    def loss(shift: float, along: Any) -> float:
        g.params[...] = params + shift * along
        x, codes = Side(output(g, z, side.codes), side.codes).packed(built.pack)
        a = output(d, x, codes, text is PROJECTED)
        if text is WGAN:
            return float(-a.mean())
        return float(
            np.logaddexp(0.0, built._of_real - a).mean() if text is PAIRS else np.logaddexp(0.0, -a).mean() / 2
        )

    for seed in range(3):
        along = np.random.default_rng(seed).standard_normal(g.params.size)
        assert found @ along == pytest.approx((loss(1e-5, along) - loss(-1e-5, along)) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("text", [GAN, PROJECTED, PACKED])
@pytest.mark.parametrize(
    "penalty", [Penalty(0.3), Penalty(2.0, 1.0, at="interpolates"), Penalty(2.0, 1.0, at="noise", spread=0.1)]
)
def test_a_penalty_is_on_the_slope_along_the_samples_alone_and_between_classes_codes_are_between(
    text: str, penalty: Penalty
) -> None:
    built = game(text)
    d = built.opponent.network
    fakes = Side(*(array.copy() for array in built.fakes()))
    real = built.load_real(built.real)
    d.grads[...] = 0.0
    built.penalise(penalty, real, fakes)
    of_real, of_fakes = real.packed(built.pack), fakes.packed(built.pack)
    points, codes = (of_real.samples if penalty.at == "real" else built.penalties.x), of_real.codes
    if penalty.at == "interpolates":
        share = ((points - of_fakes.samples) / (of_real.samples - of_fakes.samples))[:, :1]
        codes = share * of_real.codes + (1 - share) * of_fakes.codes
    found, params = d.grads.copy(), d.params.copy()

    def value() -> float:
        h, steps = 1e-5, []
        for axis in np.eye(d.inputs):
            ends = (output(d, points + sign * h * axis, codes, text is PROJECTED) for sign in (1, -1))
            steps.append(np.subtract(*ends) / (2 * h))
        norms = np.sqrt((np.concatenate(steps, axis=1) ** 2).sum(axis=1))
        return float(penalty.weight * ((norms - penalty.target) ** 2).mean())

    along = np.random.default_rng(1).standard_normal(d.params.size)
    values = []
    for shift in (1e-4, -1e-4):
        d.params[...] = params + shift * along
        values.append(value())
    assert found @ along == pytest.approx((values[0] - values[1]) / 2e-4, rel=1e-4)


@pytest.mark.parametrize("text", ALL)
def test_the_opponent_learns_along_the_slope_of_its_loss(text: str) -> None:
    """What one step of stochastic descent moves is η times the gradient, of a discriminator on real samples alone."""
    if text in (WGAN, PAIRS):
        built = game(text, *(["critic.optimizer={name: sgd, eta: 0.01}"] if text is WGAN else []))
        learn = built.learn_critic if text is WGAN else (lambda: built.learn_pairs(built.fakes()))
    else:
        built = game(text)
        learn = built.learn_real
    d = built.opponent.network
    before = d.params.copy()
    learn()
    step = (d.params - before) / -0.01

    def loss(params: Any) -> float:
        d.params[...] = params
        sides = [built._seen] if text not in (WGAN, PAIRS) else [built._both.at(slice(6)), built._both.at(slice(6, 12))]
        a = [output(d, *side.packed(built.pack), text is PROJECTED) for side in sides]
        if text is WGAN:
            return float(a[1].mean() - a[0].mean())
        return float(np.logaddexp(0.0, a[1] - a[0]).mean() if text is PAIRS else np.logaddexp(0.0, -a[0]).mean() / 2)

    along = np.random.default_rng(2).standard_normal(d.params.size)
    assert step @ along == pytest.approx((loss(before + 1e-5 * along) - loss(before - 1e-5 * along)) / 2e-5, rel=1e-5)


def test_classes_are_drawn_as_they_are_in_the_data() -> None:
    classes = Classes.of((3, 5, 8), np.array([3, 3, 8, 3, 3, 8, 8, 3, 5, 3]))
    assert classes.labels == (3, 5, 8) and classes.shares == (0.6, 0.1, 0.3)
    codes = classes.drawn(20_000, np.random.default_rng(0), np.float32)
    assert codes.dtype == np.float32 and set(np.unique(codes)) == {0.0, 1.0} and (codes.sum(axis=1) == 1).all()
    assert codes.mean(axis=0) == pytest.approx([0.6, 0.1, 0.3], abs=0.012)
    labels = classes.labels_of(codes)
    assert set(labels.tolist()) == {3, 5, 8} and np.array_equal(classes.codes(labels, np.float32), codes)


def test_a_class_that_the_data_have_none_of_is_not_asked_for() -> None:
    codes = Classes.of((0, 1, 2), np.array([1, 1, 1])).drawn(1000, np.random.default_rng(0), np.float64)
    assert np.array_equal(codes.sum(axis=0), [0, 1000, 0])


def test_codes_that_are_drawn_in_parts_are_those_drawn_at_once() -> None:
    """As the fast engine draws them for many games."""
    drawn = OneHot((0.25, 0.5, 0.25))
    whole, parts = np.empty((4, 15)), np.empty((4, 15))
    drawn.fill(np.random.default_rng(3), whole, None)
    rng = np.random.default_rng(3)
    for part in parts:
        drawn.fill(rng, part[:6], None)
        drawn.fill(rng, part[6:], None)
    assert np.array_equal(whole, parts) and drawn.joins


def test_without_being_asked_a_generator_draws_each_class_in_turn() -> None:
    built = game(GAN)
    g = built.generator.network
    samples, z = sample_generator(g, "uniform", 2005, np.random.default_rng(0))
    assert np.allclose(samples, output(g, z, in_turn(2005, 2, np.float64)))
    assert np.array_equal(in_turn(5, 2, np.float64).argmax(axis=1), [0, 1, 0, 1, 0])


def test_a_network_with_a_condition_says_so_where_nobody_tells_it_the_classes() -> None:
    network: Network = game(GAN).generator.network
    with pytest.raises(ValueError, match="needs the codes of its samples' classes"):
        network.forward(np.zeros((4, 3)), np.random.default_rng(0))


@pytest.mark.parametrize("text", ALL)
def test_the_plane_is_seen_as_the_mean_over_classes(text: str) -> None:
    built = game(text)
    plane = built.plane_scores(1.0, np.random.default_rng(0), side=2)
    if text is PACKED:
        assert plane.shape == (2, 2) and np.isfinite(plane).all()
        return
    points = np.array([[-1.0, 1], [1, 1], [-1, -1], [1, -1]])
    codes = (np.tile(code, (4, 1)) for code in np.eye(2))
    a = [output(built.opponent.network, points, code, text is PROJECTED) for code in codes]
    scores = [1 / (1 + np.exp(-one)) if text not in (WGAN, PAIRS) else one for one in a]
    assert np.allclose(plane.ravel(), np.mean(scores, axis=0).ravel())


def test_measuring_and_drawing_do_not_disturb_training() -> None:
    one, other = game(GAN), game(GAN)
    for _ in range(4):
        one.play()
        other.play()
        one.measure()
        one.picture(6, np.random.default_rng(0))
    assert np.array_equal(one.generator.network.params, other.generator.network.params)


@pytest.mark.parametrize("text", ALL)
def test_an_opponent_that_is_told_classes_settles(text: str) -> None:
    built = game(text.replace("games: 10", "games: 10, critic_until: {change: 0.05, most: 20}"))
    built.play(2)
    assert 10 <= built.settling.steps <= 20
    before = built.settling._estimate()
    assert built.settling._estimate() == before and np.isfinite(before)


def test_a_condition_leaves_the_other_streams_as_they_are() -> None:
    """The same latents and the same order of the data as without it."""
    one, other = game(GAN), game(GAN, "condition=null")
    for built in (one, other):
        built.load_real(built.real)
        built.fakes()
    assert np.array_equal(one._z, other._z) and np.array_equal(one._x, other._x)
