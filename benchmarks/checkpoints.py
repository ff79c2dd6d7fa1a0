"""What do checkpoints cost? `wgan_mnist7.yaml` with one every 500 games beside the same run with one at its end.

    .venv/bin/python -m benchmarks.checkpoints [--pairs N]

The runs alternate; the ratio is that of the medians. On a noisy machine it says less than the share that the run itself
measures (`gancli train --profile`), which must be under 2 %.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = Path(__file__).parents[1] / "configs" / "wgan_mnist7.yaml"
ALLOWED = 2.0
"""Percent of a run's time."""


def run(every: int, runs: str) -> tuple[float, float]:
    """Seconds of a whole run, and the percent of them that its checkpoints took."""
    words = [str(CONFIG), "-q", "--profile", "--set", f"checkpoint.every={every}", "--runs", runs]
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "gancli", "train", *words], capture_output=True, text=True, check=True)
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("checkpoints"))
    return time.perf_counter() - start, float(line.split()[-1].rstrip("%"))


def main() -> int:
    """All pairs; the exit code says whether the share is allowed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkpoints", description="What checkpoints cost.")
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs:
        run(500, runs)  # warm up
        pairs = [(run(500, runs), run(1_000_000_000, runs)) for _ in range(options.pairs)]
    often, once = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
    share = statistics.median(pair[0][1] for pair in pairs)
    print(f"every 500 games {often:.2f} s, at the end only {once:.2f} s: ratio {often / once:.3f}; share {share:.1f} %")
    return 0 if share < ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
