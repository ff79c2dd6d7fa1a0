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
from gancli.games.labels import Labels
from gancli.games.player import Clamp, Rescale
from gancli.games.sides import Side
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
    many = ("data={set: ring}", "generator.shape=[4, 6, 2]", "critic.shape=[2, 5, 1]", "training.batch=100")
    assert counts(WGAN, *many, "training.ratios={critic: 7, generator: 1}") == {"critic": 7, "generator": 1}


SUPERVISED = """
kind: supervised
engine: checked
data: {set: xor}
network: {shape: [2, 3, 1], activation: tanh, output: sigmoid, noise: {mode: add}}
training: {games: 1, batch: 4}
"""
SMALL = ("data={set: ring}", "generator.shape=[4, 6, 2]")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (GAN, (*SMALL, "discriminator.shape=[2, 5, 1]", "training.labels={real: [0.7, 1], flip: 0.1}")),
        (WGAN, (*SMALL, "critic.shape=[2, 5, 1]")),
        (SUPERVISED, ()),
    ],
)
def test_games_keep_to_their_precision(text: str, settings: tuple[str, ...], dtype: str) -> None:
    """The checked engine refuses a kernel arrays of two types."""
    built = game(text, *settings, f"dtype={dtype}")
    assert built.played == 0
    for _ in range(2):
        built.play()
    built.measure()
    built.picture(3, np.random.default_rng(0))
    assert built.played == 2
    if text is GAN:
        assert built.targets(real=True).dtype == dtype


@given(
    st.builds(Schedule, st.integers(1, 5), st.just(1), *[st.integers(0, 20)] * 4),
    st.integers(0, 50),
    st.integers(1, 60),
)
def test_a_schedules_stretches_are_its_games(schedule: Schedule, game: int, games: int) -> None:
    told = [kind for count, kind in schedule.stretches(game, games) for _ in range(count)]
    assert told == [schedule.of(index) for index in range(game, game + games)]


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


@pytest.mark.parametrize("text", [GAN, WGAN])
def test_a_generators_step_leaves_its_opponents_gradients_alone(text: str) -> None:
    built = game(text)
    built.opponent.network.grads[...] = 7.0
    built.learn_generator()
    assert (built.opponent.network.grads == 7.0).all() and built.generator.network.grads.any()


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
    for text, settings in (
        (WGAN, ()),
        (GAN, ()),
        (GAN, ("generator.batch_norm=true", "discriminator.batch_norm=true")),
    ):
        one, other = game(text, *settings), game(text, *settings)
        for _ in range(3):
            one.play()
            other.play()
            other.measure()
            other.picture(5, np.random.default_rng(0))
        for name, player in one.players.items():
            assert np.array_equal(player.network.params, other.players[name].network.params)
            assert np.array_equal(player.network.state, other.players[name].network.state)


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
    assert mean_distance(points[:2]) == 5.0 and np.isnan(mean_distance(points[:1]))
    assert mean_distance(np.ones((4, 7), np.float32)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("batch", "there"), [(1, False), (2, True)])
def test_distances_are_measured_where_a_batch_has_two_samples(batch: int, there: bool) -> None:
    found = game(WGAN, f"training.batch={batch}").measure()
    assert ("real_distance" in found, "sample_distance" in found) == (there, there)
    assert np.isfinite(list(found.values())).all()


def test_a_sample_is_at_no_distance_from_itself_however_it_is_rounded() -> None:
    points = np.random.default_rng(0).standard_normal((50, 40))
    distances = [np.linalg.norm(one - other) for one in points for other in points]
    assert mean_distance(points) == pytest.approx(sum(distances) / (50 * 49), rel=1e-13)


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


@pytest.mark.parametrize("loss", ["{loss: gan}", "{loss: gan, generator_loss: minimax}", "{loss: least_squares}"])
def test_a_discriminator_learns_to_tell(loss: str) -> None:
    training = loss[:-1] + ", games: 1, batch: 32, ratios: {real: 1, shared: 0, fake: 1}}"
    built = game(GAN, f"training={training}", "discriminator.optimizer={name: adam, eta: 0.01}")
    for _ in range(60):
        built.play()
    metrics = built.measure()
    assert metrics["real_score"] > 0.8 and metrics["fake_score"] < 0.2


def test_labels_have_their_distribution() -> None:
    rng, out = np.random.default_rng(0), np.empty(100_000, np.float32)
    labels = Labels(0.7, 1.0, flip=0.005)
    labels.of(True).fill(rng, out, None)
    flipped = out == 0.0
    assert flipped.mean() == pytest.approx(0.005, rel=0.2)
    assert 0.7 <= out[~flipped].min() < 0.7001 and 0.9999 < out.max() < 1.0
    assert out[~flipped].mean() == pytest.approx(0.85, abs=0.001)
    labels.of(False).fill(rng, out, None)
    assert set(np.unique(out)) == {0.0, 1.0} and out.mean() == pytest.approx(0.005, rel=0.2)
    assert not Labels(0.9, 0.9).drawn and Labels(0.9, 0.9, 0.1).drawn


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_labels_take_no_numbers_that_they_do_not_need(dtype: Any) -> None:
    """A range of one number is not drawn from, nor a flip of probability 0; each number has the targets' precision."""
    out, drawn = np.empty(1000, dtype), np.random.default_rng(0).random(2000, dtype).reshape(2, 1000)
    rng = np.random.default_rng(0)
    for numbers in drawn:
        Labels(0.75, 0.75, flip=0.25).of(True).fill(rng, out, None)
        assert np.array_equal(out, np.where(numbers < 0.25, 0.0, 0.75))
    rng = np.random.default_rng(0)
    for numbers in drawn:
        Labels(0.5, 1.0).of(False).fill(rng, out, None)
        assert not out.any()
        Labels(0.5, 1.0).of(True).fill(rng, out, None)
        assert np.array_equal(out, numbers * out.dtype.type(0.5) + out.dtype.type(0.5))


def test_a_label_is_flipped_where_a_number_is_under_the_probability() -> None:
    number, out = np.random.default_rng(0).random(1)[0], np.empty(1)
    for flip, target in ((number, 1.0), (np.nextafter(number, 1), 0.0)):
        Labels(1.0, 1.0, flip).of(True).fill(np.random.default_rng(0), out, None)
        assert out == target


def test_samples_come_from_the_moving_average() -> None:
    built = game(WGAN, "generator.ema=0.5")
    start = built.generator.network.params.copy()
    assert np.array_equal(built.generator.shown.params, start)
    built.play()
    step = built.generator.network.params - start
    assert built.generator.shown.params - start == pytest.approx((1 - 2 / 11) * step)  # the first decay is 2 / 11
    built.generator.network.params[...] = np.nan
    assert np.isfinite(built.picture(3, np.random.default_rng(0)).samples).all()


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
    with pytest.raises(ValueError, match="full batches of 8 samples; got 5"):
        built.judge(Side(np.zeros((5, 784))))


@pytest.mark.parametrize("text", [GAN, WGAN])
def test_an_average_has_the_running_statistics_of_what_it_follows(text: str) -> None:
    """Batch norm's: its samples are those of its own parameters over the statistics of the last training batches."""
    built = game(text, "generator.batch_norm=true", "generator.ema=0.9")
    built.play(4)
    shown, network = built.generator.shown, built.generator.network
    assert np.array_equal(shown.state, network.state) and not np.array_equal(shown.params, network.params)
    views, kept = shown.views(shown.params), network.state_layout.views(network.state)
    z = np.random.default_rng(3).uniform(-1, 1, (5, 4))
    normal = (z @ views["layer1.weights"] - kept["layer2.mean"]) / np.sqrt(kept["layer2.variance"] + 1e-5)
    hidden = 1 / (1 + np.exp(-(normal * views["layer2.scale"] + views["layer2.shift"])))
    expected = 1 / (1 + np.exp(-(hidden @ views["layer3.weights"] + views["layer3.bias"])))
    assert built.sample(5, np.random.default_rng(3)) == pytest.approx(expected, rel=1e-10)


def test_a_player_with_one_number_that_is_not_finite_is_not() -> None:
    player = game(WGAN).generator
    assert player.finite()
    player.network.params[-1] = np.inf
    assert not player.finite()


@pytest.mark.parametrize("distribution", ["uniform", "gaussian"])
def test_samples_are_drawn_a_thousand_at_a_time_and_come_to_the_same(distribution: str) -> None:
    built = game(GAN, f"latent.distribution={distribution}")
    rng = np.random.default_rng(3)
    z = rng.uniform(-1, 1, (2100, 4)) if distribution == "uniform" else rng.standard_normal((2100, 4))
    found = built.sample(2100, np.random.default_rng(3))
    np.testing.assert_allclose(found, built.generator.network.forward(z, rng, training=False), rtol=1e-12)


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
    said = spec.json_schema()["$defs"]["SlopePenalty"]["description"]
    assert "log-odds log(D / (1 − D)) for `loss: gan`" in said and "D's output itself for `least_squares`" in said


def test_r1_acts_in_every_so_manyth_game_alone() -> None:
    one, other = (game(GAN, f"training.r1={r1}") for r1 in ("null", "{gamma: 0.8, every: 3}"))
    for played, same in ((1, True), (2, True), (3, False)):
        for built in (one, other):
            built.played = played
            built.learn_real()
        assert np.array_equal(one.opponent.network.params, other.opponent.network.params) == same


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (GAN, ["training.r1={gamma: 1, every: 3}"]),
        (WGAN, ["training.warmup=2", "training.long_phase={critic: 7, first: 0, every: 6}"]),
    ],
)
def test_games_that_are_alike_are_of_one_make_and_the_next_is_of_another(text: str, settings: list[str]) -> None:
    built, makes = game(text, *settings), []
    for built.played in range(40):
        makes.append(built.make())
    for start in range(30):
        built.played = start
        stop = start + built.alike()
        assert set(makes[start:stop]) == {makes[start]} and makes[stop] != makes[start]


@pytest.mark.parametrize(("text", "settings"), [(GAN, []), (GAN, ["training.r1={gamma: 1, every: 1}"])])
def test_where_all_games_are_of_one_make_there_is_no_end_to_them(text: str, settings: list[str]) -> None:
    assert game(text, *settings).alike() > 10**9


def test_a_game_knows_all_that_its_players_keep() -> None:
    built = game(GAN, "generator.ema=0.5", "generator.optimizer={name: adam, eta: 0.1}")
    player = built.generator
    kept = [
        player.network.params,
        player.average.network.params,
        player.optimizer.steps,
        *player.optimizer.vectors.values(),
    ]
    assert all(any(array is one for one in built.arrays()) for array in kept)
