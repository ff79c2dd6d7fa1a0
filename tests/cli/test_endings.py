"""How `train` and `resume` end, whatever becomes of the run, and what `data fetch` asks for; nothing is played."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.stand_ins import XOR, run_there, seat
from gancli.cli.training import Caller
from gancli.experiment import Outcome
from gancli.runs import RunFolder
from helpers import gancli

ENDS: list[tuple[Outcome, int]] = [
    (Outcome("completed"), 0),
    (Outcome("diverged", "it is infinite"), 1),
    (Outcome("failed", "it is broken"), 1),
    (Outcome("interrupted", "SIGTERM", signal.SIGTERM), 143),
    (Outcome("interrupted", "SIGINT", signal.SIGINT), 130),
    (Outcome("interrupted", "60 s are over"), 124),
    (Outcome("completed", "loss got no better"), 0),
]


def words_of(command: str) -> tuple[str, ...]:
    """The words of a command, once what it needs is there."""
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    if command == "train":
        return ("train", "c.yaml")
    assert gancli("train", "c.yaml", "-q").exit_code == 0
    return ("resume", "latest", "--games", "8")


def ends_as(outcome: Any, patch: pytest.MonkeyPatch) -> None:
    """`train` and `resume` say that they are half done, and end so."""

    def end(folder: RunFolder, make: Callable[[int, int], Any]) -> Any:
        folder.unlock()
        make(4, 1).advance(2)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    patch.setattr("gancli.experiment.train", lambda resolved, built, folder, make, *more: end(folder, make))
    patch.setattr("gancli.experiment.resume", lambda reopened, make, *more: end(reopened.folder, make))


@pytest.mark.parametrize("command", ["train", "resume"])
@pytest.mark.parametrize(("outcome", "code"), ENDS)
def test_the_code_and_the_last_lines_are_those_of_the_outcome(
    command: str, outcome: Outcome, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = words_of(command)
    ends_as(outcome, monkeypatch)
    result = gancli(*words)
    (folder,) = Path("runs").iterdir()
    assert result.exit_code == code and result.stdout == f"{folder}\n"
    first, *others = result.stderr.splitlines()
    assert first == "game 2/4", "where it stood, although it came to no end"
    said = [f"{outcome.status}: {outcome.reason}"] if outcome.reason else []
    advice = [f"to go on: gancli resume {folder.name}"] if outcome.status == "interrupted" else []
    shows = ["next: gancli plot latest, gancli report latest"] if outcome.status != "interrupted" else []
    assert others == [*said, *advice, *shows]
    assert "next: " not in gancli(*words, "-q").stderr
    assert "game " not in gancli(*words, "-q").stderr


def test_the_advice_names_the_folder_of_the_runs_where_it_is_not_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    words = words_of("train")
    ends_as(Outcome("interrupted", "x", signal.SIGTERM), monkeypatch)
    result = gancli(*words, "--runs", "mine")
    (folder,) = Path("mine").iterdir()
    assert result.stderr.splitlines()[-1] == f"to go on: gancli resume {folder.name} --runs mine"


@pytest.mark.parametrize("quiet", [False, True])
def test_an_error_leaves_the_bar_as_it_stands(quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    words = words_of("train")
    ends_as(OSError(28, "No space left on device", "x"), monkeypatch)
    seat(monkeypatch, "", False, True)
    code, err, out = run_there(*words, *(["-q"] if quiet else []))
    bar, _, message = err.rpartition("gancli: ")
    assert code == 1 and out == "" and message.startswith("x: No space left on device")
    assert bar == "" if quiet else "2/4" in bar.split("\r")[-1] and bar.endswith("\n")


def test_what_is_compiled_is_said_with_how_often_it_will_be(capsys: pytest.CaptureFixture[str]) -> None:
    Caller(quiet=True).compiling(True)
    once = capsys.readouterr()
    Caller(quiet=True).compiling(False)
    often = capsys.readouterr()
    assert once.out == often.out == "" and ", once;" in once.err and "NUMBA_CACHE_DIR" not in once.err
    assert ", as at each run: it can be kept nowhere (set NUMBA_CACHE_DIR" in often.err


@pytest.mark.parametrize(
    ("words", "mirrors", "timeout", "total"),
    [
        ((), (), 30.0, None),
        (("--mirror", "http://a/b//", "--mirror", "http://c"), ("http://a/b/", "http://c/"), 30.0, None),
        (("--timeout", "0.5", "--total", "9"), (), 0.5, 9.0),
    ],
)
def test_a_fetch_asks_the_mirrors_that_it_is_told(
    words: tuple[str, ...],
    mirrors: tuple[str, ...],
    timeout: float,
    total: float | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def fetch(name: str, say: Callable[[str], None], *more: Any) -> Path:
        asked.append(more)
        say("a line")
        return Path("there")

    monkeypatch.setattr("gancli.data.fetch.fetch", fetch)
    monkeypatch.setattr("gancli.cli.data.os.isatty", lambda number: number == 2)
    result = gancli("data", "fetch", "mnist", *words)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "there\n", "a line\n")
    assert asked == [(mirrors, timeout, total, True)]


@pytest.mark.parametrize("words", [("--timeout", "0"), ("--total", "0"), ("--total", "-1"), ("--timeout", "1000001")])
def test_a_time_that_is_none_fetches_nothing(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.data.fetch.fetch", lambda *more: pytest.fail("it is fetched"))
    result = gancli("data", "fetch", "mnist", *words)
    assert result.exit_code == 2 and "is not in the range" in result.stderr
