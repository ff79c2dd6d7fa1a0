"""The loop of a worker, played in this process: what it reads, what it answers, and how it is told to stop."""

import json
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gancli.sweeps import worker

LONG = 20
"""Seconds after which a test that waits in vain fails."""


class Left(BaseException):
    """In place of the end of this process."""


@pytest.fixture(autouse=True)
def left(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The exit codes of what would have ended this process, which goes on; only the main thread is interrupted."""
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        if threading.current_thread() is threading.main_thread():
            raise Left

    def late(number: int, frame: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(os, "_exit", leave)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGALRM)}
    signal.signal(signal.SIGALRM, late)
    signal.alarm(LONG)
    yield codes
    signal.alarm(0)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_told_while_it_imports_a_worker_ends_at_once(left: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when the main thread next heeds a signal, which may wait for a cell."""
    monkeypatch.setattr(worker._thread, "interrupt_main", lambda number: pytest.fail("waits for the main thread"))
    stopping = worker.Stopping()
    assert not stopping.requested
    with pytest.raises(Left):
        stopping.request()
    assert stopping.requested and left == [128 + signal.SIGTERM]
    handler: Any = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Left):
        handler(signal.SIGTERM, None)
    assert left == [128 + signal.SIGTERM] * 2


def test_a_training_loop_is_told_once_however_often_its_worker_is(left: list[int]) -> None:
    heard: list[int] = []
    stopping = worker.Stopping()
    signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    for _ in range(3):
        stopping.request()
    assert heard == [signal.SIGTERM] and left == []


def test_a_worker_waits_for_a_sigterm_that_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[set[int]] = []
    monkeypatch.setattr(worker.Stopping, "request", lambda self: told.append(set(signal.sigpending())))
    stopping = worker.Stopping()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        stopping.listen()
        pending = signal.SIGTERM in signal.sigpending()
        if pending:
            signal.sigwait({signal.SIGTERM})
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert told == [set()] and not pending


class StopCounter:
    """Counts how often it is told to stop."""

    times = 0

    def request(self) -> None:
        self.times += 1


@pytest.mark.parametrize("unread", [b"", b"an answer"])
def test_a_worker_reads_lines_until_its_coordinator_is_gone(unread: bytes, left: list[int]) -> None:
    ours, theirs = socket.socketpair()
    lines: queue.SimpleQueue[Any] = queue.SimpleQueue()
    stopping: Any = StopCounter()
    with ours, theirs:
        theirs.sendall(unread)  # left unread, it makes the end of the other side an error
        ours.sendall(b'["path", "module"]\n\n["sweep", {"cell": "a"}]\n')
        ours.close()
        with pytest.raises(Left):
            worker.read(theirs, lines, stopping)
    assert [lines.get(timeout=1) for _ in range(2)] == [["path", "module"], ["sweep", {"cell": "a"}]]
    assert lines.empty() and stopping.times == 1 and left == [1]


coordinator: socket.socket
known: set[threading.Thread]


def work(sweep: str, cell: dict[str, Any]) -> dict[str, Any]:
    """Say where it plays; the last cell is told to stop, as a training loop is."""
    if cell["cell"] == "last":
        told: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
        coordinator.sendall(b"\n")
        while not told:
            time.sleep(0.001)
    null = os.stat(os.devnull)
    return {
        "cell": cell["cell"],
        "sweep": sweep,
        "path": sys.path,
        "stdin": os.path.samestat(os.fstat(0), null) and os.write(0, b"x"),
        "stdout": os.path.samestat(os.fstat(1), os.fstat(sys.stdout.fileno())),
        "daemons": [thread.daemon for thread in threading.enumerate() if thread not in known],
    }


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The coordinator's end of what is this process's standard input for a while."""
    global coordinator, known
    sockets: list[socket.socket] = []

    class Noted(socket.socket):
        def __init__(self, *words: Any, **options: Any):
            super().__init__(*words, **options)
            sockets.append(self)

    streams = [os.dup(0), os.dup(1)]
    known = set(threading.enumerate())
    monkeypatch.setattr(sys, "path", list(sys.path))
    coordinator, theirs = socket.socketpair()
    monkeypatch.setattr(socket, "socket", Noted)
    os.dup2(theirs.fileno(), 0)
    theirs.close()
    coordinator.settimeout(LONG)
    yield coordinator
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    coordinator.close()
    for thread in set(threading.enumerate()) - known:
        thread.join(LONG)
    for one in sockets:
        one.close()


def test_a_worker_plays_cell_after_cell_until_it_is_told(
    channel: socket.socket, left: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    listening, end = threading.Event(), threading.Event()

    def listen(self: worker.Stopping) -> None:
        listening.set()
        end.wait(LONG)

    monkeypatch.setattr(worker.Stopping, "listen", listen)
    path = [*sys.path, "/elsewhere"]
    lines: list[list[Any]] = [[path, work.__module__, "work"], *(["s", {"cell": name}] for name in ("first", "last"))]
    channel.sendall("".join(json.dumps(line) + "\n" for line in lines).encode("ascii"))
    try:
        with pytest.raises(Left):
            worker.main()
    finally:
        end.set()
    assert left == [worker.STOPPED] and listening.is_set()
    with channel.makefile("rb") as file:
        results = [json.loads(file.readline()) for _ in range(2)]
    about = {"sweep": "s", "path": path, "stdin": 1, "stdout": True, "daemons": [True, True]}
    assert results == [{"cell": "first", **about}, {"cell": "last", **about}]
