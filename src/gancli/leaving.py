"""What a signal does to the command line's process while there is nothing to save yet, or any more."""

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a process to stop: Ctrl-C, `kill`, and a terminal that goes away."""


@contextlib.contextmanager
def leaving_at_once() -> Iterator[None]:
    """A signal ends the process at once: its exit code, and no traceback.

    KeyboardInterrupt would not do: raised while a module is imported or an object is finalised, it may be printed and
    forgotten.
    """
    with _handlers(dict.fromkeys(STOPS, _leave)):
        yield


@contextlib.contextmanager
def as_usual() -> Iterator[None]:
    """Within `leaving_at_once`: what Python does with these signals by itself."""
    usual = dict.fromkeys(STOPS, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    with _handlers({number: usual[number] for number in STOPS if signal.getsignal(number) is _leave}):
        yield


@contextlib.contextmanager
def blocked(*numbers: signal.Signals) -> Iterator[None]:
    """Hold these signals back for a while; the processes and threads that are started meanwhile are born so."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _handlers(wanted: Mapping[signal.Signals, Any]) -> Iterator[None]:
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
