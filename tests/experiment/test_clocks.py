"""What is done by the clock: how many games are played in one call, and where a profile says that the time went."""

from types import SimpleNamespace
from typing import Any

import pytest

from gancli.experiment.pace import SECONDS, Pace
from gancli.experiment.profile import Profile


class Clock:
    """Tells the time that tests set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.now = 50.0
        monkeypatch.setattr("time.perf_counter", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def calls(clock: Clock, seconds: list[float], until: int = 10**6) -> list[int]:
    """How many games each call plays, where the calls take so long."""
    pace, sizes = Pace(), []

    def play(games: int) -> None:
        clock.now += seconds[len(sizes)]
        sizes.append(games)
        game.played += games

    game: Any = SimpleNamespace(played=0, play=play)
    for _ in seconds:
        pace.play(game, until)
    return sizes


def test_games_of_a_call_double_while_quick_and_halve_where_a_signal_would_wait(clock: Clock) -> None:
    quick, well, slow = 0.4 * SECONDS, 0.75 * SECONDS, 1.25 * SECONDS
    assert SECONDS == 0.03
    assert calls(clock, [quick, quick, quick, well, well, slow, well, quick]) == [1, 2, 4, 8, 8, 8, 4, 4]
    assert calls(clock, [slow, slow, quick, quick]) == [1, 1, 1, 2], "one at least"
    assert calls(clock, [quick] * 5, until=8) == [1, 2, 4, 1, 0], "never beyond what is due"
    assert calls(clock, [quick, slow, quick]) == [1, 2, 1], "two are halved too"
    assert [type(size) for size in calls(clock, [quick, slow, quick])] == [int] * 3


def test_what_takes_as_long_as_it_should_stays_as_it_is(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.experiment.pace.SECONDS", 0.5)
    assert calls(clock, [0.125, 0.25, 0.25, 0.5, 0.5, 0.625, 0.125]) == [1, 2, 2, 2, 2, 2, 1]


def test_a_short_call_does_not_say_that_long_ones_are_quick(clock: Clock) -> None:
    pace = Pace()
    sizes: list[int] = []

    def play(games: int) -> None:
        sizes.append(games)
        game.played += games

    game: Any = SimpleNamespace(played=0, play=play)
    for until in (100, 100, 100, 8, 100, 100):
        pace.play(game, until)
    assert sizes == [1, 2, 4, 1, 8, 16]


class Part:
    """Takes so long in each of its calls."""

    def __init__(self, clock: Clock, seconds: float):
        self.clock, self.seconds = clock, seconds

    def __call__(self, *words: Any) -> None:
        self.clock.now += self.seconds


def profiled(clock: Clock, records: bool = False) -> tuple[Any, Profile]:
    """A game of two networks: 1 s for a pass of G, 2 s for one of D, 4 s for a step, 8 s for a batch, 0.5 s beside.

    An engine that records plays a game in 20 s.
    """
    players = {
        name: SimpleNamespace(
            network=SimpleNamespace(forward=Part(clock, size), backward=Part(clock, size)), learn=Part(clock, 4)
        )
        for name, size in (("generator", 1), ("discriminator", 2))
    }
    batches, engine = SimpleNamespace(load=Part(clock, 8)), SimpleNamespace(records=records, profile=None, tape=None)

    def play(games: int = 1) -> None:
        for _ in range(games):
            if records:
                for section, seconds in (("data", 8), ("generator", 1), ("discriminator", 2), ("optimiser", 4)):
                    engine.profile.seconds[engine.profile.places[section]] += seconds
                clock.now += 20
                continue
            batches.load()
            for player in players.values():
                player.network.forward()
                player.network.backward()
                player.learn()
            clock.now += 0.5

    game = SimpleNamespace(players=players, engine=engine, play=play)
    built: Any = SimpleNamespace(game=game, batches={"training": batches})
    return built, Profile(built)


def test_a_profile_says_how_long_each_part_took(clock: Clock) -> None:
    built, profile = profiled(clock)
    built.game.play(10)
    built.game.play()
    measure = profile.duty("tests", lambda: built.game.players["generator"].network.forward())
    measure()
    clock.now += 3
    assert profile.seconds() == {
        "data": 88, "generator": 22, "discriminator": 44, "optimiser": 88, "rest of the games": 5.5,
        "tests": 1, "pictures": 0, "checkpoints": 0, "rest of the run": 3,
    }  # fmt: skip
    lines = [line.split() for line in profile.lines()]
    assert lines[0] == ["data", "88.000", "s", "35.0%"] and lines[-1] == ["in", "all", "251.500", "s"]


def test_a_profile_of_games_that_the_engine_records_is_the_engines(clock: Clock) -> None:
    built, profile = profiled(clock, records=True)
    built.game.play(3)
    assert profile.seconds() == {
        "data": 24, "generator": 3, "discriminator": 6, "optimiser": 12, "drawing": 15,
        "tests": 0, "pictures": 0, "checkpoints": 0, "rest of the run": 0,
    }  # fmt: skip
    built.game.engine.profile.seconds[:] = 100.0
    assert profile.seconds()["drawing"] == 0, "the engine's clock says more than ours"


def test_what_is_timed_is_called_as_ever(clock: Clock) -> None:
    """Within a duty, which is timed as a whole, and beside it."""
    built, _ = profiled(clock)
    profile = Profile(SimpleNamespace(game=built.game, batches={}))  # type: ignore[arg-type]
    call = profile._timed("data", lambda *words, **more: found.append((words, more)) or len(found))
    found: list[Any] = []
    assert call(1, 2, three=3) == 1
    assert profile.duty("tests", lambda: call(4, five=5))() is None
    assert found == [((1, 2), {"three": 3}), ((4,), {"five": 5})]


def test_what_is_recorded_is_put_down_to_whoever_asked_for_it(clock: Clock) -> None:
    """And what is computed meanwhile, without a tape, to nobody."""
    built, profile = profiled(clock, records=True)
    players, tape, seen = built.game.players, SimpleNamespace(section=None), []
    for part in (built.batches["training"], players["generator"].network, players["discriminator"]):
        for name in ("load", "backward", "learn"):
            if hasattr(part, name):
                getattr(part, name)()
    built.game.engine.tape = tape
    object.__setattr__(clock, "now", 0.0)
    for part, name in (
        (built.batches["training"], "load"),
        (players["generator"].network, "forward"),
        (players["discriminator"], "learn"),
    ):
        inner = getattr(part, name)
        before = Part.__call__
        Part.__call__ = lambda self: seen.append(tape.section)  # type: ignore[method-assign]
        inner()
        Part.__call__ = before  # type: ignore[method-assign]
    assert seen == ["data", "generator", "optimiser"] and tape.section is None
    assert profile.seconds()["data"] == 0


def test_a_failing_duty_is_timed_and_ends(clock: Clock) -> None:
    built, profile = profiled(clock)

    def fail() -> None:
        clock.now += 7
        raise OSError

    with pytest.raises(OSError):
        profile.duty("checkpoints", fail)()
    built.game.play()
    assert profile.seconds()["checkpoints"] == 7 and profile.seconds()["data"] == 8
