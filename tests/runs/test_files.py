"""Files are on the disk in order: written beside, flushed, given their mode, put in place, and then their folder."""

import datetime
import json
import math
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiment.test_runs import WGAN
from gancli.runs import RunError, RunFolder, SweepFolder, checkpoint
from gancli.runs.arrays import write_arrays
from gancli.runs.files import (
    TEMPORARY,
    _host,
    append_text,
    by_game,
    game_of,
    now,
    remove_dead,
    sync,
    write_bytes,
    write_json,
)
from gancli.runs.summary import summarize
from helpers import train


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is flushed and renamed, in order, by the names of the files."""
    found: list[tuple[str, str]] = []
    fsync, replace = os.fsync, Path.replace

    def flushed(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        size = "" if path.is_dir() else f", {path.stat().st_size} bytes"
        found.append(("flush", f"{path.name}{size}"))
        fsync(descriptor)

    def replaced(self: Path, target: Path) -> Any:
        assert self.parent.samefile(target.parent)
        found.append(("rename", f"{self.name} → {target.name}, mode {stat.S_IMODE(self.stat().st_mode):o}"))
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", replaced)
    return found


@pytest.mark.parametrize(("umask", "mode"), [(0o022, "644"), (0o002, "664"), (0o077, "600")])
def test_a_file_is_flushed_before_it_is_in_place_and_its_folder_after(
    calls: list[tuple[str, str]], tmp_path: Path, umask: int, mode: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    before = os.umask(umask)
    try:
        write_bytes(folder / "a.txt", b"12345")
    finally:
        assert os.umask(before) == umask
    assert [call for call, _ in calls] == ["flush", "rename", "flush"]
    beside, renamed, flushed = (text for _, text in calls)
    assert beside.startswith(".tmp-a.txt.") and beside.endswith(", 5 bytes"), "hidden, and whole when it is flushed"
    assert renamed == f"{beside.removesuffix(', 5 bytes')} → a.txt, mode {mode}" and flushed == "folder"


def test_a_line_that_must_last_is_flushed(calls: list[tuple[str, str]], tmp_path: Path) -> None:
    before = os.umask(0)
    append_text(tmp_path / "a.txt", "one\n")
    os.umask(before)
    assert calls == [] and stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o666
    append_text(tmp_path / "a.txt", "two\n", flush=True)
    assert calls == [("flush", "a.txt, 8 bytes")] and (tmp_path / "a.txt").read_text() == "one\ntwo\n"


def test_metrics_are_on_the_disk_before_the_checkpoint_that_counts_them(calls: list[tuple[str, str]]) -> None:
    folder, _ = train(WGAN, "-q")
    names = [
        text.partition(" → ")[2].partition(",")[0] if call == "rename" else text.partition(",")[0]
        for call, text in calls
    ]
    places = [place for place, name in enumerate(names) if name.startswith("game-") and name.endswith(".npz")]
    assert len(places) == 4, "a checkpoint every ten games of forty"
    for place in places:
        assert names[place - 2] == "metrics.jsonl" and names[place + 1] == "checkpoints"
    saved = checkpoint.newest(folder.checkpoints)
    assert saved.facts["metrics_bytes"] <= folder.metrics.stat().st_size


def test_a_checkpoint_whose_arrays_are_others_is_damaged(tmp_path: Path) -> None:
    path = checkpoint.save(tmp_path, 1, {"a": np.arange(6.0).reshape(2, 3)}, {"game": 1})
    arrays = dict(np.load(path))
    assert arrays["sha256"].dtype == np.uint8 and arrays["sha256"].size == 32
    for change in ({"a": arrays["a"].reshape(3, 2)}, {"a": arrays["a"].view(np.int64)}, {"a": arrays["a"] + 1.0}):
        write_arrays(path, arrays | change)
        with pytest.raises(RunError, match="its SHA-256 is another"):
            checkpoint.load(path)


def test_metrics_in_a_few_numbers() -> None:
    rows = [
        {"game": 0, "seconds": 0.0, "accuracy": 0.5, "loss": 4.0},
        {"game": 10, "seconds": 1.0, "accuracy": 1.0, "loss": 1.0},
        {"game": 30, "seconds": 3.0, "accuracy": 0.8, "loss": 2.0},
    ]
    found = summarize(rows)
    assert found["accuracy.final"] == 0.8 and found["accuracy.best"] == 1.0 and found["loss.best"] == 1.0
    assert found["accuracy.area"] == pytest.approx((10 * 0.75 + 20 * 0.9) / 30), "by the trapezoidal rule, over games"
    assert found["loss.area"] == pytest.approx((10 * 2.5 + 20 * 1.5) / 30)
    assert summarize(rows[:1])["loss.area"] == 4.0
    assert "loss.final" not in summarize([*rows, {"game": 40, "seconds": 4.0, "accuracy": 0.9}])


def test_the_name_of_a_folder_and_each_note_on_a_cell_are_on_the_disk(calls: list[tuple[str, str]]) -> None:
    run = RunFolder.create(Path("runs"), "x", "", {"status": "running"})
    run.unlock()
    assert calls[-1] == ("flush", "runs")
    cell: dict[str, Any] = {"cell": "0123456789ab", "values": {}, "seed": 0, "spec": {}}
    sweep = SweepFolder.create(Path("runs"), "x", [cell], {"status": "running"}, {})
    sweep.unlock()
    assert calls[-1] == ("flush", "runs")
    sweep.note(cell["cell"], "lost")
    size = (sweep.path / "attempts.jsonl").stat().st_size
    assert calls[-1] == ("flush", f"attempts.jsonl, {size} bytes")


def test_only_what_was_left_unfinished_is_taken_away_below_a_folder(tmp_path: Path) -> None:
    for name in ("a.txt", ".tmp-a.txt", "b/.tmp-b.txt", "b/b.tmp-", ".tmp-folder/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    left = ["a.txt", "b/b.tmp-", ".tmp-folder/c"]
    RunFolder(tmp_path).remove_temporary()
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(tmp_path / name for name in left)


def test_what_killed_processes_of_this_machine_left_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    killed = "import os, signal, sys; from pathlib import Path; from gancli.runs import files\n"
    killed += "files.os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)\n"
    killed += "files.write_bytes(Path('a.png'), b'x' * 100)"
    assert subprocess.run([sys.executable, "-c", killed]).returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(f"{TEMPORARY}a.png.*"))) == 1
    alive, elsewhere = f"{TEMPORARY}b.{_host()}-{os.getpid()}.abc", f"{TEMPORARY}b.00000000-999999999.abc"
    mine, below = f"{TEMPORARY}mine", f"below/{TEMPORARY}b.{_host()}-999999999.abc"
    folder = f"{TEMPORARY}b.{_host()}-999999999.folder"
    (tmp_path / "below").mkdir()
    (tmp_path / folder).mkdir()
    for name in (alive, elsewhere, mine, below):
        (tmp_path / name).touch()
    remove_dead(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == {
        alive, elsewhere, mine, "below", below, folder,
    }  # fmt: skip


def test_json_has_null_for_what_is_undefined_or_infinite_and_the_letters_of_a_text(tmp_path: Path) -> None:
    data = {"é": [1, 0.5, math.nan, (math.inf, True)], "name": "\udcff", "b": {"a": -math.inf, "c": None}}
    write_json(tmp_path / "a.json", data)
    text = (tmp_path / "a.json").read_bytes().decode("utf-8")
    assert json.loads(text) == {"é": [1, 0.5, None, [None, True]], "name": "\udcff", "b": {"a": None, "c": None}}
    assert text.startswith('{\n  "é": [\n    1,\n') and text.endswith("}\n")


@pytest.mark.parametrize("gone", [False, True])
def test_a_write_that_fails_leaves_what_was_there_and_nothing_beside_it(
    gone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ("a" * 60)
    write_bytes(path, b"one")

    def full(descriptor: int) -> None:
        beside = next(one for one in tmp_path.iterdir() if one != path)
        assert beside.name.startswith(f".tmp-{'a' * 40}.")
        if gone:
            beside.unlink()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_bytes(path, b"two")
    assert [one.name for one in tmp_path.iterdir()] == [path.name] and path.read_bytes() == b"one"


def test_files_of_games_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("game-1000000.png", "game-000500.png", "game-x1.png", "game-.png", "game-000001.npz", "b-000002.png"):
        (tmp_path / name).touch()
    assert [path.name for path in by_game(tmp_path, "png")] == ["game-000500.png", "game-1000000.png"]
    assert game_of(tmp_path / "game-000500.png") == 500 and by_game(tmp_path / "none", "png") == []
    (tmp_path / "game-000003.png").symlink_to(tmp_path / "game-000500.png")
    with pytest.raises(RunError, match=r"game-000003\.png: is a link"):
        by_game(tmp_path, "png")


def test_each_line_of_a_log_has_its_time(tmp_path: Path) -> None:
    one = RunFolder(tmp_path)
    one.log("first \udcff")
    one.log("second")
    lines = (tmp_path / "log.txt").read_text(encoding="utf-8").splitlines()
    assert [line.partition(" ")[2] for line in lines] == ["first \\udcff", "second"]
    for line in lines:
        time = datetime.datetime.fromisoformat(line.partition(" ")[0])
        assert time.utcoffset() == datetime.timedelta() and time.microsecond == 0


def test_the_time_of_a_record_has_microseconds_and_is_utc() -> None:
    text = now()
    assert len(text.partition(".")[2]) == len("123456+00:00") and text.endswith("+00:00")


@pytest.mark.parametrize("name", ["a.txt", "none.txt"])
def test_nothing_is_added_through_a_link_or_to_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "link").symlink_to(tmp_path / name)
    for add in (lambda path: append_text(path, "b"), sync):
        with pytest.raises(RunError, match="is a link"):
            add(tmp_path / "link")
        with pytest.raises(IsADirectoryError):
            add(tmp_path)
    assert (tmp_path / "a.txt").read_text() == "a" and not (tmp_path / "none.txt").exists()
