"""The one loop of a sweep: hand cells out, take results in, and say at once what failed. Any executor will do."""

import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gancli.experiment import Stop
from gancli.runs import SweepFolder
from gancli.runs.files import now
from gancli.runs.summary import write_csv
from gancli.runs.summary_table import CellResult, in_words, table
from gancli.runs.sweeps import DONE
from gancli.sweeps.folder import Ended, tidy
from gancli.sweeps.roles import Counts, Executor, Lost, Policy, Report

TRIES = 2
"""How often a cell is tried whose worker dies."""
STOPS = 5
"""How often in one session a cell is tried whose worker someone else stops: a batch system, a guard of the memory."""
POLL = 0.2
"""Seconds within which a signal is heeded."""
LOOK_EVERY = 1.0
"""Seconds between two looks at how far the cells in play are."""
RECORD_EVERY = 5.0
"""Seconds between two updates of the record's counts."""


def play(
    folder: SweepFolder, cells: list[dict[str, Any]], executor: Executor, policy: Policy, report: Report,
    stop: Stop | None = None,
) -> Ended:  # fmt: skip
    """Play the cells of a held sweep that have no result yet; its summary and record are written at the end.

    `stop` is given by who listens to signals already. Raises OSError.
    """
    with contextlib.nullcontext(stop) if stop is not None else Stop().listening() as heard:
        unfinished: Callable[[], Iterable[str]] = tuple
        try:
            session = _Session(folder, cells, executor, policy, report, heard)
            unfinished = session.unfinished
            session.run()
            return session.end()
        finally:
            executor.close()
            try:
                tidy(folder, unfinished(), executor.alone)
            finally:
                folder.unlock()


class _Session:
    """One time of working at a sweep."""

    def __init__(
        self, folder: SweepFolder, cells: list[dict[str, Any]], executor: Executor, policy: Policy, report: Report,
        stop: Stop,
    ):  # fmt: skip
        self._folder, self._executor, self._policy, self._report = folder, executor, policy, report
        self._stop, self._stopping = stop, False
        self._cells = {cell["cell"]: cell for cell in cells}
        self._results = folder.results(cells)
        notes = folder.notes()
        self._lost = Counter(
            {cell: sum(note["event"] == "lost" for note in entries) for cell, entries in notes.items()}
        )
        self._stopped: Counter[str] = Counter()
        self._failed_now = 0
        self._warned: set[str] = set()
        self._in_play: set[str] = set()
        self._waiting = deque(name for name in self._cells if self._is_to_be_played(name))
        self._counts = Counts(len(cells), Counter(self._results[name]["status"] for name in self._ended()))
        self._recorded = self._looked = time.monotonic()
        self._shares: dict[str, float] = {}

    def _ended(self) -> Iterator[str]:
        waiting = set(self._waiting)
        return (name for name in self._results if name not in waiting)

    def _is_to_be_played(self, name: str) -> bool:
        status = self._results.get(name, {}).get("status")
        if status in DONE:
            return False
        failed = status == "failed" or self._lost[name] >= TRIES
        if failed and self._policy.retry_failed:
            self._folder.note(name, "again")
            self._lost[name] = 0
        elif failed:
            self._results.setdefault(name, {"cell": name, "seconds": 0.0}).update(status="failed")
        return not failed or self._policy.retry_failed

    def run(self) -> None:
        """Until there is nothing left to play, or a reason to stop."""
        self._tell()
        self._check_stop()
        while self._in_play or (self._waiting and not self._stopping):
            while self._waiting and len(self._in_play) < self._executor.slots and not self._check_stop():
                self._submit(self._waiting.popleft())
            for result in self._executor.wait(POLL):
                self._take(result)
            self._check_stop()
            self._tell()

    def _check_stop(self) -> bool:
        """Is the sweep to stop? Then the cells in play are asked to stop, once."""
        if not self._stopping and (self._stop.signal is not None or self._too_many_failed()):
            self._stopping = True
            self._executor.stop()
        return self._stopping

    def _submit(self, name: str) -> None:
        self._in_play.add(name)
        self._executor.submit(str(self._folder.path.resolve()), self._cells[name])

    def _take(self, result: "CellResult | Lost") -> None:
        name = result.cell if isinstance(result, Lost) else result["cell"]
        self._in_play.discard(name)
        if self._is_unplayed(result):
            self._put_back(name)
        elif not isinstance(result, Lost):
            self._end(name, result)
        elif not self._is_tried_again(result):
            reason = f"its worker died {TRIES} times"
            self._end(name, {"cell": name, "status": "failed", "reason": reason, "seconds": 0.0})

    def _is_unplayed(self, result: "CellResult | Lost") -> bool:
        """Was it stopped, by this session or by someone else? A worker that dies in a stop may have been."""
        if isinstance(result, Lost):
            return self._check_stop() or (result.stopped and self._stopped[result.cell] < STOPS)
        return bool(result["status"] == "interrupted" and self._stopped[result["cell"]] < STOPS)

    def _put_back(self, name: str) -> None:
        """What was interrupted is played again, in this session or in the next; nothing is held against it."""
        if not self._check_stop():
            self._stopped[name] += 1
            self._say(f"stopped: {self._named(name)}: its worker was told to stop; played again")
            self._waiting.append(name)
        else:
            result = self._folder.result(name)
            if result is not None:
                stopped = {} if result["status"] in DONE else {"status": "interrupted"}
                self._end(name, result | stopped)

    def _is_tried_again(self, lost: Lost) -> bool:
        self._folder.note(lost.cell, "lost", lost.reason)
        self._lost[lost.cell] += 1
        again = self._lost[lost.cell] < TRIES
        self._say(f"lost: {self._named(lost.cell)}: {lost.reason}; {'tried again' if again else 'given up'}")
        if again:
            self._waiting.append(lost.cell)
        return again

    def _end(self, name: str, result: CellResult) -> None:
        """There is no more of it in this session."""
        self._results[name] = result
        for text in result.get("warnings", ()):  # of the machine that played it, each once
            if text not in self._warned:
                self._warned.add(text)
                self._say(f"warning: {text}")
        if result["status"] == "failed":
            self._failed_now += 1
            self._say(f"failed: {self._named(name)}: {result['reason']}; see {self._folder.error_log(name)}")
        elif result["status"] in ("diverged", "collapsed"):
            self._say(f"{result['status']}: {self._named(name)}: {result['reason']}")
        elif result.get("alarm"):
            self._say(f"alarm: {self._named(name)}: {result['alarm']}")
        self._counts.by_status[result["status"]] += 1

    def _named(self, name: str) -> str:
        return in_words(self._cells[name], self._cells[name]["values"])

    def _too_many_failed(self) -> bool:
        return self._policy.max_failures is not None and self._failed_now >= self._policy.max_failures

    def _say(self, text: str) -> None:
        self._folder.log(text)
        self._report.line(text)

    def _tell(self) -> None:
        self._counts.running = len(self._in_play)
        if time.monotonic() - self._looked > LOOK_EVERY:
            self._looked = time.monotonic()
            self._shares = {name: self._folder.share(name) for name in self._in_play}
        self._counts.share = sum(self._shares.get(name, 0.0) for name in self._in_play)
        self._report.counts(self._counts)
        if time.monotonic() - self._recorded > RECORD_EVERY:
            self._recorded = time.monotonic()
            self._folder.write_record({**self._folder.record(), "counts": dict(self._counts.by_status)})

    def unfinished(self) -> Iterator[str]:
        """The cells without a result."""
        return (name for name in self._cells if self._results.get(name, {}).get("status") not in DONE)

    def end(self) -> Ended:
        """Write down how it ended."""
        by_status = Counter(self._results.get(name, {}).get("status", "waiting") for name in self._cells)
        done = sum(by_status[status] for status in DONE)
        stopped = "interrupted" if self._stop.signal is not None or not by_status["failed"] else "failed"
        status = "completed" if done == len(self._cells) else stopped
        write_csv(self._folder.summary, table(list(self._cells.values()), self._results))
        record = {**self._folder.record(), "status": status, "counts": dict(by_status), "end": now()}
        self._folder.write_record(record)
        self._folder.log(f"{status}: {', '.join(f'{count} {name}' for name, count in by_status.items())}")
        return Ended(status, dict(by_status), self._stop.signal)
