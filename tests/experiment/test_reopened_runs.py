"""What a run goes on with: its engine and threads, its last good state, and what its record says of it then."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest

from experiment.test_how_runs_end import Silent
from experiment.test_runs import XOR
from gancli.data import DataError
from gancli.engines import make_engine
from gancli.experiment import load_data, reopen, resume
from gancli.experiment.resuming import DECISIVE, _other_machine
from gancli.experiment.run import engine_of
from gancli.runs import RunError, RunFolder
from gancli.spec import load
from helpers import experiment, train

NUMPY = ("--set", "engine=numpy")
PASSES = XOR.replace("games: 40", "passes: 10")


@pytest.fixture
def folder() -> RunFolder:
    return train(XOR, *NUMPY)[0]


def say(folder: RunFolder, **changes: Any) -> None:
    folder.write_record({**folder.record(), **changes})


def test_a_run_goes_on_with_the_engine_and_threads_of_its_record(folder: RunFolder) -> None:
    say(folder, engine="checked", threads=2)
    found = reopen(folder, games=50)
    engine = engine_of(found.built)
    assert (engine.name, engine.threads) == ("checked", 2)
    assert found.built.game.played == 40 and found.built.games == 50 and folder.locked()
    assert found.seconds > 0 and found.folder is folder and found.resolved.experiment.training.games == 50
    folder.unlock()


def test_given_data_are_not_loaded_and_must_be_the_runs(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    corners = load_data(experiment(XOR))

    def never(spec: Any) -> None:
        raise DataError("is loaded")

    monkeypatch.setattr("gancli.experiment.resuming.load_data", never)
    assert reopen(folder, 50, corners).built.dataset is corners
    folder.unlock()
    with pytest.raises(RunError, match="on other data than made here"):
        reopen(folder, 50, dataclasses.replace(corners, facts={"sha256": "0"}))
    with pytest.raises(DataError, match="is loaded"):
        reopen(folder, 50)
    assert not folder.locked()


@pytest.mark.parametrize(
    ("old", "new", "lines", "remedy"),
    [
        ("games: 40", "games: 50", ["training.games: expected 40, got 50"], True),
        ("games: 40", "passes: 9", ["training.games: expected 40, got nothing", "training.passes: expected nothing, got 9"], True),
        ("batch: 3", "batch: 2", ["training.batch: expected 3, got 2"], False),
        ("games: 40, batch: 3", "games: 50, batch: 2", ["training.batch: expected 3, got 2", "training.games: expected 40, got 50"], False),
    ],
)  # fmt: skip
def test_a_configuration_that_is_no_longer_the_runs_is_refused_with_what_differs(
    old: str, new: str, lines: list[str], remedy: bool, folder: RunFolder
) -> None:
    folder.config.write_text(XOR.replace(old, new) + "engine: numpy\n", encoding="utf-8")
    with pytest.raises(RunError, match="was changed since the run began") as caught:
        reopen(folder)
    told = str(caught.value).splitlines()
    assert sorted(line.strip() for line in told if line.startswith("  ")) == lines
    assert ("--games N" in told[-1]) is remedy and "train anew" in told[-1]
    if remedy:  # its length alone, which is asked for
        assert reopen(folder, games=60).built.games == 60
        folder.unlock()
    else:
        with pytest.raises(RunError, match="training.batch: expected 3, got 2"):
            reopen(folder, games=60)


def test_a_longer_run_counts_games_where_it_counted_passes() -> None:
    folder, _ = train(PASSES, *NUMPY)
    found = reopen(folder, games=20)
    training = found.resolved.experiment.training
    assert (training.games, training.passes, found.built.game.played) == (20, None, 14)
    folder.unlock()


@pytest.mark.parametrize(("games", "fits"), [(39, False), (40, False), (41, True)])
def test_longer_is_more_games_than_were_played(games: int, fits: bool, folder: RunFolder) -> None:
    if fits:
        assert reopen(folder, games).built.games == games
        folder.unlock()
    else:
        with pytest.raises(RunError, match=f"is at game 40 already; --games must be more, got {games}"):
            reopen(folder, games)
    assert not folder.locked()


def test_what_was_measured_after_the_last_good_checkpoint_is_forgotten(folder: RunFolder) -> None:
    newest = max(folder.checkpoints.iterdir())
    newest.write_bytes(b"")
    (folder.images / ".tmp-game-000040.png.abcdefgh").write_bytes(b"half")
    found = reopen(folder)
    assert found.built.game.played == 30 and [row["game"] for row in folder.rows()] == [0, 10, 20, 30]
    assert [line.endswith("; going on from the checkpoint before it") for line in found.warnings] == [True]
    assert not list(folder.path.rglob(".tmp-*"))
    folder.unlock()


def test_a_run_killed_before_its_first_checkpoint_begins_again(folder: RunFolder) -> None:
    for path in folder.checkpoints.iterdir():
        path.unlink()
    folder.write_record({**folder.record(), "status": "interrupted"})
    found = reopen(folder)
    assert found.built.game.played == 0 and found.seconds == 0.0 and folder.rows() == []
    assert found.warnings == ("it has no checkpoint yet, and begins again",)
    folder.unlock()


@pytest.mark.parametrize("with_folder", [False, True])
def test_a_run_whose_checkpoints_are_gone_is_left_as_it_is(with_folder: bool, folder: RunFolder) -> None:
    shutil.rmtree(folder.checkpoints)
    if with_folder:
        folder.checkpoints.mkdir()
    before = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    with pytest.raises(RunError, match="its checkpoints are gone, so that it cannot go on; train anew: gancli train"):
        reopen(folder)
    assert {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()} == before


def test_the_picture_of_an_earlier_end_does_not_stay_where_none_is_due() -> None:
    folder, _ = train(XOR, *NUMPY, "--set", "pictures={every: 15}")
    (folder.images / "game-of-mine.png").write_bytes(b"mine")
    due = {f"game-{game:06d}.{end}" for game in (0, 15, 30) for end in ("png", "npz")} | {"game-of-mine.png"}
    assert {path.name for path in folder.images.iterdir()} == due | {"game-000040.png", "game-000040.npz"}
    reopen(folder, 50)
    folder.unlock()
    assert {path.name for path in folder.images.iterdir()} == due


def test_another_machine_is_told_by_what_decides_the_last_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    here = {"cpu": "new", "blas": {"name": "one"}, "versions": {"numpy": "2"}, "host": "there"}
    monkeypatch.setattr("gancli.experiment.resuming.machine", lambda threads: asked.append(threads) or here)
    engine = make_engine("numpy", 3)
    assert list(_other_machine({**here, "host": "here"}, engine)) == [] and asked == [3]
    told = set(_other_machine({"cpu": "old", "versions": {"numpy": "1"}}, engine))
    assert told == {
        f"{what} when the run began, and is {now}: the last bits may differ"
        for what, now in (
            ("cpu was 'old'", "'new'"),
            ("blas.name was nothing", "'one'"),
            ("versions.numpy was '1'", "'2'"),
        )
    }


def test_the_record_says_when_and_where_a_run_went_on(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    say(folder, status="failed", reason="a full disk", resumed=[{"game": 3}], cpu="old")
    origin = {key: f"my {key}" for key in ("argv", "host", *DECISIVE, "platform")}
    asked: list[int] = []
    monkeypatch.setattr("gancli.experiment.resuming.provenance", lambda threads: asked.append(threads) or (origin, {}))
    found = reopen(folder, games=45)
    assert any(line.startswith("cpu was 'old'") for line in found.warnings)
    seen: list[dict[str, Any]] = []
    write = RunFolder.write_record

    def noted(self: RunFolder, record: dict[str, Any]) -> None:
        seen.append({**record, "config": load(folder.config).experiment.training.games})
        write(self, record)

    monkeypatch.setattr(RunFolder, "write_record", noted)
    outcome = resume(found, lambda games, played: Silent())
    assert outcome.status == "completed" and not folder.locked() and asked == [1]
    before, begun, ended = seen
    assert (before["spec_before"]["training"]["games"], before["spec"]["training"]["games"]) == (40, 45)
    assert (before["config"], begun["config"]) == (40, 45) and "spec_before" not in begun
    assert (begun["status"], begun["reason"], begun["end"], begun["games"]) == ("running", None, None, 45)
    first, again = begun["resumed"]
    assert first == {"game": 3} and again.pop("time")
    assert again == {"game": 40, **{key: f"my {key}" for key in ("argv", "host", *DECISIVE)}}
    assert (ended["status"], ended["played"], ended["config"]) == ("completed", 45, 45)
    log = [line.split(" ", 1)[1] for line in (folder.path / "log.txt").read_text(encoding="utf-8").splitlines()]
    assert log[log.index("resumed at game 40") + 1 :] == [*found.warnings, "completed at game 45"]
    begun_again = len(seen)
    reopened = reopen(folder)
    resume(reopened, lambda games, played: Silent())
    assert "spec_before" not in seen[begun_again], "its length stays"
    assert load(folder.config).experiment.training.games == 45


def test_a_run_that_cannot_go_on_is_let_go(folder: RunFolder) -> None:
    found = reopen(folder, games=45)

    def fail(games: int, played: int) -> Any:
        raise ValueError((games, played))

    with pytest.raises(ValueError, match=r"\(45, 40\)"):
        resume(found, fail)
    assert not folder.locked() and Path(folder.path).exists()
