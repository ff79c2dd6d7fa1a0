"""Each game does what it says: who moves, in which order, how often, and nothing that is not used."""


import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.games.adversarial import mean_distance
from gancli.games.player import Clamp, Rescale
from gancli.nn import Network
from gancli.nn.activations import Linear
from gancli.nn.initializers import normal
from gancli.nn.layers import Dense
from helpers import game

WGAN = """
kind: wgan
engine: checked
dtype: float64
data: {classes: [7]}
generator: {shape: [4, 6, 784], optimizer: {name: rmsprop, eta: 0.01}}
critic: {shape: [784, 5, 1], activation: relu, clip: {bound: 0.1}, optimizer: {name: rmsprop, eta: 0.01}}
training: {games: 10, batch: 8}
test: {batches: 2}
"""
GAN = """
kind: gan
engine: checked
dtype: float64
data: {classes: [7]}
generator: {shape: [4, 6, 784], optimizer: {name: sgd, eta: 0.01}}
discriminator: {shape: [784, 5, 1], optimizer: {name: sgd, eta: 0.01}}
training: {games: 10, batch: 8}
test: {batches: 2}
"""


def counts(text: str, *settings: str, games: int = 1) -> dict[str, int]:
    built = game(text, *settings)
    for _ in range(games):
        built.play()
    return {name: player.optimizer.count for name, player in built.players.items()}


def test_a_wgan_plays_its_ratios_and_its_warmup() -> None:
    assert counts(WGAN) == {"critic": 5, "generator": 1}
    assert counts(WGAN, "training.ratios={critic: 2, generator: 3}") == {"critic": 2, "generator": 3}
    assert counts(WGAN, "training.warmup=3", games=5) == {"critic": 25, "generator": 2}


@pytest.mark.parametrize(
    ("ratios", "discriminator", "generator"),
    [
        ({}, 2, 1),
        ({"real": 3, "shared": 0}, 3, 0),
        ({"real": 0, "shared": 0, "fake": 2}, 2, 0),
        ({"real": 0, "shared": 2}, 2, 2),
        ({"real": 1, "shared": 2, "fake": 3, "generator": 4}, 6, 6),
    ],
)
def test_a_gan_plays_its_four_ratios(ratios: dict[str, int], discriminator: int, generator: int) -> None:
    assert counts(GAN, f"training.ratios={ratios}") == {"discriminator": discriminator, "generator": generator}


def test_the_critic_climbs_its_estimate() -> None:
    built = game(WGAN, "training.batch=64")
    before = built.measure()["wasserstein_estimate"]
    for _ in range(30):
        built.learn_critic()
    assert built.measure()["wasserstein_estimate"] > before + 0.1


def test_one_critic_step_is_the_gradient_of_the_estimate() -> None:
    """Ascent on E f(x) − E f(G(z)), by finite differences, on the very batch it learned from."""
    built = game(WGAN, "critic.clip=null", "critic.optimizer={name: sgd, eta: 1}")
    critic = built.opponent.network
    start = critic.params.copy()
    built.learn_critic()
    step, both = critic.params - start, built._both.copy()
    direction = np.random.default_rng(0).standard_normal(start.shape)

    def estimate(t: float) -> float:
        critic.params[...] = start + t * direction
        output = critic.forward(both, np.random.default_rng(0))
        return float(output[:8].mean() - output[8:].mean())

    assert step @ direction == pytest.approx((estimate(1e-6) - estimate(-1e-6)) / 2e-6, rel=1e-5)
    assert np.array_equal(both[8:], built.generator.network.layers[-1].y)


def test_a_critics_step_asks_for_no_image_gradient_and_no_generator_backward(monkeypatch: pytest.MonkeyPatch) -> None:
    built = game(WGAN)
    monkeypatch.setattr(built.generator.network, "backward", lambda *a, **k: pytest.fail("generator differentiated"))
    first = built.opponent.network.layers[0]
    monkeypatch.setattr(first.engine, "_inner", make_engine("numpy"))
    asked = []
    inner = first.backward
    monkeypatch.setattr(first, "backward", lambda dy, params, inputs: asked.append(inputs) or inner(dy, params, inputs))
    built.learn_critic()
    assert asked == [False]


def test_the_generator_moves_the_estimate_down_and_leaves_the_critic_alone() -> None:
    built = game(WGAN, "training.batch=64", "generator.optimizer={name: rmsprop, eta: 0.05}")
    for _ in range(20):
        built.learn_critic()
    critic = built.opponent.network.params.copy()
    before = built.measure()["wasserstein_estimate"]
    for _ in range(20):
        built.learn_generator()
    assert np.array_equal(critic, built.opponent.network.params)
    assert built.measure()["wasserstein_estimate"] < before - 0.05


def test_measuring_and_drawing_do_not_disturb_training() -> None:
    for text in (WGAN, GAN):
        one, other = game(text), game(text)
        for _ in range(3):
            one.play()
            other.play()
            other.measure()
            other.picture(5, np.random.default_rng(0))
        for name, player in one.players.items():
            assert np.array_equal(player.network.params, other.players[name].network.params)


def test_clips() -> None:
    net = Network([Dense(3, 2, Linear(), normal())], make_engine("checked"), "float64", np.random.default_rng(0))
    net.params[...] = [0.05, -0.2, 0.1, 0.4, 0, -0.3, 0.02, -0.01]
    Clamp(0.1)(net)
    assert net.params.tolist() == [0.05, -0.1, 0.1, 0.1, 0, -0.1, 0.02, -0.01]
    net.params[...] = [0.05, -0.2, 0.1, 0.4, 0, -0.3, 0.02, -0.01]
    Rescale(0.1)(net)
    assert np.allclose(net.params, [0.0125, -0.05, 0.025, 0.1, 0, -0.075, 0.02, -0.01])  # the bias is within it


def test_a_critic_is_within_its_bound_before_and_after_learning() -> None:
    built = game(WGAN)
    assert np.abs(built.opponent.network.params).max() == 0.1
    built.play()
    assert np.abs(built.opponent.network.params).max() == 0.1


def test_mean_distance_by_hand() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
    assert mean_distance(points) == pytest.approx((5 + 1 + np.sqrt(18)) / 3)
    assert mean_distance(np.ones((4, 7), np.float32)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("output", ["sigmoid", "centered_sigmoid", "tanh"])
def test_xor_is_learned_with_targets_that_fit_the_output(output: str) -> None:
    text = f"""
kind: supervised
data: {{set: xor}}
network: {{shape: [2, 8, 1], activation: tanh, output: {output}, optimizer: {{name: adam, eta: 0.05}}}}
training: {{games: 500, batch: 4}}
"""
    built = game(text)
    for _ in range(500):
        built.play()
    answers = built.answers(np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32))
    assert built.decide(answers).tolist() == [1, 0, 0, 1]
    assert built.measure()["accuracy"] > 0.7
    plane = built.picture(1, np.random.default_rng(0))
    assert plane.shape == (1, 101 * 101) and plane[0, 0] < 0.5 < plane[0, 100]  # (−1, 1) at the top left, (1, 1) right


@pytest.mark.parametrize(
    ("output", "loss"), [("sigmoid", "mse"), ("sigmoid", "cross_entropy"), ("softmax", "cross_entropy")]
)
def test_digits_are_learned(output: str, loss: str) -> None:
    text = f"""
kind: supervised
network: {{shape: [784, 40, 10], activation: tanh, output: {output}, init: glorot, optimizer: {{name: adam, eta: 0.003}}}}
training: {{passes: 2, batch: 32, loss: {loss}}}
"""
    built = game(text)
    for _ in range(282):
        built.play()
    assert built.measure()["accuracy"] > 0.85
    wrong = built.picture(7, np.random.default_rng(0))
    assert wrong.shape == (7, 784)


@pytest.mark.parametrize("loss", ["{loss: gan}", "{loss: gan, generator_loss: minimax}", "{loss: least_squares}"])
def test_a_discriminator_learns_to_tell(loss: str) -> None:
    training = loss[:-1] + ", games: 1, batch: 32, ratios: {real: 1, shared: 0, fake: 1}}"
    built = game(GAN, f"training={training}", "discriminator.optimizer={name: adam, eta: 0.01}")
    for _ in range(60):
        built.play()
    figures = built.measure()
    assert figures["real_score"] > 0.8 and figures["fake_score"] < 0.2
