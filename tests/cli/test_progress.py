"""What a run and a sweep say while they go on: a bar on a terminal, elsewhere a line now and then."""

import sys
from typing import Any

import pytest

from cli.stand_ins import Terminal
from gancli.cli.output import say
from gancli.cli.support import Progress, Reading
from gancli.cli.sweep_progress import SweepProgress
from gancli.cli.training import Caller
from gancli.sweeps import Counts


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("gancli.cli.support.time.monotonic", lambda: now[0])
    return now


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error is one; no fixture, after which pytest would put its own stream there."""
    monkeypatch.setattr(sys, "stderr", found := Terminal())
    return found


def frames(terminal: Terminal) -> list[str]:
    """What a bar has shown, one after the other."""
    return [part for part in terminal.getvalue().split("\r") if part.strip()]


def counts(total: int, running: int = 0, **by_status: int) -> Counts:
    found = Counts(total, running=running)
    found.by_status.update(by_status)
    return found


def test_a_run_says_where_it_is_every_five_seconds(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(100, 20)
    said: dict[float, str] = {}
    for seconds, game in ((104.9, 30), (105.0, 40), (105.1, 41), (109.9, 42), (110.0, 43), (116.0, 100)):
        clock[0] = seconds
        progress.advance(game)
        said[seconds] = capsys.readouterr().err
        progress.metrics({"game": game, "seconds": 1.0, "loss": 0.123456, "a": 2.0, "b": game, "c": 4.0})
    figures = "loss 0.1235  a 2  b {}"
    assert {seconds: text for seconds, text in said.items() if text} == {
        105.0: f"game 40/100  {figures.format(30)}\n",
        110.0: f"game 43/100  {figures.format(42)}\n",
    }, "not of the last game, whose figures are still to come"
    progress.close()
    progress.close()
    assert capsys.readouterr().err == f"game 100/100  {figures.format(100)}\n", "once"


def test_where_a_run_ended_is_not_said_twice_nor_of_a_run_that_has_not_moved(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    still = Progress(10, 4)
    still.close()
    assert capsys.readouterr() == ("", "")
    clock[0] = 106.0
    still.advance(5)
    still.close()
    assert capsys.readouterr() == ("", "game 5/10\n")


def test_a_quiet_run_says_only_what_is_to_be_read_at_once(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress(10, 0, quiet=True)
    clock[0] = 200.0
    progress.advance(5)
    progress.line("a note")
    progress.close()
    assert capsys.readouterr() == ("", "a note\n")


def test_a_run_has_a_bar_on_a_terminal(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = terminal_of(monkeypatch)
    progress = Progress(10, 4)
    assert "4/10" in frames(terminal)[0]
    clock[0] = 200.0
    progress.advance(6)
    progress.line("a note\x1b")
    progress.metrics({"game": 6, "seconds": 1.0, "loss": 0.5})
    assert "6/10" in frames(terminal)[-1] and "loss 0.5" in frames(terminal)[-1]
    progress.advance(9)
    assert not terminal.getvalue().endswith("\n")
    progress.close()
    assert "9/10" in frames(terminal)[-1] and frames(terminal)[-1].endswith("\n"), "it is left as it stands"
    assert "\ra note\\x1b\n" in terminal.getvalue() and "game 6/10" not in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_a_quiet_run_has_no_bar(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    progress = Progress(10, 4, quiet=True)
    clock[0] = 200.0
    progress.advance(6)
    progress.close()
    assert terminal.getvalue() == ""


def test_reading_is_told_of_every_five_seconds_and_not_at_all_where_it_is_quick(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    reading, quiet = Reading(), Reading(quiet=True)
    for seconds, done in ((1.0, 10), (4.9, 20), (5.0, 30), (9.0, 40), (10.0, 60)):
        clock[0] = 100.0 + seconds
        reading(done, 80)
        quiet(done, 80)
    reading.close()
    assert capsys.readouterr().err == "reading data: 38%\nreading data: 75%\n"


@pytest.mark.parametrize(("seconds", "shown"), [(0.4, False), (0.6, True)])
def test_reading_has_a_bar_on_a_terminal_after_a_moment(
    seconds: float, shown: bool, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, reading = terminal_of(monkeypatch), Reading()
    clock[0] += seconds
    reading(3, 12)
    assert ("reading data:  25%" in terminal.getvalue()) is shown
    reading.close()


def test_a_sweep_says_where_it_is_every_five_seconds(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    progress = SweepProgress(quiet=False)
    told: list[Any] = [
        (100.0, counts(12, 2)),
        (104.9, counts(12, 2, completed=1)),
        (106.0, counts(12, 2, completed=2, diverged=1, failed=1)),
        (110.9, counts(12, 1, completed=4, failed=2)),
        (111.0, counts(12, 1, completed=4, failed=2)),
    ]
    said = []
    for clock[0], stand in told:
        progress.counts(stand)
        said.append(capsys.readouterr().err)
    assert said == [
        "done 0/12, running 2, failed 0\n",
        "",
        "done 4/12, running 2, failed 1, about 12 s left\n",
        "",
        "done 6/12, running 1, failed 2, about 11 s left\n",
    ]


def test_a_sweep_moves_within_its_cells(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    progress, stand = SweepProgress(quiet=False), counts(4, 2, completed=1)
    for stand.share, shown in ((0.0, "1/4"), (1.25, "2.2/4"), (0.5, "1.5/4"), (0.0, "1/4")):
        clock[0] += 10
        progress.counts(stand)
        assert shown in frames(terminal)[-1]
    progress.close()


def test_the_time_left_counts_what_is_played_of_a_cell(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    progress, stand = SweepProgress(quiet=False), counts(4, 2)
    progress.counts(stand)
    clock[0], stand.share = clock[0] + 10, 0.5
    progress.counts(stand)
    assert capsys.readouterr().err.splitlines()[-1].endswith("about 70 s left")


def test_a_quiet_sweep_says_only_what_is_to_be_read_at_once(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = terminal_of(monkeypatch)
    progress = SweepProgress(quiet=True)
    progress.counts(counts(12, 2))
    assert terminal.getvalue() == ""
    progress.line("cell 1 failed")
    progress.close()
    assert terminal.getvalue() == "cell 1 failed\n"


def test_a_sweep_has_a_bar_on_a_terminal(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    progress = SweepProgress(quiet=False)
    progress.counts(counts(12, completed=2, failed=1))
    assert "3/12" in frames(terminal)[0] and "cell" in frames(terminal)[0]
    progress.counts(counts(12, 2, completed=4, failed=2))
    progress.counts(counts(12, 1, completed=5, failed=3))
    progress.close()
    last = frames(terminal)[-1]
    assert "8/12" in last and "running 1, failed 3" in last and last.endswith("\n")
    assert not any("done" in frame for frame in frames(terminal))
    assert not any("3/12" in frame and "running" in frame for frame in frames(terminal)), "the old count, the new state"


FIGURES = {
    "game": 1500,
    "seconds": 1.0,
    "real_score": 0.39551,
    "real_score_std": 0.068523,
    "fake_score": 0.75561,
    "x": 1.0,
}
SHOWN = ["real_score 0.3955", "real_score_std 0.06852", "fake_score 0.7556"]


@pytest.mark.parametrize(
    ("columns", "figures", "speed"), [(40, 0, False), (60, 0, False), (80, 1, False), (101, 2, True), (200, 3, True)]
)
def test_a_bar_has_room_for_itself_and_figures_are_complete(
    columns: int, figures: int, speed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    terminal = terminal_of(monkeypatch)
    progress = Progress(100_000, 1000)
    bar: Any = progress._bar
    begun = bar.start_t
    bar._time = lambda: begun + 10.0
    progress.advance(1500)
    progress.metrics(FIGURES)
    last = frames(terminal)[-1].removesuffix("\x1b[A")
    progress.close()
    drawn = last.split("|")[1]
    assert len(last) < columns and len(drawn) >= (10 if columns >= 60 else 5)
    assert [text in last for text in SHOWN] == [place < figures for place in range(3)] and "x 1" not in last
    assert last.count("_score") == figures, "none is cut short"
    assert ("50.00game/s" in last) is speed
    assert "1500/100000 [00:10<32:50" in last, "500 games in 10 s, and 98,500 to go"


def test_what_is_compiled_first_is_said_where_the_bar_was_and_is_not_in_the_time_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    terminal, caller = terminal_of(monkeypatch), Caller(quiet=False)
    progress = caller.progress(1000, 0)
    bar: Any = progress._bar
    begun = bar.start_t
    caller.compiling(True)
    note = frames(terminal)[-1]
    assert note.startswith("note: compiling the fast engine") and "|" not in note, "and no bar stands still below it"
    for seconds, game, left in ((60.0, 100, "?"), (70.0, 200, "01:20"), (71.0, 210, "01:19")):
        bar._time = lambda seconds=seconds: begun + seconds
        progress.advance(game)
        bar.refresh()
        assert f"{game}/1000 [01:{seconds - 60:02.0f}<{left}" in frames(terminal)[-1]
    caller.close()


def test_a_note_stands_where_an_open_bar_was_and_the_bar_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_of(monkeypatch)
    progress = Progress(10, 4)
    say("warning: x", err=True)
    assert frames(terminal)[-2] == "warning: x\n" and "4/10" in frames(terminal)[-1]
    progress.close()
