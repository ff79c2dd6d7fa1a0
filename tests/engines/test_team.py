"""A team of threads: everyone runs, everyone waits, and nobody waits for ever."""

import threading
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from gancli.engines import make_engine, numba_is_here

if not numba_is_here():
    pytest.skip("numba is not installed", allow_module_level=True)

from gancli.engines.compiled import threads as teams
from gancli.engines.compiled.jit import whole
from helpers import game

teams.register()


@whole
def relay(team: Any, shared: Any, rounds: Any, board: Any) -> None:
    """Each thread writes its number, waits, and adds up what all wrote."""
    for _ in range(rounds):
        board[team[0]] = team[0] + 1
        teams.barrier(team, shared)
        total = 0
        for i in range(team[1]):
            total += board[i]
        teams.barrier(team, shared)
        board[team[0]] = 0
        board[16 + team[0]] += total
        teams.barrier(team, shared)


@whole
def shares(team: Any, shared: Any, count: Any, grain: Any, taken: Any) -> None:
    """Each thread marks its share."""
    start, stop = teams.share(count, team, grain)
    for i in range(start, stop):
        taken[i] += 1 + 10 * team[0]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_barrier_holds_everyone_back(size: int) -> None:
    board = np.zeros(32, np.int64)
    teams.Team(size).run(relay, 200, board)
    assert board[16 : 16 + size].tolist() == [200 * size * (size + 1) // 2] * size


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("count", [1, 2, 16, 20, 47, 100])
@pytest.mark.parametrize("grain", [1, 16])
def test_shares_cover_everything_once(size: int, count: int, grain: int) -> None:
    taken = np.zeros(count, np.int64)
    teams.Team(size).run(shares, count, grain, taken)
    owners = (taken - 1) // 10
    assert ((taken - 1) % 10 == 0).all() and (np.diff(owners) >= 0).all() and owners.max() < size
    assert all(edge % grain == 0 for edge in np.flatnonzero(np.diff(owners)) + 1)


def test_a_failure_in_any_thread_reaches_the_caller() -> None:
    team = teams.Team(2)

    def fails(place: tuple[int, int], shared: Any, who: int) -> None:
        if place[0] == who:
            raise ValueError(f"thread {who}")
        teams_wait(place, shared)

    for who in (0, 1):
        with pytest.raises(ValueError, match=f"thread {who}"):
            team.run(fails, who)
    board = np.zeros(32, np.int64)
    team.run(relay, 3, board)
    assert board[16:18].tolist() == [9, 9]


@whole
def teams_wait(team: Any, shared: Any) -> None:
    """Wait for everyone: for ever, but for the mark of the one that failed."""
    teams.barrier(team, shared)


def test_threads_are_made_once_and_end_with_the_process() -> None:
    team = teams.Team(3)
    before = threading.active_count()
    for _ in range(5):
        team.run(relay, 1, np.zeros(32, np.int64))
    assert threading.active_count() == before + 2
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "gancli-team")


def numpys_blas_threads() -> int:
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return int(min(found, key=lambda library: "numpy" not in library["filepath"])["num_threads"])


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("size", [1, 2])
def test_blas_has_one_thread_while_a_team_plays(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the team multiplies its share: BLAS's own threads beside it would wait for the same processors."""
    seen, run = [], teams.Team.run

    def watched(self: Any, *args: Any) -> None:
        seen.append((self.size, numpys_blas_threads()))
        run(self, *args)

    monkeypatch.setattr(teams.Team, "run", watched)
    text = "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 3, 1]}\ntraining: {games: 9, batch: 3}"
    with threadpool_limits(2, user_api="blas"):
        game(text, "engine=numba", f"threads={size}").play(3)
        assert numpys_blas_threads() == 2
    assert seen == [(size, 1)]
    assert make_engine("numba", size).blas.count == 1, "nor while it measures"
