"""The one loop of a sweep: hand cells out, take answers in, and say at once what failed. Any executor will do."""

import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gancli.experiment import Stop
from gancli.runs import SweepFolder
from gancli.runs.figures import write_csv
from gancli.runs.files import now
from gancli.runs.sweeps import DONE, Answer, readable
from gancli.sweep.folder import Ended, tidy
from gancli.sweep.roles import Counts, Executor, Lost, Policy, Report

TRIES = 2
"""How often a cell is tried whose worker dies."""
STOPS = 5
"""How often in one session a cell is tried whose worker someone else stops: a batch system, a guard of the memory."""
LOOK = 0.2
"""Seconds within which a signal is heeded."""
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
        self._answers = folder.results(cells)
        notes = folder.notes()
        self._lost = Counter({cell: sum(note["event"] == "lost" for note in found) for cell, found in notes.items()})
        self._stopped: Counter[str] = Counter()
        self._failed_now = 0
        self._warned: set[str] = set()
        self._in_play: set[str] = set()
        self._waiting = deque(name for name in self._cells if self._is_to_be_played(name))
        self._counts = Counts(len(cells), Counter(self._answers[name]["status"] for name in self._ended()))
        self._recorded = time.monotonic()

    def _ended(self) -> Iterator[str]:
        waiting = set(self._waiting)
        return (name for name in self._answers if name not in waiting)

    def _is_to_be_played(self, name: str) -> bool:
        status = self._answers.get(name, {}).get("status")
        if status in DONE:
            return False
        failed = status == "failed" or self._lost[name] >= TRIES
        if failed and self._policy.retry_failed:
            self._folder.note(name, "again")
            self._lost[name] = 0
        elif failed:
            self._answers.setdefault(name, {"cell": name, "seconds": 0.0}).update(status="failed")
        return not failed or self._policy.retry_failed

    def run(self) -> None:
        """Until there is nothing left to play, or a reason to stop."""
        self._tell()
        self._look()
        while self._in_play or (self._waiting and not self._stopping):
            while self._waiting and len(self._in_play) < self._executor.slots and not self._look():
                self._submit(self._waiting.popleft())
            for answer in self._executor.wait(LOOK):
                self._take(answer)
            self._look()
            self._tell()

    def _look(self) -> bool:
        """Is the sweep to stop? Then the cells in play are told, once."""
        if not self._stopping and (self._stop.signal is not None or self._too_many_failed()):
            self._stopping = True
            self._executor.stop()
        return self._stopping

    def _submit(self, name: str) -> None:
        self._in_play.add(name)
        self._executor.submit(str(self._folder.path.resolve()), self._cells[name])

    def _take(self, answer: "Answer | Lost") -> None:
        name = answer.cell if isinstance(answer, Lost) else answer["cell"]
        self._in_play.discard(name)
        if self._is_unplayed(answer):
            self._put_back(name)
        elif not isinstance(answer, Lost):
            self._end(name, answer)
        elif not self._is_tried_again(answer):
            reason = f"its worker died {TRIES} times"
            self._end(name, {"cell": name, "status": "failed", "reason": reason, "seconds": 0.0})

    def _is_unplayed(self, answer: "Answer | Lost") -> bool:
        """Was it stopped, by this session or by someone else? A worker that dies in a stop may have been."""
        if isinstance(answer, Lost):
            return self._look() or (answer.told and self._stopped[answer.cell] < STOPS)
        return bool(answer["status"] == "interrupted" and self._stopped[answer["cell"]] < STOPS)

    def _put_back(self, name: str) -> None:
        """What was interrupted is played again, in this session or in the next; nothing is held against it."""
        if not self._look():
            self._stopped[name] += 1
            self._say(f"stopped: {self._named(name)}: its worker was told to stop; played again")
            self._waiting.append(name)
        else:
            answer = self._folder.result(name)
            if answer is not None:
                stopped = {} if answer["status"] in DONE else {"status": "interrupted"}
                self._end(name, answer | stopped)

    def _is_tried_again(self, lost: Lost) -> bool:
        self._folder.note(lost.cell, "lost", lost.reason)
        self._lost[lost.cell] += 1
        again = self._lost[lost.cell] < TRIES
        self._say(f"lost: {self._named(lost.cell)}: {lost.reason}; {'tried again' if again else 'given up'}")
        if again:
            self._waiting.append(lost.cell)
        return again

    def _end(self, name: str, answer: Answer) -> None:
        """There is no more of it in this session."""
        self._answers[name] = answer
        for text in answer.get("warnings", ()):  # of the machine that played it, each once
            if text not in self._warned:
                self._warned.add(text)
                self._say(f"warning: {text}")
        if answer["status"] == "failed":
            self._failed_now += 1
            self._say(f"failed: {self._named(name)}: {answer['reason']}; see {self._folder.error_log(name)}")
        elif answer["status"] == "diverged":
            self._say(f"diverged: {self._named(name)}: {answer['reason']}")
        self._counts.by_status[answer["status"]] += 1

    def _named(self, name: str) -> str:
        cell = self._cells[name]
        values = [*(f"{key}={readable(value)}" for key, value in cell["values"].items()), f"seed {cell['seed']}"]
        return f"{name} ({', '.join(values)})"

    def _too_many_failed(self) -> bool:
        return self._policy.max_failures is not None and self._failed_now >= self._policy.max_failures

    def _say(self, text: str) -> None:
        self._folder.log(text)
        self._report.line(text)

    def _tell(self) -> None:
        self._counts.running = len(self._in_play)
        self._report.counts(self._counts)
        if time.monotonic() - self._recorded > RECORD_EVERY:
            self._recorded = time.monotonic()
            self._folder.write_record({**self._folder.record(), "counts": dict(self._counts.by_status)})

    def unfinished(self) -> Iterator[str]:
        """The cells without a result."""
        return (name for name in self._cells if self._answers.get(name, {}).get("status") not in DONE)

    def end(self) -> Ended:
        """Write down how it ended."""
        by_status = Counter(self._answers.get(name, {}).get("status", "waiting") for name in self._cells)
        done = sum(by_status[status] for status in DONE)
        stopped = "interrupted" if self._stop.signal is not None or not by_status["failed"] else "failed"
        status = "completed" if done == len(self._cells) else stopped
        write_csv(self._folder.summary, self._folder.table(list(self._cells.values()), self._answers))
        record = {**self._folder.record(), "status": status, "counts": dict(by_status), "end": now()}
        self._folder.write_record(record)
        self._folder.log(f"{status}: {', '.join(f'{count} {name}' for name, count in by_status.items())}")
        return Ended(status, dict(by_status), self._stop.signal)
