"""How a sweep goes, on standard error."""

import sys
import time
from typing import TYPE_CHECKING

from gancli.cli.support import Bar

if TYPE_CHECKING:
    from gancli.sweeps import Counts


class SweepProgress(Bar):
    """A bar on a terminal; elsewhere a plain line now and then. Standard error only."""

    SECONDS = 5.0
    """Between two plain lines."""

    def __init__(self, quiet: bool):
        self._quiet = quiet
        self._begun = self._next = time.monotonic()
        self._first: int | None = None

    def counts(self, counts: "Counts") -> None:
        """How it stands."""
        if self._quiet:
            return
        if self._first is None:
            self._first = counts.ended
            if sys.stderr.isatty():
                from gancli.cli.bars import RoomyBar

                self._bar = RoomyBar(counts.total, counts.ended, "cell", "cells")
        state = f"running {counts.running}, failed {counts.by_status['failed']}"
        if self._bar is not None:
            self._bar.show([state], refresh=False)
            played = round(counts.ended + counts.share, 1) if counts.share else counts.ended
            if played != self._bar.n:
                self._bar.n = played
                self._bar.refresh()
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + self.SECONDS
            self.line(f"done {counts.ended}/{counts.total}, {state}{self._left(counts)}")

    def _left(self, counts: "Counts") -> str:
        played = counts.ended + counts.share - (self._first or 0)
        if not played:
            return ""
        seconds = (time.monotonic() - self._begun) / played * (counts.total - counts.ended - counts.share)
        return f", about {seconds:.0f} s left"
