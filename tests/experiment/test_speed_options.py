"""Engines and threads: chosen, recorded, refused; what a profile says; that a run says when it compiles."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli import engines, spec
from gancli.experiment import build, load_data, threads_for
from helpers import gancli, train

XOR = """
kind: supervised
name: small
data: {set: xor}
network: {shape: [2, 4, 1], activation: tanh, optimizer: {name: sgd, eta: 0.1}}
training: {games: 40, batch: 3}
test: {every: 10}
"""
WGAN = """
kind: wgan
name: small
data: {classes: [7]}
generator: {shape: [4, 6, 784], optimizer: {name: rmsprop, eta: 0.01}}
critic: {shape: [784, 5, 1], activation: relu, clip: {bound: 0.1}, optimizer: {name: adam, eta: 0.01}}
training: {games: 40, batch: 8, warmup: 10}
test: {every: 10, batches: 2}
"""
needs_numba = pytest.mark.skipif(not engines.numba_is_here(), reason="numba is not installed")


def without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "numba_is_here", lambda: False)


@needs_numba
def test_auto_is_numba_where_it_is_installed() -> None:
    record = train(XOR)[0].record()
    assert record["engine"] == "numba" and record["threads"] == 1


def test_auto_is_numpy_elsewhere_and_numba_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    without_numba(monkeypatch)
    assert train(XOR)[0].record()["engine"] == "numpy"
    before = set(Path("runs").iterdir())
    result = gancli("train", "c.yaml", "--engine", "numba")
    assert result.exit_code == 2 and "pip install 'gancli[fast]'" in result.stderr
    assert set(Path("runs").iterdir()) == before


@needs_numba
def test_a_run_goes_on_with_the_engine_and_threads_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train(XOR, "--threads", "2")
    assert folder.record()["threads"] == 2
    without_numba(monkeypatch)
    result = gancli("resume", folder.path.name)
    assert result.exit_code == 2 and "needs the library numba" in result.stderr


@pytest.mark.parametrize(
    ("settings", "cores", "limit", "expected"),
    [
        ([], 2, None, 1),
        (["network.shape=[2, 1000, 100, 1]"], 2, None, 2),
        (["network.shape=[2, 1000, 100, 1]"], 8, None, 2),
        (["network.shape=[2, 1000, 100, 1]"], 1, None, 1),
        (["network.shape=[2, 1000, 100, 1]"], 8, "1", 1),
        (["network.shape=[2, 1000, 100, 1]", "engine=numpy", "training.batch=64"], 2, None, 1),
        (["network.shape=[2, 1000, 100, 1]", "engine=numpy", "threads=2"], 2, None, 2),
        (["threads=3"], 2, "1", 3),
        (["network.shape=[2, 1000, 100, 1]", "engine=checked"], 2, None, 1),
    ],
)
def test_threads_by_size(
    settings: list[str], cores: int, limit: str | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "numba_is_here", lambda: True)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if limit is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", limit)
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    assert threads_for(spec.load(Path("c.yaml"), settings).experiment) == expected


@needs_numba
@pytest.mark.parametrize("text", [XOR, WGAN])
def test_a_run_that_diverges_is_found_out_by_the_fast_engine_too(text: str) -> None:
    key = "network" if text == XOR else "generator"
    settings = ["--set", f"{key}.optimizer={{name: sgd, eta: 1e30}}", "--set", f"{key}.activation=linear"]
    settings += ["--set", "training.games=400", "--set", f"{key}.output=linear", "--engine", "numba"]
    folder, result = train(text, *settings, code=1)
    assert folder.record()["status"] == "diverged" and "no longer finite" in result.stderr


@pytest.mark.parametrize("engine", ["numpy", pytest.param("numba", marks=needs_numba)])
@pytest.mark.parametrize("text", [XOR, WGAN])
def test_a_profile_adds_up_and_changes_nothing(engine: str, text: str) -> None:
    plain, _ = train(text, "--engine", engine)
    folder, result = train(text, "--engine", engine, "--profile")
    for one, other in zip(plain.rows(), folder.rows(), strict=True):
        assert {k: v for k, v in one.items() if k != "seconds"} == {k: v for k, v in other.items() if k != "seconds"}
    lines = [line.split() for line in result.stderr.splitlines() if line.endswith("%") or line.startswith("in all")]
    names = {" ".join(line[: line.index("s") - 1]) for line in lines}
    players = {"network"} if text == XOR else {"generator", "critic"}
    assert names >= {"data", "optimiser", "tests", "pictures", "checkpoints", "rest of the run", "in all"} | players
    seconds = {" ".join(line[: line.index("s") - 1]): float(line[line.index("s") - 1]) for line in lines}
    total = seconds.pop("in all")
    assert sum(seconds.values()) == pytest.approx(total, abs=0.002 * len(seconds))
    assert text == XOR or all(seconds[name] > 0 for name in players)


@needs_numba
def test_the_first_run_of_a_machine_says_that_it_compiles() -> None:
    """In a process with an empty cache of its own; the compilation itself is left out."""
    code = (
        "from gancli.engines import make_engine, on_compiling\n"
        "on_compiling(lambda: print('COMPILING'))\n"
        "make_engine('numba')\n"
        "from numba import njit\n"
        "njit(lambda x: x + 1)(1)\n"
        "njit(lambda x: x + 2)(1)\n"
    )
    env = {**os.environ, "NUMBA_CACHE_DIR": str(Path.cwd() / "cache")}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert result.stdout == "COMPILING\n", result.stderr


@needs_numba
def test_without_a_place_for_a_cache_the_engine_compiles_each_time() -> None:
    """Numba refuses to keep what it finds no folder for; here for a function that is in no file at all."""
    code = "from gancli.engines.compiled import jit; print(jit.whole(eval('lambda x: x + 1'))(1))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "2\n", result.stderr


@needs_numba
def test_restarting_in_the_middle_of_a_pass_draws_the_same_rows() -> None:
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    experiment = spec.load(Path("c.yaml")).experiment
    one, other = (build(experiment, load_data(experiment)).batches["training"] for _ in range(2))
    rows = one.rows(37)
    other.rows(11)
    state = json.loads(json.dumps(other.state()))
    third: Any = build(experiment, load_data(experiment)).batches["training"]
    third.restore(state)
    third._rng.bit_generator.state = other._rng.bit_generator.state  # type: ignore[union-attr]
    assert np.array_equal(third.rows(26), rows[11:])
