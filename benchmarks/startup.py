"""How long from the command to the first game, and to the help; medians of whole processes.

    .venv/bin/python -m benchmarks.startup

`gancli train` is timed from the start of its process to the end of its first game, by a file that a hook in that
process writes then; the fast engine's code is on disk already.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOOK = """
import sys, time
from gancli.cli import main
from gancli.experiment.pace import Pace

play = Pace.play

def first(self, game, until):
    play(self, game, game.played + 1)
    open(sys.argv[1], "w").write(str(time.time()))
    Pace.play = play

Pace.play = first
main(sys.argv[2:], standalone_mode=False)
"""
RUNS = 7


def first_game(config: str) -> float:
    """Seconds from a process's start to its first game's end."""
    with tempfile.TemporaryDirectory() as folder:
        mark = Path(folder) / "mark"
        words = [sys.executable, "-c", HOOK, str(mark), "train", config, "--set", "training.games=2", "-q"]
        start = time.time()
        subprocess.run([*words, "--runs", folder], check=False, capture_output=True)
        return float(mark.read_text(encoding="utf-8")) - start


def help_page() -> float:
    """Seconds that `gancli --help` takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "gancli", "--help"], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians."""
    config = str(Path(__file__).parent.parent / "configs" / "wgan_mnist7.yaml")
    first_game(config)  # compiles, where nothing is on disk yet
    for name, times in (
        ("first game of wgan_mnist7.yaml", [first_game(config) for _ in range(RUNS)]),
        ("gancli --help", [help_page() for _ in range(RUNS)]),
    ):
        print(f"{name:32} {statistics.median(times):.3f} s ({min(times):.3f} to {max(times):.3f})")


if __name__ == "__main__":
    main()
