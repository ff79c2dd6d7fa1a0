"""A sweep is stopped or killed at any instant: nothing is held against a cell, nothing stays behind, all can go on."""

import contextlib
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
from small_sweeps import XOR, bits, made

import sweep_work
from gancli.leaving import leaving_at_once
from gancli.runs import RunFolder, SweepFolder
from gancli.sweeps import LocalPool, Policy, coordinator, play
from helpers import gancli

TEXT = (
    XOR.replace("40}\ntest: {every: 10}\npictures: {every: 40}", "300}\ntest: {every: 20}\npictures: {every: 100}")
    + "checkpoint: {every: 20}\n"
)
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def uninterrupted(seeds: int) -> dict[str, Any]:
    """The bits of a sweep that nobody stopped."""
    folder, cells = made(seeds, TEXT)
    assert play(folder, cells, LocalPool(2, sweep_work.counted), Policy(), sweep_work.Silent()).status == "completed"
    found = bits(folder)
    folder.path.rename("undisturbed")
    return found


def begin(
    place: Path, *words: str, program: tuple[str, ...] = ("-m", "gancli"), seeds: int = 2
) -> subprocess.Popen[str]:
    """`gancli sweep`, in a session of its own: a new one or, where there is one, going on with it."""
    found = [str(path) for path in place.glob("runs/2*")]
    words = (*words, "--resume", found[0]) if found else (*words, "c.yaml", "--seeds", str(seeds))
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


@pytest.mark.slow
def test_a_sweep_that_is_stopped_again_and_again_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    expected = uninterrupted(2)
    for seconds, number in ((0.2, "SIGTERM"), (0.7, "SIGINT"), (1.0, "SIGHUP"), (1.4, "SIGTERM")):
        process = begin(tmp_path)
        time.sleep(seconds)
        stop(process, signal.Signals[number])
    completed(tmp_path, expected)


@pytest.mark.slow
def test_a_stop_at_fifteen_instants_of_the_first_three_seconds(tmp_path: Path) -> None:
    expected = uninterrupted(2)
    for number in range(15):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "c.yaml").write_text(TEXT, encoding="utf-8")
        process = begin(place)
        time.sleep(0.2 * number)
        stop(process, STOPS[number % 3])
        completed(place, expected)


def wait_for_worker(process: subprocess.Popen[str], program: str = "worker.py") -> None:
    """Until there is a worker of the sweep, whose end without one is a failure and not an endless wait."""
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):  # git comes and goes
            for child in psutil.Process(process.pid).children():
                if any(program in word for word in child.cmdline()):
                    return
        time.sleep(0.002)
    pytest.fail(f"the sweep has ended with {process.returncode}")


@pytest.mark.slow
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


@pytest.mark.slow
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


def begin_without_end(place: Path) -> subprocess.Popen[str]:
    """Two cells, both in play, which end only when they are told to."""
    text = TEXT.replace("games: 300", "games: 1000000000").replace("20}", "1000000}")
    Path("c.yaml").write_text(text, encoding="utf-8")
    process = begin(place)
    while len(list(place.glob("runs/2*/cells/*/images/game-000100.png"))) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    return process


def saved(process: subprocess.Popen[str], place: Path, code: int) -> None:
    """Both cells were heard of, once each, and can go on from where they were."""
    _, err = process.communicate(timeout=30)
    assert process.returncode == code and "Traceback" not in err and "gancli sweep --resume" in err
    (path,) = place.glob("runs/2*")
    folder = SweepFolder(path)
    assert folder.record()["status"] == "interrupted" and folder.record()["counts"] == {"interrupted": 2}
    for cell in folder.cells():
        run = folder.run(cell["cell"])
        record = run.record()
        assert record["status"] == "interrupted" and record["played"] >= 100
        assert record["reason"] == f"SIGTERM at game {record['played']}"
        assert [path.name for path in run.checkpoints.iterdir()] == [f"game-{record['played']:06d}.npz"]


def test_a_group_that_is_terminated_saves_what_it_plays(tmp_path: Path) -> None:
    process = begin_without_end(tmp_path)
    os.killpg(process.pid, signal.SIGTERM)
    saved(process, tmp_path, 143)


@pytest.mark.slow
@pytest.mark.parametrize("number", STOPS)
def test_a_coordinator_that_is_stopped_has_its_cells_save(number: signal.Signals, tmp_path: Path) -> None:
    process = begin_without_end(tmp_path)
    os.kill(process.pid, number)
    saved(process, tmp_path, 128 + number)


def done(root: Path) -> list[Path]:
    """The run folders that say that they are completed."""
    return [path.parent for path in root.glob("runs/2*/cells/*/run.json") if '"completed"' in path.read_text()]


@pytest.mark.slow
def test_a_killed_coordinator_loses_nothing(tmp_path: Path) -> None:
    Path("c.yaml").write_text(TEXT.replace("games: 300", "games: 2000").replace("20}", "500}"), encoding="utf-8")
    process = begin(tmp_path, seeds=6)
    while len(done(tmp_path)) < 2:
        assert process.poll() is None
        time.sleep(0.002)
    process.kill()
    process.communicate()
    assert alive(process.pid) == [], "its workers end in the middle of their cells"
    (path,) = tmp_path.glob("runs/2*")
    folder = SweepFolder(path)
    finished = done(tmp_path)
    begun = {run.parent for run in path.glob("cells/[!.]*/run.json")} - set(finished)
    assert folder.record()["status"] == "stale" and 2 <= len(finished) < 6
    before = {path: path.stat().st_mtime_ns for run in finished for path in run.rglob("*")}
    assert gancli("sweep", "--resume", "latest", "--jobs", "2").exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before, "finished cells are untouched"
    assert len(done(tmp_path)) == len(folder.summary_rows()) == 6
    assert {run for run in done(tmp_path) if RunFolder(run).record().get("resumed")} == begun


@pytest.mark.slow
def test_a_worker_that_someone_else_stops_is_not_lost() -> None:
    expected = uninterrupted(2)
    folder, cells = made(2, TEXT)
    report = sweep_work.Silent()
    ended = play(folder, cells, LocalPool(2, sweep_work.told_once), Policy(), report)
    assert ended.counts == {"completed": 2} and folder.notes() == {}
    assert len([line for line in report.lines if "its worker was told to stop; played again" in line]) == 2
    assert bits(folder) == expected


def test_a_worker_that_is_stopped_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "STOPS", 1)
    folder, cells = made(1, TEXT)
    ended = play(folder, cells, LocalPool(1, sweep_work.always_told), Policy(), sweep_work.Silent())
    assert ended.counts == {"failed": 1}
    assert [note["event"] for note in folder.notes()[cells[0]["cell"]]] == ["lost"] * coordinator.TRIES


@pytest.mark.slow
def test_a_second_stop_leaves_at_once(tmp_path: Path) -> None:
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    code = (
        f"import sys; sys.path.append({str(Path(__file__).parent.parent)!r})\n"
        "import sweep_work; from gancli.sweeps import cell; cell.play_cell = sweep_work.stubborn\n"
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
