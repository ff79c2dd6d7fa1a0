"""The compiled engine trains as the readable one does: every layer, activation, loss, optimiser, clip, noise and game."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import helpers
from gancli.engines import ENGINES, numba_is_here
from gancli.games import CLIPS, GAMES
from gancli.nn.activations import ACTIVATIONS
from gancli.nn.layers import LAYERS
from gancli.nn.losses import ADVERSARIAL, LOSSES
from gancli.nn.optimizers import OPTIMIZERS

pytestmark = [
    pytest.mark.skipif(not numba_is_here(), reason="numba is not installed"),
    pytest.mark.usefixtures("compiled"),
]
GAMES_PLAYED = 100
TOLERANCE = {"float32": 1e-4, "float64": 1e-10}

XOR = """
kind: supervised
data: {set: xor}
network: {shape: [2, 7, 5, 1], activation: tanh, optimizer: {name: sgd, eta: 0.05}}
training: {games: 1000, batch: 3}
"""
MNIST = """
kind: supervised
network: {shape: [784, 20, 10], init: glorot, optimizer: {name: sgd, eta: 0.05}}
training: {games: 1000, batch: 4}
test: {count: 100}
"""
GAN = """
kind: gan
data: {classes: [7]}
generator: {shape: [10, 24, 784], init: glorot, optimizer: {name: sgd, eta: 0.05}}
discriminator: {shape: [784, 9, 1], activation: leaky_relu, init: glorot, optimizer: {name: sgd, eta: 0.01}}
training: {games: 1000, batch: 8}
test: {batches: 2}
"""
WGAN = """
kind: wgan
data: {classes: [7]}
generator: {shape: [10, 24, 784], init: glorot, optimizer: {name: rmsprop, eta: 0.001, epsilon: 0.001}}
critic: {shape: [784, 9, 1], activation: relu, init: glorot, clip: {bound: 0.05}, optimizer: {name: rmsprop, eta: 0.001, epsilon: 0.001}}
latent: {law: gaussian}
training: {games: 1000, batch: 8, ratios: {critic: 2, generator: 1}}
test: {batches: 2}
"""
# ε as large as it is: where it is tiny, Adam and its kin take steps of full size along gradients that are rounding errors
# alone, and no two orders of summation agree
OPTIMIZERS_TESTED = {
    "sgd": "{name: sgd, eta: 0.05}",
    "adagrad": "{name: adagrad, eta: 0.01, epsilon: 0.01}",
    "rmsprop": "{name: rmsprop, eta: 0.003, epsilon: 0.01}",
    "rmsprop centered": "{name: rmsprop, eta: 0.003, epsilon: 0.01, centered: true}",
    "adadelta": "{name: adadelta, epsilon: 0.00001}",
    "adadelta centered": "{name: adadelta, epsilon: 0.00001, centered: true}",
    "adam": "{name: adam, eta: 0.003, epsilon: 0.01}",
}
CASES: dict[str, tuple[str, list[str]]] = {
    **{
        f"activation {name}": (XOR, [f"network.activation={name}", f"network.output={name}", "network.init=glorot"])
        for name in ("sigmoid", "centered_sigmoid", "tanh", "relu", "leaky_relu", "softplus", "linear")
    },
    "slope of sigmoids": (XOR, ["network.activation=sigmoid", "mu=0.3"]),
    "tanh with k and alpha": (XOR, ["network.activation={name: tanh, k: 1.7, alpha: 0.6}"]),
    "without bias": (XOR, ["network.bias=false"]),
    "one example at a time": (XOR, ["training.batch=1"]),
    "a batch that goes around the data": (XOR, ["training.batch=9"]),
    **{f"optimizer {name}": (MNIST, [f"network.optimizer={text}"]) for name, text in OPTIMIZERS_TESTED.items()},
    **{
        f"momentum with {name}": (MNIST, [f"network.optimizer={text[:-1]}, momentum: 0.5}}"])
        for name, text in OPTIMIZERS_TESTED.items()
    },
    "loss mse": (MNIST, []),
    "loss cross_entropy": (MNIST, ["training.loss=cross_entropy"]),
    "loss cross_entropy, softmax": (MNIST, ["training.loss=cross_entropy", "network.output=softmax"]),
    "images one at a time": (MNIST, ["training.batch=1", "mu=0.1"]),
    "images by 64": (MNIST, ["training.batch=64"]),
    "a wide layer": (MNIST, ["training.batch=7", "network.shape=[784, 130, 40, 10]"]),
    "a few images, layers that no vector divides": (MNIST, ["training.batch=5", "network.shape=[784, 133, 13, 10]"]),
    "in the stored order": (MNIST, ["training.shuffle=false"]),
    "gan non_saturating": (GAN, []),
    "gan minimax": (GAN, ["training.generator_loss=minimax"]),
    "gan least_squares": (GAN, ["training.loss=least_squares"]),
    "gan, all four ratios": (GAN, ["training.ratios={real: 2, shared: 1, fake: 2, generator: 1}"]),
    "gan without real": (GAN, ["training.ratios={real: 0, shared: 1}"]),
    "gan, one at a time": (GAN, ["training.batch=1"]),
    "gan, gaussian latents": (GAN, ["latent.law=gaussian"]),
    "wgan clamp": (WGAN, []),
    "wgan rescale": (WGAN, ["critic.clip={bound: 0.05, mode: rescale}"]),
    "wgan without clip": (WGAN, ["critic.clip=null"]),
    "wgan, one at a time": (WGAN, ["training.batch=1"]),
    "wgan, two at a time": (WGAN, ["training.batch=2", "training.ratios={critic: 5}"]),
    "wgan by 33": (WGAN, ["training.batch=33"]),
    "wgan warm-up": (WGAN, ["training.warmup=30"]),
    "wgan, two steps of the generator": (WGAN, ["training.ratios={critic: 2, generator: 2}", "training.batch=2"]),
    "wgan, uniform latents, deep": (WGAN, ["latent.law=uniform", "generator.shape=[10, 24, 30, 784]"]),
    "noise concat": (WGAN, ["generator.noise={mode: concat, size: 5}"]),
    "noise add": (GAN, ["discriminator.noise={mode: add, law: uniform, scale: 0.1}"]),
    "noise multiply": (GAN, ["discriminator.noise={mode: multiply, scale: 0.3}", "generator.noise={mode: multiply}"]),
    "noise on images": (
        WGAN,
        [
            "critic={inputs: 784, layers: [{units: 9, noise: {mode: concat, size: 3}}, {units: 1}], activation: relu, "
            "init: glorot, clip: {bound: 0.05}, optimizer: {name: rmsprop, eta: 0.001, epsilon: 0.001}}"
        ],
    ),
    "dropout": (GAN, ["discriminator.dropout=0.3", "discriminator.shape=[784, 16, 9, 1]", "generator.dropout=0.1"]),
    "dropout of a classifier": (MNIST, ["network.dropout=0.5"]),
    "slope of a discriminator": (GAN, ["discriminator.mu=0.3"]),
    "labels smoothed": (GAN, ["training.labels.real=0.9"]),
    "labels drawn": (GAN, ["training.labels.real=[0.7, 1]"]),
    "labels flipped, all four ratios": (
        GAN,
        ["training.labels={real: [0.7, 1], flip: 0.1}", "training.ratios={real: 2, shared: 1, fake: 2, generator: 1}"],
    ),
    "labels of least_squares": (GAN, ["training.loss=least_squares", "training.labels={real: 0.9, flip: 0.05}"]),
    "penalty": (GAN, ["training.r1={gamma: 0.5, every: 1}"]),
    "penalty now and then, deep, dropout": (
        GAN,
        ["training.r1={gamma: 5, every: 3}", "discriminator.dropout=0.3", "discriminator.shape=[784, 16, 9, 1]"],
    ),
    "penalty, noise on images, all four ratios": (
        GAN,
        [
            "training.r1={gamma: 2, every: 2}",
            "training.ratios={real: 2, shared: 1, fake: 2, generator: 1}",
            "discriminator={inputs: 784, layers: [{units: 9, noise: {mode: multiply, scale: 0.2}}, "
            "{units: 7, noise: {mode: add, scale: 0.1}}, {units: 1}], activation: relu, init: glorot, "
            "optimizer: {name: sgd, eta: 0.01}}",
        ],
    ),
    "penalty of least_squares, labels drawn": (
        GAN,
        ["training.loss=least_squares", "training.labels={real: [0.7, 1]}", "training.r1={gamma: 1, every: 2}"],
    ),
    "penalty through sigmoids": (GAN, ["training.r1={gamma: 1, every: 4}", "discriminator.activation=sigmoid"]),
    "penalty, few at a time": (GAN, ["training.r1={gamma: 1, every: 4}", "training.batch=3"]),
    "penalty, noise beside inputs": (
        GAN,
        ["training.r1={gamma: 1, every: 4}", "discriminator.noise={mode: concat, size: 2}"],
    ),
    "moving average": (GAN, ["generator.ema=0.9"]),
    "moving average of a wgan": (WGAN, ["generator.ema=0.99"]),
    "wgan with long phases": (WGAN, ["training.long_phase={critic: 6, first: 4, every: 25}", "training.warmup=2"]),
    "noise, one at a time": (WGAN, ["training.batch=1", "generator.noise={mode: concat, size: 5}"]),
}


def game(text: str, settings: list[str], engine: str, dtype: str, threads: int) -> Any:
    return helpers.game(text, *settings, f"engine={engine}", f"dtype={dtype}", f"threads={threads}")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_both_engines_train_alike(name: str, dtype: str) -> None:
    text, settings = CASES[name]
    expected = game(text, settings, "numpy", dtype, 1)
    assert not expected.engine_players
    expected.play(GAMES_PLAYED)
    figures = expected.measure()
    for threads in (1, 2):
        found = game(text, settings, "numba", dtype, threads)
        assert found.engine_players, "not played by the engine"
        for part in (1, 30, GAMES_PLAYED - 31):
            found.play(part)
        assert found.played == GAMES_PLAYED
        for key, player in found.players.items():
            assert player.optimizer.count == expected.players[key].optimizer.count
            for vector, value in player.optimizer.vectors.items():
                assert np.any(value) == np.any(expected.players[key].optimizer.vectors[vector])
            shown, other = player.shown.params, expected.players[key].shown.params
            assert np.allclose(shown, other, rtol=50 * TOLERANCE[dtype], atol=50 * TOLERANCE[dtype]), key
        for key, value in found.measure().items():
            assert value == pytest.approx(figures[key], rel=TOLERANCE[dtype], abs=TOLERANCE[dtype]), key


EDGES = {
    "rmsprop": ("{name: rmsprop, gamma: 0.5, epsilon: 0.0001, centered: true}", ["square"]),
    "adadelta": ("{name: adadelta, gamma: 0.5, epsilon: 0.0001, centered: true}", ["square", "moved"]),
    "adam": ("{name: adam, beta2: 0.5}", ["second"]),
}


@pytest.mark.parametrize("name", EDGES)
def test_optimizers_keep_squares_from_sinking_and_variances_from_falling_under_zero(name: str) -> None:
    """Relus of 0 learn nothing, so that after 300 games a square of 1 would be 2⁻³⁰⁰; and of a mean that is too large,
    G − M² is negative."""
    text, squares = EDGES[name]
    steps = []
    for engine in ("numpy", "numba"):
        built = game(
            XOR, ["network.activation=relu", "network.output=linear", f"network.optimizer={text}"], engine, "float32", 1
        )
        player = built.players["network"]
        player.network.params[...] = 0.0
        vectors = player.optimizer.vectors
        for vector in (vectors[key] for key in squares):
            vector[...] = 1.0
        built.play(300)
        for vector in (vectors[key] for key in squares):
            assert np.finfo(np.float32).tiny < vector[:-1].min() <= vector[:-1].max() < 1e-25
        if "mean" in vectors:
            vectors["square"][...], vectors["mean"][...] = 0.0, 1.0
        built.play(1)
        assert np.isfinite(player.network.params).all()
        steps.append(player.network.params[-1])
    assert steps[1] == pytest.approx(steps[0], rel=1e-4)


STEP_BY_STEP: dict[str, list[str]] = {  # what no compiled game knows is played through the kernels
    "batch_norm": ["generator.batch_norm=true"],
    "similarity": ["discriminator.minibatch=similarity"],
    "kernel": ["discriminator.minibatch={name: kernel, kernels: 3, size: 2}"],
    "kernel, with dropout and noise": ["discriminator.minibatch=kernel", "discriminator.dropout=0.2", "discriminator.noise={mode: concat, size: 2}"],
}  # fmt: skip


@pytest.mark.parametrize("name", STEP_BY_STEP)
def test_what_the_fast_engine_cannot_play_it_plays_step_by_step(name: str) -> None:
    one, other = (game(GAN, STEP_BY_STEP[name], engine, "float64", 1) for engine in ("numpy", "numba"))
    assert not other.engine_players
    for built in (one, other):
        built.play(10)
    assert one.measure() == pytest.approx(other.measure(), rel=1e-10)


@pytest.mark.parametrize(
    ("change", "compiled"),
    [
        ("discriminator.dropout=0.3", True),
        ("discriminator.activation=sigmoid", False),
        ("training.batch=6", False),
        ("discriminator.noise={mode: concat, size: 2}", False),
    ],
)
def test_which_penalties_are_compiled(change: str, compiled: bool) -> None:
    """Of a game in two with the penalty, the other is in any case."""
    found = game(GAN, ["training.r1={gamma: 1, every: 2}", change], "numba", "float32", 1)
    assert len(found.engine_players) == 1 + compiled


def values(part: Any, name: str) -> set[Any]:
    """All that a resolved configuration says under a name, wherever it stands."""
    if isinstance(part, dict):
        own = {(part[name]["name"] if isinstance(part[name], dict) else str(part[name]))} if part.get(name) else set()
        return own.union(*(values(inner, name) for inner in part.values()))
    return set().union(*(values(inner, name) for inner in part)) if isinstance(part, list) else set()


def test_the_table_holds_everything() -> None:
    """As resolved: that a name stands in a text is not that it is used ("gan" is in "wgan")."""
    used = [helpers.experiment(text, *settings).model_dump(mode="json") for text, settings in CASES.values()]
    assert values(used, "optimizer") == set(OPTIMIZERS)
    assert values(used, "mode") >= set(CLIPS)
    assert values(used, "kind") == set(GAMES) - {"game2d"}
    assert values(used, "activation") | values(used, "output") == set(ACTIVATIONS) - {"step"}
    assert values(used, "loss") >= set(LOSSES)
    games = [one["training"] for one in used if one["kind"] != "supervised"]
    of_both = {(one["loss"], one["generator_loss"] if one["loss"] == "gan" else None) for one in games if "loss" in one}
    assert of_both | {("wasserstein", None)} == set(ADVERSARIAL)
    assert set(LAYERS) == {"dense", "noise", "scalar"} | {line.split(",")[0] for line in STEP_BY_STEP}
    assert set(ENGINES) == {"numpy", "numba", "checked"}


@pytest.mark.parametrize("together", [1, 16, 40])
def test_how_many_fakes_are_drawn_in_one_product_does_not_show(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of 8, five for the critic and two for the generator: one at a time, two, and five of the first six."""
    changes = ["training.batch=8", "training.ratios={critic: 5, generator: 2}"]
    expected = game(WGAN, changes, "numpy", "float64", 1)
    monkeypatch.setattr("gancli.engines.compiled.programs.TOGETHER", together)
    found = game(WGAN, changes, "numba", "float64", 2)
    for built in (expected, found):
        built.play(20)
    assert found.measure() == pytest.approx(expected.measure(), rel=1e-10)


@pytest.mark.parametrize("text", [XOR, MNIST, GAN, WGAN])
def test_games_played_at_once_are_games_played_one_by_one(text: str) -> None:
    """To the bit: how a run is cut into calls must not show."""
    one, other = (game(text, [], "numba", "float32", 2) for _ in range(2))
    one.play(40)
    for _ in range(40):
        other.play()
    for name, player in one.players.items():
        assert np.array_equal(player.network.params, other.players[name].network.params)


def test_a_change_in_any_source_is_a_change_of_what_is_kept_on_disk(tmp_path: Path) -> None:
    """Numba alone would go on with the machine code of an older version."""
    from gancli.engines.compiled import jit, program

    folder = Path(program.__file__).parent
    closed_over = [cell.cell_contents for cell in program.play.py_func.__closure__]
    assert jit.stamp_of(str(folder)) in closed_over
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    before = jit.stamp_of(str(tmp_path))
    (tmp_path / "two.py").write_text("x = 2\n", encoding="utf-8")
    assert jit.stamp_of(str(tmp_path)) != before != 0
