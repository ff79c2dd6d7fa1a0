"""Engines and threads: chosen, recorded, refused; what a profile says; that a run says when it compiles."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli import engines, installing, spec
from gancli.experiment import build, load_data, threads_for
from gancli.runs import RunFolder
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
    monkeypatch.setattr(engines, "_installed", lambda: False)
    monkeypatch.setattr(engines, "why_not_numba", engines.why_not_numba.__wrapped__)


@pytest.mark.usefixtures("compiled")
@needs_numba
def test_auto_is_numba_where_it_is_installed() -> None:
    record = train(XOR)[0].record()
    assert record["engine"] == "numba" and record["threads"] == 1


@pytest.mark.usefixtures("compiled")
def test_auto_is_numpy_elsewhere_and_numba_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    without_numba(monkeypatch)
    assert train(XOR)[0].record()["engine"] == "numpy"
    before = set(Path("runs").iterdir())
    result = gancli("train", "c.yaml", "--engine", "numba")
    assert result.exit_code == 2 and installing.command("fast") in result.stderr
    assert set(Path("runs").iterdir()) == before


@pytest.mark.usefixtures("compiled")
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
        (["network.shape=[2, 156, 1]", "training.batch=16"], 2, None, 2),  # 16 × (3 × 156 + 157) = 10,000 products
        (["network.shape=[2, 155, 1]", "training.batch=16"], 2, None, 1),
    ],
)
def test_threads_by_size(
    settings: list[str], cores: int, limit: str | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "why_not_numba", lambda: None)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if limit is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", limit)
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    assert threads_for(spec.load(Path("c.yaml"), settings).experiment) == expected


@pytest.mark.usefixtures("compiled")
@needs_numba
@pytest.mark.parametrize("text", [XOR, WGAN])
def test_a_run_that_diverges_is_found_out_by_the_fast_engine_too(text: str) -> None:
    key = "network" if text == XOR else "generator"
    settings = ["--set", f"{key}.optimizer={{name: sgd, eta: 1e30}}", "--set", f"{key}.activation=linear"]
    settings += ["--set", "training.games=400", "--set", f"{key}.output=linear", "--engine", "numba"]
    folder, result = train(text, *settings, code=1)
    assert folder.record()["status"] == "diverged" and "no longer finite" in result.stderr


@pytest.mark.usefixtures("compiled")
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


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
@needs_numba
def test_the_first_run_of_a_machine_says_once_that_it_compiles_and_the_next_needs_no_numba() -> None:
    """In processes with a cache of their own."""
    code = (
        "import sys, pathlib\nfrom gancli import spec\nfrom gancli.engines import on_compiling\n"
        "from gancli.experiment import build, load_data\n"
        "on_compiling(lambda kept: print('COMPILING', kept))\n"
        "experiment = spec.load(pathlib.Path('c.yaml')).experiment\n"
        "build(experiment, load_data(experiment)).game.play(2)\n"
        "print('numba' in sys.modules)"
    )
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    env = {**os.environ, "GANCLI_KERNELS": str(Path.cwd() / "kernels")}
    for expected in ("COMPILING True\nTrue\n", "False\n"):
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
        assert result.stdout == expected, result.stderr


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


BROKEN = {
    "a NumPy that Numba refuses": ("numba/__init__.py", "raise ImportError('Numba needs NumPy 2.4 or less. Got NumPy 2.9.')"),
    "a broken llvmlite": ("llvmlite/__init__.py", "raise OSError('Could not find/load shared object file')"),
    "a Numba that is made otherwise": ("numba/core/__init__.py", "raise AttributeError('no attribute codegen')"),
}  # fmt: skip


@needs_numba
@pytest.mark.parametrize("how", [*BROKEN, "switched off"])
def test_auto_is_numpy_where_numba_cannot_be_used_and_says_why_once(how: str, tmp_path: Path) -> None:
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    if how in BROKEN:
        file, text = BROKEN[how]
        path = tmp_path / "broken" / file
        path.parent.mkdir(parents=True)
        (tmp_path / "broken" / Path(file).parts[0] / "__init__.py").touch()
        path.write_text(text)
        env = {**os.environ, "PYTHONPATH": str(tmp_path / "broken"), "GANCLI_KERNELS": str(tmp_path / "none")}
        env.pop("NUMBA_DISABLE_JIT")
    words = [sys.executable, "-m", "gancli"]
    result = subprocess.run([*words, "train", "c.yaml"], capture_output=True, text=True, env=env)
    assert result.returncode == 0, result.stderr
    warned = [
        line for line in result.stderr.splitlines() if "engine: auto takes numpy: numba cannot be used here: " in line
    ]
    assert (
        len(warned) == 1 and ("NUMBA_DISABLE_JIT" if how not in BROKEN else BROKEN[how][1].split("'")[1]) in warned[0]
    )
    record = RunFolder(Path(result.stdout.strip())).record()
    assert record["engine"] == "numpy" and len([text for text in record["warnings"] if "auto takes numpy" in text]) == 1
    result = subprocess.run([*words, "train", "c.yaml", "--engine", "numba"], capture_output=True, text=True, env=env)
    assert (
        result.returncode == 2
        and "engine: numba cannot be used here: " in result.stderr
        and "report" not in result.stderr
    )


@pytest.mark.usefixtures("compiled")
@needs_numba
def test_nothing_of_the_folder_one_stands_in_sets_up_numba(tmp_path: Path) -> None:
    Path(".numba_config.yaml").write_text(f"cache_dir: {tmp_path / 'planted'}\ndisable_jit: 1\n")
    code = (
        "from gancli.engines.compiled import loop; from numba import njit; from numba.core import config\n"
        "njit(lambda x: x + 1)(1); print(config.CACHE_DIR, config.DISABLE_JIT)"
    )
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "own")}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert result.stdout.split() == [str(tmp_path / "own"), "0"], result.stderr
    assert not (tmp_path / "planted").exists()
