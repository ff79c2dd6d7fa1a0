"""The folder that W&B leaves when it is offline, read back. It is in no extra of the tests: without it, skipped."""

import json
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from gancli.runs import RunFolder
from helpers import gancli, train
from loggers.kit import TEXT, bits

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
pytest.importorskip("wandb")

HEADER, BLOCK = 7, 32768


def records(path: Path) -> list[Any]:
    """What a .wandb file holds: LevelDB's log format, in which a record may be in several pieces."""
    from wandb.proto.wandb_internal_pb2 import Record

    content, place, whole, found = path.read_bytes(), HEADER, b"", []
    while place + HEADER <= len(content):
        if BLOCK - place % BLOCK < HEADER:
            place += BLOCK - place % BLOCK
            continue
        length, kind = struct.unpack("<HB", content[place + 4 : place + HEADER])
        whole += content[place + HEADER : place + HEADER + length]
        place += HEADER + length
        if kind in (1, 4):  # all of one, or its last piece
            record = Record()
            record.ParseFromString(whole)
            found.append(record)
            whole = b""
    return found


def test_a_run_of_the_users_own_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import wandb

    import gancli as api

    Path("c.yaml").write_text(TEXT + "log: [wandb]\n", encoding="utf-8")
    mine = wandb.init(project="my-own", mode="offline", dir=str(Path.cwd()), settings=wandb.Settings(silent=True))
    api.train("c.yaml")
    assert wandb.run is mine
    mine.log({"x": 1})
    mine.finish()


def read(folder: RunFolder) -> list[Any]:
    """All records, once those of every test are there: W&B's own process may be a little behind."""
    until = time.monotonic() + 20
    while True:
        files = sorted(folder.path.glob("wandb/offline-run-*/*.wandb"))
        found = [record for path in files for record in records(path)]
        tests = sum("seconds" in logged(record) for record in found if record.HasField("history"))
        if tests >= len(folder.rows()) or time.monotonic() > until:
            return found
        time.sleep(0.2)


def logged(record: Any) -> dict[str, Any]:
    """One line of the history; what has several parts is a mapping."""
    line: dict[str, Any] = {}
    for item in record.history.item:
        name, *rest = item.nested_key or [item.key]
        value = json.loads(item.value_json)
        if rest:
            line.setdefault(name, {})[rest[0]] = value
        else:
            line[name] = value
    return line


def assert_same_metrics(there: list[Any], folder: RunFolder) -> None:
    lines = [logged(record) for record in there if record.HasField("history")]
    ours = [{key: line[key] for key in line if not key.startswith("_")} for line in lines if "seconds" in line]
    assert [{key: line[key] for key in row} for row, line in zip(folder.rows(), ours, strict=True)] == folder.rows()
    for key, kind in (("generator/layer1.weights", "histogram"), ("pictures", "image-file")):
        games = [line["game"] for line in lines if line.get(key, {}).get("_type") == kind]
        assert len(games) >= 3 and games == sorted(set(games))


def test_the_folder_of_an_offline_run_has_all_and_a_resumed_run_goes_on_in_it() -> None:
    plain, _ = train(TEXT, "-q")
    folder, result = train(TEXT + "log: [{name: wandb, project: mine}]\n", "-q")
    assert "warning: log" not in result.stderr
    assert bits(folder) == bits(plain)
    there = read(folder)
    (run,) = [record.run for record in there if record.HasField("run")][:1]
    assert (run.project, run.display_name) == ("mine", folder.path.name)
    config = {item.key: json.loads(item.value_json) for item in run.config.update}
    assert {key: config[key] for key in folder.record()["spec"]} == folder.record()["spec"]
    assert config["path"] == str(folder.path.absolute())
    assert_same_metrics(there, folder)
    drawn = {path.read_bytes() for path in folder.path.glob("wandb/offline-run-*/files/media/images/*.png")}
    assert len(drawn) == 3

    assert gancli("resume", str(folder.path), "--games", "30", "-q").exit_code == 0
    assert len(list(folder.path.glob("wandb/offline-run-*"))) == 2
    there = read(folder)
    assert len({record.run.run_id for record in there if record.HasField("run")}) == 1
    assert_same_metrics(there, folder)
    assert len(folder.rows()) == 7
