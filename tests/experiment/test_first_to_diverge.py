"""From where a run is played again, to see which network diverged first: by hand, of two numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.experiment import build, load_data
from gancli.experiment.divergence import Diverging, StoppedError
from gancli.experiment.saving import gather
from gancli.runs import RunFolder, checkpoint
from helpers import experiment

STEPS = """
kind: game2d
game: bilinear
engine: numpy
dtype: float64
start: [1, 1]
updates: alternating
optimizer: {name: sgd, eta: 3}
training: {games: 3000}
"""
POSITIONS = [(1, 1), (-2, -5), (13, 34), (-89, -233), (610, 1597), (-4181, -10946)]
"""θ ← θ − 3 φ, then φ ← φ + 3 θ: after game 4 φ is beyond a thousand times what it was, and θ is not yet."""


def played(games: int, *settings: str) -> Any:
    spec = experiment(STEPS, *settings)
    built = build(spec, load_data(spec))
    built.game.play(games)
    return built


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "checkpoints").mkdir()
    return RunFolder(tmp_path)


def diverging(folder: RunFolder, games: int, every: int, *settings: str, stopped: bool = False) -> Diverging:
    return Diverging(experiment(STEPS, *settings), played(games, *settings), folder, every, lambda: stopped)


def save(folder: RunFolder, *games: int) -> None:
    for game in games:
        checkpoint.save(folder.checkpoints, game, *gather(played(game)))


def test_the_positions_are_these() -> None:
    for game, expected in enumerate(POSITIONS):
        assert [float(one[0]) for one in played(game).game.position()] == list(expected)


@pytest.mark.parametrize(
    ("games", "every", "calm"),
    [(12, 1, 3), (12, 2, 2), (12, 3, 3), (12, 4, 0), (12, 5, 0), (12, 12, 0), (3, 1, 2), (3, 3, 0), (4, 3, 3), (2, 3, 0)],
)  # fmt: skip
def test_a_run_is_looked_at_from_where_it_was_last_seen_within_its_bounds(
    games: int, every: int, calm: int, folder: RunFolder
) -> None:
    built, bounds = diverging(folder, games, every)._calm()
    assert built.game.played == calm and bounds == {"theta": 1000.0, "phi": 1000.0}
    assert tuple(float(one[0]) for one in built.game.position()) == POSITIONS[calm]


@pytest.mark.parametrize(("start", "bounds"), [([0.5, -4], [1000, 4000]), ([-2, 0], [2000, 1000])])
def test_bounds_are_a_thousand_times_the_beginning_or_a_thousand(
    start: list[float], bounds: list[float], folder: RunFolder
) -> None:
    assert list(diverging(folder, 2, 9, f"start={start}")._begin()[1].values()) == bounds


@pytest.mark.parametrize(
    ("saved", "damaged", "begins"),
    [((), None, 0), ((2, 3), None, 3), ((3, 5), None, 3), ((5, 6), None, 0), ((2, 3), 3, 2), ((3,), 3, 0)],
)
def test_it_begins_at_the_newest_checkpoint_of_parameters_within_their_bounds(
    saved: tuple[int, ...], damaged: int | None, begins: int, folder: RunFolder
) -> None:
    save(folder, *saved)
    if damaged is not None:
        (folder.checkpoints / f"game-{damaged:06d}.npz").write_bytes(b"half")
    built, bounds = diverging(folder, 12, 1)._begin()
    assert built.game.played == begins and list(bounds.values()) == [1000.0, 1000.0]
    assert tuple(float(one[0]) for one in built.game.position()) == POSITIONS[begins]


@pytest.mark.parametrize(("saved", "every"), [((), 1), ((), 2), ((), 12), ((2, 3), 5), ((5,), 5)])
def test_the_first_is_the_same_from_wherever_it_is_looked_for(
    saved: tuple[int, ...], every: int, folder: RunFolder
) -> None:
    save(folder, *saved)
    first = diverging(folder, 12, every)._first()
    assert first is not None and (first.name, first.game) == ("phi", 4)
    assert diverging(folder, 12, every).reason() == (
        "parameters are no longer finite at game 12: phi diverged first, in game 4 (sgd, eta 3); try a smaller eta"
    )


def test_no_game_is_played_that_the_run_has_not_played(folder: RunFolder) -> None:
    assert diverging(folder, 3, 1)._first() is None and diverging(folder, 3, 9)._first() is None
    with pytest.raises(StoppedError):
        diverging(folder, 12, 1, stopped=True)._calm()
    assert diverging(folder, 12, 1, stopped=True)._first() is None


def test_a_network_alone_is_not_the_first(folder: RunFolder) -> None:
    text = "kind: supervised\nengine: numpy\ndata: {set: xor}\nnetwork: {shape: [2, 1], output: linear}\n"
    spec = experiment(text + "eta: 50\ntraining: {games: 90}\n")
    built = build(spec, load_data(spec))
    with np.errstate(all="ignore"):
        built.game.play(30)
        found = Diverging(spec, built, folder, 10, lambda: False).reason()
    assert ": the network diverged, in game " in found and found.endswith("(sgd, eta 50); try a smaller eta")
