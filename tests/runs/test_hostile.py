"""Run folders from elsewhere: links, names that climb, floods; and one bad folder among good ones."""

import functools
import io
import json
import os
import shutil
import tempfile
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def sweep(runs: str | Path = "runs") -> SweepFolder:
    """Three cells, played."""
    Path("s.yaml").write_text(GAME2D, encoding="utf-8")
    result = gancli("sweep", "s.yaml", "--seeds", "3", "--jobs", "1", "--runs", str(runs))
    assert result.exit_code == 0, result.output
    return SweepFolder(Path(result.stdout.splitlines()[-1]))


@functools.cache
def template() -> Path:
    """A sweep that is played once for all."""
    return sweep(Path(tempfile.mkdtemp()) / "runs").path


def swept() -> SweepFolder:
    """A copy of it."""
    return SweepFolder(Path(shutil.copytree(template(), Path("runs") / template().name)))


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


@pytest.mark.slow
@pytest.mark.parametrize(
    "how", ["half a record", "another record", "nested too deeply", "one bad byte", "a line that is none", "not this user's", "a lock that is not this user's"],
)  # fmt: skip
def test_one_bad_folder_spoils_no_other(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    good, _ = train(GAME2D, "-q")
    bad, _ = train(GAME2D, "-q")
    damage(bad, how, monkeypatch)
    listed = gancli("ls")
    assert listed.exit_code == 0 and good.path.name in listed.stdout and bad.path.name in listed.stdout
    if how in ("one bad byte", "a line that is none"):  # of which only the end is read to list it
        refused = gancli("show", bad.path.name, "--format", "csv")
        assert refused.exit_code == 2 and "metrics.jsonl: line 1 is damaged" in refused.stderr
    elif "lock" not in how:
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
    sweep()


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
    first = sweep()
    (first.path / "sweep.json").write_text("{")
    (Path("runs") / "lost+found").mkdir()
    assert sweep().path != first.path
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


# -- files of the right form with the wrong content ----------------------------------------------------------------

OF_A_RUN = [
    ("run.json", {"name": "$\\frac{$"}), ("run.json", {"name": "\ud800"}), ("run.json", {"name": "a\n" * 3000}), ("run.json", {"kind": "\x1b[31m"}),
    ("run.json", {"played": None}), ("run.json", {"spec": json.loads("{\"a\":" * 60 + "1" + "}" * 60)}),
    ("metrics.jsonl", '{"game": 1, "seconds": 1, "loss": 1' + "0" * 400 + "}\n"), ("metrics.jsonl", '{"game": 1, "seconds": 1, "real_score": 2}\n'),
    ("metrics.jsonl", '{"game": 1, "seconds": 1, "frechet": 1e307}\n{"game": 2, "seconds": 1, "frechet": -1e307}\n'),
    ("metrics.jsonl", '{"game": 1, "seconds": 1, "theta": 0.5}\n'),
    ("evaluation.json", '{"measures": {"frechet": {}}}'), ("evaluation.json", '{"findings": 5, "measures": {}}'), ("evaluation.json", '{"notices": true}'),
    ("evaluation.json", '{"measures": {"frechet": {"value": 1' + "0" * 400 + ', "±": 1, "real": 1, "real ±": 1}}}'),
    ("evaluation.json", '{"samples": Infinity, "measures": {}}'), ("evaluation.json", '{"critic": 5, "measures": {}}'), ("evaluation.json", "[" * 100_000),
]  # fmt: skip


def written(path: Path, content: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **content}) if isinstance(content, dict) else content)


@pytest.mark.slow
@pytest.mark.parametrize(("file", "content"), OF_A_RUN)
def test_what_a_run_from_elsewhere_says_is_no_error_to_report(file: str, content: Any) -> None:
    folder, _ = train(GAME2D, "-q")
    good, _ = train(GAME2D, "-q")
    written(folder.path / file, content)
    name = folder.path.name
    for words in (["ls"], ["show", name], ["show", name, "--format", "json"], ["plot", name], ["report", name], ["compare", name, good.path.name],
                  ["compare", name, good.path.name, "--by", "distance"]):  # fmt: skip
        result = gancli(*words)
        assert result.exit_code in (0, 2) and "please report" not in result.output and "\x1b" not in result.output, (
            words
        )
    assert gancli("ls").exit_code == 0


OF_A_SWEEP = [
    ("summary.csv", "cell,status,seconds\n0123456789ab,completed,1,2,3\n"), ("summary.csv", "{}"),
    ("summary.csv", "cell,seed,status,seconds,x.final\n{first},0,completed,1,text\n"),
    ("attempts.jsonl", '{"cell": [], "event": "lost", "reason": "x"}\n{"cell": "a"}\n5\n' + "[" * 100_000 + "\n"),
    ("cells.jsonl", {"cell": 0, "status": {}, "seed": []}), ("cells.jsonl", {"a b": 1}), ("cells.jsonl", {"x": {"$\\frac{$\x1b": "\x1b[2J"}}),
    ("cells/{first}/evaluation.json", '{"measures": {"frechet": {}}}'), ("cells/{first}/evaluation.json", '{"findings": 5}'),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("file", "content"), OF_A_SWEEP)
def test_what_a_sweep_from_elsewhere_says_is_no_error_to_report(file: str, content: Any) -> None:
    folder = swept()
    cells = folder.cells()
    path = folder.path / file.replace("{first}", cells[0]["cell"])
    if isinstance(content, dict):
        path.write_text("".join(json.dumps({**cell, "values": content}) + "\n" for cell in cells))
    else:
        path.write_text(content.replace("{first}", cells[0]["cell"]))
    if file == "attempts.jsonl":
        folder.summary.unlink()
    for words in (["show", "latest", "--format", "csv"], ["compare", "latest"], ["plot", "latest"], ["report", "latest"], ["ls"],
                  ["evaluate", "latest"]):  # fmt: skip
        result = gancli(*words)
        assert result.exit_code in (0, 2) and "please report" not in result.output and "\x1b" not in result.output, (
            words
        )
        if file.startswith("cells/"):
            expected = 2 if words[0] == "evaluate" else 0  # a game2d has nothing to evaluate
            assert result.exit_code == expected, f"one bad cell spoils no other: {words}"


XOR = "kind: supervised\nname: small\nengine: numpy\ndata: {set: xor}\nnetwork: {shape: [2, 4, 1]}\ntraining: {games: 4}\npictures: {every: 2}\ntest: {every: 2}\n"


@pytest.mark.parametrize(
    "arrays",
    [{"plane": np.zeros((3, 3))}, {"plane": np.array("text"), "points": np.zeros((1, 2)), "labels": np.zeros(1)},
     {"samples": np.zeros((2, 2)), "real": np.zeros((2, 2)), "scores": np.zeros((2, 2)), "half": np.float64("nan")},
     {"confusion": np.zeros((2, 2))}, {"confusion": np.zeros((2000, 2000), int), "images": [], "labels": [], "predictions": []},
     {"axis": np.zeros(0), "theta_step": np.zeros(0), "phi_step": np.zeros(0)}, {"axis": np.zeros(3)}],
)  # fmt: skip
def test_pictures_of_other_arrays_are_no_error_to_report(arrays: dict[str, Any]) -> None:
    folder, _ = train(XOR, "-q")
    for path in folder.images.glob("*.npz"):
        np.savez(path, **arrays)
    for words in (["plot", "small"], ["report", "small"]):
        result = gancli(*words)
        assert result.exit_code in (0, 2) and "please report" not in result.output, words


@pytest.mark.slow
def test_a_picture_of_any_shape_is_drawn_within_bounds() -> None:
    from PIL import Image

    folder, _ = train(WGAN, "-q")
    Image.new("L", (1, 60_000)).save(folder.images / "game-000040.png")
    assert gancli("plot", "small").exit_code == 0
    with Image.open(folder.plots / "pictures.png") as drawn:
        assert drawn.width * drawn.height < 30_000_000


def test_a_name_of_a_network_does_not_climb(tmp_path: Path) -> None:
    folder, _ = train(WGAN, "-q")
    saved = checkpoint.newest(folder.checkpoints)
    saved.facts["layout"] = {"../../x": saved.facts["layout"]["critic"]}
    saved.arrays["../../x.params"] = saved.arrays["critic.params"]
    checkpoint.save(folder.checkpoints, 50, saved.arrays, saved.facts)
    result = gancli("plot", "small")
    assert result.exit_code == 2 and "is no name of a network" in result.stderr
    assert not list(tmp_path.rglob("x.png"))


def test_only_the_end_of_metrics_is_read_to_list_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train(GAME2D, "-q")
    assert folder.last() == folder.rows()[-1]

    def rows(self: RunFolder) -> Any:
        raise AssertionError("all of them are read")

    monkeypatch.setattr(RunFolder, "rows", rows)
    assert gancli("ls").exit_code == 0 and gancli("show", "small").exit_code == 0
    folder.metrics.write_text("")
    assert folder.last() == {}
