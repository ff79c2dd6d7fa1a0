"""What the loop does at which game, in which order, and what it never saves."""

import os
import signal
import zipfile
from typing import Any

import numpy as np
import pytest

from experiment.test_runs import GAN, XOR, essence
from gancli import spec
from gancli.experiment import build, load_data
from gancli.experiment.loop import Loop
from gancli.games import Supervised
from gancli.runs import checkpoint
from gancli.spec.overrides import apply
from gancli.spec.yaml import load_text
from helpers import gancli, train

NUMPY = ("--engine", "numpy")


def words(*settings: str) -> list[str]:
    return [*NUMPY, *(word for setting in settings for word in ("--set", setting))]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """What a run has done, and at which game."""
    found: list[tuple[int, str]] = []
    for name in ("test", "picture", "save"):
        call = getattr(Loop, name)

        def noted(self: Loop, name: str = name, call: Any = call) -> None:
            if name != "save" or self._saved != self.built.game.played:
                found.append((self.built.game.played, name))
            call(self)

        monkeypatch.setattr(Loop, name, noted)
    return found


def test_tests_pictures_and_checkpoints_are_due_at_their_games_and_at_the_last(done: list[tuple[int, str]]) -> None:
    """The last checkpoint is before what is measured at the last game alone, of which a longer run knows nothing."""
    train(XOR, *words("training.games=13", "test.every=4", "pictures.every=6", "checkpoint.every=5"))
    tests = [(game, "test") for game in (0, 4, 8, 12, 13)]
    pictures = [(game, "picture") for game in (0, 6, 12, 13)]
    saves = [(game, "save") for game in (5, 10, 13)]
    order = {"test": 0, "picture": 1, "save": 2}
    expected = sorted([*tests, *pictures, *saves], key=lambda one: (one[0], order[one[1]]))
    expected[-3:] = [(13, "save"), (13, "test"), (13, "picture")]
    assert done == expected


def test_what_is_due_at_the_last_game_is_done_once_and_before_its_checkpoint(done: list[tuple[int, str]]) -> None:
    train(XOR, *words("training.games=8", "test.every=4", "pictures.every=8", "checkpoint.every=4"))
    assert done == [
        (0, "test"), (0, "picture"), (4, "test"), (4, "save"), (8, "test"), (8, "picture"), (8, "save"),
    ]  # fmt: skip


def test_once_a_pass_is_at_the_games_that_a_pass_takes(done: list[tuple[int, str]]) -> None:
    """Four corners in batches of three are two games."""
    settings = [f"{section}.every=pass" for section in ("test", "pictures", "checkpoint")]
    train(XOR, *words("training.games=5", *settings))
    assert [game for game, name in done if name == "test"] == [0, 2, 4, 5]
    assert [game for game, name in done if name == "save"] == [2, 4, 5]


@pytest.mark.parametrize(
    ("batch", "passes", "games", "a_pass"), [(3, 3, 4, 2), (4, 3, 3, 1), (4, 1, 1, 1), (5, 2, 2, 1), (1, 2, 8, 4)]
)
def test_passes_are_as_many_games_as_cover_the_data_so_often(batch: int, passes: int, games: int, a_pass: int) -> None:
    document = load_text(XOR, "f")
    apply(document, ["training.games=null", f"training.passes={passes}", f"training.batch={batch}", "engine=numpy"])
    found = spec.resolve(document).experiment
    built = build(found, load_data(found))
    assert (built.games, built.games_a_pass) == (games, a_pass)


def break_at(monkeypatch: pytest.MonkeyPatch, game: int, number: int | None = None) -> None:
    """Have a parameter be infinite from this game on, and a signal come there, where one is given."""
    play = Supervised.play

    def play_and_break(self: Supervised, games: int = 1) -> None:
        play(self, min(games, game - self.played) if self.played < game else games)
        if self.played >= game:
            self.players["network"].network.params[2] = np.inf
            if number is not None:
                os.kill(os.getpid(), number)

    monkeypatch.setattr(Supervised, "play", play_and_break)


@pytest.mark.parametrize(
    ("game", "games", "every", "number", "saved"),
    [
        (4, 9, 4, None, []),  # where a checkpoint is due
        (8, 9, 4, None, [4]),
        (9, 9, 4, None, [4, 8]),  # the last one, where nothing else is due
        (3, 9, 4, signal.SIGTERM, []),  # the one in which a signal comes
    ],
)
def test_parameters_that_are_no_numbers_are_never_saved(
    game: int, games: int, every: int, number: int | None, saved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_at(monkeypatch, game, number)
    settings = [f"training.games={games}", "test.every=100", "pictures.every=100", f"checkpoint.every={every}"]
    folder, _ = train(XOR, *words(*settings), code=1)
    assert folder.record()["status"] == "diverged" and folder.record()["played"] == game
    assert [path.name for path in checkpoint.paths(folder.checkpoints)] == [f"game-{one:06d}.npz" for one in saved]
    assert len(folder.rows()) == 1, "nothing is measured of it"


@pytest.mark.parametrize(("batch", "seen"), [(1, 1000), (2, 500), (100, 10), (1000, 10)])
def test_a_run_looks_for_such_parameters_every_thousand_samples(
    batch: int, seen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_at(monkeypatch, 1)
    settings = [f"{key}=5000" for key in ("training.games", "test.every", "pictures.every", "checkpoint.every")]
    folder, _ = train(XOR, *words(f"training.batch={batch}", *settings), code=1)
    assert folder.record()["played"] == seen


@pytest.mark.parametrize("game", [10, 20, 30, 39])
def test_a_run_that_is_stopped_where_something_is_due_goes_on_after_it(
    game: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    uninterrupted, _ = train(XOR, *NUMPY)
    play = Supervised.play

    def play_then_stop(self: Supervised, games: int = 1) -> None:
        play(self, min(games, game - self.played) if self.played < game else games)
        if self.played == game:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(Supervised, "play", play_then_stop)
        folder, _ = train(XOR, *NUMPY, code=130)
    assert [row["game"] for row in folder.rows()] == list(range(0, game + 1, 10))
    assert folder.record()["played"] == game and folder.record()["reason"] == f"SIGINT at game {game}"
    result = gancli("resume", folder.path.name)
    assert result.exit_code == 0 and essence(folder) == essence(uninterrupted)
    assert folder.record()["resumed"][0]["game"] == game


def test_a_signal_in_the_last_game_completes_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    uninterrupted, _ = train(XOR, *NUMPY)
    play = Supervised.play

    def play_then_stop(self: Supervised, games: int = 1) -> None:
        play(self, games)
        if self.played == 40:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Supervised, "play", play_then_stop)
    folder, _ = train(XOR, *NUMPY)
    assert folder.record()["status"] == "completed" and essence(folder) == essence(uninterrupted)


def test_a_longer_run_counts_the_seconds_before(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = {"now": 1000.0}
    monkeypatch.setattr("gancli.experiment.loop.time.monotonic", lambda: clock["now"])
    play = Supervised.play

    def play_a_second(self: Supervised, games: int = 1) -> None:
        play(self, games)
        clock["now"] += games

    monkeypatch.setattr(Supervised, "play", play_a_second)
    folder, _ = train(XOR, *NUMPY)
    assert [row["seconds"] for row in folder.rows()] == [0, 10, 20, 30, 40]
    clock["now"] = 5000.0
    assert gancli("resume", "small", "--games", "60").exit_code == 0
    assert [row["seconds"] for row in folder.rows()] == [0, 10, 20, 30, 40, 50, 60]


JUDGED = (
    GAN.replace("classes: [7, 8]", "set: ring, samples: 40").replace("784", "2")
    + "evaluate: {every: 20, samples: 100}\n"
)


def test_the_judge_is_asked_where_it_is_due_and_at_the_last_game() -> None:
    folder, _ = train(JUDGED, *words("training.games=35"))
    rows: list[dict[str, Any]] = folder.rows()
    assert [(row["game"], "modes" in row) for row in rows] == [
        (0, True), (10, False), (20, True), (30, False), (35, True),
    ]  # fmt: skip


def test_pictures_are_drawn_and_what_is_drawn_is_kept_in_little_space() -> None:
    folder, _ = train(XOR, *words("training.games=2", "pictures.every=2"))
    assert sorted(path.name for path in folder.images.iterdir()) == [
        f"game-00000{game}.{form}" for game in (0, 2) for form in ("npz", "png")
    ]
    with zipfile.ZipFile(folder.images / "game-000002.npz") as kept:
        assert {one.compress_type for one in kept.infolist()} == {zipfile.ZIP_DEFLATED}


DULL = """
kind: gan
name: small
data: {set: ring, samples: 50}
generator: {shape: [4, 6, 2], output: linear, init: {name: normal, std: 1.0e-3}, optimizer: {name: sgd, eta: 1.0e-9}}
discriminator: {shape: [2, 3, 1], optimizer: {name: sgd, eta: 1.0e-9}}
training: {games: 100, batch: 8}
test: {every: 10, batches: 2}
pictures: {every: 100, count: 50}
checkpoint: {every: 100}
"""


@pytest.mark.parametrize(
    ("settings", "status", "expected"),
    [
        ([], "completed", [(game, "test") for game in (40, 50, 60, 70, 80, 90, 100)] + [(100, "picture"), (100, "save")]),
        (["stop={on_collapse: true}"], "collapsed", [(30, "save"), (30, "picture")]),
        (["stop={on_collapse: true}", "pictures.every=30"], "collapsed", [(30, "picture"), (30, "save")]),
        (["stop={on_collapse: true}", "training.games=25", "test.every=10"], "collapsed", []),
    ],
)  # fmt: skip
def test_a_collapsed_run_leaves_a_checkpoint_and_one_picture_where_it_is_to_stop(
    settings: list[str], status: str, expected: list[tuple[int, str]], done: list[tuple[int, str]]
) -> None:
    folder, _ = train(DULL, *words(*settings), code=0 if status == "completed" else 1)
    record = folder.record()
    assert record["status"] == status
    if expected:
        assert done[done.index((30, "test")) + 1 :] == expected
        assert ("collapse at game 30" in str(record["reason"])) is (status == "collapsed")
    else:
        assert done[-3:] == [(25, "save"), (25, "test"), (25, "picture")] and record["played"] == 25
    log = (folder.path / "log.txt").read_text(encoding="utf-8")
    assert ("collapse at game" in log) and (folder.images / f"game-{record['played']:06d}.png").exists()
    assert checkpoint.newest(folder.checkpoints).facts["game"] == record["played"]
