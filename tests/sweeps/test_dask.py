"""What a sweep asks of Dask, and what it makes of its answers: Dask itself is played by the test."""

import signal
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from gancli.sweeps import cluster
from gancli.sweeps.cluster import DaskCluster
from gancli.sweeps.errors import MissingDask, NoScheduler
from gancli.sweeps.roles import Lost


class Future(SimpleNamespace):
    """An answer to come."""

    def result(self) -> Any:
        return self.answer


class Done:
    """Hands out the futures that the test lets end."""

    def __init__(self) -> None:
        self.added: list[Future] = []
        self.ended: list[list[Future]] = []
        self.looks = 0

    def add(self, future: Future) -> None:
        self.added.append(future)

    def next_batch(self, block: bool) -> list[Future]:
        assert not block
        self.looks += 1
        return self.ended.pop(0) if self.ended else []


class Client:
    """A client of a cluster whose threads the test counts."""

    def __init__(self, cluster: Any):
        self.cluster, self.threads = cluster, {"a": 2, "b": 1}
        self.calls: list[Any] = []
        if isinstance(cluster, str) and "wrong" in cluster:
            raise {"wrong:1": OSError, "wrong:2": RuntimeError, "wrong:3": TypeError, "wrong:4": ValueError}[cluster]

    def nthreads(self) -> dict[str, int]:
        self.calls.append("nthreads")
        return self.threads

    def submit(self, work: Any, *words: Any, key: str) -> Future:
        return Future(work=work, words=words, key=key)

    def close(self) -> None:
        self.calls.append("closed")


class Here:
    """A cluster that was made here."""

    def __init__(self, jobs: int):
        self.jobs, self.closed = jobs, False

    def close(self) -> None:
        self.closed = True


class Clock:
    """Time passes while someone sleeps, and whenever the test says so."""

    def __init__(self) -> None:
        self.now, self.asked = 1.5, 0  # as soon after the start of a machine
        self.slept: list[float] = []

    def monotonic(self) -> float:
        self.asked += 1
        assert self.asked < 1000, "it looks for ever"
        return self.now

    def sleep(self, seconds: float) -> None:
        assert len(self.slept) < 100, "it waits for ever"
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(cluster, "time", found)
    return found


@pytest.fixture(autouse=True)
def dask(monkeypatch: pytest.MonkeyPatch) -> None:
    played: Any = ModuleType("distributed")
    played.Client, played.as_completed = Client, Done
    monkeypatch.setitem(sys.modules, "distributed", played)


def work(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    return {}


def there() -> Any:
    return DaskCluster("tcp://there:1", 5, work)


def test_a_cluster_that_is_there_is_shared_and_none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_local", lambda jobs: pytest.fail("made"))
    found = there()
    assert found.client.cluster == "tcp://there:1" and not found.alone
    found.close()
    assert found.client.calls == ["closed"]


def test_a_cluster_that_is_made_here_is_this_sweeps_alone_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_local", Here)
    found: Any = DaskCluster(None, 5, work)
    assert found.alone and found.client.cluster.jobs == 5
    found.close()
    assert found.client.calls == ["closed"] and found.client.cluster.closed


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_scheduler_that_cannot_be_reached_is_named(number: int) -> None:
    with pytest.raises(NoScheduler, match=f"--scheduler wrong:{number}: "):
        DaskCluster(f"wrong:{number}", 5, work)


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDask, match=r"pip install .*\[dask\]"):
        there()


def test_there_is_a_slot_for_each_thread_and_they_are_counted_again_after_a_while(clock: Clock) -> None:
    found = there()
    assert found.slots == 3, "as there are, whatever the number of jobs"
    found.client.threads = {}
    clock.now += cluster.COUNT_EVERY
    assert found.slots == 3 and found.client.calls == ["nthreads"]
    clock.now += 0.25
    assert found.slots == 1, "while no worker is there, one cell may wait for it"
    found.client.threads = {"a": 7}
    clock.now += 0.25
    assert found.slots == 1 and found.client.calls == ["nthreads"] * 2


def test_each_try_of_a_cell_has_a_key_of_its_own() -> None:
    found = there()
    cells = [{"cell": name, "seed": 1} for name in ("a", "b", "a")]
    for cell in cells:
        found.submit("sweep", cell)
    futures = found._done.added
    assert [future.key for future in futures] == ["gancli-a-1", "gancli-b-2", "gancli-a-3"]
    assert [(future.work, *future.words) for future in futures] == [(work, "sweep", cell) for cell in cells]


def test_results_are_taken_as_they_come_and_a_death_is_a_cell_lost(clock: Clock) -> None:
    found = there()
    assert found.wait(0.0) == [] and found._done.looks == 0, "nothing is in play"
    for name in ("a", "b", "c"):
        found.submit("sweep", {"cell": name})
    first, second, third = found._done.added
    first.status, first.answer = "finished", {"cell": "a", "status": "completed"}
    second.status = "error"
    found._done.ended = [[], [], [first, second]]
    clock.slept.clear()
    results = found.wait(10.0)
    assert results == [first.answer, Lost("b", "its Dask worker died (error)")]
    assert clock.slept == [cluster.POLL] * 2, "it does not wait once an answer is there"
    found.stop()
    (rest,) = found.wait(10.0)
    assert (rest["cell"], rest["status"], rest["seconds"]) == ("c", "interrupted", 0.0)
    assert third.key not in found._cells and found.wait(10.0) == []


def test_it_waits_so_many_seconds_and_no_more(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "POLL", 0.25)
    found = there()
    found.submit("sweep", {"cell": "a"})
    assert found.wait(1.0) == [] and clock.slept == [0.25] * 5, "the last instant is within them"


def test_a_cluster_made_here_starts_out_of_reach_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its processes look for no modules in the current folder, nor try a cell again by themselves."""
    settings: dict[str, Any] = {}
    seen: list[Any] = []

    class Set:
        def __init__(self, changed: dict[str, Any]):
            self.changed = changed

        def __enter__(self) -> None:
            settings.update(self.changed)

        def __exit__(self, *error: Any) -> None:
            settings.clear()

    def made(jobs: int) -> Here:
        seen.extend(
            [settings.copy(), signal.pthread_sigmask(signal.SIG_BLOCK, ()), cluster.os.environ["PYTHONSAFEPATH"]]
        )
        return Here(jobs)

    played: Any = ModuleType("dask")
    played.config = SimpleNamespace(set=Set)
    portless: Any = ModuleType("gancli.sweeps.portless")
    portless.cluster = made
    monkeypatch.setitem(sys.modules, "dask", played)
    monkeypatch.setitem(sys.modules, "gancli.sweeps.portless", portless)
    monkeypatch.setenv("PYTHONSAFEPATH", "")
    monkeypatch.setattr(cluster.resource_tracker, "ensure_running", lambda: seen.append("tracker"))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert cluster._local(3).jobs == 3
    tracker, allowed, blocked, safe = seen
    assert tracker == "tracker", "it is there before signals are held back, for it would let them go"
    assert allowed == {"distributed.scheduler.allowed-failures": 0} and safe == "1"
    assert blocked - before == {signal.SIGINT, signal.SIGHUP}
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before and settings == {}


def test_without_what_makes_keys_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", ModuleType("dask"))
    monkeypatch.setitem(sys.modules, "gancli.sweeps.portless", None)
    with pytest.raises(MissingDask, match="cryptography"):
        cluster._local(1)
