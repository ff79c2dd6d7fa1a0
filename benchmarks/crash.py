"""Kill runs at random instants, go on with them, and hold the end against that of runs that nobody killed.

    python -m benchmarks.crash --kills 200
    python -m benchmarks.crash --sweep 50

Runs of each kind, on both engines, are killed with SIGKILL at an instant drawn between the making of their folder and
their end, resumed, and half of them killed again while they go on. Checkpoints, tests and pictures follow each other
so closely that many kills fall into the writing of a file. What must be equal at the end, byte for byte: every array
of the last checkpoint, every line of the metrics but for its seconds, every picture. Exit code 1 where one is not.

`--sweep` stops and kills the coordinators and workers of sweeps: see `benchmarks/crash_sweeps.py`.
"""

import argparse
import itertools
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

from benchmarks import crash_sweeps
from benchmarks.crash_kinds import KINDS, essence
from gancli.runs.files import TEMPORARY

ENGINES = ("numpy", "numba")
AGAIN = 0.5
"""Share of the resumed runs that are killed again."""


@dataclass(frozen=True)
class Whole:
    """A run that nobody killed: its configuration, its essence, and the seconds from its folder to its end."""

    kind: str
    engine: str
    config: Path
    essence: Any
    seconds: float


def gancli(*words: str, folder: Path) -> subprocess.Popen[str]:
    """Start the command line in a folder."""
    command = [sys.executable, "-m", "gancli", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_folder(folder: Path, process: subprocess.Popen[str]) -> None:
    """Until the run's folder has its name."""
    while process.poll() is None and not any((folder / "runs").glob("2*")):
        time.sleep(0.001)


def play_whole(kind: str, engine: str, root: Path) -> Whole:
    """A run from its first to its last game."""
    folder = root / f"{kind}-{engine}"
    folder.mkdir()
    config = folder / "config.yaml"
    config.write_text(KINDS[kind], encoding="utf-8")
    process = gancli("train", "config.yaml", "-q", "--engine", engine, folder=folder)
    wait_for_folder(folder, process)
    start = time.monotonic()
    out, err = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(err)
    return Whole(kind, engine, config, essence(folder / out.strip()), time.monotonic() - start)


def kill_and_resume(whole: Whole, root: Path, seed: int) -> Iterator[str]:
    """One trial; yields what happened: `killed`, `in a write`, `killed after its end`, `equal`, or what is wrong."""
    rng = random.Random(seed)
    folder = Path(tempfile.mkdtemp(dir=root))
    process = gancli("train", str(whole.config), "-q", "--engine", whole.engine, folder=folder)
    wait_for_folder(folder, process)
    yield from _kill(process, rng.uniform(0, whole.seconds), folder)
    (run,) = (folder / "runs").glob("2*")
    if rng.random() < AGAIN:
        process = gancli("resume", str(run), "-q", folder=folder)
        yield from _kill(process, rng.uniform(0.3, 0.6 + whole.seconds), folder)  # 0.3: until it has read its files
    _, err = (process := gancli("resume", str(run), "-q", folder=folder)).communicate()
    if process.returncode != 0:
        yield f"resume ended with {process.returncode}: {err}"
        return
    try:
        yield "equal" if essence(run) == whole.essence else f"another end: {run}"
    except (OSError, ValueError) as error:
        yield f"unreadable: {error}"


def _kill(process: subprocess.Popen[str], seconds: float, folder: Path) -> Iterator[str]:
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    yield "killed" if process.returncode == -signal.SIGKILL else "killed after its end"
    if any(path.name.startswith(TEMPORARY) for path in folder.glob("runs/2*/**/*")):
        yield "in a write"


def kill_runs(count: int, jobs: int, seed: int, root: Path) -> bool:
    """So many trials, shared among kinds and engines; did all end with the same bytes?"""
    wholes = [play_whole(kind, engine, root) for engine in ENGINES for kind in KINDS]
    turns = list(itertools.islice(itertools.cycle(wholes), count))

    def trial(number: int) -> list[str]:
        return list(kill_and_resume(turns[number], root, seed * 1_000_003 + number))

    with ThreadPoolExecutor(jobs) as pool:
        happened = list(pool.map(trial, range(count)))
    counts = Counter(word for words in happened for word in words if len(word) <= len("killed after its end"))
    for whole, words in zip(turns, happened, strict=True):
        if words[-1] != "equal":
            print(f"{whole.kind}, {whole.engine}: {words[-1]}")
    print(
        f"{count} runs of {len(KINDS)} kinds on {len(ENGINES)} engines: SIGKILL {counts['killed']} times, "
        f"{counts['in a write']} of them in the writing of a file, {counts['killed after its end']} too late; "
        f"{counts['equal']} of {count} ended with the same bytes"
    )
    return counts["equal"] == count


def main() -> int:
    """Run the trials; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash", description=__doc__)
    parser.add_argument("--kills", type=int, help="runs, shared among kinds and engines (default: 200)")
    parser.add_argument("--sweep", type=int, metavar="SWEEPS", help="sweeps, shared among kinds")
    parser.add_argument("--jobs", type=int, default=2, help="trials at once (default: 2)")
    parser.add_argument("--seed", type=int, default=0, help="of the instants (default: 0)")
    options = parser.parse_args()
    kills = options.kills if options.kills is not None else 0 if options.sweep else 200
    with tempfile.TemporaryDirectory() as name:
        ended = [kill_runs(kills, options.jobs, options.seed, Path(name))] if kills else []
        if options.sweep:
            ended.append(crash_sweeps.trials(options.sweep, options.jobs, options.seed, Path(name)))
    return 0 if all(ended) else 1


if __name__ == "__main__":
    sys.exit(main())
