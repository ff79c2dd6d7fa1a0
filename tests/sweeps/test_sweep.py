"""Sweeps through the command line: plan, places, failures, kills, resumption, summary."""

import csv
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from small_sweeps import XOR, bits, made

import sweep_work
from gancli.runs import SweepFolder
from gancli.runs.summary_table import varied
from gancli.sweeps import LocalPool, Policy, cell, play
from helpers import gancli

WGAN = """
kind: wgan
name: small
data: {classes: [7]}
generator: {shape: [4, 6, 784], mu: 0.1, noise: {size: 3}}
critic: {shape: [784, 5, 1], clip: {bound: 0.1}}
eta: 0.01
training: {games: 12, batch: 8}
test: {every: 5, batches: 2}
pictures: {every: 10, count: 6}
"""


def sweep(*words: str, text: str = XOR, code: int = 0) -> tuple[SweepFolder, Any]:
    Path("c.yaml").write_text(text, encoding="utf-8")
    result = gancli("sweep", "c.yaml", *words)
    assert result.exit_code == code, result.output
    return SweepFolder(Path(result.stdout.splitlines()[-1])), result


def test_a_sweep_from_the_command_line() -> None:
    folder, result = sweep("--grid", "eta=0.1,1", "--zip", "mu=1,2", "name=a,b", "--seeds", "2", "--jobs", "2")
    assert "completed: 8 completed" in result.stderr and "\r" not in result.stderr
    with folder.summary.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8 and {row["status"] for row in rows} == {"completed"}
    assert list(rows[0])[:7] == ["cell", "eta", "mu", "name", "seed", "status", "seconds"]
    assert [(row["eta"], row["mu"], row["name"], row["seed"]) for row in rows[:3]] == [
        ("0.1", "1", "a", "0"), ("0.1", "1", "a", "1"), ("0.1", "2", "b", "0"),
    ]  # fmt: skip
    assert {"accuracy.final", "accuracy.best", "loss.area"} <= set(rows[0])
    record = folder.record()
    assert record["status"] == "completed" and record["counts"] == {"completed": 8} and record["end"]
    run = folder.run(rows[0]["cell"])
    own = run.record()
    assert own["blas"]["num_threads"] == 1 and own["threads"] == 1, "recorded: one BLAS thread a worker"
    last = run.rows()[-1]
    assert float(rows[0]["accuracy.final"]) == last["accuracy"]
    assert not list(folder.path.rglob(".tmp-*"))
    again = gancli("train", str(run.config))
    assert again.exit_code == 0, "a cell is a run like any other"


def test_a_dry_run_prints_the_cells_and_writes_nothing() -> None:
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    result = gancli("sweep", "c.yaml", "--grid", "eta=0.001..1:log:4", "--seeds", "3", "--dry-run")
    assert result.exit_code == 0 and len(result.stdout.splitlines()) == 13 and "12 cells" in result.stderr
    assert not Path("runs").exists()


@pytest.mark.slow
def test_where_a_cell_is_played_changes_nothing() -> None:
    pytest.importorskip("distributed")
    words = ["--grid", "eta=0.01,0.02", "--seeds", "2"]
    one, _ = sweep(*words, "--jobs", "1", text=WGAN)
    two, _ = sweep(*words, "--jobs", "2", "--again", text=WGAN)
    dask, _ = sweep(*words, "--jobs", "2", "--backend", "dask", "--again", text=WGAN)
    assert len(bits(one)) == 4 and bits(one) == bits(two) == bits(dask)
    assert dask.record()["backend"] == "dask"


def test_the_same_sweep_again_is_offered_to_go_on_and_repeats_nothing() -> None:
    first, _ = sweep("--seeds", "3")
    times = {path: path.stat().st_mtime_ns for path in (first.path / "cells").rglob("*")}
    again, result = sweep("--seeds", "3")
    assert again.path == first.path and "complete already" in result.stderr
    assert {path: path.stat().st_mtime_ns for path in (first.path / "cells").rglob("*")} == times
    first.write_record({**first.record(), "status": "interrupted"})
    result = gancli("sweep", "c.yaml", "--seeds", "3")
    assert (
        result.exit_code == 2 and f"gancli sweep --resume {first.path}" in result.stderr and "--again" in result.stderr
    )
    other, _ = sweep("--seeds", "3", "--again")
    assert other.path != first.path


@pytest.mark.slow
def test_raising_diverging_and_dying_cells_leave_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell, "play_cell", sweep_work.troubled)
    words = ["--zip", "network.optimizer={name: sgd},{name: sgd}", "eta=0.001,1.0e+38", "--seeds", "8", "--jobs", "2"]
    text = XOR.replace("activation: tanh", "activation: linear, output: linear").replace("[2, 2, 1]", "[2, 9, 1]")
    folder, result = sweep(*words, text=text, code=3)
    statuses = {(row["eta"], row["seed"]): row["status"] for row in folder.summary_rows()}
    for eta, ending in ((0.001, "completed"), (1e38, "diverged")):
        expected = {0: ending, 1: "failed", 2: "failed", **dict.fromkeys(range(3, 8), ending)}
        assert {seed: statuses[eta, seed] for seed in range(8)} == expected
    assert "failed: 4" not in result.stdout and "4 failed" in result.stderr
    diverged = [line for line in result.stderr.splitlines() if line.startswith("diverged: ")]
    assert len(diverged) == 6 and all("the network diverged, in game 1 (sgd, eta 1e+38)" in line for line in diverged)
    failures = [line for line in result.stderr.splitlines() if line.startswith("failed: ") and "RuntimeError" in line]
    assert len(failures) == 2 and "seed 1" in failures[0] and "something in the mathematics" in failures[0]
    log = Path(failures[0].rsplit("; see ", 1)[1])
    assert "Traceback" in log.read_text() and "something in the mathematics" in log.read_text()
    assert result.stderr.count("tried again") == 2 and result.stderr.count("given up") == 2
    lost = [note for notes in folder.notes().values() for note in notes if note["event"] == "lost"]
    assert len(lost) == 4, "each of two cells was tried twice"
    assert folder.record()["status"] == "failed"
    monkeypatch.setattr(cell, "play_cell", sweep_work.counted)
    result = gancli("sweep", "--resume", str(folder.path))
    assert result.exit_code == 3, "failed cells are not tried again unasked"
    result = gancli("sweep", "--resume", "latest", "--retry-failed")
    assert result.exit_code == 0 and "8 completed, 8 diverged" in result.stderr
    played = (folder.path / "played.txt").read_text().split()
    assert len(played) == len(set(played)) == 16


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_cell_one_retry() -> None:
    folder, cells = made(4)
    report = sweep_work.Silent()
    ended = play(folder, cells, LocalPool(2, sweep_work.killed_once), Policy(), report)
    assert ended.counts == {"completed": 4} and len([line for line in report.lines if "tried again" in line]) == 2
    assert len((folder.path / "played.txt").read_text().split()) == 4


def test_a_sweep_that_runs_is_not_run_twice() -> None:
    folder, _ = made(2)
    result = gancli("sweep", "--resume", str(folder.path))
    assert result.exit_code == 2 and "another process is running it" in result.stderr
    folder.unlock()


@pytest.mark.slow
def test_dask_gives_the_cells_of_a_killed_worker_to_others_and_plays_none_twice() -> None:
    pytest.importorskip("distributed")
    from gancli.sweeps.cluster import DaskCluster

    folder, cells = made(24)
    cluster = DaskCluster(None, 3, sweep_work.slow)
    pids = list(cluster.client.run(os.getpid).values())
    assert len(pids) == 3

    def kill_one() -> None:
        while not (folder.path / "played.txt").exists():
            time.sleep(0.01)
        os.kill(pids[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    report = sweep_work.Silent()
    ended = play(folder, cells, cluster, Policy(), report)
    killer.join()
    assert ended.counts == {"completed": 24} and ended.status == "completed"
    assert any("Dask worker died" in line for line in report.lines)
    starts = [json.loads((folder.run(one["cell"]).path / "run.json").read_text()) for one in cells]
    assert all(record["played"] == 40 for record in starts)
    logs = [(folder.run(one["cell"]).path / "log.txt").read_text() for one in cells]
    assert all(log.count("completed at game 40") == 1 for log in logs), "none was played twice"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "give one CONFIG, or --resume SWEEP; got 0"),
        (("c.yaml", "d.yaml"), "got 2"),
        (("c.yaml", "mu=1,2"), "'mu=1,2': give it with --grid or --zip"),
        (("c.yaml", "--grid", "eta"), "--grid eta: must be key=value,value"),
        (("c.yaml", "--grid", "etaa=1,2"), "etaa: unknown key"),
        (("c.yaml", "--grid", "eta=1,-1"), "eta: must be greater than 0"),
        (("c.yaml", "--grid", "eta=1", "--grid", "eta=2"), "is given twice"),
        (("c.yaml", "--zip", "eta=1,2", "mu=1"), "needs lists of one length; got eta: 2, mu: 1"),
        (("c.yaml", "--seeds", "0"), "0 is not in the range"),
        (("c.yaml", "--scheduler", "tcp://x"), "--scheduler is for --backend dask"),
        (("c.yaml", "--name", "../x"), "--name must be up to 80 letters"),
        (("--resume", "nothing"), "no sweep 'nothing' in runs"),
        (("--resume", "x", "c.yaml"), "--resume takes a sweep as it is"),
        (("c.yaml", "--set", "data.set=mnist", "--set", "data.path=nowhere", "--set", "network.shape=[784, 10]"), "four MNIST files"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_before_anything_is_written(words: tuple[str, ...], message: str) -> None:
    Path("c.yaml").write_text(XOR.replace("pictures: {every: 40}\n", ""), encoding="utf-8")
    result = gancli("sweep", *words)
    assert result.exit_code == 2 and message in result.stderr and "Traceback" not in result.output
    assert not list(Path().glob("runs/*"))


@pytest.mark.slow
def test_plots_tables_and_lists_of_a_sweep() -> None:
    folder, _ = sweep("--grid", "eta=0.01,0.1", "--grid", "mu=1..3", "--seeds", "3")
    result = gancli("plot", str(folder.path))
    drawn = [Path(line).name for line in result.stdout.splitlines()]
    assert drawn == [f"{name}-accuracy.png" for name in ("curves", "boxes", "time", "map")] + ["pictures.png"]
    assert gancli("plot", "latest", "--metric", "loss", "--format", "svg").stdout.count("-loss.svg") == 4
    refused = gancli("plot", "latest", "--metric", "beauty")
    assert refused.exit_code == 2 and "there is loss, accuracy" in refused.stderr
    rows = json.loads(gancli("compare", "latest", "--top", "4", "--by", "loss.best", "--format", "json").stdout)
    assert len(rows) == 4 and [row["loss.best"] for row in rows] == sorted(row["loss.best"] for row in rows)
    assert {"eta", "mu", "±", "min", "max", "seeds"} <= set(rows[0]) and rows[0]["seeds"] == 3
    assert gancli("compare", "latest", "--by", "beauty").exit_code == 2
    assert (
        "18 completed" in gancli("ls").stdout and json.loads(gancli("ls", "--format", "json").stdout)[0]["cells"] == 18
    )
    assert "cells" in gancli("show", "latest").stdout
    assert len(gancli("show", "latest", "--format", "csv").stdout.splitlines()) == 19
    assert len(gancli("ls", "--runs", str(folder.path / "cells"), "--format", "csv").stdout.splitlines()) == 19


def test_a_sweep_file_and_what_is_kept_of_it() -> None:
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    Path("s.yaml").write_text("sweep: {base: c.yaml, grid: {eta: 0.1..1:3}, seeds: 2}", encoding="utf-8")
    result = gancli("sweep", "s.yaml", "--grid", "mu=1,2", "--set", "training.games=20")
    folder = SweepFolder(Path(result.stdout.splitlines()[-1]))
    assert len(folder.cells()) == 12 and "-s-" in folder.path.name
    again = gancli("sweep", str(folder.path / "sweep.yaml"))
    assert "12 cells are complete already" in again.stderr and again.stdout.splitlines()[-1] == str(folder.path)


def test_a_name_for_each_combination_stands_for_its_settings() -> None:
    cells: list[dict[str, Any]] = [
        {"values": {"name": name, "eta": eta}} for name, eta in (("slow", 0.1), ("fast", 1.0), ("fast", 1.0))
    ]
    assert varied(cells) == ["name"]
    cells[0]["values"]["name"] = "fast"
    assert varied(cells) == ["eta"], "the same name twice names nothing"
    assert varied(cells[1:]) == []
