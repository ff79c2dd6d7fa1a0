"""Nothing lost: runs made longer, refused, damaged, out of disk, and the same bits whatever is done beside."""

import contextlib
import gzip
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiment.test_runs import ALL, GAME2D, WGAN, essence, train
from gancli.runs import RunError, RunFolder, checkpoint, lock
from helpers import gancli, started, unmeasured

ENGINES = ("numpy", "numba")


def weights(folder: RunFolder) -> dict[str, bytes]:
    arrays = checkpoint.load(checkpoint.paths(folder.checkpoints)[-1]).arrays
    return {name: array.tobytes() for name, array in arrays.items()}


@pytest.mark.parametrize("kind", ALL)
def test_a_run_made_longer_is_the_longer_run(kind: str) -> None:
    folder = train(ALL[kind], "--set", "training.games=37")
    assert [row["game"] for row in folder.rows()] == ([0, 20, 37] if kind == "optimised" else [0, 10, 20, 30, 37])
    result = gancli("resume", str(folder.path), "--games", "60")
    assert result.exit_code == 0, result.stderr
    rows, arrays, pictures = essence(folder)
    longer = train(ALL[kind], "--set", "training.games=60")
    assert (rows, arrays) == essence(longer)[:2]
    assert {name: content for name, content in pictures.items() if "37" not in name} == essence(longer)[2]
    assert folder.record()["games"] == folder.record()["played"] == 60
    assert folder.config.read_text() == longer.config.read_text()


def test_longer_means_longer_and_not_otherwise_changed() -> None:
    folder = train(WGAN)
    result = gancli("resume", "small", "--games", "40")
    assert result.exit_code == 2 and "is at game 40 already; --games must be more, got 40" in result.stderr
    before = essence(folder)
    assert gancli("resume", "small").exit_code == 0
    assert essence(folder) == before, "a run that is complete stays as it is"


def test_a_changed_spec_is_refused_with_the_differences() -> None:
    folder = train(WGAN)
    text = folder.config.read_text()
    folder.config.write_text(text.replace("batch: 8", "batch: 16").replace("bound: 0.1", "bound: 0.3"))
    result = gancli("resume", "small")
    assert result.exit_code == 2 and "was changed since the run began" in result.stderr
    assert "  training.batch: expected 8, got 16" in result.stderr
    assert "  critic.clip.bound: expected 0.1, got 0.3" in result.stderr
    assert gancli("resume", "small", "--games", "80").exit_code == 2
    folder.config.write_text(text.replace("games: 40", "games: 80"))
    result = gancli("resume", "small")
    assert "training.games: expected 40, got 80" in result.stderr and "to play more games: --games N" in result.stderr
    assert gancli("resume", "small", "--games", "50").exit_code == 0
    assert folder.record()["status"] == "completed" and folder.record()["played"] == 50


def test_a_run_that_another_process_holds_is_refused() -> None:
    folder = train(WGAN)
    other = RunFolder(folder.path)
    other.lock()
    result = gancli("resume", "small")
    assert result.exit_code == 2 and "another process is running it (process " in result.stderr
    other.unlock()


def test_a_run_killed_before_its_first_checkpoint_begins_again() -> None:
    uninterrupted = train(WGAN)
    folder = train(WGAN)
    for path in checkpoint.paths(folder.checkpoints):
        path.unlink()
    folder.write_record({**folder.record(), "status": "interrupted"})
    (folder.checkpoints / ".tmp-game-000010.npz.abcdefgh").write_bytes(b"half")
    assert gancli("resume", folder.path.name).exit_code == 0
    assert essence(folder) == essence(uninterrupted) and not list(folder.path.rglob(".tmp-*"))


@pytest.mark.parametrize("harm", ["one bit", "cut", "empty", "swapped"])
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(harm: str) -> None:
    folder = train(WGAN)
    expected = essence(folder)
    older, newest = checkpoint.paths(folder.checkpoints)
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    arrays = dict(np.load(newest))
    arrays["generator.params"] = arrays["generator.params"][::-1]
    if harm == "swapped":  # a whole file, of other content
        np.savez(newest, **arrays)
    else:
        newest.write_bytes({"one bit": bytes(content), "cut": bytes(content[:1000]), "empty": b""}[harm])
    result = gancli("resume", "small")
    assert result.exit_code == 0 and "game-000040.npz: is damaged" in result.stderr
    assert "going on from the checkpoint before it" in result.stderr
    assert essence(folder) == expected
    for path in (older, newest):
        path.write_bytes(b"")
    result = gancli("resume", "small")
    assert result.exit_code == 2 and "game-000030.npz: is damaged" in result.stderr


def test_a_checkpoint_of_another_run_is_not_used() -> None:
    other = train(WGAN.replace("bound: 0.1", "bound: 0.2"))
    folder = train(WGAN)
    expected = essence(folder)
    older, newest = checkpoint.paths(folder.checkpoints)
    shutil.copy(checkpoint.paths(other.checkpoints)[-1], newest)
    result = gancli("resume", folder.path.name)
    assert result.exit_code == 0 and "game 40 is of another experiment" in result.stderr
    assert essence(folder) == expected
    shutil.copy(newest, older)
    shutil.copy(checkpoint.paths(other.checkpoints)[-1], newest)
    older.unlink()
    assert gancli("resume", folder.path.name).exit_code == 2


def test_metrics_that_are_shorter_than_at_the_checkpoint() -> None:
    folder = train(WGAN)
    expected = essence(folder)
    lines = folder.metrics.read_bytes().splitlines(keepends=True)
    folder.metrics.write_bytes(b"".join(lines[:4]) + lines[4][:5])  # as after a power cut
    result = gancli("resume", "small")
    assert result.exit_code == 0 and "is shorter than it was at game 40" in result.stderr
    assert essence(folder) == expected


def test_a_full_disk_stops_the_run_and_resume_goes_on_when_there_is_room(tmp_path: Path) -> None:
    uninterrupted = train(WGAN)
    size = checkpoint.paths(uninterrupted.checkpoints)[-1].stat().st_size // 2
    folder = train(WGAN, "--set", "training.games=10")
    words = [sys.executable, "-m", "gancli", "resume", str(folder.path), "--games", "40"]
    result = subprocess.run(
        words,
        capture_output=True,
        text=True,
        env=unmeasured(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    assert result.returncode == 1 and "File too large" in result.stderr and "Traceback" not in result.stderr
    assert folder.record()["status"] == "failed" and "File too large" in folder.record()["reason"]
    assert [path.name for path in checkpoint.paths(folder.checkpoints)] == ["game-000010.npz"]
    assert gancli("resume", str(folder.path)).exit_code == 0
    assert essence(folder)[:2] == essence(uninterrupted)[:2]


def test_a_folder_that_vanishes_stops_the_run_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    from gancli.games import Wgan

    play: Callable[..., None] = Wgan.play

    def play_and_lose(self: Any, games: int = 1) -> None:
        play(self, games)
        if self.played >= 10:
            shutil.rmtree("runs", ignore_errors=True)

    monkeypatch.setattr(Wgan, "play", play_and_lose)
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    result = gancli("train", "c.yaml")
    assert result.exit_code == 1 and "No such file or directory" in result.stderr
    assert "moved or deleted" in result.stderr


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ALL)
def test_what_is_measured_drawn_and_saved_changes_no_weight(kind: str, engine: str) -> None:
    plain = ["--set", "test.every=40", "--set", "checkpoint.every=40", "--engine", engine]
    busy = ["--set", "test.every=1", "--set", "checkpoint.every=7", "--engine", engine]
    plain += [] if kind == "game2d" else ["--set", "pictures.every=40"]
    busy += [] if kind == "game2d" else ["--set", "pictures.every=3"]
    first, second = train(ALL[kind], *plain), train(ALL[kind], *busy, "--profile")

    def learned(folder: RunFolder) -> dict[str, bytes]:
        return {name: content for name, content in weights(folder).items() if not name.endswith(".state")}

    assert learned(first) == learned(second)


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_threads_give_the_same_bits(engine: str, threads: str) -> None:
    words = ["--engine", engine, "--threads", threads, "--set", "training.batch=32"]
    assert essence(train(WGAN, *words)) == essence(train(WGAN, *words))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a POSIX system")
def test_where_there_are_no_locks_the_process_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = train(WGAN)
    record = folder.record()

    def no_locks(*args: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(lock.fcntl, "flock", no_locks)
    with subprocess.Popen(["sleep", "60"]) as process:
        import psutil

        started = psutil.Process(process.pid).create_time()
        alive = {**record, "status": "running", "pid": process.pid, "process_start": started}
        folder.write_record(alive)
        assert folder.record()["status"] == "running"
        with pytest.raises(RunError, match="another process is running it"):
            RunFolder(folder.path).lock()
        folder.write_record({**alive, "process_start": started - 60})
        assert folder.record()["status"] == "stale", "a new process has been given its number"
        process.kill()
    folder.write_record(alive)
    assert folder.record()["status"] == "stale"
    RunFolder(folder.path).lock()
    folder.write_record({**alive, "host": "elsewhere"})
    assert folder.record()["status"] == "running", "who can know?"


def test_the_working_folders_commit_and_how_it_differs() -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=n", "-c", "user.email=e@x"]
        subprocess.run(["git", *identity, *words], check=True, capture_output=True)

    git("init", "-q")
    Path("notes.txt").write_text("first\n")
    git("add", "notes.txt")
    git("commit", "-q", "-m", "first")
    words = [sys.executable, "-m", "gancli", "train", "c.yaml", "-q"]
    Path("c.yaml").write_text(GAME2D)
    clean = RunFolder(Path(subprocess.run(words, capture_output=True, text=True).stdout.strip()))
    Path("notes.txt").write_text("second\n")
    dirty = RunFolder(Path(subprocess.run(words, capture_output=True, text=True).stdout.strip()))
    assert clean.record()["git"]["dirty"] is False and not (clean.path / "git.diff").exists()
    assert dirty.record()["git"] == {"commit": clean.record()["git"]["commit"], "dirty": True}
    assert "-first\n+second\n" in (dirty.path / "git.diff").read_text()
    assert "git.diff" in gancli("show", str(dirty.path)).stdout


def test_compare_says_what_differs() -> None:
    first, again = train(WGAN), train(WGAN)
    other = train(WGAN, "--set", "critic.optimizer.eta=0.02")
    found = json.loads(gancli("compare", str(first.path), str(other.path), "--format", "json").stdout)
    assert found["different"]["spec.critic.optimizer.eta"] == [0.01, 0.02] and found["same"] == []
    assert {"metrics", "weights", "last.critic_gradient"} <= set(found["different"])
    found = json.loads(gancli("compare", str(first.path), str(again.path), "--format", "json").stdout)
    assert found["same"] == ["metrics", "weights"] and found["different"] == {}
    table = gancli("compare", str(first.path), str(other.path)).stdout
    assert "spec.critic.optimizer.eta" in table
    assert gancli("compare", str(first.path)).exit_code == 2


def test_a_change_of_machine_is_a_warning() -> None:
    folder = train(WGAN)
    folder.write_record({**folder.record(), "cpu": "another", "status": "interrupted"})
    result = gancli("resume", "small")
    assert result.exit_code == 0 and "cpu was 'another' when the run began" in result.stderr
    assert folder.record()["resumed"][0]["game"] == 40


def test_ctrl_c_before_the_first_game_leaves_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gancli.experiment.run.load_data", interrupted)
    Path("c.yaml").write_text(WGAN, encoding="utf-8")
    assert gancli("train", "c.yaml").exit_code == 130
    assert not Path("runs").exists()


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path) -> None:
    slow = WGAN.replace("games: 40, batch: 8", "games: 40, batch: 2000, ratios: {generator: 10000}")
    Path("c.yaml").write_text(slow.replace("[784, 5, 1]", "[784, 50, 1]"), encoding="utf-8")  # a game takes minutes
    with started(sys.executable, "-m", "gancli", "train", "c.yaml", "--engine", "numpy") as process:
        while not list(tmp_path.glob("runs/2*/metrics.jsonl")):
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None, "the game goes on to its end"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert RunFolder(Path(out.splitlines()[-1])).record()["status"] == "interrupted"


@pytest.mark.parametrize("failing", [False, True])
def test_signals_are_given_back(failing: bool) -> None:
    from gancli.experiment import Stop

    def own(number: int, frame: Any) -> None: ...

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, own) for number in numbers}
    try:
        with contextlib.suppress(ZeroDivisionError), Stop().listening() as stop:
            assert all(signal.getsignal(number) != own for number in numbers)
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGHUP)
            assert stop.signal == signal.SIGTERM, "the first one counts"
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            assert not failing or 1 // 0
        assert all(signal.getsignal(number) == own for number in numbers)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_other_data_are_refused_when_a_run_goes_on() -> None:
    from gancli.data.mnist import BUNDLED

    Path("digits").mkdir()
    for path in BUNDLED.glob("*.gz"):
        Path("digits", path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    folder = train(WGAN.replace("{classes: [7]}", "{path: digits}"))
    assert gancli("resume", "small", "--games", "50").exit_code == 0
    pixels = Path("digits/train-images-idx3-ubyte")
    content = bytearray(pixels.read_bytes())
    content[100] ^= 1
    pixels.write_bytes(bytes(content))
    before = essence(folder)
    result = gancli("resume", "small", "--games", "60")
    assert result.exit_code == 2 and "it was trained on other data than data.path" in result.stderr
    assert essence(folder) == before


@pytest.mark.slow
def test_fifty_trainings_started_at_once(tmp_path: Path) -> None:
    Path("c.yaml").write_text(GAME2D, encoding="utf-8")
    words = [sys.executable, "-m", "gancli", "train", "c.yaml", "-q", "--engine", "numpy"]
    processes = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(50)]
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0] * 50, outputs
    folders = {out.strip() for out, _ in outputs}
    assert len(folders) == 50 == len(list((tmp_path / "runs").iterdir()))
    records = [RunFolder(Path(folder)).record() for folder in folders]
    assert [record["status"] for record in records] == ["completed"] * 50
    assert len({record["pid"] for record in records}) == 50


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=3), st.integers(0, 5000))
def test_any_harm_to_a_checkpoint_is_seen(tmp_path: Path, changes: list[tuple[int, int]], cut: int) -> None:
    arrays = {"a": np.arange(300, dtype=np.float32), "b": np.zeros(0), "c": np.ones((2, 3))}
    path = checkpoint.save(tmp_path, 1, arrays, {"game": 1})
    content = bytearray(path.read_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    path.write_bytes(bytes(content[: len(content) - cut] if cut < len(content) else content))
    try:
        found = checkpoint.load(path)
    except ValueError as error:
        assert "is damaged" in str(error)
    else:  # bytes that say nothing, such as times in the archive
        assert found.facts == {"game": 1} and found.arrays.keys() == arrays.keys()
        assert all(np.array_equal(found.arrays[name], array) for name, array in arrays.items())


def test_a_run_killed_while_it_is_made_longer_goes_on_to_its_new_length(monkeypatch: pytest.MonkeyPatch) -> None:
    uninterrupted = train(WGAN, "--set", "training.games=60")
    folder = train(WGAN)

    class Killed(BaseException):
        pass

    def killed(path: Path, text: str) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("gancli.experiment.resuming.write_text", killed)  # config.yaml, after run.json
        gancli("resume", folder.path.name, "--games", "60")
    assert (
        json.loads((folder.path / "run.json").read_text())["games"] == 60 and "games: 40" in folder.config.read_text()
    )
    result = gancli("resume", folder.path.name)
    assert result.exit_code == 0, result.stderr
    assert (
        essence(folder)[:2] == essence(uninterrupted)[:2]
        and folder.config.read_text() == uninterrupted.config.read_text()
    )
    assert "spec_before" not in folder.record()
    folder.config.write_text(folder.config.read_text().replace("games: 60", "games: 40"))
    assert gancli("resume", folder.path.name).exit_code == 2, "that it was 40 once is forgotten"


@pytest.mark.parametrize("change", [{"engine": None}, {"threads": "two"}, {"data": 3}, {"spec": None}, {"status": 5}])
def test_a_record_that_is_not_ours_is_no_error_to_report(change: dict[str, Any]) -> None:
    folder = train(WGAN)
    (folder.path / "run.json").write_text(json.dumps({**folder.record(), **change}))
    result = gancli("resume", "small")
    assert result.exit_code == 2 and "run.json" in result.stderr and "please report" not in result.stderr
