"""A worker process of the local pool: a line of JSON comes in for each cell, and one goes back with its result.

It is run as a file, not imported, so that it watches over its coordinator, and over its end, before it imports what
takes time. It is born with the signals that stop a process blocked, and leaves them so, here and in all that it
starts: Ctrl-C and a terminal that goes away are the coordinator's matter. It is asked to stop by an empty line or by a
SIGTERM, which it waits for, and heeds that once: in a process group that is terminated it gets both.
"""

import _thread
import contextlib
import importlib
import json
import os
import queue
import signal
import socket
import sys
import threading
from typing import Any

STOPPED = 128 + signal.SIGTERM
"""The exit code of a worker that was asked to stop."""


class Stopping:
    """Asked to stop, a training loop saves and ends its cell; where there is none, the process ends at once."""

    def __init__(self) -> None:
        self.requested = False
        self._lock = threading.Lock()
        signal.signal(signal.SIGTERM, self._leave)

    def request(self) -> None:
        """Stop, once: a loop takes the second time as an order to leave without saving."""
        with self._lock:
            if self.requested:
                return
            self.requested = True
        if signal.getsignal(signal.SIGTERM) == self._leave:
            os._exit(STOPPED)
        _thread.interrupt_main(signal.SIGTERM)  # calls the handler of the loop, though the signal is blocked

    def listen(self) -> None:
        """Wait for a SIGTERM."""
        signal.sigwait({signal.SIGTERM})
        self.request()

    def _leave(self, number: int, frame: Any) -> None:
        os._exit(STOPPED)


def read(channel: socket.socket, lines: "queue.SimpleQueue[Any]", stopping: Stopping) -> None:
    """Take in what the coordinator says, until it is gone: then there is nothing to do here."""
    with contextlib.suppress(OSError), channel.makefile("rb") as file:
        for line in file:
            if line == b"\n":
                stopping.request()
            else:
                lines.put(json.loads(line))
    os._exit(1)


def main() -> None:
    """Play cell after cell, until there is no coordinator."""
    channel = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)  # what a cell starts must not hold the channel open
    stopping, lines = Stopping(), queue.SimpleQueue[Any]()
    for target, words in ((stopping.listen, ()), (read, (channel, lines, stopping))):
        threading.Thread(target=target, args=words, daemon=True).start()
    sys.path[:], module, name = lines.get()
    work = getattr(importlib.import_module(module), name)
    while not stopping.requested:
        result = work(*lines.get())
        channel.sendall(json.dumps(result).encode("ascii") + b"\n")
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
