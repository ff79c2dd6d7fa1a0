"""What the local pool says to its workers and makes of what it hears, whose part is played by the test."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import light_work
import pytest

from gancli.import_path import safe_path
from gancli.sweeps import LocalPool, pool
from gancli.sweeps.roles import Lost


class Process:
    """A worker process that the test plays; it ends with `code` once that is not None."""

    pid = 7

    def __init__(self, command: list[str], *, stdin: int, stdout: int, env: dict[str, str]):
        self.command, self.stdout, self.env = command, stdout, env
        self.channel = socket.socket(fileno=os.dup(stdin))
        self.channel.settimeout(10.0)
        self.blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self.code: int | None = None
        self.heeds, self.looks = True, 0
        self.done: list[Any] = []

    def poll(self) -> int | None:
        self.looks += 1
        assert self.looks < 10, "asked for ever"
        return self.code

    def wait(self, seconds: float | None = None) -> int | None:
        self.done.append(("wait", seconds))
        if not self.heeds and "kill" not in self.done:
            raise subprocess.TimeoutExpired("worker", seconds or 0.0)
        return self.code

    def kill(self) -> None:
        self.done.append("kill")

    def heard(self) -> bytes:
        return self.channel.recv(1 << 20)

    def says(self, text: bytes) -> None:
        self.channel.sendall(text)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Process]]:
    """The workers, in the order of their start."""
    found: list[Process] = []

    def start(*words: Any, **options: Any) -> Process:
        found.append(Process(*words, **options))
        return found[-1]

    monkeypatch.setattr(pool.subprocess, "Popen", start)
    yield found
    for process in found:
        process.channel.close()


@pytest.fixture
def local(started: list[Process]) -> Iterator[LocalPool]:
    """One that is left open by a test that fails is closed."""
    made = LocalPool(2, light_work.surroundings)
    yield made
    made.close()
    assert made._selector.get_map() is None


def ended(process: Process, code: int) -> None:
    process.code = code
    process.channel.close()


@pytest.mark.parametrize(("isolated", "safely"), [(0, "-P"), (1, "-I")])
def test_a_worker_looks_for_modules_where_this_process_does(
    isolated: int, safely: str, local: LocalPool, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = SimpleNamespace(executable=sys.executable, flags=SimpleNamespace(isolated=isolated))
    monkeypatch.setattr(pool, "sys", flags)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    local.submit("s", {"cell": "a"})
    (process,) = started
    assert process.command == [sys.executable, safely, str(pool.PROGRAM)] and process.stdout == subprocess.DEVNULL
    assert process.env == os.environ | dict.fromkeys(pool.ONE_THREAD, "1")
    assert {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} <= process.blocked
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    lines = [json.loads(line) for line in process.heard().splitlines()]
    assert lines == [[safe_path(), "light_work", "surroundings"], ["s", {"cell": "a"}]]
    local.stop()
    assert process.heard() == b"\n"


def test_an_answer_may_come_in_pieces(local: LocalPool, started: list[Process]) -> None:
    local.submit("s", {"cell": "a"})
    (process,) = started
    for text in (b'{"cell": "a", ', b'"status": "completed"'):
        process.says(text)
        assert local.wait(10.0) == []
    process.says(b"}\n")
    assert local.wait(10.0) == [{"cell": "a", "status": "completed"}]
    process.heard()
    local.submit("s", {"cell": "b"})
    assert json.loads(process.heard()) == ["s", {"cell": "b"}] and len(started) == 1
    process.says(b'{"cell": "b", "status": "diverged"}\n')
    assert local.wait(10.0) == [{"cell": "b", "status": "diverged"}], "and nothing is left of the one before"


def test_a_worker_that_was_interrupted_plays_no_other_cell(local: LocalPool, started: list[Process]) -> None:
    local.submit("s", {"cell": "a"})
    started[0].says(b'{"cell": "a", "status": "interrupted"}\n')
    assert local.wait(10.0) == [{"cell": "a", "status": "interrupted"}]
    assert started[0].done == [("wait", pool.PATIENCE)] and not local._idle and not local._busy
    local.submit("s", {"cell": "b"})
    assert len(started) == 2


@pytest.mark.parametrize(
    ("code", "how", "stopped"),
    [
        (-9, "was killed", False), (-1, "was killed", False), (0, "ended with exit code 0", False),
        (1, "ended with exit code 1", False), (143, "ended with exit code 143", True),
    ],
)  # fmt: skip
def test_how_a_worker_ended_is_said(
    code: int, how: str, stopped: bool, local: LocalPool, started: list[Process]
) -> None:
    local.submit("s", {"cell": "a"})
    ended(started[0], code)
    assert local.wait(10.0) == [Lost("a", f"worker 7 {how}", stopped=stopped)]
    assert not local._busy and not local._idle


def test_a_worker_that_dies_as_it_is_given_a_cell_loses_it(local: LocalPool, started: list[Process]) -> None:
    local.submit("s", {"cell": "a"})
    (process,) = started
    process.says(b'{"cell": "a", "status": "completed"}\n')
    assert len(local.wait(10.0)) == 1
    process.channel.close()  # but the process is not known to have ended yet
    local.submit("s", {"cell": "b"})
    local.stop()
    process.code = -9
    assert local.wait(10.0) == [Lost("b", "worker 7 was killed")]


def test_a_worker_that_was_killed_while_it_was_idle_is_replaced(local: LocalPool, started: list[Process]) -> None:
    local.submit("s", {"cell": "a"})
    local.submit("s", {"cell": "b"})
    first, second = started
    for process, cell in zip(started, ("a", "b"), strict=True):
        process.says(json.dumps({"cell": cell, "status": "completed"}).encode() + b"\n")
        assert local.wait(10.0)
    ended(first, -9)
    ended(second, -9)
    local.submit("s", {"cell": "c"})
    assert len(started) == 3 and list(local._busy.values()) == ["c"] and not local._idle
    assert first.done == second.done == [("wait", pool.PATIENCE)], "what is left of it is put away"


def test_where_nothing_plays_nothing_is_waited_for(local: LocalPool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Never:
        def select(self, seconds: float) -> list[Any]:
            raise AssertionError("it waits")

    with monkeypatch.context() as patch:
        patch.setattr(local, "_selector", Never())
        assert local.wait(10.0) == []


def test_a_worker_that_does_not_end_when_it_is_let_go_is_killed(local: LocalPool, started: list[Process]) -> None:
    local.submit("s", {"cell": "a"})
    local.submit("s", {"cell": "b"})
    idle, busy = started
    idle.says(b'{"cell": "a", "status": "completed"}\n')
    assert len(local.wait(10.0)) == 1
    idle.heeds = False
    idle.heard(), busy.heard()
    local.close()
    assert idle.done == [("wait", pool.PATIENCE), "kill", ("wait", None)]
    assert busy.done == ["kill", ("wait", pool.PATIENCE)], "what plays is killed at once"
    assert (idle.heard(), busy.heard()) == (b"", b""), "both channels are closed"
    local._idle.clear()
    local._busy.clear()
