"""A sweep is stopped or killed at any instant: nothing is held against a cell, nothing stays behind, all can go on."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

import sweep_work
from gancli.leaving import leaving_at_once
from gancli.runs import RunFolder, SweepFolder, checkpoint
from gancli.spec import load_sweep
from gancli.sweep import LocalPool, Policy, coordinator, create, play
from helpers import gancli

TEXT = """
kind: supervised
name: small
engine: numpy
data: {set: xor}
network: {shape: [2, 2, 1], activation: tanh}
eta: 0.1
training: {games: 300}
test: {every: 20}
pictures: {every: 100}
checkpoint: {every: 20}
"""
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def made(seeds: int, text: str = TEXT) -> tuple[SweepFolder, list[dict[str, Any]]]:
    Path("c.yaml").write_text(text, encoding="utf-8")
    folder = create(load_sweep(Path("c.yaml"), seeds=seeds), Path("runs"), "test", {})
    return folder, folder.cells()


def bits(folder: SweepFolder) -> dict[str, Any]:
    """Of each cell: its last arrays, its metrics but for their seconds, and its pictures."""
    found = {}
    for name in (cell["cell"] for cell in folder.cells()):
        run = folder.run(name)
        arrays = checkpoint.newest(run.checkpoints).arrays
        rows = [{key: value for key, value in row.items() if key != "seconds"} for row in run.rows()]
        pictures = {path.name: path.read_bytes() for path in run.images.iterdir()}
        found[name] = ({key: array.tobytes() for key, array in arrays.items()}, rows, pictures)
    return found


def whole(seeds: int) -> dict[str, Any]:
    """The bits of a sweep that nobody stopped."""
    folder, cells = made(seeds)
    assert play(folder, cells, LocalPool(2, sweep_work.counted), Policy(), sweep_work.Silent()).status == "completed"
    found = bits(folder)
    folder.path.rename("undisturbed")
    return found


def begin(place: Path, *words: str, program: tuple[str, ...] = ("-m", "gancli")) -> subprocess.Popen[str]:
    """`gancli sweep`, in a session of its own: a new one or, where there is one, going on with it."""
    found = [str(path) for path in place.glob("runs/2*")]
    words = (*words, "--resume", found[0]) if found else (*words, "c.yaml", "--seeds", "2")
    return subprocess.Popen(
        [sys.executable, *program, "sweep", *words, "--jobs", "2", "-q"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=place, start_new_session=True,
    )  # fmt: skip


def heeds(pid: int) -> bool:
    """Is Python through with starting, and not yet ending? It has no handler of its own for SIGTERM."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    masks = [int(line.split()[1], 16) for line in lines if line.startswith("SigCgt")]
    return any(mask >> (signal.SIGTERM - 1) & 1 for mask in masks)


def stop(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Ctrl-C goes to the whole group, the others to the coordinator alone; then see how it ends.

    That may be complete: where all cells are, a stop comes too late to change anything.
    """
    ours = heeds(process.pid)
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    _, err = process.communicate(timeout=30)
    if ours:
        too_late = process.returncode == 0 and err.startswith("completed: 2 completed")
        assert process.returncode == 128 + number or too_late, err
        assert "Traceback" not in err and "report this" not in err
    assert alive(process.pid) == []


def alive(session: int) -> list[str]:
    """The processes of a session, which have a while to end."""
    until = time.monotonic() + 5.0
    while True:
        found = []
        for process in psutil.process_iter(["cmdline", "status"]):
            try:
                if os.getsid(process.pid) == session and process.info["status"] != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.info["cmdline"] or []))
            except ProcessLookupError:
                continue
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.02)


def completed(place: Path, expected: dict[str, Any]) -> None:
    """Go on to the end, and look at what is there."""
    assert not list(place.rglob(".tmp-*"))
    process = begin(place)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    (path,) = place.glob("runs/2*")
    folder = SweepFolder(path)
    assert out.splitlines()[-1] == str(path.relative_to(place)) or out.splitlines()[-1] == str(path)
    assert folder.notes() == {} and {row["status"] for row in folder.summary_rows()} == {"completed"}
    assert bits(folder) == expected
    assert not list(place.rglob(".tmp-*"))


def test_a_sweep_that_is_stopped_again_and_again_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    expected = whole(2)
    for seconds, number in ((0.2, "SIGTERM"), (0.7, "SIGINT"), (1.0, "SIGHUP"), (1.4, "SIGTERM")):
        process = begin(tmp_path)
        time.sleep(seconds)
        stop(process, signal.Signals[number])
    completed(tmp_path, expected)


@pytest.mark.slow
def test_a_stop_at_fifty_instants_of_the_first_three_seconds(tmp_path: Path) -> None:
    expected = whole(2)
    for number in range(50):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "c.yaml").write_text(TEXT, encoding="utf-8")
        process = begin(place)
        time.sleep(0.06 * number)
        stop(process, STOPS[number % 3])
        completed(place, expected)


def wait_for_worker(process: subprocess.Popen[str], program: str = "worker.py") -> None:
    """Until there is a worker of the sweep."""
    while True:
        with contextlib.suppress(psutil.Error):  # git comes and goes
            for child in psutil.Process(process.pid).children():
                if any(program in word for word in child.cmdline()):
                    return
        time.sleep(0.002)


@pytest.mark.parametrize("number", STOPS)
def test_a_stop_while_workers_start_is_held_against_nobody(number: signal.Signals, tmp_path: Path) -> None:
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    for _ in range(2):
        process = begin(tmp_path)
        wait_for_worker(process)
        stop(process, number)
    (path,) = tmp_path.glob("runs/2*")
    folder = SweepFolder(path)
    assert folder.notes() == {} and folder.record()["status"] == "interrupted"
    assert {row["status"] for row in folder.summary_rows()} <= {"waiting", "interrupted"}


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_ctrl_c_while_a_dask_cluster_starts_leaves_in_silence(seconds: float, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    process = begin(tmp_path, "--backend", "dask")
    wait_for_worker(process, "multiprocessing.spawn")
    time.sleep(seconds)
    stop(process, signal.SIGINT)
    assert not list(tmp_path.glob("runs/.tmp-*"))


def test_workers_that_start_end_with_a_coordinator_that_is_killed(tmp_path: Path) -> None:
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    process = begin(tmp_path)
    wait_for_worker(process)
    process.kill()
    _, err = process.communicate()
    assert alive(process.pid) == [] and "Traceback" not in err


def test_a_group_that_is_terminated_saves_what_it_plays(tmp_path: Path) -> None:
    Path("c.yaml").write_text(TEXT.replace("games: 300", "games: 300000").replace("20}", "100000}"), encoding="utf-8")
    process = begin(tmp_path)
    while len(list(tmp_path.glob("runs/2*/cells/*/images/game-000100.png"))) < 2:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 143 and "Traceback" not in err
    records = [json.loads(path.read_text()) for path in tmp_path.glob("runs/2*/cells/*/run.json")]
    ends = {record["reason"].partition(" at game ")[0] for record in records}
    assert ends == {"SIGTERM"}, "by its group and by the coordinator, it was told twice, and heeded it once"
    assert len(list(tmp_path.glob("runs/2*/cells/*/checkpoints/*.npz"))) == len(records)


def test_a_worker_that_someone_else_stops_is_not_lost() -> None:
    expected = whole(2)
    folder, cells = made(2)
    report = sweep_work.Silent()
    ended = play(folder, cells, LocalPool(2, sweep_work.told_once), Policy(), report)
    assert ended.counts == {"completed": 2} and folder.notes() == {}
    assert len([line for line in report.lines if "its worker was told to stop; played again" in line]) == 2
    assert bits(folder) == expected


def test_a_worker_that_is_stopped_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "STOPS", 1)
    folder, cells = made(1)
    ended = play(folder, cells, LocalPool(1, sweep_work.always_told), Policy(), sweep_work.Silent())
    assert ended.counts == {"failed": 1}
    assert [note["event"] for note in folder.notes()[cells[0]["cell"]]] == ["lost"] * coordinator.TRIES


def test_a_second_stop_leaves_at_once(tmp_path: Path) -> None:
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    code = (
        f"import sys; sys.path.append({str(Path(__file__).parent.parent)!r})\n"
        "import sweep_work; from gancli.sweep import cell; cell.play_cell = sweep_work.stubborn\n"
        "from gancli.__main__ import run; run()"
    )
    process = begin(tmp_path, program=("-c", code))
    while not list(tmp_path.glob("runs/2*/begun")):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None, "the cells have their time to save"
    stop(process, signal.SIGINT)
    assert not list(tmp_path.rglob(".tmp-*"))


def test_what_killed_processes_left_unfinished_is_taken_away() -> None:
    folder, cells = made(2)
    abandoned = [folder.path / "cells" / ".tmp-a-1", Path("runs/.tmp-b-2")]
    held = RunFolder(Path("runs/.tmp-c-3"))
    for path in (*abandoned, held.path, Path("runs/.tmp-new-4")):
        path.mkdir()
    held.lock()
    for path in (*abandoned, held.path):
        os.utime(path, (1.0, 1.0))
    os.utime("runs/.tmp-new-4", (time.time() + 60.0,) * 2)
    (folder.path / ".tmp-summary.csv.x").touch()
    play(folder, cells, LocalPool(1, sweep_work.counted), Policy(), sweep_work.Silent())
    held.unlock()
    left = sorted(path.name for path in Path("runs").rglob(".tmp-*"))
    assert left == [".tmp-c-3", ".tmp-new-4"], "what is held, or may be so in a moment, stays"


def test_what_a_shell_has_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with leaving_at_once():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN, "nohup"
            assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_IGN, signal.SIG_DFL)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_before_there_is_a_folder_a_stop_leaves_none(tmp_path: Path) -> None:
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    for seconds in (0.0, random.uniform(0.0, 0.3)):
        process = begin(tmp_path)
        while not heeds(process.pid):
            time.sleep(0.001)
        time.sleep(seconds)
        begun = list(tmp_path.glob("runs/2*"))
        stop(process, signal.SIGTERM)
        if not begun and seconds == 0.0:
            assert not (tmp_path / "runs").exists()
    assert gancli("ls").exit_code == 0
