"""Names of runs and how one is found by them, who holds a folder, which checkpoints are kept, how much is read."""

import datetime
import errno
import fcntl
import math
import os
import re
import socket
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from gancli.runs import (
    LockedError,
    RunError,
    RunFolder,
    SweepFolder,
    checkpoint,
    find,
    find_any,
    find_sweep,
    listing,
    listing_any,
    name_of,
    unreadable,
)
from gancli.runs.files import write_json
from gancli.runs.folder import exclusive, name_uniquely
from gancli.runs.lock import CLOCK, may_live, this_process
from gancli.runs.locked_folder import KINDS
from gancli.runs.lookup import listing_sweeps
from gancli.runs.safe_files import MAX_DEPTH, parse_json, read_bytes


def folder(name: str, record: str = "run.json", status: str = "completed") -> Path:
    path = Path("runs") / name
    path.mkdir(parents=True)
    write_json(path / record, {"status": status, "start": "2026-01-01T00:00:00.000000+00:00"})
    return path


def test_the_name_of_a_folder_is_its_time_its_name_and_six_letters() -> None:
    made = RunFolder.create(Path("runs"), "my-run", "seed: 0\n", {"status": "running"}, {"git.diff": b"x"})
    assert re.fullmatch(r"20\d{6}T\d{6}Z-my-run-[0-9a-f]{6}", made.path.name)
    names = ["checkpoints", "config.yaml", "git.diff", "images", "lock", "metrics.jsonl", "run.json"]
    assert sorted(path.name for path in made.path.iterdir()) == names
    assert [path.name for path in Path("runs").iterdir()] == [made.path.name], "nothing unfinished beside it"
    exact = RunFolder.create(Path("runs"), "0123456789ab", "", {"status": "running"}, exact=True)
    assert exact.path == Path("runs/0123456789ab")
    made.unlock()
    exact.unlock()


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("a", "20260101T000000Z-a-111111"),  # its name, though others have the letter
        ("b-a", "20260103T000000Z-b-a-333333"),
        ("222222", "20260102T000000Z-a-b-222222"),
        ("20260104", "20260104T000000Z-c-444444"),
        ("runs/20260102T000000Z-a-b-222222", "20260102T000000Z-a-b-222222"),
        ("20260101T000000Z-a-111111", "20260101T000000Z-a-111111"),
        ("latest", "20260104T000000Z-c-444444"),
        ("-", "4"), ("2026", "4"), ("nothing", "0"),
    ],
)  # fmt: skip
def test_a_run_is_found_by_its_name_or_by_what_only_it_has(word: str, found: str) -> None:
    for name in ("1Z-a-111111", "2Z-a-b-222222", "3Z-b-a-333333", "4Z-c-444444"):
        folder(f"2026010{name[0]}T000000{name[1:]}")
    folder("20260105T000000Z-a-sweep-555555", "sweep.json")
    if found.isdecimal() and len(found) == 1:
        with pytest.raises(RunError, match=f"stands for {found}" if found != "0" else "no run"):
            find(Path("runs"), word)
    else:
        assert find(Path("runs"), word).path.name == found


def test_runs_and_sweeps_are_found_each_as_what_they_are() -> None:
    run, sweep = folder("20260101T000000Z-x-111111"), folder("20260102T000000Z-y-222222", "sweep.json")
    later = folder("20260103T000000Z-z-333333")
    (later / "run.json").write_text("{")
    assert find_any(Path("runs"), "latest").path == sweep, "the last that can be read"
    assert find(Path("runs"), "latest").path == run and find_sweep(Path("runs"), "latest").path == sweep
    assert isinstance(find_any(Path("runs"), "y"), SweepFolder)
    with pytest.raises(RunError):
        find_sweep(Path("runs"), "x")


def test_who_only_looks_at_a_lock_holds_nothing() -> None:
    path = folder("x", status="running")
    with (path / "lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert not RunFolder(path).locked()


def test_one_at_a_time_holds_a_folder_and_it_is_running_as_long() -> None:
    path = folder("x", status="running")
    one, other = RunFolder(path), RunFolder(path)
    assert one.record()["status"] == "stale" and not one.locked()
    one.lock()
    assert other.locked() and other.record()["status"] == one.record()["status"] == "running"
    with pytest.raises(LockedError):
        other.lock()
    one.unlock()
    assert not other.locked() and other.record()["status"] == "stale"
    other.lock()
    other.unlock()
    write_json(path / "run.json", {"status": "failed"})
    assert one.record()["status"] == "failed"


def test_a_process_is_known_by_its_host_its_number_and_its_start() -> None:
    own = this_process()
    assert own == {"host": socket.gethostname(), "pid": os.getpid(), "process_start": psutil.Process().create_time()}
    gone = next(pid for pid in range(2**22 - 1, 1, -1) if not psutil.pid_exists(pid))
    changes: list[tuple[dict[str, Any], bool]] = [
        ({}, True),
        ({"process_start": own["process_start"] + 0.9 * CLOCK}, True),
        ({"process_start": own["process_start"] - 0.9 * CLOCK}, True),
        ({"process_start": own["process_start"] + CLOCK}, False),
        ({"process_start": own["process_start"] + 1.1 * CLOCK}, False),
        ({"process_start": own["process_start"] - 1.1 * CLOCK}, False),
        ({"process_start": None}, False),
        ({"process_start": 10**400}, False),
        ({"pid": gone}, False),
        ({"pid": "x"}, False),
        ({"pid": math.inf}, False),
        ({"pid": gone, "host": "another"}, True),
    ]
    assert [may_live(own | change) for change, _ in changes] == [lives for _, lives in changes]


@pytest.mark.parametrize(
    ("record", "runs"),
    [
        (None, False),
        ({"status": "running"}, True),
        ({"status": "completed"}, False),
        ({"status": "running", "pid": -1}, False),
        ({"status": "completed", "host": "another"}, False),
        ({"status": "running", "host": "another"}, True),
    ],
)
def test_without_locks_the_process_in_the_record_decides(
    record: dict[str, Any] | None, runs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*args: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    one = RunFolder(tmp_path)
    (tmp_path / "lock").touch()
    if record is not None:
        one.write_record({**this_process(), **record})
        status = record["status"]
        assert one.record()["status"] == (status if runs or status != "running" else "stale")
    assert one.locked() is runs
    if runs:
        with pytest.raises(LockedError):
            one.lock()
    else:
        one.lock()


def test_a_folder_that_cannot_be_filled_is_taken_away_and_let_go_of(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RunFolder.create(Path("runs"), "x", "", {"status": "running"}, {"none/a.txt": b""})
    assert list(Path("runs").iterdir()) == []
    made = RunFolder(folder("x"))
    made.lock()
    made.remove()
    assert not made.path.exists() and not made.locked()
    made.remove()


def test_what_a_record_says_is_of_its_kind(tmp_path: Path) -> None:
    one = RunFolder(tmp_path)
    rights = {str: "a", int: 1, dict: {}, list: []}
    for key, kind in KINDS.items():
        one.write_record({"status": "failed", key: None})
        assert one.record()[key] is None
        for other, value in rights.items():
            one.write_record({"status": "failed", key: value})
            if other is kind:
                assert one.record()[key] == value
            else:
                with pytest.raises(RunError, match=rf"says {key}: .*, which gancli does not write"):
                    one.record()
    for key in ("name", "kind", "status", "engine"):
        one.write_record({"status": "failed", key: "a" * 80})
        assert one.record()[key] == "a" * 80
        one.write_record({"status": "failed", key: "a" * 81})
        with pytest.raises(RunError, match=f"says {key}: 'a{{39}}, which"):
            one.record()
    for wrong in ([], {}, {"status": 1}):
        write_json(tmp_path / "run.json", wrong)  # type: ignore[arg-type]
        with pytest.raises(RunError, match="is not the record of a run"):
            one.record()


def test_the_last_two_checkpoints_are_kept_by_the_number_of_their_game(tmp_path: Path) -> None:
    for game in (5, 999_999, 1_000_000, 1_000_001):
        checkpoint.save(tmp_path, game, {"a": np.full(3, game)}, {"game": game})
    assert [path.name for path in checkpoint.paths(tmp_path)] == ["game-1000000.npz", "game-1000001.npz"]
    assert checkpoint.newest(tmp_path).facts == {"game": 1_000_001}
    assert checkpoint.newest(tmp_path).arrays["a"].tolist() == [1_000_001] * 3

    def check(facts: dict[str, Any]) -> None:
        if facts["game"] > 1_000_000:
            raise ValueError("of another run")

    found = checkpoint.newest(tmp_path, check)
    assert found.facts == {"game": 1_000_000} and found.damaged == ["of another run"]
    last = tmp_path / "game-1000001.npz"
    last.write_bytes(b"")
    saved = checkpoint.save(tmp_path, 1_000_000, {"a": np.zeros(0), "b": np.array(1.5)}, {"games": "é"})
    assert saved == tmp_path / "game-1000000.npz"
    found = checkpoint.newest(tmp_path)
    assert found.facts == {"games": "é"} and {name: a.tolist() for name, a in found.arrays.items()} == {
        "a": [],
        "b": 1.5,
    }
    assert len(found.damaged) == 1 and found.damaged[0].startswith(f"{last}: is damaged (")
    with pytest.raises(RunError, match=r"^\S+1000001\.npz: is damaged .*; \S+1000000\.npz: does not say what"):
        checkpoint.newest(tmp_path, check)
    with pytest.raises(RunError, match="none: holds no checkpoint"):
        checkpoint.newest(tmp_path / "none")
    size = saved.stat().st_size
    assert checkpoint.load(saved, size).arrays.keys() == {"a", "b"}
    for read in (lambda: checkpoint.load(saved, size - 1), lambda: checkpoint.newest(tmp_path, most=size - 1)):
        with pytest.raises(RunError, match=f"at most {size - 1:,d} are read"):
            read()


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert read_bytes(path, 100) == b"x" * 100
    with pytest.raises(RunError, match="has 100 bytes; at most 99 are read"):
        read_bytes(path, 99)


def test_json_is_read_down_to_its_depth() -> None:
    def nested(depth: int) -> str:
        return '{"a": [' * (depth // 2) + "[" * (depth % 2) + "1" + "]" * (depth % 2) + "]}" * (depth // 2)

    assert parse_json(nested(MAX_DEPTH - 1), Path("f"))
    with pytest.raises(RunError, match="nested too deeply"):
        parse_json(nested(MAX_DEPTH), Path("f"))


def test_no_name_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter(["a", "a", "b", "1", "1", "2"])
    monkeypatch.setattr("secrets.token_hex", lambda size: next(letters) * 2 * size)
    runs = Path("here/runs")
    first = exclusive(runs, "x")
    assert exclusive(runs, "x") != first == runs / ".tmp-x-aaaaaaaaaaaa"
    (first / "a").touch()
    made = RunFolder(first)
    monkeypatch.setattr("gancli.runs.folder.datetime", Clock)
    name_uniquely(made, runs, "x")
    assert made.path == runs / "20260102T030405Z-x-111111" and made.inside("a").exists()
    other = RunFolder(runs / ".tmp-x-bbbbbbbbbbbb")
    name_uniquely(other, runs, "x")
    assert other.path == runs / "20260102T030405Z-x-222222" and other.path.is_dir()
    other.path.rmdir()
    monkeypatch.setattr("secrets.token_hex", lambda size: "f")
    with pytest.raises(FileNotFoundError):
        name_uniquely(other, runs, "x")


class Clock:
    """A clock that stands."""

    UTC = datetime.UTC

    class datetime:
        @staticmethod
        def now(zone: datetime.tzinfo) -> datetime.datetime:
            return datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=zone)


def test_folders_stand_in_the_order_in_which_they_began_whatever_their_names() -> None:
    names = {
        "20260102T000000Z-z-111111": "2026-01-02T00:00:00.000001+00:00",
        "20260102T000000Z-y-222222": "2026-01-02T02:00:00.000002+02:00",
        "renamed": "2026-01-03T00:00:00+00:00",
        "20260103T000001Z-b-444444": "2000-01-01T00:00:00+00:00",  # its name says when, where no other has it
    }
    for name, start in reversed(names.items()):
        record = "sweep.json" if "-y-" in name else "run.json"
        write_json(folder(name, record) / record, {"status": "failed", "start": start})
    folder("unknown")
    write_json(Path("runs/unknown/run.json"), {"status": "failed", "start": "no time"})
    folder(".tmp-x-555555")
    Path("runs/a-file").touch()
    Path("runs/empty").mkdir()
    found = [one.path.name for one in listing_any(Path("runs"))]
    assert found == ["unknown", *names]
    assert [one.path.name for one in listing_sweeps(Path("runs"))] == ["20260102T000000Z-y-222222"]
    assert [one.path.name for one in listing(Path("runs"))] == [name for name in found if "-y-" not in name]
    Path("runs/renamed/run.json").write_text("[]")
    assert list(unreadable(Path("runs"))) == [Path("runs/renamed")]
    assert listing_any(Path("none")) == [] and unreadable(Path("none")) == {}


def test_part_of_a_name_of_many_lists_five_of_them() -> None:
    names = [f"20260101T00000{place}Z-x{place}-{place}11111" for place in range(6)]
    for name in names:
        folder(name)
    with pytest.raises(RunError, match=f"'x' stands for 6 runs: {', '.join(names[:5])}, … and 1 more$"):
        find(Path("runs"), "x")
    with pytest.raises(RunError, match=r"no sweep 'x' in runs \(it holds 0\); `gancli ls --runs runs` lists them"):
        find_sweep(Path("runs"), "x")


def test_of_several_of_one_name_the_latest_that_can_be_read_is_taken_and_said() -> None:
    first, second, third = (folder(f"2026010{day}T000000Z-x-{day}11111") for day in (1, 2, 3))
    told: list[str] = []
    assert find(Path("runs"), "x", told.append).path == third
    assert told == ["3 runs are called x; this is the latest, 20260103T000000Z-x-311111"]
    (third / "run.json").write_text("{")
    assert find(Path("runs"), "x").path == second
    for path in (first, second):
        (path / "run.json").write_text("{")
    with pytest.raises(RunError, match="'x' stands for 3 runs"):
        find(Path("runs"), "x")
    told.clear()
    assert find(Path("runs"), str(first), told.append).path == first and told == []
    sweep = folder("20260104T000000Z-y-411111", "sweep.json")
    assert find_any(Path("runs"), "latest", several=told.append).path == sweep and told == []


def test_what_a_folder_is_found_by() -> None:
    first, second = folder("20260101T000000Z-x-111111"), folder("20260102T000000Z-x-211111")
    renamed, other = folder("mine"), folder("20260103T000000Z-y-311111", "sweep.json")
    called = {path.name: name_of(Path("runs"), RunFolder(path)) for path in (first, second, renamed, other)}
    assert called == {first.name: first.name, second.name: "x", "mine": "mine", other.name: "y"}
    assert all(find_any(Path("runs"), word).path.name == path for path, word in called.items())
    folder("20260104T000000Z-latest-411111")
    (folder("20260105T000000Z-z-511111") / "run.json").write_text("{")
    damaged = RunFolder(Path("runs/20260105T000000Z-z-511111"))
    assert name_of(Path("runs"), damaged) == "z", "the only one of that name"
