"""Runs stay small, and do not grow. In processes of their own, for their memory is theirs alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGS = Path(__file__).parents[2] / "configs"
PEAK = """
import sys
from pathlib import Path
from gancli.cli import main
try:
    main(sys.argv[1:])
finally:  # not ru_maxrss, which begins with what the parent had
    lines = Path("/proc/self/status").read_text().splitlines()
    print("PEAK", next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")))
"""
GROWTH = """
import gc, sys
from pathlib import Path
from gancli import spec
from gancli.experiment import build, load_data

def resident():
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

experiment = spec.load(Path(sys.argv[1]), sys.argv[3:]).experiment
game = build(experiment, load_data(experiment)).game
for _ in range(10):
    game.play(100)
    game.measure()
before = resident()
while game.played < int(sys.argv[2]):
    game.play(100)
    if game.played % 5000 == 0:
        game.measure()
print("GREW", resident() - before)
"""
pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")


def run(code: str, *words: str) -> int:
    env = {**os.environ, "PYTHONWARNINGS": "ignore"}
    result = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, env=env)
    line = next((line for line in result.stdout.splitlines() if line.startswith(("PEAK", "GREW"))), None)
    assert line is not None, result.stderr
    return int(line.split()[1])


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(("config", "bound"), [("wgan_mnist7", 250), ("mnist", 300), ("dcgan_mnist", 300)])
def test_peak_of_a_shipped_configuration(config: str, bound: int) -> None:
    """In megabytes; the first games, tests, pictures and checkpoint are all that a run ever does.

    A first run on a machine may take more, for it compiles its kernels: then the second counts.
    """
    games = 100 if config == "dcgan_mnist" else 300
    settings = ["--set", f"training.games={games}"] + (["--set", "training.passes=null"] if config == "mnist" else [])
    words = "train", str(CONFIGS / f"{config}.yaml"), "-q", "--threads", "2", *settings
    assert any(run(PEAK, *words) < bound for _ in range(2))


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("engine", ["auto", "numpy"])
@pytest.mark.parametrize(
    ("config", "games", "settings"),
    [
        ("xor", 100_000, []),
        ("wgan_mnist7", 20_000, ["training.batch=1"]),
        ("gan_mnist7", 2_000, []),
        ("dcgan_mnist", 1_500, []),
    ],
)
def test_no_growth(engine: str, config: str, games: int, settings: list[str]) -> None:
    """Under 5 MB from game 1,000 to the last."""
    if engine == "numpy":
        games //= 5
    assert run(GROWTH, str(CONFIGS / f"{config}.yaml"), str(games), f"engine={engine}", *settings) < 5 * 1024
