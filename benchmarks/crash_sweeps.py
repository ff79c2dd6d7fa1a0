"""Stop and kill sweeps at random instants, from the first one on, go on with them, and look at what is there.

A trial is a sweep in a process group of its own. At an instant drawn between its start and its end Ctrl-C goes to the
group, SIGTERM, SIGHUP or SIGKILL to the coordinator, or SIGTERM or SIGKILL to a worker. The sweep is gone on with, or
begun again where it had no folder yet, and half of the time it is disturbed once more.
"""

import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.crash_kinds import KINDS, essence
from gancli.runs import SweepFolder
from gancli.runs.files import TEMPORARY

SWEPT = ("xor", "ring", "wgan")
CELLS = ("--grid", "eta=0.01,0.02", "--seeds", "2", "--jobs", "2")
SENT = ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", "worker SIGTERM", "worker SIGKILL")
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
OUTSIDE = " to Python itself"
"""A signal before the first line of gancli, or after its last: how Python ends then is not ours."""
EARLY = "before there is a folder"
AGAIN = 0.5
"""Share of the trials that are disturbed a second time."""
SECONDS = 60.0
"""How long a sweep may take to end, once it was stopped or gone on with."""
LINGER = 5.0
"""Seconds until the last process of a sweep must be gone."""


@dataclass(frozen=True)
class Undisturbed:
    """A sweep that ran from its start to its end: its configuration, what it left, and its seconds."""

    config: Path
    essence: Any
    seconds: float


def swept(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """All of a sweep that must be equal: each cell's arrays, metrics and pictures, and the summary."""
    sweep = SweepFolder(folder)
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in sweep.summary_rows()]
    return {row["cell"]: essence(sweep.run(row["cell"]).path) for row in rows}, rows


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """`gancli sweep`, in a session of its own."""
    command = [sys.executable, "-m", "gancli", "sweep", *words, "-q"]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def undisturbed(kind: str, root: Path) -> Undisturbed:
    """Play a sweep of one kind to its end."""
    folder = root / f"sweep-{kind}"
    folder.mkdir()
    config = folder / "config.yaml"
    config.write_text(KINDS[kind].replace("games: 300", "games: 100"), encoding="utf-8")
    begun = time.monotonic()
    out, err = (process := start(folder, "config.yaml", *CELLS)).communicate()
    if process.returncode != 0:
        raise RuntimeError(err)
    return Undisturbed(config, swept(folder / out.strip()), time.monotonic() - begun)


def trials(count: int, jobs: int, seed: int, root: Path) -> bool:
    """So many trials, shared among kinds; did all end with the same bytes, and nothing left behind?"""
    plains = [undisturbed(kind, root) for kind in SWEPT]
    turns = list(itertools.islice(itertools.cycle(plains), count))

    def trial(number: int) -> list[str]:
        return list(disturb(turns[number], root, seed * 1_000_003 + number))

    with ThreadPoolExecutor(jobs) as pool:
        happened = list(pool.map(trial, range(count)))
    known = {"equal", "too late", EARLY, *(f"{name}{end}" for name in SENT for end in ("", OUTSIDE))}
    wrong = [words for words in happened if not set(words) <= known or words[-1] != "equal"]
    for words in wrong:
        print(*words, sep="; ")
    counts = Counter(word.removesuffix(OUTSIDE) for words in happened for word in words if word in known)
    sent = ", ".join(f"{name} {counts[name]}" for name in SENT)
    print(
        f"{count} sweeps of {len(SWEPT)} kinds, stopped or killed {sum(counts[name] for name in SENT)} times ({sent}), "
        f"{counts[EARLY]} of them {EARLY}, {counts['too late']} too late; "
        f"{count - len(wrong)} of {count} ended with the same bytes, no cell failed, nothing left behind"
    )
    return not wrong


def disturb(plain: Undisturbed, root: Path, seed: int) -> Iterator[str]:
    """One trial; yields what was done, and at last `equal`, or what is wrong."""
    rng = random.Random(seed)
    folder = Path(tempfile.mkdtemp(dir=root))
    kills = 0
    for _ in range(1 if rng.random() < AGAIN else 2):
        process = _begin(plain, folder)
        time.sleep(rng.uniform(0, plain.seconds))
        early = not list((folder / "runs").glob("2*"))
        done, number = _send(process, rng, kills == 0)
        kills += done == "worker SIGKILL"
        yield done
        if early:
            yield EARLY
        yield from _ended(process, folder, done, number)
    process = _begin(plain, folder)
    yield from _ended(process, folder, "", None)
    sweeps = list((folder / "runs").glob("2*"))
    if len(sweeps) != 1:
        yield f"{len(sweeps)} sweeps instead of one: {folder}"
        return
    notes = [note for notes in SweepFolder(sweeps[0]).notes().values() for note in notes]
    if len(notes) > kills:
        yield f"{notes} after {kills} kills of a worker"
    try:
        yield "equal" if swept(sweeps[0]) == plain.essence else f"another end: {folder}"
    except (OSError, ValueError) as error:
        yield f"unreadable: {error}"


def _begin(plain: Undisturbed, folder: Path) -> subprocess.Popen[str]:
    found = [str(path.relative_to(folder)) for path in (folder / "runs").glob("2*")]
    return start(folder, "--resume", found[0], "--jobs", "2") if found else start(folder, str(plain.config), *CELLS)


def _send(process: subprocess.Popen[str], rng: random.Random, may_kill: bool) -> tuple[str, signal.Signals | None]:
    """Disturb it; returns what was done, and the signal that the coordinator is to end with."""
    if process.poll() is not None:
        return "too late", None
    deaf = "" if _catches(process.pid, signal.SIGTERM) else OUTSIDE
    actions: list[signal.Signals | str] = [*STOPS, signal.SIGKILL, "SIGTERM", *(["SIGKILL"] if may_kill else [])]
    action = rng.choice(actions)
    workers = _workers(process.pid) if isinstance(action, str) else []
    try:
        if workers:
            os.kill(rng.choice(workers), signal.Signals[str(action)])
            return f"worker {action}", None
        number = signal.Signals[action] if isinstance(action, str) else action
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    except ProcessLookupError:
        return "too late", None
    return f"{number.name}{deaf if number != signal.SIGKILL else ''}", number


def _catches(pid: int, number: signal.Signals) -> bool:
    """Has a process a handler for this signal? Python has none of its own for SIGTERM."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False
    caught = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt")]
    return any(mask >> (number - 1) & 1 for mask in caught)  # none, where it has ended


def _workers(pid: int) -> list[int]:
    try:
        children = psutil.Process(pid).children()
        return [child.pid for child in children if any(word.endswith("worker.py") for word in child.cmdline())]
    except psutil.Error:
        return []


def _ended(process: subprocess.Popen[str], folder: Path, done: str, number: signal.Signals | None) -> Iterator[str]:
    """Wait for its end; yields what is wrong with it."""
    try:
        _, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        yield f"{done}: it did not end within {SECONDS:.0f} s: {folder}"
        return
    outside = done.endswith(OUTSIDE)
    right = {0} if number is None else {-number, 0} if number == signal.SIGKILL else {128 + number}
    if process.returncode not in right and not outside:
        yield f"{done}: exit code {process.returncode}: {folder}: {err}"
    if ("Traceback" in err or "report this" in err) and not outside:
        yield f"{done}: {folder}: {err}"
    if alive := _alive(process.pid):
        yield f"{done}: left alive: {alive}"
    if number != signal.SIGKILL and (left := [str(path) for path in folder.rglob(f"{TEMPORARY}*")]):
        yield f"{done}: left behind: {left}"


def _alive(session: int) -> list[str]:
    """The processes of a session, once they had time to end."""
    until = time.monotonic() + LINGER
    while (found := list(_of_session(session))) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def _of_session(session: int) -> Iterator[str]:
    for process in psutil.process_iter(["cmdline", "status"]):
        try:
            if os.getsid(process.pid) == session and process.info["status"] != psutil.STATUS_ZOMBIE:
                yield " ".join(process.info["cmdline"] or [])
        except ProcessLookupError:
            continue
