"""What a game asks of an engine that plays by itself: its plan, and the numbers of each game in the order of its steps.

The engine of these tests writes down what it is given, and says that its networks have taken ten and twenty steps a game.
"""

import itertools
from typing import Any

import numpy as np
import plain
import pytest

from gancli.engines import DISTRIBUTIONS, make_engine
from gancli.engines.numpy_engine import NumpyEngine
from gancli.games import base
from gancli.games.labels import Labels
from gancli.games.wgan import Schedule
from helpers import game

TEXT = """
kind: {kind}
engine: numpy
data: {{set: ring, samples: 20}}
generator: {{shape: [3, 4, 2], optimizer: {{name: adam, eta: 0.125}}}}
{opponent}: {{shape: [2, 5, 1], activation: relu, optimizer: {{name: rmsprop, eta: 0.25}}}}
training: {{games: 6, batch: 6}}
"""
GAN = TEXT.format(kind="gan", opponent="discriminator")
WGAN = TEXT.format(kind="wgan", opponent="critic")
XOR = """
kind: supervised
engine: numpy
data: {set: xor, points: square, samples: 20}
network: {shape: [2, 3, 1], activation: tanh, output: sigmoid}
training: {games: 6, batch: 4, loss: cross_entropy}
"""


class Recorder:
    noise: tuple[tuple[int, str, float], ...] = ((2, "gaussian", 0.5), (3, "uniform", 0.25))

    def __init__(self, plan: Any, calls: list[Any]):
        self.plan, self.calls = plan, calls

    def play(self, rows: Any, latents: Any, noise: Any, counts: tuple[int, ...]) -> tuple[int, ...]:
        self.calls.append((self.plan, rows.copy(), latents.copy(), noise.copy(), counts))
        return tuple(count + 10 * (index + 1) * len(rows) for index, count in enumerate(counts))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(NumpyEngine, "player", lambda self, plan: Recorder(plan, found))
    return found


def drawn(purpose: int, games: int, *laws: tuple[int, str, float]) -> np.ndarray[Any, Any]:
    """So many numbers of each law, game by game, from a stream of the run."""
    rng, numbers = plain.stream(purpose), np.empty((games, sum(size for size, _, _ in laws)), np.float32)
    for row in numbers:
        for (size, law, scale), end in zip(laws, np.cumsum([size for size, _, _ in laws]), strict=True):
            make_engine("numpy").draw(rng, DISTRIBUTIONS[law](scale), out=row[end - size : end])
    return numbers


def given(calls: list[Any], index: int) -> np.ndarray[Any, Any]:
    """All rows (1), latents (2) or noise (3) of the games, which have the networks' type or are places of samples."""
    assert {call[index].dtype for call in calls} == {np.dtype(np.int64 if index == 1 else np.float32)}
    return np.concatenate([call[index] for call in calls])


def test_games_are_divided_into_portions_of_so_many_random_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "NUMBERS", 100)
    for games, numbers, portions in (
        (7, 40, [2, 2, 2, 1]), (3, 1000, [1, 1, 1]), (250, 0, [100, 100, 50]), (250, 1, [100, 100, 50]), (0, 5, []),
        (1, 5, [1]), (5, 20, [5]),
    ):  # fmt: skip
        assert list(itertools.islice(base.portions(games, numbers), 9)) == portions


@pytest.mark.parametrize("labels", [True, False])
def test_a_gan_gives_samples_latents_labels_and_noise_game_by_game(
    labels: bool, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 2 learnings on real samples, 3 + 2 on fakes and 4 of the generator alone: 9 batches of latents, 7 of labels."""
    settings = (
        "training.ratios={real: 2, fake: 3, shared: 2, generator: 4}",
        *(["training.labels={real: [0.75, 1], flip: 0.25}"] if labels else []),
    )
    numbers, targets = 9 * 6 * 3, 7 * 6 * labels
    monkeypatch.setattr(base, "NUMBERS", 2 * (numbers + targets))
    built = game(GAN, *settings)
    built.play(3)
    built.play(2)
    assert [len(call[1]) for call in calls] == [2, 1, 2]
    assert built.played == 5 and [player.optimizer.count for player in built.players.values()] == [50, 100]
    assert [call[4] for call in calls] == [(0, 0), (20, 40), (30, 60)]
    assert np.array_equal(given(calls, 1).ravel(), game(GAN, *settings).real.rows(5 * 2 * 6))
    latents, rng = given(calls, 2), plain.stream(plain.LABELS)
    assert np.array_equal(latents[:, :numbers], drawn(plain.LATENT, 5, (numbers, built.law, 1.0)))
    assert np.array_equal(given(calls, 3), drawn(plain.NOISE, 5, *Recorder.noise))
    expected = np.empty((5, targets), np.float32)
    for one in expected.reshape(-1, 7, 6):
        for index, out in enumerate(one):
            Labels(0.75, 1.0, 0.25).of(index < 2).fill(rng, out, None)
    assert np.array_equal(latents[:, numbers:], expected)


def test_a_gans_plan(calls: list[Any]) -> None:
    built = game(
        GAN, "generator.ema=0.75", "training.ratios={real: 2, fake: 3}",
        "training.labels={real: [0.75, 1]}", "training.r1={gamma: 0.5}",
    )  # fmt: skip
    built.play()
    (plan, *_), (generator, discriminator) = calls[0], built.players.values()
    assert (plan.real, plan.fake, plan.teach) == (("log", 0.875, 0.5), ("log", 0.0, 0.5), ("log", 1.0, 0.5))
    assert plan.ratios == built.ratios and plan.ratios["fake"] == 3
    assert plan.samples is built.real.part.samples and plan.factor == 1.0
    assert (plan.batch, plan.together, plan.labels, plan.penalty) == (6, 1, True, 0.5)
    for told, player, name, eta in (
        (plan.generator, generator, "adam", 0.125),
        (plan.opponent, discriminator, "rmsprop", 0.25),
    ):
        assert told.params is player.network.params and told.layers == player.network.plan()
        assert (told.optimizer.name, told.optimizer.settings["eta"], told.clip) == (name, eta, None)
    assert plan.generator.average[0] is generator.shown.params and plan.generator.average[1] == 0.75
    assert plan.opponent.average is None


@pytest.mark.parametrize(
    ("every", "penalties", "found"),
    [
        (None, [0.0], [(0.0, 7), (0.0, 1), (0.0, 5)]),
        (1, [0.5], [(0.5, 7), (0.5, 1), (0.5, 5)]),
        (2, [0.0, 0.5], [(0.5, 1), (0.0, 1)] * 6 + [(0.5, 1)]),
        (
            3, [0.0, 0.5],
            [(0.5, 1), (0.0, 2), (0.5, 1), (0.0, 2), (0.5, 1), (0.0, 1), (0.0, 1), (0.5, 1), (0.0, 2), (0.5, 1)],
        ),
    ],
)  # fmt: skip
def test_alike_games_are_played_in_one_go_and_those_of_a_penalty_apart(
    every: int | None, penalties: list[float], found: list[Any], calls: list[Any]
) -> None:
    """In the first game and every `every`-th; seven games are asked for, then one, then five."""
    built = game(GAN, *([f"training.r1={{gamma: 0.5, every: {every}}}"] if every else []))
    assert [player.plan.penalty for player in built.engine_players] == penalties
    for games in (7, 1, 5):
        built.play(games)
    assert [(call[0].penalty, len(call[1])) for call in calls] == found and built.played == 13


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        (GAN, "generator.batch_norm=true"), (GAN, "discriminator.minibatch=similarity"),
        (WGAN, "generator.batch_norm=true"), (WGAN, "critic.minibatch=similarity"), (XOR, "network.batch_norm=true"),
    ],
)  # fmt: skip
def test_what_the_engine_cannot_play_is_played_step_by_step(text: str, setting: str, calls: list[Any]) -> None:
    built = game(text, setting)
    before = [player.network.params.copy() for player in built.players.values()]
    built.play(2)
    assert built.engine_players == [] and not calls and built.played == 2
    assert not any(
        np.array_equal(old, player.network.params) for old, player in zip(before, built.players.values(), strict=True)
    )


def test_a_wgan_gives_its_critics_samples_and_all_latents(calls: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 2 learnings of the critic and 3 of the generator, but none in the first game; 3 of the critic in every fourth."""
    monkeypatch.setattr(base, "NUMBERS", 2 * 5 * 6 * 3)
    settings = (
        "training.ratios={critic: 2, generator: 3}", "training.warmup=1", "training.long_phase={critic: 3, first: 0, every: 4}",
        "critic.clip={bound: 0.5, mode: rescale}",
    )  # fmt: skip
    built = game(WGAN, *settings)
    built.play(4)
    built.play(1)
    kinds = [(3, 0), (2, 3), (2, 3), (3, 3)]
    assert [(call[0].ratios["critic"], call[0].ratios["generator"]) for call in calls] == kinds
    assert [call[1].shape for call in calls] == [(1, 18), (2, 12), (1, 12), (1, 18)]
    assert [call[2].shape for call in calls] == [(1, 54), (2, 90), (1, 90), (1, 108)]
    assert {player.plan.ratios["critic"] * 10 + player.plan.ratios["generator"] for player in built.engine_players} == {
        20,
        23,
        30,
        33,
    }
    assert built.played == 5 and [player.optimizer.count for player in built.players.values()] == [50, 100]
    rows = np.concatenate([call[1].ravel() for call in calls])
    assert np.array_equal(rows, game(WGAN, *settings).real.rows(len(rows)))
    for plan, *_ in calls:
        assert (plan.real, plan.fake, plan.teach) == (("mean", -1.0, 0.0), ("mean", 1.0, 0.0), ("mean", -1.0, 0.0))
        assert (plan.batch, plan.together, plan.labels, plan.penalty) == (6, plan.ratios["critic"], False, 0.0)
        assert plan.opponent.params is built.opponent.network.params and plan.opponent.clip == ("rescale", 0.5)
        assert plan.generator.params is built.generator.network.params and plan.generator.clip is None


@pytest.mark.parametrize(("batch", "critic", "together"), [(6, 1, 1), (100, 7, 5), (100, 4, 4), (600, 3, 1)])
def test_fakes_for_a_critic_are_drawn_together_up_to_some_five_hundred(
    batch: int, critic: int, together: int, calls: list[Any]
) -> None:
    built = game(WGAN, f"training.batch={batch}", f"training.ratios={{critic: {critic}, generator: 1}}")
    assert built.together(critic) == together and built.engine_players[0].plan.together == together
    assert isinstance(built.engine_players[0].plan.together, int)


def test_a_network_that_learns_targets_gives_its_samples_and_noise(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "NUMBERS", 2 * 4)
    built = game(XOR)
    built.play(3)
    built.play(1)
    assert built.engine_players == [built.player] and built.played == 4
    assert [call[1].shape for call in calls] == [(2, 4), (1, 4), (1, 4)]
    assert [call[4] for call in calls] == [(0,), (20,), (30,)] and built.players["network"].optimizer.count == 40
    assert np.array_equal(given(calls, 1).ravel(), game(XOR)._training.rows(16))
    assert given(calls, 2).shape == (4, 0)
    assert np.array_equal(given(calls, 3), drawn(plain.NOISE, 4, *Recorder.noise))
    plan, part = calls[0][0], built._training.part
    assert plan.network.params is built.players["network"].network.params
    assert (plan.loss, plan.factor, plan.batch) == ("cross_entropy", 1.0, 4)
    assert plan.codes is built._codes and plan.samples is part.samples and plan.labels is part.labels


def test_a_schedule_has_no_more_kinds_of_games_than_it_plays() -> None:
    assert Schedule(5, 1).kinds() == {(5, 1)}
    assert Schedule(5, 1, warmup=3).kinds() == {(5, 1), (5, 0)}
    assert Schedule(5, 1, long_critic=7).kinds() == Schedule(5, 1, first=2, every=3).kinds() == {(5, 1)}
    assert Schedule(5, 1, long_critic=7, first=2).kinds() == {(5, 1), (7, 1)}
    assert Schedule(5, 1, long_critic=7, every=1).of(3) == (7, 1)


def test_a_schedules_stretches_are_as_long_as_can_be() -> None:
    found = list(Schedule(2, 1, warmup=1, long_critic=3, first=2, every=4).stretches(0, 9))
    assert found == [(1, (3, 0)), (1, (3, 1)), (2, (2, 1)), (1, (3, 1)), (3, (2, 1)), (1, (3, 1))]
