"""Does a long run slow down or grow? Rows A, B and C, 100,000 games each, against their own first thousands.

    .venv/bin/python -m benchmarks.endurance [ROWS] [--games N]

The milliseconds of a game and the resident memory are taken around game 1,000 and at the end, through the training
loop's own objects; each must stay within 10 % and 5 MB.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import work

EARLY, STRETCH = 1_000, 100
"""The game at which the first figures are taken, and how many games are timed at once."""
SLOWER, GROWN = 1.10, 5.0
"""The most that the end may take of the beginning's time, and the megabytes that may come on top."""


def resident() -> float:
    """Megabytes of this process in memory, now."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def pace(game: Any, stretches: int = 20) -> float:
    """The median milliseconds of a game."""
    times = []
    for _ in range(stretches):
        start = time.perf_counter()
        game.play(STRETCH)
        times.append((time.perf_counter() - start) / STRETCH * 1e3)
    return statistics.median(times)


def endure(letter: str, games: int) -> bool:
    """Print a row's figures; True where they are within the bounds."""
    game = work.make(letter, "auto").built.game
    game.play(EARLY)
    early, before = pace(game), resident()
    while game.played < games - 20 * STRETCH:
        game.play(STRETCH)
    late, after = pace(game), resident()
    finite = all(player.finite() for player in game.players.values())
    good = late <= SLOWER * early and after - before <= GROWN and finite
    print(
        f"{letter}: game {EARLY:,d} {early:.4f} ms, game {game.played:,d} {late:.4f} ms, ratio {late / early:.3f}; "
        f"{before:.1f} MB, then {after:.1f} MB; {'good' if good else 'NOT GOOD'}{'' if finite else ', diverged'}",
        flush=True,
    )
    return good


def main() -> int:
    """Every row; the exit code says whether all are good."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description="Long runs stay as they begin.")
    parser.add_argument("rows", nargs="?", default="ABC")
    parser.add_argument("--games", type=int, default=100_000)
    options = parser.parse_args()
    good = [endure(letter, options.games) for letter in options.rows]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
