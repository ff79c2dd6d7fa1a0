"""Sweeps: how long 500 small cells take, what a second job brings, and how fast 2,000 finished cells are looked at.

    .venv/bin/python -m benchmarks.sweeps [many] [jobs] [look]

`many`: XOR, 10 η × 50 seeds, 10,000 trainings each: at most 30 s from command to summary on two cores, and
less than 20 ms a cell besides training. `jobs`: 24 cells of about 10 s, with one job and with two: at most 0.6 of it.
`look`: `ls`, `compare` and `plot` of 2,000 finished cells: under 3 s each.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIGS = Path(__file__).parents[1] / "configs"
XOR = """
kind: supervised
name: xor
data: {set: xor}
network: {shape: [2, 2, 1], activation: tanh, optimizer: {name: sgd, eta: 0.1}}
training: {games: 10000}
test: {every: 1000}
checkpoint: {every: 10000}
"""
SECONDS, OVERHEAD, SHARE, LOOK = 30.0, 20.0, 0.6, 3.0
"""Bounds: seconds of 500 cells, milliseconds a cell besides training, of the time of one job, seconds to look."""


def gancli(folder: Path, *words: str) -> tuple[float, str]:
    """Seconds of a command, and the last line that it printed."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "gancli", *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, done.stdout.splitlines()[-1]


def training_seconds(folder: Path, sweep: str) -> list[float]:
    """Of each cell, as its run measured them."""
    with (folder / sweep / "summary.csv").open(encoding="utf-8", newline="") as file:
        return [float(row["seconds"]) for row in csv.DictReader(file)]


def many(folder: Path) -> bool:
    """500 cells of XOR on two processes; and one process's milliseconds a cell besides training."""
    words = ["sweep", "xor.yaml", "--grid", "network.optimizer.eta=0.001..1:log:10", "--again"]
    gancli(folder, *words, "--seeds", "1")
    seconds, sweep = gancli(folder, *words, "--seeds", "50", "--jobs", "2")
    few, _ = gancli(folder, *words, "--seeds", "2", "--jobs", "1")
    more, other = gancli(folder, *words, "--seeds", "12", "--jobs", "1")
    overhead = (more - few - sum(training_seconds(folder, other)) * 10 / 12) / 100 * 1e3  # start-up cancels out
    print(
        f"500 cells: {seconds:.1f} s, {sum(training_seconds(folder, sweep)):.1f} s of it training, by two processes; ",
        end="",
    )
    print(f"{overhead:.1f} ms a cell besides training")
    return seconds <= SECONDS and overhead < OVERHEAD


def jobs(folder: Path) -> bool:
    """24 cells of about 10 s each, with one job and with two, alternately."""
    config = str(CONFIGS / "wgan_mnist7.yaml")
    words = ["sweep", config, "--seeds", "24", "--set", "training.games=1000", "--again"]
    one, sweep = gancli(folder, *words, "--jobs", "1")
    two, _ = gancli(folder, *words, "--jobs", "2")
    mean = sum(training_seconds(folder, sweep)) / 24
    print(f"24 cells of {mean:.1f} s: one job {one:.1f} s, two {two:.1f} s, ratio {two / one:.3f}")
    return two / one <= SHARE


def look(folder: Path) -> bool:
    """2,000 finished cells."""
    words = [
        "sweep",
        "xor.yaml",
        "--grid",
        "network.optimizer.eta=0.001..1:log:20",
        "--grid",
        "mu=1,2",
        "--seeds",
        "50",
    ]
    _, sweep = gancli(folder, *words, "--set", "training.games=1000", "--set", "network.activation=sigmoid", "--again")
    assert json.loads((folder / sweep / "sweep.json").read_text())["counts"] == {"completed": 2000}
    times = {}
    for words in (["ls"], ["compare", sweep, "--top", "5"], ["plot", sweep]):
        times[words[0]] = min(gancli(folder, *words)[0] for _ in range(2))
    print("2,000 cells: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items()))
    return max(times.values()) < LOOK


def main() -> int:
    """What is asked for; the exit code says whether all is within its bounds."""
    parts = {"many": many, "jobs": jobs, "look": look}
    chosen = sys.argv[1:] or list(parts)
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "xor.yaml").write_text(XOR, encoding="utf-8")
        good = [parts[part](Path(name)) for part in chosen]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
