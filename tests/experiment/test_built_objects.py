"""What a configuration says of a game is what is built: threads, streams, batches, networks, how long it is played."""

import dataclasses
import os
import sys
from typing import Any

import numpy as np
import pytest

from gancli.engines import make_engine
from gancli.experiment import build, load_data, stream, threads_for, usable_cores
from gancli.experiment.build import _codes, _loss
from gancli.games import Penalty
from gancli.nn.activations import Linear
from gancli.nn.adversarial_losses import ADVERSARIAL
from gancli.nn.layers import BatchNorm, Dense, Noise
from gancli.nn.losses import BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError
from helpers import experiment

GAN = """
kind: gan
seed: 5
engine: numpy
data: {set: ring, samples: 20}
latent: {distribution: gaussian}
generator: {shape: [3, 4, 2]}
discriminator: {shape: [2, 6, 1]}
training: {games: 7, batch: 4}
test: {every: 1, batches: 3}
"""
WGAN = GAN.replace("kind: gan", "kind: wgan").replace("discriminator", "critic")
XOR = """
kind: supervised
seed: 5
engine: numpy
data: {set: xor, points: square, samples: 30}
network: {shape: [2, 3, 1]}
training: {games: 7, batch: 4}
test: {every: 1, threshold: 0.25}
"""


def built(text: str, *settings: str) -> Any:
    spec = experiment(text, *settings)
    return build(spec, load_data(spec))


@pytest.mark.parametrize(
    ("affinity", "count", "allowed", "cores"),
    [
        ({0, 3, 5}, 8, None, 3),
        (None, 8, None, 8),
        (None, None, None, 1),
        ({0, 3, 5}, 8, "2", 2),
        ({0, 3, 5}, 8, "4", 3),
        ({0, 3, 5}, 8, "0", 1),
        ({0, 3, 5}, 8, "", 3),
        ({0, 3, 5}, 8, "2,1", 3),
    ],
)
def test_a_process_may_use_its_own_cores_and_as_many_as_openmp_may(
    affinity: set[int] | None, count: int | None, allowed: str | None, cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if affinity is None:
        monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    else:
        monkeypatch.setattr(os, "sched_getaffinity", {0: affinity}.__getitem__, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    if allowed is None:
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("OMP_NUM_THREADS", allowed)
    assert usable_cores() == cores


PRODUCTS = 4 * (4 * 4 + 5 * 2 + 3 * 6 + 7)
"""Of a batch through both networks, biases included."""


@pytest.mark.parametrize(
    ("settings", "engine", "pays", "cores", "threads"),
    [
        ([], "numba", PRODUCTS, 8, 2),
        ([], "numba", PRODUCTS, 1, 1),
        ([], "numba", PRODUCTS + 1, 8, 1),
        ([], "numpy", PRODUCTS, 8, 1),
        (["training.batch=3"], "numba", PRODUCTS, 8, 1),
        (["threads=5"], "numba", PRODUCTS + 1, 1, 5),
    ],
)
def test_a_second_thread_is_for_games_of_many_products(
    settings: list[str], engine: str, pays: int, cores: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["gancli.experiment.threads"]
    monkeypatch.setattr(module, "engine_name", lambda name: engine)
    monkeypatch.setattr(module, "TWO_THREADS_PAY", {"numba": pays})
    monkeypatch.setattr(module, "usable_cores", lambda: cores)
    assert threads_for(experiment(GAN, *settings)) == threads


def test_the_engine_is_the_specs_with_its_threads_unless_another_is_given() -> None:
    spec = experiment(GAN, "threads=2")
    dataset = load_data(spec)
    engine = make_engine("numpy")
    for found, expected in ((build(spec, dataset), 2), (build(spec, dataset, engine), 1)):
        assert {player.network.engine.blas.count for player in found.game.players.values()} == {expected}
    assert build(spec, dataset, engine).game.players["generator"].network.engine is engine


def test_data_are_loaded_as_asked_and_drawn_from_their_own_stream() -> None:
    ring = load_data(experiment(GAN))
    assert (len(ring.train.samples), len(ring.test.samples), ring.name) == (20, 20, "ring")
    assert load_data(experiment(GAN, "seed=6")).facts != ring.facts
    assert load_data(experiment(GAN, "data={set: grid}")).name == "grid"
    assert load_data(experiment("kind: game2d\ntraining: {games: 1}\n")).name == "none"


def test_a_gan_plays_what_its_configuration_says() -> None:
    found = built(
        GAN, "training.labels={real: [0.5, 0.9], flip: 0.25}", "training.r1={gamma: 0.5, every: 3}",
        "training.ratios={real: 2, generator: 3}",
    )  # fmt: skip
    game = found.game
    assert (game.batch, game.distribution, game.test_batches, game.penalties.all) == (
        4,
        "gaussian",
        3,
        (Penalty(0.25, every=3),),
    )
    assert game.ratios == {"real": 2, "fake": 0, "shared": 1, "generator": 3} | game.ratios
    assert (game.ratios["real"], game.ratios["generator"]) == (2, 3)
    assert (game.labels.low, game.labels.high, game.labels.flip) == (0.5, 0.9, 0.25)
    assert game.loss == ADVERSARIAL["gan", "non_saturating"].with_real_label(0.7)
    assert game.real is found.batches["training"] and list(found.batches) == ["training", "test"]
    assert (game.generator, game.opponent) == (game.players["generator"], game.players["discriminator"])
    assert built(GAN).game.penalties.all == ()


@pytest.mark.parametrize(
    ("loss", "generator_loss", "key"),
    [
        ("gan", "non_saturating", ("gan", "non_saturating")),
        ("gan", "minimax", ("gan", "minimax")),
        ("least_squares", "non_saturating", ("least_squares", None)),
        ("least_squares", "minimax", ("least_squares", None)),
    ],
)
def test_the_generators_loss_is_the_gans_alone(loss: str, generator_loss: str, key: tuple[str, Any]) -> None:
    game = built(GAN, f"training.loss={loss}", f"training.generator_loss={generator_loss}").game
    assert game.loss == ADVERSARIAL[key].with_real_label(1.0)


def test_a_wgan_plays_by_its_schedule() -> None:
    game = built(
        WGAN, "training.warmup=2", "training.ratios={critic: 4, generator: 2}",
        "training.long_phase={critic: 9, first: 5, every: 12}",
    ).game  # fmt: skip
    assert [game.schedule.of(number) for number in (0, 4, 5, 12, 13)] == [(9, 0), (9, 2), (4, 2), (9, 2), (4, 2)]
    assert game.schedule.first == 5 and game.opponent is game.players["critic"]
    assert game.loss == ADVERSARIAL["wasserstein", None]
    plain = built(WGAN).game.schedule
    assert plain.of(0) == plain.of(500) == (5, 1)


@pytest.mark.parametrize(("shuffle", "text"), [("true", XOR), ("false", XOR), (None, GAN)])
def test_training_data_are_shuffled_but_where_a_supervised_run_says_not(shuffle: str | None, text: str) -> None:
    found = built(text, *([f"training.shuffle={shuffle}"] if shuffle else []))
    count = len(found.dataset.train.samples)
    order = range(count) if shuffle == "false" else stream(5, "order").permutation(count)
    assert found.batches["training"].rows(count).tolist() == list(order)
    if text is GAN:
        assert found.batches["test"].rows(count).tolist() == stream(5, "test").permutation(count).tolist()


def test_a_supervised_network_is_tested_on_the_first_of_the_test_data() -> None:
    found, whole = built(XOR, "test.count=6"), built(XOR)
    game, data = found.game, found.dataset
    assert game.threshold == 0.25 and list(found.batches) == ["training"]
    params = game.players["network"].network.params
    w, b, v, c = params[:6].reshape(2, 3), params[6:9], params[9:12], params[12]
    for one, count in ((game, 6), (whole.game, len(data.test.samples))):
        x, labels = data.test.samples[:count], data.test.labels[:count]
        h = 1 / (1 + np.exp(-(x @ w + b)))
        predictions = 1 / (1 + np.exp(-(h @ v + c)))
        metrics = one.measure()
        assert metrics["loss"] == pytest.approx(float(((predictions - labels) ** 2).mean()), rel=1e-4)
        assert metrics["accuracy"] == pytest.approx(float((abs(predictions - labels) < 0.25).mean()))


@pytest.mark.parametrize("count", [None, 6])
def test_test_data_are_scaled_as_they_are_stored(count: int | None) -> None:
    spec = experiment(XOR, f"test.count={count if count else 'null'}")
    data = load_data(spec)
    halved = dataclasses.replace(data, test=dataclasses.replace(data.test, samples=2 * data.test.samples, factor=0.5))
    assert build(spec, halved).game.measure() == pytest.approx(build(spec, data).game.measure())


def test_a_game_in_the_plane_starts_where_it_is_told() -> None:
    text = "kind: game2d\ngame: bilinear\nstart: [2, -3]\ndtype: float64\noptimizer: {name: sgd, eta: 0.5}\ntraining: {games: 1}\n"
    for updates, phi in (("simultaneous", -3 + 0.5 * 2), ("alternating", -3 + 0.5 * 3.5)):
        game = built(text, f"updates={updates}").game
        assert [float(one[0]) for one in game.position()] == [2.0, -3.0]
        assert {player.network.params.dtype.name for player in game.players.values()} == {"float64"}
        game.play()
        assert [float(one[0]) for one in game.position()] == [2 + 0.5 * 3, phi]


@pytest.mark.parametrize(
    ("output", "low"),
    [
        ("sigmoid", 0.0),
        ("relu", 0.0),
        ("softplus", 0.0),
        ("tanh", -1.0),
        ("linear", -1.0),
        ("leaky_relu", -1.0),
        ("centered_sigmoid", -1.0),
    ],
)
def test_targets_are_what_an_output_can_reach(output: str, low: float) -> None:
    spec = experiment(XOR, f"network.output={output}", "dtype=float64")
    codes = _codes(spec, load_data(spec))
    assert codes.tolist() == [[low], [1.0]] and codes.dtype == np.float64
    digits = experiment(XOR, "data={set: mnist}", f"network={{shape: [784, 10], output: {output}}}")
    three = load_data(experiment(GAN))
    expected = [[1.0 if i == j else low for i in range(8)] for j in range(8)]
    assert _codes(digits, three).tolist() == expected and _codes(digits, three).dtype == np.float32


def test_a_loss_is_named_and_softmax_has_its_own() -> None:
    digits = ["data={set: mnist}", "training.loss=cross_entropy"]
    softmax, sigmoid = (
        experiment(XOR, *digits, f"network={{shape: [784, 10], output: {output}}}") for output in ("softmax", "sigmoid")
    )
    assert [type(_loss(spec)) for spec in (softmax, sigmoid, experiment(XOR))] == [
        CategoricalCrossEntropy, BinaryCrossEntropy, MeanSquaredError,
    ]  # fmt: skip


def layers(text: str, player: str, *settings: str) -> list[Any]:
    found: list[Any] = built(text, *settings).game.players[player].network.layers
    return found


def test_noise_stands_before_a_normalised_layer_and_after_what_is_dropped() -> None:
    noise = "noise={mode: concat, size: 2}"
    found = layers(GAN, "generator", "generator.batch_norm=true", f"generator.{noise}", "generator.shape=[3, 4, 5, 2]")
    assert [type(layer) for layer in found] == [Dense, BatchNorm, Dense, BatchNorm, Noise, Dense]
    deep = "{inputs: 3, layers: [{units: 4, batch_norm: true}, {units: 5, batch_norm: true, noise: {mode: concat, size: 2}}, {units: 2}]}"
    found = layers(GAN, "generator", f"generator={deep}")
    assert [type(layer) for layer in found] == [Dense, BatchNorm, Noise, Dense, BatchNorm, Dense]
    assert found[3].inputs == 6 and found[3].activation == Linear()
    found = layers(GAN, "discriminator", "discriminator.dropout=0.5", f"discriminator.{noise}")
    assert [type(layer) for layer in found] == [Dense, Noise, Noise, Dense]
    assert [(layer.inputs, layer.units) for layer in found[1:3]] == [(6, 6), (6, 8)] and found[3].inputs == 8


def test_slopes_biases_and_likenesses_are_the_layers_own_else_the_networks_else_the_top_levels() -> None:
    def slopes(*settings: str) -> list[float]:
        return [layer.activation.mu for layer in layers(GAN, "generator", "generator.output=sigmoid", *settings)]

    assert (
        slopes() == [1.0, 1.0] and slopes("mu=0.5") == [0.5, 0.5] and slopes("mu=0.5", "generator.mu=3") == [3.0, 3.0]
    )
    bare = layers(GAN, "generator", "generator.bias=false", "generator.batch_norm=true")
    assert [getattr(layer, "bias", None) for layer in bare[::2]] == [False, False]
    normal = layers(GAN, "generator", "generator.batch_norm=true")
    assert [layer.bias for layer in normal[::2]] == [False, True] and normal[1].batch == 4
    first, kernel, noise, last = layers(
        GAN, "discriminator", "discriminator.minibatch={name: kernel, kernels: 3, size: 2}",
        "discriminator.noise={mode: concat, size: 2}",
    )  # fmt: skip
    assert (first.units, kernel.inputs, kernel.units, kernel.size, kernel.batch) == (6, 6, 9, 2, 4)
    assert (noise.inputs, noise.units, last.inputs) == (9, 11, 11)


def test_a_rate_is_the_optimisers_own_else_the_top_levels_and_adadelta_has_none() -> None:
    settings = ["eta=0.25", "generator.optimizer={name: adam, momentum: 0.5}"]
    for own, eta in (
        ("{name: rmsprop}", 0.25),
        ("{name: rmsprop, eta: 0.75, centered: true}", 0.75),
        ("adadelta", None),
    ):
        players = built(GAN, *settings, f"discriminator.optimizer={own}").game.players
        generator, discriminator = (player.optimizer for player in players.values())
        assert (generator.name, generator.eta, generator.momentum) == ("adam", 0.25, 0.5)
        assert getattr(discriminator, "eta", None) == eta and discriminator.momentum == 0.0


def test_penalties_are_what_their_configuration_says() -> None:
    found = built(
        GAN, "training.gradient_penalty={lambda: 3, target: 0.5, side: above, at: noise, every: 4}",
        "training.r2={gamma: 0.2}",
    )  # fmt: skip
    r2, penalty = found.game.penalties.all
    assert r2 == Penalty(0.1, at="fake")
    split = found.dataset.train
    spread = 0.5 * split.seen(split.samples, "float64").std()
    assert penalty == Penalty(3.0, 0.5, True, "noise", 4, pytest.approx(spread, rel=1e-6))
