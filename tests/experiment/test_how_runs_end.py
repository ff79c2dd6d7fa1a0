"""How a run ends is its outcome and its record, whatever ends it, and what holds it then lets it go."""

import dataclasses
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiment.test_evaluated_runs import few
from experiment.test_runs import GAN as DIGITS
from experiment.test_runs import XOR
from gancli.data import DataError, Dataset
from gancli.engines import make_engine
from gancli.experiment import Outcome, Profile, build, data_warnings, load_data, prepare, reopen, run, train
from gancli.experiment.divergence import Diverged, Diverging
from gancli.experiment.loop import Collapsed, Loop, Stop
from gancli.experiment.resuming import _shown
from gancli.experiment.saving import gather, most_bytes, put_back, vectors
from gancli.runs import RunError, RunFolder
from gancli.spec import Resolved, resolve
from gancli.spec.overrides import apply
from gancli.spec.yaml import load_text
from helpers import experiment
from helpers import train as train_by_command

NUMPY = "engine=numpy"


class Silent:
    """A reporter that says nothing."""

    def advance(self, game: int) -> None: ...

    def metrics(self, row: dict[str, Any]) -> None: ...

    def line(self, text: str) -> None: ...


def resolved(text: str, *settings: str) -> Resolved:
    document = load_text(text, "f")
    apply(document, [NUMPY, *settings])
    return resolve(document)


def ended(monkeypatch: pytest.MonkeyPatch, error: BaseException | int | None, played: int = 7) -> tuple[Any, RunFolder]:
    """A run of 40 games that ends at this one: by an error, by a signal, or by itself."""

    def stop_there(self: Loop, stop: Stop) -> None:
        self.built.game.played = played
        if isinstance(error, int):
            stop.signal = error
        elif error is not None:
            raise error

    monkeypatch.setattr(Loop, "run", stop_there)
    made = resolved(XOR)
    built, folder = prepare(made, Path("runs"))
    try:
        return train(made, built, folder, lambda games, played: Silent()), folder
    except BaseException as caught:
        return caught, folder


@pytest.mark.parametrize(
    ("error", "played", "expected"),
    [
        (None, 40, Outcome("completed")),
        (signal.SIGTERM, 7, Outcome("interrupted", "SIGTERM at game 7", signal.SIGTERM)),
        (signal.SIGTERM, 40, Outcome("completed")),
        (KeyboardInterrupt(), 7, Outcome("interrupted", "stopped at once at game 7", signal.SIGINT)),
        (Diverged("too far"), 7, Outcome("diverged", "too far")),
        (Collapsed("too alike"), 7, Outcome("collapsed", "too alike")),
    ],
)
def test_a_run_is_recorded_as_it_ended(
    error: BaseException | int | None, played: int, expected: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, folder = ended(monkeypatch, error, played)
    record = folder.record()
    assert outcome == expected and not folder.locked()
    assert (record["status"], record["reason"], record["played"]) == (expected.status, expected.reason, played)
    last = (folder.path / "log.txt").read_text(encoding="utf-8").splitlines()[-1].split(" ", 1)[1]
    assert last == f"{expected.status} at game {played}" + (f": {expected.reason}" if expected.reason else "")


def test_a_second_signal_leaves_the_number_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped_twice(self: Loop, stop: Stop) -> None:
        stop.signal = signal.SIGHUP
        raise KeyboardInterrupt

    monkeypatch.setattr(Loop, "run", stopped_twice)
    made = resolved(XOR)
    built, folder = prepare(made, Path("runs"))
    outcome = train(made, built, folder, lambda games, played: Silent())
    assert outcome == Outcome("interrupted", "stopped at once at game 0", signal.SIGHUP)


@pytest.mark.parametrize(
    ("error", "played", "kept"),
    [(ValueError("odd"), 7, True), (ValueError("odd"), 0, True), (OSError("full"), 7, True), (OSError("full"), 0, False)],
)  # fmt: skip
def test_what_fails_is_recorded_and_raised_and_a_folder_without_a_game_is_no_use(
    error: Exception, played: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught, folder = ended(monkeypatch, error, played)
    assert caught is error and folder.path.exists() is kept
    if kept:
        record = folder.record()
        assert not folder.locked() and (record["status"], record["played"]) == ("failed", played)
        assert record["reason"] == f"{type(error).__name__}: {error}" and record["end"]


@pytest.mark.parametrize("error", [ValueError("odd"), None])
def test_an_end_that_cannot_be_written_down_hides_no_error(
    error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError("full")

    def write_nothing(self: RunFolder, record: Any) -> None:
        if record["status"] != "running":
            raise full

    monkeypatch.setattr(RunFolder, "write_record", write_nothing)
    monkeypatch.setattr(RunFolder, "record", lambda self: {})
    caught, _ = ended(monkeypatch, error)
    assert caught is (error or full)


def few_corners() -> Dataset:
    return dataclasses.replace(load_data(experiment(XOR)), notice="only corners")


def test_what_the_user_was_told_is_in_the_log_and_time_is_measured_where_asked() -> None:
    made = resolved(XOR, "training.games=2", "training.batch=5", "mu=2")
    built, folder = prepare(made, Path("runs"), few_corners(), exact="cell")
    profile = Profile(built)
    train(made, built, folder, lambda games, played: Silent(), profile)
    log = (folder.path / "log.txt").read_text(encoding="utf-8")
    warnings = [*made.warnings, *data_warnings(made.experiment, built.dataset)]
    lines = [line.split(" ", 1)[1] for line in log.splitlines()]
    assert lines == ["only corners", *map(str, warnings), "completed at game 2"] and len(warnings) >= 1
    found = profile.seconds()
    assert all(found[name] > 0 for name in ("data", "network", "optimiser", "tests", "pictures", "checkpoints"))


def test_a_folder_is_named_and_holds_what_is_to_stand_beside_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    made = resolved(XOR, "threads=2")
    asked: list[int] = []
    found = {"argv": ["here"]}, {"changes.diff": b"+"}
    monkeypatch.setattr("gancli.experiment.run.provenance", lambda threads: asked.append(threads) or found)
    built, folder = prepare(made, Path("runs"), exact="cell-3")
    assert folder.path == Path("runs/cell-3") and (folder.path / "changes.diff").read_bytes() == b"+" and asked == [2]
    record = folder.record()
    expected = {
        "status": "running", "kind": "supervised", "name": "small", "seed": 0, "engine": "numpy", "threads": 2,
        "games": 40, "parameters": {"network": 17}, "argv": ["here"], "spec": made.data(), "spec_sha256": made.sha256(),
    }  # fmt: skip
    assert {key: record[key] for key in expected} == expected
    about = {"set": "xor", "origin": "made here", "samples": 4, "classes": ["0", "1"], "shape": [2]}
    assert record["data"] == {**about, **built.dataset.facts}
    _, other = prepare(made, Path("runs"))
    assert other.path.name not in ("small", "cell-3") and "small" in other.path.name
    folder.unlock()
    other.unlock()


def test_a_run_that_cannot_begin_is_let_go() -> None:
    made = resolved(XOR)
    built, folder = prepare(made, Path("runs"))
    assert folder.locked()

    def fail(games: int, played: int) -> Any:
        raise ValueError((games, played))

    with pytest.raises(ValueError, match=r"\(40, 0\)"):
        train(made, built, folder, fail)
    assert not folder.locked()


def test_nothing_is_made_for_data_that_evaluate_cannot_judge() -> None:
    made = resolved(DIGITS + "evaluate: {every: 10}\n")
    with pytest.raises(DataError, match="^evaluate: "):
        prepare(made, Path("runs"), few(facts={"pictures": "others"}))
    assert not Path("runs").exists()


def test_a_checkpoint_takes_its_arrays_and_a_mebibyte_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train_by_command(XOR, "--set", NUMPY)
    spec = experiment(XOR, NUMPY)
    built = build(spec, load_data(spec))
    arrays, _ = gather(built)
    assert list(arrays) == [f"network.{key}" for key in vectors(built.game.players["network"])]
    assert most_bytes(built) == sum(array.nbytes for array in arrays.values()) + 1024 * 1024
    monkeypatch.setattr("gancli.experiment.resuming.most_bytes", lambda built: 10)
    with pytest.raises(RunError, match="cannot go on"):
        reopen(folder, games=50)
    assert not folder.locked()


@pytest.mark.parametrize("change", [lambda array: array[:-1], lambda array: array.astype(np.float64)])
def test_a_checkpoint_of_another_size_or_precision_does_not_fit(change: Any) -> None:
    spec = experiment(XOR, NUMPY)
    built = build(spec, load_data(spec))
    arrays, facts = gather(built)
    put_back(built, arrays, facts)
    with pytest.raises(ValueError, match=r"network\.params does not fit"):
        put_back(built, {**arrays, "network.params": change(arrays["network.params"])}, facts)


def test_what_is_not_there_is_shown_as_nothing() -> None:
    assert [_shown(value) for value in (None, "here", 0)] == ["nothing", "'here'", "0"]


def test_playing_again_step_by_step_is_from_where_it_stands_and_by_as_many_threads() -> None:
    spec = experiment(XOR, NUMPY)
    built = build(spec, load_data(spec), make_engine("numpy", 2))
    built.game.play(3)
    plain = Diverging(spec, built, RunFolder(Path("none")), 10, lambda: False)._by_steps(built)
    engine = run.engine_of(plain)
    assert plain.game.played == 3 and engine.name == "numpy" and engine.blas.count == 2
    params = [one.game.players["network"].network.params for one in (plain, built)]
    assert params[0] is not params[1] and np.array_equal(*params)
