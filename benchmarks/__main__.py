"""gancli beside PyTorch, JAX and plain NumPy, interleaved in one run: a table of times and ratios.

    .venv/bin/pip install -e '.[bench]' && .venv/bin/python -m benchmarks [ROWS] [--json FILE]

Every peer plays in a process of its own, once with one thread and once with two. First each must reach the same losses
from the same weights, samples and latents; then each is warmed up, compilation and data loading being outside, and they
are timed in turn, A B C A B C …. A ratio is taken within each round; its median and its spread over the rounds are
printed.
"""

import argparse
import datetime
import json
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.peers import PEERS
from benchmarks.rows import ROWS, Row
from benchmarks.work import spec_of
from gancli.experiment import threads_for

CHECKED = 50
"""Games of the check, after which losses must agree to TOLERANCE."""
TOLERANCE = 1e-4
ROUNDS = 7
MOST = 20_000
"""Games at most in one timing."""
SECONDS = 0.3
"""What one timing should take."""
JAX, TORCH = ("jax step", "jax scan"), ("torch eager", "torch compile")


class Worker:
    """A process that plays one row with one peer."""

    def __init__(self, peer: str, letter: str, threads: int):
        self.peer, self.threads, self.times = peer, threads, []  # type: tuple[str, int, list[float]]
        words = [sys.executable, "-m", "benchmarks.worker", peer, letter, str(threads)]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            cwd=Path(__file__).parent.parent,
        )  # fmt: skip

    def begin(self) -> dict[str, Any]:
        """Wait until it has imported its library and built its row, or says that it cannot."""
        return self._read()

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        assert self._process.stdin is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return self._read()

    def warm_up(self) -> None:
        """Compile, and find how many games take about SECONDS."""
        self.games, seconds = 10, 0.0
        while seconds < SECONDS / 2 and self.games < MOST:
            self.ask(play=self.games)  # JAX compiles anew for each number of games
            seconds = self.ask(play=self.games)["seconds"]
            self.games = max(5, min(MOST, int(self.games * min(20.0, SECONDS / seconds))))
        self.ask(play=self.games)

    def time(self) -> None:
        """One timing, in milliseconds a game."""
        self.times.append(self.ask(play=self.games)["seconds"] / self.games * 1e3)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    @property
    def median(self) -> float:
        """Milliseconds a game."""
        return statistics.median(self.times)

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line else {"failed": "it ended"}


def measure(letter: str, peers: list[str], say: Any) -> tuple[list[Worker], list[str]]:
    """Check and time one row; the workers that could, and what is wrong with the others."""
    notes, workers = [], []
    expected: dict[str, float] = {}
    begun = [Worker(peer, letter, threads) for peer in peers for threads in (1, 2)]
    states = [worker.begin() for worker in begun]  # side by side; nothing is timed before the last has begun
    for worker, state in zip(begun, states, strict=True):
        found = worker.ask(check=CHECKED) if "ready" in state else state
        if "check" not in found:
            if "missing" not in found:
                notes.append(f"{letter} {worker.peer}: {found}")
            worker.close()
            continue
        expected = expected or found["check"]
        if not agree(found["check"], expected):
            notes.append(f"{letter} {worker.peer}, {worker.threads} threads: losses {found['check']}, not {expected}")
        worker.warm_up()
        workers.append(worker)
        say(".")
    for _ in range(ROUNDS):
        for worker in workers:
            worker.time()
    for worker in workers:
        worker.close()
    return workers, notes


def agree(found: dict[str, float], expected: dict[str, float]) -> bool:
    """Equal to TOLERANCE."""
    return all(abs(found[key] - value) <= TOLERANCE * max(abs(value), 0.1) for key, value in expected.items())


def best(workers: list[Worker], peers: tuple[str, ...]) -> Worker | None:
    """The fastest of some peers, by its median."""
    return min((worker for worker in workers if worker.peer in peers), key=lambda worker: worker.median, default=None)


def ratio(one: Worker, other: Worker | None) -> dict[str, float] | None:
    """Median and spread of the rounds' ratios."""
    if other is None:
        return None
    ratios = [a / b for a, b in zip(one.times, other.times, strict=True)]
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}


def summary(letter: str, row: Row, workers: list[Worker]) -> dict[str, Any]:
    """All that is known of a row."""
    threads = threads_for(spec_of(letter, "numba"))
    own = next(worker for worker in workers if (worker.peer, worker.threads) == ("gancli numba", threads))
    plain = best(workers, ("gancli numpy",))
    ratios = {
        "jax": (ratio(own, best(workers, JAX)), row.of_jax),
        "torch": (ratio(own, best(workers, TORCH)), row.of_torch),
    }
    if letter in "DE" and plain is not None:
        ratios["numpy engine to jax"] = (ratio(plain, best(workers, JAX)), 1.1)
    return {
        "row": letter,
        "title": row.title,
        "gancli_threads": threads,
        "milliseconds": {f"{worker.peer}, {worker.threads}": worker.times for worker in workers},
        "ratios": {name: {**found, "target": target} for name, (found, target) in ratios.items() if found},
    }


def lines(found: dict[str, Any]) -> list[str]:
    """A row as text."""
    text = [f"\n{found['row']}. {found['title']}  (gancli: {found['gancli_threads']} threads)"]
    times = {name: statistics.median(values) for name, values in found["milliseconds"].items()}
    for peer in PEERS:
        found_times = [times.get(f"{peer}, {threads}") for threads in (1, 2)]
        cells = [" " * 10 if value is None else f"{value:10.4f}" for value in found_times]
        if any(cell.strip() for cell in cells):
            text.append(f"   {peer:14} {cells[0]} {cells[1]}   ms a game, 1 and 2 threads")
    for name, r in found["ratios"].items():
        label = name if "to" in name.split() else f"gancli to {name}"
        verdict = "NO" if r["target"] is not None and r["median"] > r["target"] else "yes"
        met = "" if r["target"] is None else f", at most {r['target']:.2f}: {verdict}"
        text.append(f"   {label:20} {r['median']:.3f}  ({r['low']:.3f} to {r['high']:.3f}){met}")
    return text


def main() -> int:
    """Measure, print, and say by the exit code whether every target was met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="gancli beside PyTorch, JAX and NumPy.")
    parser.add_argument("rows", nargs="?", default="".join(ROWS), help="letters, such as ACD; all of them by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    parser.add_argument("--without", action="append", default=[], metavar="PEER", choices=list(PEERS))
    options = parser.parse_args()
    peers, results, notes = [peer for peer in PEERS if peer not in options.without], [], []
    for letter in options.rows:
        print(f"{letter} ", end="", file=sys.stderr, flush=True)
        workers, wrong = measure(letter, peers, lambda mark: print(mark, end="", file=sys.stderr, flush=True))
        results.append(summary(letter, ROWS[letter], workers))
        notes += wrong
        print("\n".join(lines(results[-1])), flush=True)
    for note in notes:
        print(f"note: {note}")
    machine = {"platform": platform.platform(), "processor": _processor(), "python": platform.python_version()}
    if options.json:
        when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        text = json.dumps({"when": when, "machine": machine, "rows": results, "notes": notes}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    missed = [
        f"{found['row']} ({name})"
        for found in results
        for name, r in found["ratios"].items()
        if r["target"] is not None and r["median"] > r["target"]
    ]
    print(f"\n{machine['processor']}; missed: {', '.join(missed) or 'none'}; losses differ: {len(notes) or 'none'}")
    return 1 if missed or notes else 0


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        return next(line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


if __name__ == "__main__":
    sys.exit(main())
