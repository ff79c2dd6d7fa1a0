"""Which cells are played, how often, and when no more are: decided without a process that plays."""

import signal
from collections import Counter

import pytest
from small_sweeps import Scripted, made, write_run

import sweep_work
from gancli.experiment import Stop
from gancli.runs import SweepFolder
from gancli.sweeps import Ended, Policy, play
from gancli.sweeps.coordinator import STOPS, TRIES


def session(folder: SweepFolder, executor: Scripted, policy: Policy | None = None) -> Ended:
    if not folder.locked():
        folder.lock()
    return play(folder, folder.cells(), executor, policy or Policy(), sweep_work.Silent())


def test_what_has_a_result_is_not_played_again() -> None:
    folder, cells = made(6)
    names = [cell["cell"] for cell in cells]
    statuses = dict(zip(names, ["completed", "diverged", "collapsed", "failed", "interrupted"], strict=False))
    for name, status in statuses.items():
        write_run(folder, name, status)
    executor = Scripted(folder, lambda name, time: "completed")
    assert session(folder, executor).status == "failed"
    assert executor.played == names[4:], "what was interrupted, and what was not begun"
    again = Scripted(folder, lambda name, time: "completed")
    ended = session(folder, again, Policy(retry_failed=True))
    assert again.played == [names[3]]
    assert ended.status == "completed" and ended.counts == {"completed": 4, "diverged": 1, "collapsed": 1}
    assert folder.record()["counts"] == ended.counts and folder.record()["end"]
    assert Counter(row["status"] for row in folder.summary_rows()) == ended.counts


def test_a_cell_whose_worker_dies_twice_is_given_up_until_it_is_asked_for_again() -> None:
    folder, cells = made(2)
    bad = cells[0]["cell"]
    executor = Scripted(folder, lambda name, time: "lost" if name == bad else "completed")
    assert session(folder, executor).counts == {"failed": 1, "completed": 1}
    assert executor.played.count(bad) == 2 and len(folder.notes()[bad]) == 2
    unasked = Scripted(folder, lambda name, time: "completed")
    assert session(folder, unasked).counts == {"failed": 1, "completed": 1} and unasked.played == []
    once_more = Scripted(folder, lambda name, time: "lost" if time == 1 else "completed")
    ended = session(folder, once_more, Policy(retry_failed=True))
    assert once_more.played == [bad, bad], "its earlier deaths are forgiven, and it may die once again"
    assert ended.status == "completed" and [note["event"] for note in folder.notes()[bad]] == ["lost"]


def test_a_death_in_one_session_counts_in_the_next() -> None:
    folder, cells = made(1)
    name = cells[0]["cell"]
    folder.note(name, "lost", "worker 1 was killed")
    executor = Scripted(folder, lambda name, time: "lost")
    assert session(folder, executor).counts == {"failed": 1} and executor.played == [name]


@pytest.mark.parametrize("how", ["told", "interrupted"])
def test_a_cell_that_others_stop_is_played_so_many_times_more(how: str) -> None:
    folder, cells = made(1)
    executor = Scripted(folder, lambda name, time: how if time <= STOPS else "completed")
    assert session(folder, executor).status == "completed"
    assert executor.played == [cells[0]["cell"]] * (STOPS + 1) and folder.notes() == {}


def test_a_cell_that_others_interrupt_for_ever_is_left_as_it_is() -> None:
    folder, _ = made(1)
    executor = Scripted(folder, lambda name, time: "interrupted")
    ended = session(folder, executor)
    assert (ended.status, ended.counts) == ("interrupted", {"interrupted": 1})
    assert len(executor.played) == STOPS + 1


def test_after_that_a_stop_is_a_death_like_any_other() -> None:
    folder, cells = made(1)
    executor = Scripted(folder, lambda name, time: "told")
    assert session(folder, executor).counts == {"failed": 1}
    assert len(executor.played) == STOPS + TRIES and len(folder.notes()[cells[0]["cell"]]) == TRIES


def test_no_more_cells_are_in_play_than_there_are_slots() -> None:
    folder, cells = made(7)
    executor = Scripted(folder, lambda name, time: "completed", slots=3)
    session(folder, executor)
    assert executor.most == 3 and executor.played == [cell["cell"] for cell in cells], "each once, as planned"
    assert executor.closed == 1 and executor.stops == 0 and not folder.locked()


@pytest.mark.parametrize(("most", "failed"), [(1, 1), (2, 2), (None, 5)])
def test_a_sweep_stops_at_so_many_failures(most: int | None, failed: int) -> None:
    folder, _ = made(5)
    executor = Scripted(folder, lambda name, time: "failed", slots=1)
    ended = session(folder, executor, Policy(max_failures=most))
    assert len(executor.played) == failed and executor.stops == (most is not None)
    assert ended.status == "failed" and ended.counts["failed"] == failed and ended.signal is None


@pytest.mark.parametrize(
    ("on_the_disk", "status"),
    [("completed", "completed"), ("diverged", "diverged"), ("running", "interrupted"), ("failed", "interrupted"), ("", "waiting")],
)  # fmt: skip
def test_of_a_worker_that_dies_in_a_stop_counts_what_it_has_saved(on_the_disk: str, status: str) -> None:
    folder, (cell,) = made(1)
    stop = Stop()

    def outcome(name: str, time: int) -> str:
        stop.signal = signal.SIGTERM
        if on_the_disk:
            write_run(folder, name, on_the_disk)
        return "lost"

    ended = play(folder, [cell], Scripted(folder, outcome), Policy(), sweep_work.Silent(), stop)
    assert ended.counts == {status: 1} and folder.notes() == {}, "nothing is held against it"


@pytest.mark.parametrize("status", ["failed", "completed"])
def test_what_was_begun_to_be_written_is_taken_away_from_cells_without_a_result(status: str) -> None:
    folder, cells = made(2)
    names = [cell["cell"] for cell in cells]
    for name, ending in zip(names, ("interrupted", "completed"), strict=True):
        write_run(folder, name, ending)
        (folder.run(name).path / ".tmp-x").touch()
    session(folder, Scripted(folder, lambda name, time: status))
    left = [path.parent.name for path in folder.path.rglob(".tmp-*")]
    assert sorted(left) == sorted(names[1:] if status == "failed" else names)


def test_after_a_signal_that_came_before_the_first_cell_none_is_begun_nor_waited_for() -> None:
    folder, cells = made(2)
    stop = Stop()
    stop.signal = signal.SIGINT
    executor = Scripted(folder, lambda name, time: "completed")
    ended = play(folder, cells, executor, Policy(), sweep_work.Silent(), stop)
    assert executor.played == [] and executor.stops == executor.closed == 1
    assert (ended.status, ended.counts, ended.signal) == ("interrupted", {"waiting": 2}, signal.SIGINT)


def test_a_signal_has_the_cells_in_play_stopped_and_none_begun() -> None:
    folder, cells = made(5)
    names = [cell["cell"] for cell in cells]
    stop = Stop()

    def outcome(name: str, time: int) -> str:
        if name == names[0]:
            stop.signal = signal.SIGTERM
            return "completed"
        return "interrupted"

    executor = Scripted(folder, outcome)
    ended = play(folder, cells, executor, Policy(), sweep_work.Silent(), stop)
    assert executor.played == names[:2] and executor.stops == 1
    assert ended.signal == signal.SIGTERM and ended.status == "interrupted"
    assert ended.counts == {"completed": 1, "interrupted": 1, "waiting": 3}
    assert [row["status"] for row in folder.summary_rows()] == ["completed", "interrupted", *["waiting"] * 3]
