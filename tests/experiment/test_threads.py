"""A run's bits are those of its spec, engine and threads, whatever else computes in the process before, beside or within."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import helpers
from gancli import spec
from gancli.engines import BlasThreads, make_engine, numba_is_here
from gancli.experiment import build, load_data
from gancli.games import Gan, Supervised, Wgan
from gancli.runs import RunFolder, checkpoint
from helpers import gancli

REST = """
training: {games: 4, batch: 48}
test: {every: 4}
pictures: {every: 4, count: 6}
checkpoint: {every: 4}
"""
FEW = REST.replace("test: {", "test: {batches: 1, ")
ADVERSARIES = "data: {classes: [7]}\ngenerator: {shape: [8, 64, 784], optimizer: {name: sgd, eta: 0.01}}\n"
OPPONENT = "{shape: [784, 64, 1], activation: leaky_relu, init: glorot, optimizer: {name: sgd, eta: 0.01}"
KINDS = {
    "supervised": "kind: supervised\ndata: {classes: [7, 8]}\nnetwork: {shape: [784, 64, 10]}\n" + REST,
    "gan": f"kind: gan\n{ADVERSARIES}discriminator: {OPPONENT}}}\n{FEW}",
    "wgan": f"kind: wgan\n{ADVERSARIES}critic: {OPPONENT}}}\n{FEW}".replace("48}", "48, ratios: {critic: 2}}"),
}
LAYERS = KINDS["gan"].replace("leaky_relu", "sigmoid, minibatch: {name: kernel, kernels: 40, size: 5}")
"""Layers with products of their own, and played by NumPy on both engines."""
GAMES: dict[str, Any] = {"supervised": Supervised, "gan": Gan, "wgan": Wgan}
EVALUATE = ("--set", "evaluate={every: 2, samples: 100}", "--set", "test.every=2")
WAYS = [("numpy", 1), ("numpy", 2)] + ([("numba", 1), ("numba", 2)] if numba_is_here() else [])


def train(text: str, *words: str, code: int = 0) -> RunFolder:
    return helpers.train(text, "-q", *words, code=code)[0]


def weights(folder: RunFolder) -> dict[str, bytes]:
    saved = checkpoint.newest(folder.checkpoints)
    assert saved.facts["game"] == 4
    return {name: array.tobytes() for name, array in saved.arrays.items()}


def blas_threads() -> int:
    """Of NumPy's library."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return int(min(found, key=lambda library: "numpy" not in library["filepath"])["num_threads"])


@pytest.fixture(autouse=True)
def two_threads_outside() -> Iterator[None]:
    with threadpool_limits(2, user_api="blas"):
        yield


def product(threads: int) -> Any:
    rng = np.random.default_rng(0)
    x, w = (rng.standard_normal(shape).astype(np.float32) for shape in ((48, 784), (784, 64)))
    with BlasThreads(threads):
        return x @ w


differ = pytest.mark.skipif(
    np.array_equal(product(1), product(2)), reason="this BLAS has the same bits for two threads"
)
"""Of products as large as those of the configurations above."""


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(("engine", "threads"), WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_neither_measuring_nor_an_interruption_changes_weights(
    kind: str, engine: str, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--engine", engine, "--threads", str(threads))
    judged = () if kind == "supervised" else EVALUATE
    plain = weights(train(KINDS[kind], *words))
    assert weights(train(KINDS[kind], *words, "--set", "test.every=2", "--set", "pictures.every=1", *judged)) == plain
    assert blas_threads() == 2, "a run leaves the process as it was"
    assert weights(interrupted(kind, *words, *judged, monkeypatch=monkeypatch)) == plain


def interrupted(kind: str, *words: str, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run that is stopped after three of its games, in a process where BLAS has one thread, and resumed."""
    cls, play = GAMES[kind], GAMES[kind].play

    def play_then_stop(self: Any, games: int = 1) -> None:
        play(self, min(games, 3 - self.played) if self.played < 3 else games)
        if self.played == 3:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch, threadpool_limits(1, user_api="blas"):
        patch.setattr(cls, "play", play_then_stop)
        folder = train(KINDS[kind], *words, code=130)
    assert gancli("resume", folder.path.name).exit_code == 0
    return folder


def played(text: str, engine: str, threads: int, outside: int) -> tuple[dict[str, bytes], dict[str, float]]:
    """Weights after two games, and what is measured, in a process where another engine has been made since."""
    Path("c.yaml").write_text(text, encoding="utf-8")
    experiment = spec.load(Path("c.yaml"), [f"engine={engine}", f"threads={threads}"]).experiment
    game = build(experiment, load_data(experiment)).game
    make_engine("numpy", outside)
    with threadpool_limits(outside, user_api="blas"):
        game.play(2)
        found = game.measure()
    return {name: player.network.params.tobytes() for name, player in game.players.items()}, found


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(("engine", "threads"), [*WAYS, ("checked", 2)])
@pytest.mark.parametrize("text", [*KINDS.values(), LAYERS], ids=[*KINDS, "layers"])
def test_another_engine_in_the_process_changes_neither_weights_nor_measures(
    text: str, engine: str, threads: int
) -> None:
    assert played(text, engine, threads, outside=1) == played(text, engine, threads, outside=2)


@differ
def test_an_engine_computes_with_its_own_threads() -> None:
    one, two = (played(KINDS["supervised"], "numpy", threads, outside=1) for threads in (1, 2))
    assert one[0] != two[0], "two threads were asked for"


def test_making_an_engine_changes_nothing() -> None:
    make_engine("numpy", 1)
    assert blas_threads() == 2


def test_numbers_of_threads_are_nested_and_given_back() -> None:
    with BlasThreads(1):
        with BlasThreads(3), BlasThreads(1):
            assert blas_threads() == 1
        assert blas_threads() == 1
        with pytest.raises(KeyError), BlasThreads(3):
            raise KeyError
        assert blas_threads() == 1
    assert blas_threads() == 2


def test_whoever_leaves_first_leaves_the_number_to_the_others() -> None:
    """Cells of a sweep in the threads of a Dask worker."""
    entered, leave, found = threading.Event(), threading.Event(), []

    def beside() -> None:
        with BlasThreads(1):
            entered.set()
            leave.wait(10)
            found.append(blas_threads())

    with BlasThreads(1):
        other = threading.Thread(target=beside)
        other.start()
        assert entered.wait(10)
    leave.set()
    other.join()
    assert found == [1] and blas_threads() == 2


def test_other_python_threads_can_set_the_number_too() -> None:
    """In threadpoolctl 3.8 only the first that ever did."""
    found = []

    def beside() -> None:
        with BlasThreads(1):
            found.append(blas_threads())

    with BlasThreads(3):
        other = threading.Thread(target=beside)
        other.start()
        other.join()
    assert found == [1] and blas_threads() == 2


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(("engine", "threads"), WAYS)
def test_the_record_has_the_threads_of_the_runs_own_products(engine: str, threads: int) -> None:
    folder = train(KINDS["supervised"], "--engine", engine, "--threads", str(threads))
    own = 1 if engine == "numba" else threads
    assert folder.record()["blas"]["num_threads"] == own
    with threadpool_limits(3 - own, user_api="blas"):
        result = gancli("resume", folder.path.name, "--games", "5")
    assert result.exit_code == 0 and "bits may differ" not in result.stderr
    assert folder.record()["resumed"][0]["blas"]["num_threads"] == own
