"""A team of threads: everyone runs, everyone waits; who plays which shares does not show; and when one plays them all."""

import itertools
import threading
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from gancli.engines import make_engine, numba_is_here

if not numba_is_here():
    pytest.skip("numba is not installed", allow_module_level=True)

from numba import njit

from gancli.engines.compiled.team import barrier
from gancli.engines.compiled.views import share_of, words
from gancli.engines.replay import native, team
from gancli.engines.replay.team import Team, Together
from helpers import game

pytestmark = pytest.mark.usefixtures("compiled")

native.register()


@njit(nogil=True)  # type: ignore[untyped-decorator]
def relay(thread: Any, threads: Any, shared: Any, rounds: Any, place: Any) -> None:
    """Each thread writes its number, waits, and adds up what all wrote."""
    meeting, board = words(0, shared, 32), words(0, place, 32)
    for _ in range(rounds):
        board[thread] = thread + 1
        barrier(thread, threads, meeting)
        total = 0
        for i in range(threads):
            total += board[i]
        barrier(thread, threads, meeting)
        board[thread] = 0
        board[16 + thread] += total
        barrier(thread, threads, meeting)


@njit  # type: ignore[untyped-decorator]
def share(count: int, number: int, shares: int, grain: int) -> tuple[int, int]:
    return share_of(count, number, shares, grain)  # type: ignore[no-any-return]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_barrier_holds_everyone_back(size: int) -> None:
    board = np.zeros(32, np.int64)
    Team(5).run(size, relay, 200, board.ctypes.data)
    assert board[16 : 16 + size].tolist() == [200 * size * (size + 1) // 2] * size and not board[16 + size :].any()


@pytest.mark.parametrize("shares", [1, 2, 3, 4])
@pytest.mark.parametrize("count", [1, 2, 16, 20, 47, 100])
@pytest.mark.parametrize("grain", [1, 16])
def test_shares_cover_everything_once(shares: int, count: int, grain: int) -> None:
    """In their order, cut at multiples of the grain; the last one has what is too little to be shared."""
    found = [share(count, number, shares, grain) for number in range(shares)]
    assert found[0][0] == 0 and found[-1][1] == count
    assert all(one[1] == other[0] and one[1] % grain == 0 for one, other in itertools.pairwise(found))
    assert count > grain or found[-1] == (0, count)


def test_threads_are_made_once_and_end_with_the_process() -> None:
    three = Team(3)
    before = threading.active_count()
    for _ in range(5):
        three.run(3, relay, 1, np.zeros(32, np.int64).ctypes.data)
    assert threading.active_count() == before + 2
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "gancli-team")


def test_who_plays_the_shares_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
kind: wgan
engine: numba
threads: 2
data: {classes: [7]}
generator: {shape: [10, 40, 784]}
critic: {shape: [784, 33, 1]}
training: {games: 100, batch: 9}
"""
    found = []
    for size in (1, 2):
        built = game(text)
        monkeypatch.setattr(Together, "next", lambda self, games, size=size: (size, games))
        built.play(7)
        found.append(np.concatenate([player.network.params for player in built.players.values()]))
    assert np.array_equal(*found)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(team, "time", made)
    return made


def test_one_thread_plays_first_and_then_all_while_they_are_quicker(clock: Clock) -> None:
    choice = Together(2)
    assert choice.next(7) == (1, 7)
    choice.was(1, 7, 7 * 0.001)
    for seconds in (0.0005, 0.0009, 0.0002):
        assert choice.next(50) == (2, 50)
        choice.was(2, 50, 50 * seconds)


def test_one_plays_all_shares_while_the_others_wait_and_they_try_again_now_and_then(clock: Clock) -> None:
    """After a quarter of a second, then twice as long each time, eight seconds at most; with few games, for it may take long."""
    choice = Together(2)
    choice.was(1, 1, 0.0001)
    waits = []
    for _ in range(8):
        assert choice.next(10_000)[0] == 2
        choice.was(2, 20, 1.0)
        start = clock.now
        while choice.next(10_000)[0] == 1:
            choice.was(1, 100, 0.01)
            clock.now += 0.125
        waits.append(clock.now - start)
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert choice.next(10_000) == (2, 20) and choice.next(5) == (2, 5)
    choice.was(2, 20, 20 * 0.00005)
    assert choice.next(10_000) == (2, 10_000), "it pays again"
    choice.was(2, 10_000, 2.0)
    clock.now += 0.25
    assert choice.next(10_000)[0] == 2, "and is tried again soon"


def test_a_team_of_one_is_never_tried(clock: Clock) -> None:
    choice = Together(1)
    choice.was(1, 1, 0.1)
    assert choice.next(9) == (1, 9)


def numpys_blas_threads() -> int:
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return int(min(found, key=lambda library: "numpy" not in library["filepath"])["num_threads"])


@pytest.mark.parametrize("size", [1, 2])
def test_blas_has_one_thread_while_a_team_plays(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the team multiplies its share: BLAS's own threads beside it would wait for the same processors."""
    seen, run = [], Team.run

    def watched(self: Any, *args: Any) -> None:
        seen.append((self.size, numpys_blas_threads()))
        run(self, *args)

    monkeypatch.setattr(Team, "run", watched)
    text = "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 3, 1]}\ntraining: {games: 9, batch: 3}"
    with threadpool_limits(2, user_api="blas"):
        game(text, "engine=numba", f"threads={size}").play(3)
        assert numpys_blas_threads() == 2
    assert seen == [(size, 1)]
    assert make_engine("numba", size).blas.count == 1, "nor while it measures"
