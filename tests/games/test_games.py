"""Each game does what it says: who moves, in which order, how often, and nothing that is not used."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gancli import spec
from gancli.engines import make_engine
from gancli.games.adversarial import mean_distance
from gancli.games.game2d import FIELDS
from gancli.games.labels import Labels
from gancli.games.player import Clamp, Rescale
from gancli.games.wgan import Schedule
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


@pytest.mark.parametrize(("text", "opponent"), [(GAN, "discriminator"), (WGAN, "critic")])
def test_another_generator_leaves_the_opponents_first_parameters_alone(text: str, opponent: str) -> None:
    one, other = (game(text, f"generator.shape={shape}") for shape in ("[4, 6, 784]", "[9, 3, 5, 784]"))
    assert np.array_equal(one.players[opponent].network.params, other.players[opponent].network.params)
    wider = game(text, f"{opponent}.shape=[784, 9, 1]")
    assert np.array_equal(one.players["generator"].network.params, wider.players["generator"].network.params)
    first = np.random.default_rng(np.random.SeedSequence(0, spawn_key=(0,))).standard_normal(4 * 6)
    assert np.array_equal(one.players["generator"].network.params[:24], first), "what a seed means"


def test_a_wgan_plays_its_ratios_and_its_warmup() -> None:
    assert counts(WGAN) == {"critic": 5, "generator": 1}
    assert counts(WGAN, "training.ratios={critic: 2, generator: 3}") == {"critic": 2, "generator": 3}
    assert counts(WGAN, "training.warmup=3", games=5) == {"critic": 25, "generator": 2}
    phase = "training.long_phase={critic: 7, first: 2, every: 4}"
    assert counts(WGAN, phase, games=6) == {"critic": 7 + 7 + 5 + 5 + 7 + 5, "generator": 6}
    assert counts(WGAN, phase, "training.warmup=1", games=6) == {"critic": 36, "generator": 5}


@given(
    st.builds(Schedule, st.integers(1, 5), st.just(1), *[st.integers(0, 20)] * 4),
    st.integers(0, 50),
    st.integers(1, 60),
)
def test_a_schedules_stretches_are_its_games(schedule: Schedule, game: int, games: int) -> None:
    told = [kind for count, kind in schedule.stretches(game, games) for _ in range(count)]
    assert told == [schedule.of(index) for index in range(game, game + games)]
    assert set(told) <= schedule.kinds()


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


def test_mean_distance_compares_a_thousand_samples_at_most() -> None:
    points = np.random.default_rng(0).standard_normal((1500, 3)).astype(np.float32)
    pairs = points[:1000].astype(np.float64)
    distances = np.linalg.norm(pairs[:, None] - pairs, axis=2)
    assert mean_distance(points[:1000]) == pytest.approx(distances.sum() / (1000 * 999))
    assert mean_distance(points) == mean_distance(points[:1000])


@pytest.mark.parametrize("kind", ["gan", "wgan"])
def test_a_test_of_large_batches_does_not_need_their_square(kind: str) -> None:
    """Whose distances alone would be 3.2 GB."""
    opponent = "discriminator" if kind == "gan" else "critic"
    built = game(
        f"kind: {kind}\nengine: numpy\ndata: {{set: ring, samples: 300}}\ngenerator: {{shape: [2, 3, 2]}}\n"
        f"{opponent}: {{shape: [2, 3, 1]}}\ntraining: {{games: 1, batch: 20000}}\ntest: {{batches: 1}}"
    )
    tracemalloc.start()
    try:
        built.measure()
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()


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
    assert built.right(answers, np.array([1, 0, 0, 1])).all()
    assert not built.right(answers, np.array([0, 1, 1, 0])).any()
    assert built.measure()["accuracy"] > 0.7
    drawn = built.picture(1, np.random.default_rng(0))
    plane = drawn.images
    assert plane.shape == (1, 101 * 101) and plane[0, 0] < 0.5 < plane[0, 100]  # (−1, 1) at the top left, (1, 1) right
    assert np.array_equal(drawn.arrays["plane"].reshape(1, -1), plane)
    assert drawn.arrays["labels"].tolist() == [1, 0, 0, 1]
    built.threshold = 1e-9
    assert not built.right(answers, np.array([1, 0, 0, 1])).any()


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
    drawn = built.picture(7, np.random.default_rng(0))
    assert drawn.images.shape == (7, 784) and (drawn.arrays["labels"] != drawn.arrays["answers"]).all()
    confusion = drawn.arrays["confusion"]
    assert np.trace(confusion) / confusion.sum() == pytest.approx(built.measure()["accuracy"])
    assert confusion.sum(axis=1).tolist() == [50] * 10
    for image, label, answer in zip(drawn.images, drawn.arrays["labels"], drawn.arrays["answers"], strict=True):
        assert np.argmax(built.answers(image[None].astype(np.float32))) == answer != label


@pytest.mark.parametrize("loss", ["{loss: gan}", "{loss: gan, generator_loss: minimax}", "{loss: least_squares}"])
def test_a_discriminator_learns_to_tell(loss: str) -> None:
    training = loss[:-1] + ", games: 1, batch: 32, ratios: {real: 1, shared: 0, fake: 1}}"
    built = game(GAN, f"training={training}", "discriminator.optimizer={name: adam, eta: 0.01}")
    for _ in range(60):
        built.play()
    figures = built.measure()
    assert figures["real_score"] > 0.8 and figures["fake_score"] < 0.2


def test_labels_have_their_law() -> None:
    rng, out = np.random.default_rng(0), np.empty(100_000, np.float32)
    labels = Labels(0.7, 1.0, flip=0.005)
    labels.draw(rng, True, out)
    flipped = out == 0.0
    assert flipped.mean() == pytest.approx(0.005, rel=0.2)
    assert 0.7 <= out[~flipped].min() < 0.7001 and 0.9999 < out.max() < 1.0
    assert out[~flipped].mean() == pytest.approx(0.85, abs=0.001)
    labels.draw(rng, False, out)
    assert set(np.unique(out)) == {0.0, 1.0} and out.mean() == pytest.approx(0.005, rel=0.2)
    assert not Labels(0.9, 0.9).drawn and Labels(0.9, 0.9, 0.1).drawn


def test_smoothing_lowers_what_the_discriminator_says_of_real_samples() -> None:
    scores = []
    for labels in ("{}", "{real: 0.7}"):
        built = game(GAN, f"training={{games: 1, batch: 32, ratios: {{shared: 0, fake: 1}}, labels: {labels}}}", "discriminator.optimizer={name: adam, eta: 0.01}")  # fmt: skip
        for _ in range(200):
            built.play()
        scores.append(built.measure()["real_score"])
    assert scores[0] > 0.93 and scores[1] == pytest.approx(0.7, abs=0.06)


def test_samples_come_from_the_moving_average() -> None:
    built = game(WGAN, "generator.ema=0.5")
    start = built.generator.network.params.copy()
    assert np.array_equal(built.generator.shown.params, start)
    built.play()
    step = built.generator.network.params - start
    assert built.generator.shown.params - start == pytest.approx((1 - 2 / 11) * step)  # the first decay is 2 / 11
    built.generator.network.params[...] = np.nan
    assert np.isfinite(built.picture(3, np.random.default_rng(0)).images).all()


def test_a_generator_with_batch_norm_draws_single_samples() -> None:
    built = game(GAN, "generator.batch_norm=true")
    for _ in range(20):
        built.play()
    three = built.sample(3, np.random.default_rng(0))
    assert built.sample(1, np.random.default_rng(0)) == pytest.approx(three[:1], rel=1e-9)
    assert np.any(built.generator.network.state[:6])


def test_minibatch_discrimination_needs_whole_batches() -> None:
    built = game(GAN, "discriminator.minibatch=similarity")
    built.play()
    with pytest.raises(ValueError, match="whole batches of 8 samples; got 5"):
        built.judge(np.zeros((5, 784)))


def test_similarity_of_equal_samples_is_one() -> None:
    built = game(GAN, "discriminator.minibatch=similarity")
    built.judge(np.ones((8, 784)))
    assert built.opponent.network.layers[1].y[:, 5:] == pytest.approx(1.0)


def test_gradient_norms_are_those_of_the_losses() -> None:
    built = game(GAN)
    norms = built.measure()
    assert norms["discriminator_gradient"] > 0 and norms["generator_gradient"] > 0
    built.opponent.network.params[...] = 0.0  # a D that looks at nothing teaches nothing
    assert built.measure()["generator_gradient"] == 0.0


def penalised_output(loss: str, output: str, views: dict[str, Any], x: Any) -> Any:
    """The log-odds of D(x) for `gan`, D(x) for `least_squares`, of a discriminator 2-5-1 with tanh, from its formula."""
    a = np.tanh(x @ views["layer1.weights"] + views["layer1.bias"]) @ views["layer2.weights"] + views["layer2.bias"]
    d = 1.0 / (1.0 + np.exp(-0.7 * a)) if output == "sigmoid" else a
    return np.log(d / (1.0 - d)) if loss == "gan" else d


@pytest.mark.parametrize(
    ("loss", "output"), [("gan", "sigmoid"), ("least_squares", "sigmoid"), ("least_squares", "linear")]
)
def test_r1_acts_on_the_log_odds_or_on_the_output_as_is_said_of_it(loss: str, output: str) -> None:
    """What R1 adds to a step of D is the gradient of γ/2 E‖∇_x a(x)‖², a from its definition, ∇_x by complex steps."""
    both = []
    for r1 in ("null", "{gamma: 0.8, every: 3}"):
        discriminator = (
            f"{{shape: [2, 5, 1], activation: tanh, output: {output}, mu: 0.7, init: glorot, optimizer: {{eta: 1}}}}"
        )
        built = game(
            GAN, "data={set: ring}", "generator.shape=[4, 6, 2]", f"discriminator={discriminator}",
            f"training={{games: 1, batch: 8, loss: {loss}, r1: {r1}}}",
        )  # fmt: skip
        start = built.opponent.network.params.copy()
        built.learn_real()
        both.append(start - built.opponent.network.params)
    network, x = built.opponent.network, built._x.copy()

    def penalty(params: Any) -> float:
        views = network.views(params)
        slopes = [
            penalised_output(loss, output, views, x + 1e-30j * axis).imag[:, 0] / 1e-30 for axis in np.eye(2)
        ]  # fmt: skip
        return float(0.8 / 2 * np.sum(np.square(slopes)) / len(x))

    for seed in range(3):
        along = np.random.default_rng(seed).standard_normal(start.shape)
        expected = (penalty(start + 1e-5 * along) - penalty(start - 1e-5 * along)) / 2e-5
        assert (both[1] - both[0]) @ along == pytest.approx(expected, rel=1e-6)
    said = spec.json_schema()["$defs"]["R1"]["description"]
    assert "log-odds log(D / (1 − D)) for `loss: gan`" in said and "D's output itself for `least_squares`" in said


GAME2D = """
kind: game2d
engine: checked
dtype: float64
optimizer: {name: sgd, eta: 0.1}
training: {games: 100}
"""


def test_simultaneous_steps_of_the_bilinear_game_spiral_out() -> None:
    """Each multiplies the distance by √(1 + η²) (Mescheder et al. 2018, lemma 2.4)."""
    built = game(GAME2D)
    built.play(100)
    assert built.measure()["distance"] == pytest.approx(np.sqrt(2) * 1.01**50, rel=1e-12)


def test_alternating_steps_of_the_bilinear_game_stay_on_an_ellipse() -> None:
    """θ² + φ² − η θ φ does not change: the step's matrix has determinant 1."""
    built = game(GAME2D, "updates=alternating", "start=[1, 0.5]")
    kept = []
    for _ in range(200):
        theta, phi = (value[0] for value in built.position())
        kept.append(theta**2 + phi**2 - 0.1 * theta * phi)
        built.play()
    assert kept == pytest.approx([kept[0]] * 200, rel=1e-12)


def test_the_dirac_gan_does_not_converge() -> None:
    built = game(GAME2D, "game=dirac")
    built.play(5000)
    assert built.measure()["distance"] > np.sqrt(2)


@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_gradients(name: str) -> None:
    losses = {"bilinear": lambda t, p: t * p, "dirac": lambda t, p: -np.log1p(np.exp(-t * p))}
    loss, h = losses[name], 1e-6
    for theta, phi in ((0.3, -1.2), (2.0, 0.7), (0.0, 0.0)):
        down, up = FIELDS[name](np.array([theta]), np.array([phi]))
        assert down[0] == pytest.approx((loss(theta + h, phi) - loss(theta - h, phi)) / (2 * h), abs=1e-8)
        assert up[0] == pytest.approx((loss(theta, phi + h) - loss(theta, phi - h)) / (2 * h), abs=1e-8)


@pytest.mark.parametrize("data", ["ring", "grid"])
def test_points_of_the_plane_are_drawn_by_a_gan(data: str) -> None:
    built = game(GAN, f"data={{set: {data}}}", "generator.shape=[4, 6, 2]", "discriminator.shape=[2, 5, 1]")
    built.play(2)
    drawn = built.picture(30, np.random.default_rng(0))
    assert drawn.arrays["samples"].shape == (30, 2) and drawn.arrays["answers"].shape == (50, 50)
    assert np.abs(drawn.arrays["real"]).max() < drawn.arrays["half"]
    assert drawn.arrays["answers"].min() > 0 and drawn.arrays["answers"].max() < 1


@pytest.mark.parametrize("where", ["eta: 0.25", "network: {optimizer: {name: sgd, eta: 0.25}}"])
def test_a_step_is_eta_times_the_gradient_wherever_eta_is_given(where: str) -> None:
    """One neuron, one sample: with o = σ(w·x + b), the loss (o − t)² has the gradient 2 (o − t) o (1 − o) x."""
    text = """
kind: supervised
dtype: float64
engine: numpy
data: {set: xor}
network: {shape: [2, 1], activation: sigmoid, output: sigmoid, optimizer: {name: sgd}}
training: {games: 1, batch: 4}
"""
    setting = where if where.startswith("eta") else "network.optimizer={name: sgd, eta: 0.25}"
    played = game(text, setting.replace("eta: ", "eta=") if where.startswith("eta") else setting)
    network = played.players["network"].network
    before = network.params.copy()
    samples, labels = played._training.part.samples, played._training.part.labels
    played.play()
    outputs = 1 / (1 + np.exp(-(samples @ before[:2] + before[2])))
    slopes = 2 * (outputs - labels) * outputs * (1 - outputs)
    gradient = np.array([*(slopes @ samples), slopes.sum()]) / len(samples)
    np.testing.assert_allclose(network.params, before - 0.25 * gradient, atol=1e-12)
