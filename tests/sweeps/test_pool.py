"""Workers of the local pool: deaf to the terminal, told by their coordinator, and gone when it is."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import light_work
import pytest

from gancli.sweeps import LocalPool
from gancli.sweeps.roles import Lost

LONG = 60.0
"""Seconds within which what is awaited has come, unless it never does."""


@pytest.fixture
def pools() -> Iterator[list[LocalPool]]:
    """Those that are left behind are killed, so that a test that fails ends all the same."""
    found: list[LocalPool] = []
    yield found
    for pool in found:
        for worker in (*pool._busy, *pool._idle):
            worker._process.kill()
            worker._process.wait()
            worker._channel.close()
        pool._selector.close()


def begun(pools: list[LocalPool], work: Any, place: Path, *cells: str) -> LocalPool:
    pool = LocalPool(len(cells), work)
    pools.append(pool)
    for cell in cells:
        pool.submit(str(place), {"cell": cell})
    return pool


def until_there(*paths: Path) -> None:
    end = time.monotonic() + LONG
    while not all(path.exists() for path in paths):
        assert time.monotonic() < end
        time.sleep(0.01)


def results(pool: LocalPool, count: int) -> list[Any]:
    end, found = time.monotonic() + LONG, []
    while len(found) < count and time.monotonic() < end:
        found += pool.wait(0.2)
    return found


def test_a_cell_is_played_out_of_reach_of_the_terminal_and_by_one_thread(
    pools: list[LocalPool], tmp_path: Path
) -> None:
    pool = begun(pools, light_work.surroundings, tmp_path, "a")
    (first,) = results(pool, 1)
    assert {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} <= set(first["blocked"])
    assert first["threads"] == ["1"] * 3 and first["streams"] == ["/dev/null"] * 2
    pool.submit(str(tmp_path), {"cell": "b"})
    (second,) = results(pool, 1)
    assert second["pid"] == first["pid"] and second["cell"] == "b", "the same worker plays cell after cell"
    (worker,) = pool._idle
    pool.close()
    pools.clear()
    assert worker._process.returncode == 1, "it ended by itself, as its coordinator had let it go"


def test_the_cells_in_play_are_told_to_stop_once(pools: list[LocalPool], tmp_path: Path) -> None:
    pool = begun(pools, light_work.until_told, tmp_path, "a", "b")
    until_there(tmp_path / "a", tmp_path / "b")
    assert pool.wait(0.0) == []
    pool.stop()
    until_there(tmp_path / "a.told", tmp_path / "b.told")
    pool.stop()  # as with a SIGTERM to the whole group
    (tmp_path / "saved").touch()
    found = results(pool, 2)
    assert sorted((one["cell"], one["status"], one["told"]) for one in found) == [
        ("a", "interrupted", 1), ("b", "interrupted", 1),
    ]  # fmt: skip


def test_a_worker_ends_in_the_middle_of_a_cell_when_its_coordinator_is_gone(
    pools: list[LocalPool], tmp_path: Path
) -> None:
    pool = begun(pools, light_work.endless, tmp_path, "a")
    until_there(tmp_path / "a")
    (worker,) = pool._busy
    pool._selector.unregister(worker)
    worker._channel.close()  # as the system does when a process dies
    assert worker._process.wait(LONG) == 1


def test_a_worker_that_dies_loses_its_cell_and_no_other(pools: list[LocalPool], tmp_path: Path) -> None:
    pool = begun(pools, light_work.until_told, tmp_path, "a", "b")
    until_there(tmp_path / "a", tmp_path / "b")
    worker = next(worker for worker, cell in pool._busy.items() if cell == "a")
    worker._process.send_signal(signal.SIGKILL)
    assert results(pool, 1) == [Lost("a", f"worker {worker._process.pid} was killed")]
    assert list(pool._busy.values()) == ["b"]
    (other,) = pool._busy
    pool.close()
    pools.clear()
    assert other._process.returncode == -signal.SIGKILL, "what still plays is killed"


def test_a_worker_that_is_told_before_it_can_save_says_so(pools: list[LocalPool], tmp_path: Path) -> None:
    pool = begun(pools, light_work.endless, tmp_path, "a")
    until_there(tmp_path / "a")
    pool.stop()
    (lost,) = results(pool, 1)
    assert isinstance(lost, Lost) and lost.stopped and lost.cell == "a"
