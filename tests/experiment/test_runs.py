"""Runs through the command line: repeated, resumed, interrupted, diverged, refused."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import helpers
import small_sets
from gancli.data import SETS
from gancli.runs import RunFolder, checkpoint
from gancli.spec import is_sweep, load_sweep
from gancli.spec.data import OWN
from helpers import gancli, started, unmeasured

WGAN = """
kind: wgan
name: small
data: {classes: [7]}
generator: {shape: [4, 6, 784], mu: 0.1, noise: {mode: concat, size: 3}, optimizer: {name: rmsprop, eta: 0.01}}
critic: {shape: [784, 5, 1], activation: relu, clip: {bound: 0.1}, optimizer: {name: adam, eta: 0.01, momentum: 0.5}}
training: {games: 40, batch: 8}
test: {every: 10, batches: 2}
pictures: {every: 20, count: 6}
checkpoint: {every: 10}
"""
GAN = """
kind: gan
name: small
data: {classes: [7, 8]}
generator: {shape: [4, 6, 784], mu: 0.1, optimizer: {name: adadelta}}
discriminator: {shape: [784, 5, 1], optimizer: {name: adagrad, eta: 0.01}}
training: {games: 40, batch: 8}
test: {every: 10, batches: 2}
pictures: {every: 20, count: 6}
checkpoint: {every: 10}
"""
MNIST = """
kind: supervised
name: small
network: {shape: [784, 5, 10], optimizer: {name: rmsprop, eta: 0.01, centered: true}}
training: {games: 40, batch: 8}
test: {every: 10, count: 50}
pictures: {every: 20, count: 6}
checkpoint: {every: 10}
"""
XOR = """
kind: supervised
name: small
data: {set: xor}
network: {shape: [2, 4, 1], activation: tanh, optimizer: {name: sgd, eta: 0.1}}
training: {games: 40, batch: 3}
test: {every: 10}
pictures: {every: 20}
checkpoint: {every: 10}
"""
KNOBS = """
kind: gan
name: small
data: {set: ring, samples: 300}
generator: {shape: [4, 6, 2], batch_norm: true, ema: 0.9, optimizer: {name: adam, eta: 0.01}}
discriminator: {shape: [2, 9, 5, 1], dropout: 0.2, minibatch: similarity, optimizer: {name: rmsprop, eta: 0.01}}
training: {games: 40, batch: 8, labels: {real: [0.7, 1], flip: 0.05}}
test: {every: 10, batches: 2}
pictures: {every: 20, count: 50}
checkpoint: {every: 10}
"""
PHASES = WGAN.replace("batch: 8", "batch: 8, warmup: 3, long_phase: {critic: 9, first: 5, every: 12}").replace(
    "mu: 0.1,", "mu: 0.1, ema: 0.9,"
)
GAME2D = """
kind: game2d
name: small
game: dirac
optimizer: {name: adam, eta: 0.01}
training: {games: 40}
test: {every: 10}
checkpoint: {every: 10}
"""
R1 = GAN.replace("batch: 8", "batch: 8, r1: {gamma: 0.5, every: 4}").replace(
    "shape: [784, 5, 1],", "shape: [784, 5, 1], activation: leaky_relu, dropout: 0.2,"
)
OPTIMISED = """
kind: gan
name: small
data: {set: ring, samples: 300}
generator:
  shape: [4, 6, 9, 2]
  optimizer: {name: adamw, eta: 0.01, schedule: {name: cosine, steps: 40, warmup: 12}, grad_clip: 0.1}
discriminator:
  shape: [2, 9, 5, 1]
  optimizer: {momentum: 0.5, nesterov: true, weight_decay: 0.01, grad_clip: 0.05, schedule: {name: step, every: 30}}
training: {games: 40, batch: 8}
test: {every: 20, batches: 2, layers: true}
pictures: {every: 20, count: 50}
checkpoint: {every: 10}
"""
ALL = {
    "optimised": OPTIMISED,
    "r1": R1,
    "wgan": WGAN,
    "gan": GAN,
    "mnist": MNIST,
    "xor": XOR,
    "knobs": KNOBS,
    "phases": PHASES,
    "game2d": GAME2D,
}


def train(text: str, *words: str, code: int = 0) -> RunFolder:
    return helpers.train(text, *words, code=code)[0]


def essence(folder: RunFolder) -> tuple[list[dict[str, Any]], dict[str, bytes], dict[str, bytes]]:
    """Metrics but for times, final weights and state, pictures."""
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in folder.rows()]
    arrays = checkpoint.load(checkpoint.paths(folder.checkpoints)[-1]).arrays
    pictures = {path.name: path.read_bytes() for path in folder.images.iterdir()}
    return rows, {name: array.tobytes() for name, array in arrays.items()}, pictures


@pytest.mark.parametrize("kind", ALL)
def test_a_run_folder_and_its_repetition(kind: str) -> None:
    folder = train(ALL[kind])
    record = folder.record()
    assert record["status"] == "completed" and record["played"] == 40 and record["end"]
    assert [row["game"] for row in folder.rows()] == ([0, 20, 40] if kind == "optimised" else [0, 10, 20, 30, 40])
    assert all(np.isfinite(list(row.values())).all() for row in folder.rows())
    kinds = {"wgan": ["png"], "gan": ["png"], "r1": ["png"], "phases": ["png"], "game2d": ["npz"]}.get(
        kind, ["npz", "png"]
    )
    games = ("00", "40") if kind == "game2d" else ("00", "20", "40")
    drawn = [f"game-0000{game}.{form}" for game in games for form in kinds]
    assert sorted(path.name for path in folder.images.iterdir()) == drawn
    assert [path.name for path in checkpoint.paths(folder.checkpoints)] == ["game-000030.npz", "game-000040.npz"]
    assert "completed at game 40" in (folder.path / "log.txt").read_text()
    assert not list(folder.path.rglob(".*")), "a temporary file was left"
    again = gancli("train", str(folder.config))
    assert essence(RunFolder(Path(again.stdout.splitlines()[-1]))) == essence(folder)


def test_the_record_says_what_was_run_on() -> None:
    record = train(WGAN).record()
    assert record["data"]["bundled"] is True and record["data"]["origin"] == "the bundled MNIST-5k"
    assert record["data"]["samples"] == 450 and len(record["data"]["sha256"]) == 4
    assert record["parameters"] == {"generator": 4 * 6 + 6 + 9 * 784 + 784, "critic": 784 * 5 + 5 + 5 + 1}
    for key in (
        "argv",
        "host",
        "pid",
        "process_start",
        "platform",
        "cpu",
        "versions",
        "threads",
        "seed",
        "start",
        "end",
    ):
        assert record[key] is not None
    assert record["blas"]["num_threads"] >= 1 and record["blas"]["internal_api"]


def test_a_fall_back_on_the_subset_is_one_line_on_standard_error() -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    result = gancli("train", "c.yaml")
    assert len(result.stdout.splitlines()) == 1 and Path(result.stdout.strip()).is_dir()
    notes = [line for line in result.stderr.splitlines() if line.startswith("note:")]
    assert notes == [
        "note: using the bundled MNIST-5k (4,500 training images); for all 60,000: gancli data fetch mnist"
    ]
    assert "\r" not in result.stderr


@pytest.mark.parametrize("kind", ALL)
def test_stop_and_resume_is_the_run_that_never_stopped(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    uninterrupted = train(ALL[kind])
    from gancli.games import Game2d, Gan, Supervised, Wgan

    classes = {"wgan": Wgan, "phases": Wgan, "gan": Gan, "r1": Gan, "knobs": Gan, "optimised": Gan, "game2d": Game2d}
    cls: Any = classes.get(kind, Supervised)
    play = cls.play

    def play_then_stop(self: Any, games: int = 1) -> None:
        play(self, min(games, 17 - self.played) if self.played < 17 else games)
        if self.played == 17:
            os.kill(os.getpid(), signal.SIGINT)

    Path("c.yaml").write_text(ALL[kind], encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(cls, "play", play_then_stop)
        result = gancli("train", "c.yaml")
    folder = RunFolder(Path(result.stdout.splitlines()[-1]))
    assert result.exit_code == 130
    assert f"to go on: gancli resume {folder.path.name}" in result.stderr
    assert folder.record()["status"] == "interrupted" and folder.record()["played"] == 17
    result = gancli("resume", folder.path.name)
    assert result.exit_code == 0 and result.stdout.splitlines()[-1] == str(folder.path)
    assert essence(folder) == essence(uninterrupted)
    assert folder.record()["status"] == "completed"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_real_signal_ends_the_game_saves_and_exits(number: signal.Signals, code: int, tmp_path: Path) -> None:
    Path("c.yaml").write_text(WGAN.replace("games: 40", "games: 10000000"), encoding="utf-8")
    with started(sys.executable, "-m", "gancli", "train", "c.yaml") as process:
        wait_for_games(tmp_path)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == code and "to go on: gancli resume" in err
    folder = RunFolder(Path(out.splitlines()[-1]))
    played = folder.record()["played"]
    assert folder.record()["status"] == "interrupted"
    assert checkpoint.paths(folder.checkpoints)[-1].name == f"game-{played:06d}.npz"


def wait_for_games(root: Path) -> RunFolder:
    for _ in range(1200):
        for path in (root / "runs").glob("*/checkpoints/game-*.npz"):
            return RunFolder(path.parent.parent)
        time.sleep(0.05)
    pytest.fail("no checkpoint within a minute")


def test_a_killed_run_is_stale_and_can_be_resumed(tmp_path: Path) -> None:
    Path("c.yaml").write_text(WGAN.replace("games: 40", "games: 10000000"), encoding="utf-8")
    with started(sys.executable, "-m", "gancli", "train", "c.yaml", "-q") as process:
        folder = wait_for_games(tmp_path)
        assert folder.record()["status"] == "running"
        assert "running" in gancli("ls").stdout
        process.kill()
    assert folder.record()["status"] == "stale" and "stale" in gancli("ls").stdout
    assert gancli("sample", "latest", "-o", "s.npz").exit_code == 0


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_divergence_names_the_network_and_the_game(engine: str) -> None:
    text = WGAN.replace("clip: {bound: 0.1}, ", "").replace(
        "{name: adam, eta: 0.01, momentum: 0.5}", "{name: sgd, eta: 1.0e+30}"
    )
    Path("c.yaml").write_text(text, encoding="utf-8")
    result = gancli("train", "c.yaml", "--engine", engine)
    folder = RunFolder(Path(result.stdout.splitlines()[-1]))
    assert result.exit_code == 1 and folder.record()["status"] == "diverged"
    assert "no longer finite at game 10" in result.stderr and "parameters" in folder.record()["reason"]


def test_the_checked_engine_gives_the_same_run() -> None:
    assert essence(train(WGAN, "--engine", "checked")) == essence(train(WGAN, "--engine", "numpy"))


def test_fifty_folders_in_one_second_do_not_collide(tmp_path: Path) -> None:
    folders = [RunFolder.create(tmp_path / "r", "x", "", {"status": "completed"}) for _ in range(50)]
    for folder in folders:
        folder.unlock()
    assert len({folder.path for folder in folders}) == 50


def limited(words: list[str], size: int) -> subprocess.CompletedProcess[str]:
    """Run with a limit on the size of files: what a full disk does, on any machine."""
    return subprocess.run(
        [sys.executable, "-m", "gancli", *words],
        capture_output=True,
        text=True,
        env=unmeasured(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


@pytest.mark.parametrize("size", [0, 100, 3000])  # too little for config.yaml, for run.json, for the first picture
def test_a_disk_that_fills_up_at_the_start_leaves_no_folder(size: int, tmp_path: Path) -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    result = limited(["train", "c.yaml"], size)
    assert result.returncode == 1 and "Traceback" not in result.stderr and "File too large" in result.stderr
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_disk_that_fills_up_later_fails_with_the_reason(tmp_path: Path) -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    result = limited(["train", "c.yaml"], 20_000)  # the folder fits, a checkpoint does not
    assert result.returncode == 1 and "Traceback" not in result.stderr and "File too large" in result.stderr
    (path,) = (tmp_path / "runs").iterdir()
    assert RunFolder(path).record()["status"] == "failed"
    assert list((path / "checkpoints").iterdir()) == []


def test_a_read_only_runs_folder(tmp_path: Path) -> None:
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    (tmp_path / "file").write_text("")
    result = gancli("train", "c.yaml", "--runs", "file/runs")
    assert result.exit_code == 1 and "file" in result.stderr
    if os.geteuid() != 0:  # root writes where it likes
        (tmp_path / "locked").mkdir(mode=0o500)
        result = gancli("train", "c.yaml", "--runs", "locked")
        assert result.exit_code == 1 and "Permission denied" in result.stderr
    proc = gancli("train", "c.yaml", "--runs", "/proc/gancli")
    assert proc.exit_code == 1 and "choose a folder you can write to" in proc.stderr


CONFIGS = sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.name)
def test_every_shipped_config_runs_for_a_few_games(path: Path, tmp_path: Path) -> None:
    settings: list[str] = []
    if is_sweep(path):  # the last of its cells
        sweep = load_sweep(path)
        path, settings = sweep.base, list(sweep.cells[-1].settings)
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings += ["training.passes=null"] if "passes" in data["training"] else []
    settings += ["data.require=null"] if data.get("data", {}).get("require") else []
    name = data.get("data", {}).get("set", "mnist")
    if name in OWN:
        settings += [f"data.path={small_sets.write_own(name, tmp_path / name)}"]
    elif name != "mnist" and SETS[name].fetched:
        settings += [f"data.path={small_sets.write(name, tmp_path / name)}"]
    settings += ["training.games=3"] + (["training.warmup=0"] if "warmup" in data["training"] else [])
    result = gancli("train", str(path), *(word for setting in settings for word in ("--set", setting)))
    rows = RunFolder(Path(result.stdout.splitlines()[-1])).rows()
    assert result.exit_code == 0 and rows[-1]["game"] == 3 and np.isfinite(list(rows[-1].values())).all()
