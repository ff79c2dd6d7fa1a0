"""How `gancli sweep` begins where there is a sweep of the same cells, and how it ends; nothing is played."""

import signal
from collections import Counter
from typing import Any

import pytest

from cli.stand_ins import TWO, Play, run_there, seat
from gancli.experiment import Stop
from gancli.runs import LockedError, SweepFolder
from gancli.sweeps import Counts, Ended
from helpers import gancli


def test_cells_that_are_all_done_are_said_to_be_and_played_anew_only_when_asked(
    folder: SweepFolder, play: Play
) -> None:
    folder.write_record({**folder.record(), "status": "completed"})
    result = gancli(*TWO)
    assert (result.exit_code, result.stdout) == (0, f"{folder.path}\n") and not play.calls
    assert "these 2 cells are complete already" in result.stderr and "--again" in result.stderr
    assert gancli(*TWO, "--again").exit_code == 0
    assert play.calls[0][0].path != folder.path


@pytest.mark.parametrize(
    ("answer", "stdin", "stderr", "goes_on"),
    [
        ("\n", True, True, True),
        ("y\n", True, True, True),
        ("n\n", True, True, False),
        ("y\n", True, False, False),
        ("y\n", False, True, False),
        ("y\n", False, False, False),
    ],
)
def test_a_sweep_of_the_same_cells_goes_on_where_its_user_says_so(
    answer: str,
    stdin: bool,
    stderr: bool,
    goes_on: bool,
    folder: SweepFolder,
    play: Play,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder.write_record(
        {
            **folder.record(),
            "status": "interrupted",
            "counts": {"completed": 3, "diverged": 4, "failed": 9},
            "warnings": ["w"],
        }
    )
    seat(monkeypatch, answer, stdin, stderr)
    code, err, out = run_there(*TWO)
    assert f"{folder.path} is a sweep of the same cells, interrupted, 7 of 2 done" in err
    assert "same cells" not in out and [call[0].path for call in play.calls] == [folder.path] * goes_on
    assert code == (0 if goes_on else 2) and ("warning: w\n" in err) is goes_on
    assert (f"gancli sweep --resume {folder.path}; or make another: --again" in err) is not goes_on
    assert ("Go on with it? [Y/n]" in err) is (stdin and stderr), "asked only where somebody is there to answer"


def test_a_sweep_that_was_stopped_before_its_first_cell_has_none_done(folder: SweepFolder) -> None:
    record = {key: value for key, value in folder.record().items() if key != "counts"}
    folder.write_record({**record, "status": "interrupted"})
    assert "interrupted, 0 of 2 done" in gancli(*TWO).stderr


@pytest.mark.parametrize(("number", "code"), [(None, 130), (signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_second_signal_leaves_at_once(number: int | None, code: int, play: Play) -> None:
    def stopped(folder: Any, cells: Any, executor: Any, policy: Any, progress: Any, stop: Stop) -> None:
        stop.signal = number
        raise KeyboardInterrupt

    play.does = stopped
    result = gancli(*TWO)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", "stopped at once\n")


def test_what_ended_is_said_by_status_in_the_order_of_their_names(play: Play) -> None:
    play.does = lambda *given: Ended("failed", {"failed": 1, "completed": 3, "diverged": 2})
    result = gancli(*TWO)
    said, advice, shows = result.stderr.splitlines()
    assert said == "failed: 3 completed, 2 diverged, 1 failed" and result.exit_code == 3
    assert advice == f"to go on: gancli sweep --resume {play.calls[0][0].path} --retry-failed"
    assert shows == "next: gancli compare latest, gancli plot latest"
    assert "next: " not in gancli(*TWO, "-q", "--again").stderr


def test_what_would_play_is_closed_where_the_sweep_cannot_be_held(folder: SweepFolder, play: Play) -> None:
    folder.lock()
    try:
        result = gancli("sweep", "--resume", "latest")
    finally:
        folder.unlock()
    assert result.exit_code == LockedError.exit_code and not play.calls
    assert [pool.closed for pool in play.pools] == [1]


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("raised", [None, OSError(28, "No space left on device", "x")])
def test_the_bar_is_left_as_it_stands_however_it_ends(
    quiet: bool, raised: Exception | None, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plays(folder: Any, cells: Any, executor: Any, policy: Any, progress: Any, stop: Any) -> Ended:
        progress.counts(Counts(7))
        progress.counts(Counts(7, Counter(completed=3)))
        if raised:
            raise raised
        return Ended("completed", {"completed": 2})

    play.does = plays
    seat(monkeypatch, "", False, True)
    code, err, _ = run_there(*TWO, *(["-q"] if quiet else []))
    bar, _, _ = err.rpartition("gancli: " if raised else "completed: ")
    assert code == (1 if raised else 0)
    assert bar == "" if quiet else "3/7" in bar.split("\r")[-1] and bar.endswith("\n")
