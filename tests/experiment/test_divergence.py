"""A run that diverges says which network was the first, when, by what it learned, and what has not been tried yet."""

import os
import signal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import helpers
from gancli.engines import make_engine, numba_is_here
from gancli.experiment.divergence import FirstError, _watch, _within, advise, description
from gancli.games import CLIPS, Player
from gancli.nn import Network
from gancli.nn.layers import Scalar
from gancli.nn.optimizers import OPTIMIZERS, Adadelta
from gancli.runs import checkpoint
from helpers import gancli

ENGINES = ["numpy", *(["numba"] if numba_is_here() else [])]
GAN = """
kind: gan
name: small
data: {set: ring}
generator: {shape: [3, 8, 2], activation: tanh, output: linear, optimizer: {name: sgd, eta: 1.0e-4}}
discriminator: {shape: [2, 8, 1], activation: leaky_relu, optimizer: {name: sgd, eta: 1.0e-4}}
training: {games: 60, batch: 50}
test: {every: 20, batches: 1}
pictures: {every: 60, count: 4}
checkpoint: {every: 20}
"""
WGAN = GAN.replace("kind: gan", "kind: wgan").replace("discriminator", "critic")
SUPERVISED = """
kind: supervised
name: small
data: {set: line, samples: 500}
network: {shape: [2, 5, 1], activation: relu, output: linear, optimizer: {name: sgd, eta: 1.0e-4}}
training: {games: 60, batch: 50}
test: {every: 20}
pictures: {every: 60, count: 50}
checkpoint: {every: 20}
"""
GAME2D = """
kind: game2d
name: small
game: bilinear
optimizer: {name: sgd, eta: 2}
training: {games: 3000}
test: {every: 500}
checkpoint: {every: 500}
"""


def reason(text: str, *settings: str, engine: str = "numpy") -> str:
    words = [word for setting in settings for word in ("--set", setting)]
    folder, result = helpers.train(text, "--engine", engine, *words, code=1)
    record = folder.record()
    assert record["status"] == "diverged" and record["reason"] in result.stderr
    return str(record["reason"])


WILD = [
    (network, eta) for network in ("gan-discriminator", "wgan-generator", "wgan-critic") for eta in ("1e+10", "1e+30")
]


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("case", "eta"), [*WILD, ("gan-generator", "1e+20"), ("gan-generator", "1e+30")])
def test_the_network_that_diverged_first_is_named(case: str, eta: str, engine: str) -> None:
    kind, network = case.split("-")
    found = reason({"gan": GAN, "wgan": WGAN}[kind], f"{network}.optimizer.eta={eta}", engine=engine)
    assert f"the {network} diverged first, " in found and f"(sgd, eta {eta}); try a smaller eta" in found
    assert found.endswith(" or a clip of its weights" if network == "critic" else "; try a smaller eta")
    assert found.startswith("parameters are no longer finite at game ")


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_network_and_the_game_in_which_it_diverged(engine: str) -> None:
    """Its steps as they are taken one by one, and looked at by hand."""
    settings = ["network.optimizer.eta=3", "engine=numpy"]
    built = helpers.game(SUPERVISED, *settings)
    start = np.abs(built.players["network"].network.params).max()
    while np.abs(built.players["network"].network.params).max() < 1000 * max(start, 1.0):
        built.play()
    found = reason(SUPERVISED, *settings[:1], engine=engine)
    assert 1 < built.played < 20
    assert f": the network diverged, in game {built.played} (sgd, eta 3); try a smaller eta" in found


def test_a_game_in_the_plane_diverges_too() -> None:
    theta, phi, game = 1.0, 1.0, 0
    while max(abs(theta), abs(phi)) < 1000:
        theta, phi, game = theta - 2 * phi, phi + 2 * theta, game + 1
    first = "theta" if abs(theta) > 1000 else "phi"
    assert reason(GAME2D) == (
        f"parameters are no longer finite at game 500: {first} diverged first, in game {game} (sgd, eta 2); "
        "try a smaller eta"
    )


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("engine", ENGINES)
def test_checkpoints_of_a_run_that_had_diverged_already_do_not_hide_it(engine: str) -> None:
    """A wild generator needs some games to make anything infinite; the run is resumed from one of these and ends so again."""
    settings = ["generator.optimizer.eta=1e+15", "test.every=3", "checkpoint.every=3"]
    found = reason(GAN, *settings, engine=engine)
    assert "the generator diverged first, in game 1 (sgd, eta 1e+15)" in found
    folder = helpers.train(GAN, "--engine", engine, *(word for one in settings for word in ("--set", one)), code=1)[0]
    assert checkpoint.paths(folder.checkpoints)
    assert gancli("resume", folder.path.name).exit_code == 1
    assert folder.record()["reason"] == found


def test_both_are_named_where_playing_again_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.experiment.divergence.GROWTH", np.inf)
    monkeypatch.setattr("gancli.experiment.divergence.largest", lambda player: 1.0)
    found = reason(WGAN, "critic.optimizer.eta=1e+20", "generator.optimizer={name: adadelta, centered: true}")
    assert found == (
        "the parameters of the generator and the critic are no longer finite at game 20; "
        "try for the generator (adadelta, epsilon 1e-06, centered) a larger epsilon, centered: false or another "
        "optimizer; for the critic (sgd, eta 1e+20) a smaller eta or a clip of its weights"
    )


@pytest.mark.parametrize("error", [MemoryError(), ValueError("damaged")])
def test_what_goes_wrong_in_playing_again_is_left_out(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*words: Any) -> None:
        raise error

    monkeypatch.setattr("gancli.experiment.divergence.build", fail)
    assert "the parameters of the network are no longer finite" in reason(SUPERVISED, "network.optimizer.eta=3")


def test_a_signal_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    from gancli.experiment import build

    built = []

    def interrupted(*words: Any) -> Any:
        if not built:
            os.kill(os.getpid(), signal.SIGTERM)
        built.append(build(*words))
        return built[-1]

    monkeypatch.setattr("gancli.experiment.divergence.build", interrupted)
    assert "the parameters of the network are no longer finite" in reason(SUPERVISED, "network.optimizer.eta=3")


def player(name: str, clip: Any = None, **settings: Any) -> Player:
    engine = make_engine("numpy")
    network = Network([Scalar(1.0)], engine, "float64", np.random.default_rng(0))
    return Player(network, OPTIMIZERS[name](engine, 1, "float64", **settings), clip)


@pytest.mark.parametrize(
    ("value", "beyond"), [(1000.0, False), (-1000.0, False), (1000.1, True), (-1000.1, True), (np.nan, True)]
)
def test_a_network_has_diverged_beyond_its_bound_not_at_it(value: float, beyond: bool) -> None:
    one = player("sgd", eta=1.0)
    built: Any = SimpleNamespace(game=SimpleNamespace(played=6, players={"critic": one}))
    one.network.params[...], one.network.grads[...] = 0.0, -value
    _watch(built, "critic", one, 1000.0)
    if beyond:
        with pytest.raises(FirstError) as caught:
            one.learn()
        assert (caught.value.name, caught.value.game) == ("critic", 7)
    else:
        one.learn()
    assert _within(built, {"critic": 1000.0}) is not beyond


CLIP = CLIPS["clamp"](0.1)


@pytest.mark.parametrize(
    ("name", "optimizer", "clip", "settings", "how", "advice"),
    [
        ("critic", "sgd", None, {"eta": 0.5}, "sgd, eta 0.5", "a smaller eta or a clip of its weights"),
        ("critic", "adam", CLIP, {"eta": 1e-3}, "adam, eta 0.001", "a smaller eta"),
        ("generator", "adagrad", None, {"eta": 1.0}, "adagrad, eta 1", "a smaller eta"),
        ("generator", "adadelta", None, {}, "adadelta, epsilon 1e-06", "a larger epsilon or another optimizer"),
        (
            "critic", "adadelta", None, {"centered": True, "epsilon": 1e-8}, "adadelta, epsilon 1e-08, centered",
            "a larger epsilon, centered: false, another optimizer or a clip of its weights",
        ),
        (
            "network", "rmsprop", None, {"centered": True, "eta": 0.1}, "rmsprop, eta 0.1, centered",
            "a smaller eta or centered: false",
        ),
    ],
)  # fmt: skip
def test_advice_is_what_the_optimiser_has_and_what_is_not_done_yet(
    name: str, optimizer: str, clip: Any, settings: dict[str, Any], how: str, advice: str
) -> None:
    one = player(optimizer, clip, **settings)
    assert description(one) == how and advise(name, one) == advice


def test_a_centred_adadelta_that_diverges_is_not_told_of_an_eta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parameters are made infinite by hand, so as not to depend on its arithmetic."""
    step = Adadelta.step

    def step_into_the_void(self: Adadelta, params: Any, grads: Any) -> None:
        step(self, params, grads)
        if self.count == 7:
            params[3] = np.inf

    monkeypatch.setattr(Adadelta, "step", step_into_the_void)
    found = reason(GAN, "generator.optimizer={name: adadelta, centered: true}")
    assert "the generator diverged first, in game 7 (adadelta, epsilon 1e-06, centered)" in found
    assert found.endswith("; try a larger epsilon, centered: false or another optimizer")
