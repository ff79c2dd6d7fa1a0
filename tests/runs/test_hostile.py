"""Run folders from elsewhere: links, names that climb, floods; and one bad folder among good ones."""

import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiment.test_runs import GAME2D, WGAN
from gancli.runs import RunError, RunFolder, SweepFolder, checkpoint, find_any, listing, listing_any, unreadable
from gancli.runs.arrays import read_arrays
from helpers import gancli, train

SECRET = "a secret of its owner\n"
LOOKS = (["show", "small"], ["show", "small", "--format", "csv"], ["resume", "small"], ["ls"],
         ["sample", "small", "-n", "4", "-o", "s.npz"], ["compare", "small", "small", "--by", "frechet"])  # fmt: skip
DRAWN = {
    "plot": ("plots", "checkpoints", "images", "images/game-000010.png", "metrics.jsonl"),
    "report": ("report.html", "config.yaml", "images/game-000010.png", "evaluation.json"),
}
"""Commands that take seconds, and what they look at or write."""


def snapshot(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name", ["metrics.jsonl", "log.txt", "lock", "config.yaml", "run.json", "images", "checkpoints", "plots", "report.html",
             "images/game-000010.png", "checkpoints/game-000040.npz", "evaluation.json"],
)  # fmt: skip
def test_no_link_in_a_run_folder_is_followed(name: str, tmp_path: Path) -> None:
    folder, _ = train(WGAN)
    path, outside = folder.path / name, tmp_path / "outside"
    outside.mkdir()
    target = outside / path.name
    if path.exists():
        shutil.move(path, target)
    elif "." in name:
        target.write_text(SECRET)
    else:
        target.mkdir()
    path.symlink_to(target)
    before = snapshot(outside)
    refused = []
    for words in (*LOOKS, *([word, "small"] for word, names in DRAWN.items() if name in names)):
        result = gancli(*words)
        assert "Traceback" not in result.output and "please report" not in result.output, words
        refused.append("is a link" in result.stderr)
    assert snapshot(outside) == before, "nothing was written through it"
    assert any(refused) or name in ("plots", "report.html", "evaluation.json")
    page = folder.path / "report.html"
    assert page.is_symlink() or not page.exists() or SECRET.strip() not in page.read_text()


def test_a_pipe_is_not_waited_for() -> None:
    folder, _ = train(WGAN)
    folder.metrics.unlink()
    os.mkfifo(folder.path / "metrics.jsonl")
    result = gancli("show", "small")
    assert result.exit_code == 2 and "is neither a file nor a folder" in result.stderr


def bomb(path: Path, megabytes: int) -> None:
    """A checkpoint whose arrays are zeros, packed: a thousandth of its size on the disk."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (megabytes << 20,)})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("sha256.npy", "w") as file:
        file.write(header.getvalue())
        for _ in range(megabytes):
            file.write(bytes(1 << 20))


def test_a_packed_checkpoint_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train(WGAN)
    for path in checkpoint.paths(folder.checkpoints):
        bomb(path, 300)
        assert path.stat().st_size < 1_000_000

    def load(*args: Any, **more: Any) -> None:
        raise AssertionError("it was looked into")

    with monkeypatch.context() as patched:
        patched.setattr(np, "load", load)
        with pytest.raises(RunError, match="it unpacks to 314,572,"):
            checkpoint.newest(folder.checkpoints)
    result = gancli("resume", "small")
    assert result.exit_code == 2 and "it unpacks to 314,572," in result.stderr
    assert "it unpacks to" in gancli("sample", "small", "-n", "1", "-o", "x.npz").stderr


def test_a_checkpoint_larger_than_its_networks_need_is_refused() -> None:
    folder, _ = train(WGAN)
    saved = checkpoint.newest(folder.checkpoints)
    checkpoint.save(folder.checkpoints, 50, {**saved.arrays, "more": np.zeros(2_000_000, np.uint8)}, saved.facts)
    result = gancli("resume", "small")
    assert "game-000050.npz: has 2," in result.stderr and "at most 1," in result.stderr


def test_pictures_are_bounded(tmp_path: Path) -> None:
    folder, _ = train(WGAN)
    path = folder.images / "game-000040.npz"
    bomb(path, 60)
    with pytest.raises(RunError, match=r"unpacks to 62,914,\d+ bytes; at most 50,000,000 are read"):
        read_arrays(path, 50_000_000, packed=True)
    assert gancli("plot", "small").exit_code == 2
    path.unlink()
    from PIL import Image

    Image.new("L", (20_000, 20_000)).save(folder.images / "game-000040.png")
    result = gancli("plot", "small")
    assert result.exit_code == 2 and "is no picture that can be drawn (" in result.stderr


@pytest.mark.parametrize("name", ["../../../x", "/tmp/gancli-climbs", "..", "", "0123456789abcdef"])
def test_names_of_cells_do_not_climb(name: str, tmp_path: Path) -> None:
    folder = swept()
    cells = folder.cells()
    cells[0]["cell"] = name
    (folder.path / "cells.jsonl").write_text("".join(json.dumps(cell) + "\n" for cell in cells))
    for words in (["sweep", "--resume", str(folder.path)], ["show", str(folder.path), "--format", "csv"], ["plot", str(folder.path)],
                  ["report", str(folder.path)], ["evaluate", str(folder.path)]):  # fmt: skip
        result = gancli(*words)
        assert result.exit_code == 2 and "cells.jsonl: is not the plan of a sweep" in result.stderr, words
    with pytest.raises(RunError, match="is no name of a cell"):
        folder.run(name)
    assert not (tmp_path.parent / "x").exists() and not Path("/tmp/gancli-climbs").exists()


def swept(*words: str) -> SweepFolder:
    Path("s.yaml").write_text(GAME2D, encoding="utf-8")
    result = gancli("sweep", "s.yaml", "--seeds", "3", "--jobs", "1", "--again", *words)
    assert result.exit_code == 0, result.output
    return SweepFolder(Path(result.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "name", ["cells", "cells.jsonl", "summary.csv", "attempts.jsonl", "plots", "log.txt", "sweep.yaml"]
)
def test_no_link_in_a_sweep_is_followed(name: str, tmp_path: Path) -> None:
    folder = swept()
    path, outside = folder.path / name, tmp_path / "outside"
    outside.mkdir()
    if path.exists():
        shutil.move(path, outside / name)
    elif "." in name:
        (outside / name).write_text(SECRET)
    else:
        (outside / name).mkdir()
    path.symlink_to(outside / name)
    before = snapshot(outside)
    looks = (["sweep", "--resume", str(folder.path)], ["show", str(folder.path), "--format", "csv"], ["plot", str(folder.path)],
             ["report", str(folder.path)], ["compare", str(folder.path)])  # fmt: skip
    results = [gancli(*words) for words in looks]
    assert all("please report" not in result.output for result in results)
    assert any("is a link" in result.stderr for result in results) and snapshot(outside) == before


# -- one bad folder among good ones --------------------------------------------------------------------------------


def damage(folder: RunFolder, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    record = folder.path / "run.json"
    if how == "half a record":
        record.write_text(record.read_text()[:100])
    elif how == "another record":
        record.write_text("[1, 2]")
    elif how == "nested too deeply":
        record.write_text("[" * 100_000)
    elif how == "one bad byte":
        content = bytearray(folder.metrics.read_bytes())
        content[3] = 0xFF
        folder.metrics.write_bytes(bytes(content))
    elif how == "a line that is none":
        folder.metrics.write_text('{"game": 1, "seconds": "x"}\n' + folder.metrics.read_text())
    elif how == "not this user's":
        is_file = Path.is_file

        def forbidden(self: Path) -> bool:
            if self.parent.name == folder.path.name:
                raise PermissionError(13, "Permission denied", str(self))
            return is_file(self)

        monkeypatch.setattr(Path, "is_file", forbidden)
    else:
        open_path = Path.open

        def locked(self: Path, *args: Any, **more: Any) -> Any:
            if self.name == "lock" and self.parent == folder.path:
                raise PermissionError(13, "Permission denied", str(self))
            return open_path(self, *args, **more)

        folder.write_record({**folder.record(), "status": "running"})
        monkeypatch.setattr(Path, "open", locked)


@pytest.mark.parametrize(
    "how", ["half a record", "another record", "nested too deeply", "one bad byte", "a line that is none", "not this user's", "a lock that is not this user's"],
)  # fmt: skip
def test_one_bad_folder_spoils_no_other(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    good, _ = train(GAME2D, "-q")
    bad, _ = train(GAME2D, "-q")
    damage(bad, how, monkeypatch)
    listed = gancli("ls")
    assert listed.exit_code == 0 and good.path.name in listed.stdout and bad.path.name in listed.stdout
    if "lock" not in how:
        assert f"warning: {bad.path.name}: unreadable: " in listed.stderr and listed.stdout.count("unreadable") == 1
    assert (
        gancli("show", good.path.name).exit_code == 0
        and gancli("resume", good.path.name, "--games", "50").exit_code == 0
    )
    assert gancli("plot", good.path.name).exit_code == 0
    if "byte" not in how and "line" not in how and "lock" not in how:
        assert gancli("show", "latest").stdout.startswith(f"run{'':31} {good.path}")
        assert bad.path in unreadable(Path("runs"))
        result = gancli("show", bad.path.name)
        assert result.exit_code in (1, 2) and "please report" not in result.stderr and "free space" not in result.stderr
    swept()


def test_a_bad_cell_is_shown_as_unreadable_and_the_others_go_on() -> None:
    folder = swept()
    names = [cell["cell"] for cell in folder.cells()]
    (folder.path / "cells" / names[0] / "metrics.jsonl").write_bytes(b'{"game": \xff}\n{"game": 1}\n')
    shutil.rmtree(folder.path / "cells" / names[1])
    folder.summary.unlink()
    statuses = {row["cell"]: row["status"] for row in folder.summary_rows()}
    assert statuses == {names[0]: "unreadable", names[1]: "waiting", names[2]: "completed"}
    for words in (["show", "latest"], ["compare", "latest"], ["plot", "latest"], ["report", "latest"], ["ls"]):
        assert gancli(*words).exit_code == 0, words
    folder.summary.write_text('\x00,\n"')
    assert gancli("compare", "latest").exit_code == 2


def test_a_damaged_sweep_and_lost_and_found_stop_no_new_sweep() -> None:
    first = swept()
    (first.path / "sweep.json").write_text("{")
    (Path("runs") / "lost+found").mkdir()
    assert swept().path != first.path
    assert first.path in unreadable(Path("runs")) and gancli("ls").exit_code == 0


def test_latest_is_the_one_that_began_last() -> None:
    folders = [train(GAME2D, "-q")[0] for _ in range(5)]
    record = folders[2].record()
    stamp = "20300101T000000Z"
    names = [f"{stamp}-small-{letter * 6}" for letter in "cabed"]
    for folder, name in zip(folders, names, strict=True):
        folder.path.rename(folder.path.with_name(name))
    assert [folder.path.name for folder in listing(Path("runs"))] == names, "by their starts, whose second is the same"
    assert find_any(Path("runs"), "latest").path.name == names[-1]
    assert len(record["start"].partition(".")[2]) > 6, "microseconds are recorded"
    (Path("runs") / names[0]).rename("runs/renamed")
    assert next(folder.path.name for folder in listing_any(Path("runs"))) == "renamed"


def test_a_metric_line_cut_short_by_a_kill_is_left_out() -> None:
    folder, _ = train(GAME2D, "-q")
    rows = folder.rows()
    with folder.metrics.open("ab") as file:
        file.write(b'{"game": 41, "sec')
    assert folder.rows() == rows
    with folder.metrics.open("ab") as file:
        file.write(b"\x00\x00")
    assert folder.rows() == rows


@pytest.mark.parametrize(
    "change", [{"counts": [1]}, {"start": 5}, {"git": "x"}, {"played": "many"}, {"warnings": 3}, {"name": {"a": 1}}, {"spec": "no"}]
)  # fmt: skip
def test_a_record_of_other_types_is_unreadable_and_no_error_to_report(change: dict[str, Any]) -> None:
    folder, _ = train(GAME2D, "-q")
    (folder.path / "run.json").write_text(json.dumps({**folder.record(), **change}))
    for words in (["ls"], ["show", folder.path.name], ["plot", folder.path.name], ["report", folder.path.name],
                  ["resume", folder.path.name, "--games", "50"], ["compare", folder.path.name, folder.path.name]):  # fmt: skip
        result = gancli(*words)
        assert "please report" not in result.output and result.exit_code == (0 if words == ["ls"] else 2), words
