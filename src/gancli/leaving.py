"""What a signal does to the command line's process while there is nothing to save yet, or any more."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a process to stop: Ctrl-C, `kill`, and a terminal that goes away."""
PATIENCE = 2.0
"""Seconds that a command has to clean up."""
_asked: list[tuple[int, threading.Timer]] = []
"""The signal that has come, and what leaves where nobody heeds it."""


@contextlib.contextmanager
def leaving_at_once() -> Iterator[None]:
    """A signal ends the process at once: its exit code, and no traceback.

    KeyboardInterrupt would not do: raised while a module is imported or an object is finalised, it may be printed and
    forgotten.
    """
    with handlers(dict.fromkeys(STOPS, _leave)):
        yield


class Stopped(KeyboardInterrupt):
    """A signal that ends a command: what it has half made is taken away."""

    def __init__(self, number: int):
        self.number = number


@contextlib.contextmanager
def cleaning_up() -> Iterator[None]:
    """Within `leaving_at_once`, or outside of it: a signal raises KeyboardInterrupt."""
    own = (_leave, signal.SIG_DFL)
    wanted: dict[signal.Signals, Any] = {
        number: _raise for number in STOPS if number != signal.SIGINT and signal.getsignal(number) in own
    }
    if signal.getsignal(signal.SIGINT) in (_leave, signal.default_int_handler):
        wanted[signal.SIGINT] = _raise
    with handlers(wanted):
        try:
            yield
        finally:
            taken_over()


def _raise(number: int, frame: FrameType | None) -> None:
    """Raise and, where that comes to nothing, leave: raised in a finaliser, as imports have them, it is forgotten."""
    if _asked:
        return
    _asked.append((number, threading.Timer(PATIENCE, _leave, (number, None))))
    _asked[0][1].daemon = True
    _asked[0][1].start()
    raise Stopped(number)


def taken_over() -> int | None:
    """The signal that has come already, for who will heed it from here on."""
    if not _asked:
        return None
    number, late = _asked.pop()
    late.cancel()
    return number


@contextlib.contextmanager
def blocked(*numbers: signal.Signals) -> Iterator[None]:
    """Hold these signals back for a while; the processes and threads that are started meanwhile are born so."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def handlers(wanted: Mapping[signal.Signals, Any]) -> Iterator[None]:
    """These handlers for a while, in the main thread; what is ignored stays ignored (`nohup`, `&` in a script)."""
    before = {}
    with contextlib.suppress(ValueError):  # not the main thread
        for number, handler in wanted.items():
            if signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    with contextlib.suppress(OSError):
        os.write(2, b"interrupted\n")
    os._exit(128 + number)
