"""Kill runs at random instants, go on with them, and hold the end against that of runs that nobody killed.

    python -m benchmarks.crash --kills 200

Runs of each kind, on both engines, are killed with SIGKILL at an instant drawn between the making of their folder and
their end, resumed, and half of them killed again while they go on. Checkpoints, tests and pictures follow each other
so closely that many kills fall into the writing of a file. What must be equal at the end, byte for byte: every array
of the last checkpoint, every line of the metrics but for its seconds, every picture. Exit code 1 where one is not.
"""

import argparse
import itertools
import json
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

from gancli.runs import RunFolder, checkpoint
from gancli.runs.files import TEMPORARY

GENERATOR = "generator: {shape: [8, 32, 784], mu: 0.1, optimizer: {name: rmsprop, eta: 0.01}}"
OFTEN = "test: {every: 4}\npictures: {every: 6, count: 6}\ncheckpoint: {every: 1}\n"
KINDS = {
    "mnist": "kind: supervised\nnetwork: {shape: [784, 40, 10], optimizer: {name: adam, eta: 0.001}}\n"
    "training: {games: 300, batch: 16}\n" + OFTEN,
    "xor": "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 4, 1], activation: tanh}\n"
    "training: {games: 300, batch: 3}\n" + OFTEN,
    "gan": f"kind: gan\n{GENERATOR}\ndiscriminator: {{shape: [784, 20, 1], optimizer: {{name: adagrad}}}}\n"
    "training: {games: 300, batch: 16}\n" + OFTEN,
    "ring": "kind: gan\ndata: {set: ring, samples: 300}\n"
    "generator: {shape: [4, 16, 2], batch_norm: true, ema: 0.9, optimizer: {name: adam, eta: 0.01}}\n"
    "discriminator: {shape: [2, 16, 9, 1], dropout: 0.2, minibatch: similarity, "
    "optimizer: {name: sgd, momentum: 0.5}}\n"
    "training: {games: 300, batch: 16, labels: {real: [0.7, 1], flip: 0.05}}\n" + OFTEN,
    "wgan": f"kind: wgan\n{GENERATOR}\ncritic: {{shape: [784, 20, 1], activation: relu, clip: {{bound: 0.1}}, "
    "optimizer: {name: rmsprop, eta: 0.005, centered: true}}\n"
    "training: {games: 300, batch: 16, warmup: 5, long_phase: {critic: 20, first: 3, every: 40}}\n" + OFTEN,
    "game2d": "kind: game2d\noptimizer: {name: adam, eta: 0.01}\ntraining: {games: 300}\ntest: {every: 4}\n"
    "checkpoint: {every: 1}\n",
}
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


def essence(run: Path) -> tuple[dict[str, bytes], list[dict[str, Any]], dict[str, bytes]]:
    """All that must be equal, each file of it read whole. Raises ValueError, OSError where one cannot be."""
    folder = RunFolder(run)
    for path in checkpoint.paths(folder.checkpoints):
        checkpoint.load(path)
    rows = [json.loads(line) for line in folder.metrics.read_text(encoding="utf-8").splitlines()]
    return (
        {name: array.tobytes() for name, array in checkpoint.newest(folder.checkpoints).arrays.items()},
        [{key: value for key, value in row.items() if key != "seconds"} for row in rows],
        {path.name: path.read_bytes() for path in folder.images.iterdir()},
    )


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


def main() -> int:
    """Run the trials; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="trials, shared among kinds and engines (default: 200)")
    parser.add_argument("--jobs", type=int, default=2, help="trials at once (default: 2)")
    parser.add_argument("--seed", type=int, default=0, help="of the instants (default: 0)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(options.jobs) as pool:
        root = Path(name)
        wholes = [play_whole(kind, engine, root) for engine in ENGINES for kind in KINDS]
        turns = list(itertools.islice(itertools.cycle(wholes), options.kills))

        def trial(number: int) -> list[str]:
            return list(kill_and_resume(turns[number], root, options.seed * 1_000_003 + number))

        happened = list(pool.map(trial, range(options.kills)))
    counts = Counter(word for words in happened for word in words if len(word) <= len("killed after its end"))
    for whole, words in zip(turns, happened, strict=True):
        if words[-1] != "equal":
            print(f"{whole.kind}, {whole.engine}: {words[-1]}")
    print(
        f"{options.kills} runs of {len(KINDS)} kinds on {len(ENGINES)} engines: SIGKILL {counts['killed']} times, "
        f"{counts['in a write']} of them in the writing of a file, {counts['killed after its end']} too late; "
        f"{counts['equal']} of {options.kills} ended with the same bytes"
    )
    return 0 if counts["equal"] == options.kills else 1


if __name__ == "__main__":
    sys.exit(main())
