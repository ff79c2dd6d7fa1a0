"""`gancli.sweep` plays what `gancli sweep` plays, and a sweep is read from Python."""

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gancli
from api.small_runs import RING, XOR
from cli.stand_ins import Play, stand_in
from gancli.experiment import Stop
from gancli.runs import RunFolder
from gancli.spec.yaml import dump
from gancli.sweeps import Counts, Ended
from helpers import gancli as command

ETA = "network.optimizer.eta"
GRID = {ETA: [0.5, np.float64(1.0)]}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> gancli.Sweep:
    """Four cells, which are only read."""
    runs = tmp_path_factory.mktemp("runs")
    return gancli.sweep(XOR, grid=GRID, seeds=2, set={"training.games": 10}, jobs=1, runs=runs)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """What stands for the loop: nothing is played."""
    return stand_in(monkeypatch)


def cells(sweep: gancli.Sweep) -> list[tuple[Any, ...]]:
    return [(cell["values"], cell["seed"]) for cell in sweep._folder.cells()]


def test_a_sweep_is_played_and_read(played: gancli.Sweep) -> None:
    assert (played.status, played.record["counts"]) == ("completed", {"completed": 4})
    assert repr(played) == f"<Sweep {played.path.name}: completed, 4 cells>" and "-small-sweep-" in played.path.name
    assert played.path.is_absolute() and played.record["backend"] == "local"
    summary, runs = played.summary, played.runs
    assert list(summary)[:5] == ["cell", ETA, "seed", "status", "seconds"]
    assert summary[ETA].tolist() == [0.5, 0.5, 1.0, 1.0] and summary["seed"].tolist() == [0, 1, 0, 1]
    assert summary["status"].tolist() == ["completed"] * 4
    assert [run.path.name for run in runs] == summary["cell"].tolist()
    assert [run.metrics["loss"][-1] for run in runs] == summary["loss.final"].tolist()
    assert [(run.spec["network"]["optimizer"]["eta"], run.spec["seed"]) for run in runs] == [
        (0.5, 0), (0.5, 1), (1, 0), (1, 1),
    ]  # fmt: skip
    assert summary["loss.final"].dtype == np.float64 and summary["seed"].dtype == np.int64


def test_a_cell_is_the_run_that_train_gives(played: gancli.Sweep) -> None:
    run = gancli.train(XOR, set={ETA: 1.0, "training.games": 10}, seed=1)
    assert played.runs[3].metrics["loss"].tolist() == run.metrics["loss"].tolist()


def test_a_sweep_of_the_same_cells_that_is_complete_is_returned(played: gancli.Sweep, play: Play) -> None:
    words: dict[str, Any] = {"grid": GRID, "seeds": 2, "set": {"training.games": 10}, "runs": played.path.parent}
    assert gancli.sweep(XOR, **words).path == played.path and play.calls == []
    assert gancli.load_sweep("latest", runs=played.path.parent).path == played.path
    assert gancli.load_sweep(played.path).status == "completed"
    with pytest.raises(gancli.RunError, match="no sweep 'other'"):
        gancli.load_sweep("other", runs=played.path.parent)


def test_one_that_is_not_complete_goes_on_and_again_makes_another(play: Play) -> None:
    play.does = lambda *given: Ended("interrupted", {"interrupted": 1})
    first = gancli.sweep(XOR, grid=GRID)
    assert gancli.sweep(XOR, grid=GRID, jobs=3, retry_failed=True, max_failures=2).path == first.path
    assert [(policy.max_failures, policy.retry_failed) for _, _, _, policy, *_ in play.calls] == [
        (None, False),
        (2, True),
    ]
    assert play.pools[1].given[0] == 3 and first.status == "stale" and first.runs == []
    other = gancli.sweep(XOR, grid=GRID, again=True, name="mine", runs="there")
    again = gancli.sweep(XOR, grid=GRID, again=True)
    assert "-mine-" in other.path.name and other.path.parent.name == "there" and again.path != first.path


def test_it_has_the_cells_of_the_command(play: Play) -> None:
    Path("c.yaml").write_text(dump(XOR), encoding="utf-8")
    sweep = gancli.sweep(
        "c.yaml", grid={ETA: "0.01..1:log:3"}, zip={"network.mu": (1, 2), "name": ["a", "b"]}, seeds=2,
        set={"training.games": 3},
    )  # fmt: skip
    words = ["--grid", f"{ETA}=0.01..1:log:3", "--zip", "network.mu=1,2", "--zip", "name=a,b", "--seeds", "2"]
    assert command("sweep", "c.yaml", *words, "--set", "training.games=3", "--again").exit_code == 0
    by_command = gancli.load_sweep("latest")
    assert by_command.path != sweep.path and cells(by_command) == cells(sweep) and len(cells(sweep)) == 12
    assert cells(sweep)[3] == ({ETA: 0.01, "network.mu": 2, "name": "b"}, 1)
    assert sweep._folder.cells()[0]["spec"]["training"]["games"] == 3


def test_a_sweep_file_is_played_as_it_says_and_gives_its_name(play: Play) -> None:
    Path("c.yaml").write_text(dump(XOR), encoding="utf-8")
    plan = {"sweep": {"base": "c.yaml", "grid": {ETA: [0.1, 0.2]}, "seeds": 2}}
    Path("etas.yaml").write_text(dump(plan), encoding="utf-8")
    sweep = gancli.sweep(Path("etas.yaml"), seeds=1)
    assert cells(sweep) == [({ETA: 0.1}, 0), ({ETA: 0.2}, 0)] and "-etas-" in sweep.path.name
    assert cells(gancli.sweep(plan)) == [({ETA: eta}, seed) for eta in (0.1, 0.2) for seed in (0, 1)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"grid": {"network.eta_": [1]}}, "network.eta_: unknown key"),
        ({"grid": {ETA: "0.5..2"}}, r"grid={'network.optimizer.eta': '0.5..2'}: .*say how many values"),
        ({"grid": {ETA: 0.5}}, r"grid={'network.optimizer.eta': 0.5}: .*must be a list"),
        ({"grid": {3: [1]}}, r"grid={3: \[1\]}: a key must be text; got 3"),
        ({"zip": {ETA: [1, 2], "network.mu": [1]}}, "needs lists of one length"),
        ({"seeds": 0}, "seeds"),
        ({"set": {"training.gamez": 1}}, "did you mean 'games'"),
    ],
)
def test_what_is_wrong_is_a_spec_error_and_nothing_is_written(words: dict[str, Any], message: str) -> None:
    with pytest.raises(gancli.SpecError, match=message):
        gancli.sweep(XOR, **words)
    assert not Path("runs").exists()


def test_a_name_that_cannot_be() -> None:
    for name in ("a/b", "_s", ""):
        with pytest.raises(ValueError, match=f"name must be up to 80 letters, digits, .*got '{name}'"):
            gancli.sweep(XOR, grid=GRID, name=name)
    assert not Path("runs").exists()


@pytest.mark.parametrize(("stem", "name"), [("_s", "s"), ("_.été", "t-"), ("___", "small-sweep"), ("a" * 90, "a" * 80)])
def test_a_sweep_that_is_called_as_its_file_can_be_read_whatever_that_is_called(
    stem: str, name: str, play: Play
) -> None:
    Path("c.yaml").write_text(dump(XOR), encoding="utf-8")
    Path(f"{stem}.yaml").write_text(dump({"sweep": {"base": "c.yaml", "grid": {ETA: [0.1, 0.2]}}}), encoding="utf-8")
    found = gancli.sweep(f"{stem}.yaml")
    assert found.record["name"] == name and f"-{name}-" in found.path.name
    assert command("sweep", f"{stem}.yaml", "--again").exit_code == 0
    assert gancli.load_sweep("latest").record["name"] == name


def test_what_is_unwise_is_a_warning_at_the_line_of_the_caller(play: Play) -> None:
    with pytest.warns(gancli.GancliWarning, match="training.batch: is 500, but there are only 200") as caught:
        sweep = gancli.sweep(RING, grid={"eta": [0.1, 0.2]}, set={"training.batch": 500})
    assert [one.filename for one in caught] == [__file__]
    assert "training.batch: is 500" in sweep.record["warnings"][0]


@pytest.mark.parametrize("progress", [False, True])
def test_what_cells_warn_of_is_a_warning_once_the_sweep_is_saved(
    progress: bool, play: Play, capfd: pytest.CaptureFixture[str]
) -> None:
    def tell(folder: Any, given: Any, executor: Any, policy: Any, report: Any, stop: Any) -> Ended:
        for text in (
            "warning: log: wandb failed",
            "failed: cell 7",
            "warning: training.batch: is 500",
            "warning: log: wandb failed",
        ):
            report.line(text)
        return Ended("completed", {"completed": 2})

    play.does = tell
    with pytest.warns(gancli.GancliWarning) as caught:
        gancli.sweep(RING, grid={"eta": [0.1, 0.2]}, set={"training.batch": 500}, progress=progress)
    at_first, *later = [str(one.message) for one in caught]
    assert at_first.startswith("training.batch: is 500, but") and later == [
        "log: wandb failed",
        "training.batch: is 500",
    ]
    assert {one.filename for one in caught} == {__file__}
    assert capfd.readouterr().err == ("failed: cell 7\n" if progress else "")


def test_a_signal_that_ends_the_process_does_so_once_the_sweep_is_saved(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[int] = []
    monkeypatch.setattr("signal.raise_signal", raised.append)
    for number in (15, 2):
        play.does = lambda *given, number=number: Ended("interrupted", {}, number)
        gancli.sweep(XOR, grid=GRID)
    assert raised == [15] and all(isinstance(call[-1], Stop) for call in play.calls)


def test_progress_is_shown_where_it_is_asked_for(play: Play, capfd: pytest.CaptureFixture[str]) -> None:
    def tell(folder: Any, given: Any, executor: Any, policy: Any, report: Any, stop: Any) -> Ended:
        counts = Counts(4, running=1)
        report.counts(counts)
        counts.by_status["failed"] = 2
        report.counts(counts)
        report.line("cell 7 failed")
        return Ended("failed", {"failed": 2})

    play.does = tell
    gancli.sweep(XOR, grid=GRID)
    assert capfd.readouterr() == ("", "")
    gancli.sweep(XOR, grid=GRID, progress=True)
    out, err = capfd.readouterr()
    assert out == "" and "cell 7 failed\n" in err and "2/4" in err and "running 1, failed 2" in err


def test_a_column_has_the_kind_of_its_values(
    played: gancli.Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"n": 1, "x": 1, "t": "a", "m": "a", "b": True},
        {"n": 2, "x": 0.5, "t": "b", "m": 3, "b": False},
        {"x": None},
    ]
    columns = gancli.Columns(rows[:2])
    assert {name: column.dtype.kind for name, column in columns.items()} == {
        "n": "i",
        "x": "f",
        "t": "U",
        "m": "O",
        "b": "O",
    }
    assert columns["m"].tolist() == ["a", 3]
    three = gancli.Columns(rows, first=("late",))
    assert list(three) == ["late", "n", "x", "t", "m", "b"] and three["t"].tolist() == ["a", "b", None]
    np.testing.assert_array_equal(three["n"], [1.0, 2.0, np.nan])
    assert np.isnan(three["late"]).all() and repr(three) == "<3 rows of late, n, x, t, m, b>"
    assert repr(gancli.Columns([])) == "<0 rows of nothing>"
    given: list[Any] = []
    monkeypatch.setitem(sys.modules, "pandas", type("Frames", (), {"DataFrame": given.append}))
    played.summary.to_pandas()
    with (played.path / "summary.csv").open(encoding="utf-8", newline="") as file:
        assert list(given[0]) == next(csv.reader(file))


def test_figures_and_the_page_are_those_of_the_command(played: gancli.Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which other tests look at: they take seconds."""
    given: list[Any] = []
    monkeypatch.setattr("gancli.plots.plot_sweep", lambda *words, **more: given.append((words, more)) or ["paths"])  # type: ignore[func-returns-value]
    monkeypatch.setattr("gancli.report.report_sweep", lambda path: path / "page")
    assert played.plot("pdf", metric="loss") == ["paths"] and given == [((played.path, "pdf"), {"metric": "loss"})]
    assert played.report() == played.path / "page"


def test_the_runs_of_a_sweep_are_those_that_were_begun(played: gancli.Sweep) -> None:
    assert all(
        isinstance(run, gancli.Run) and RunFolder(run.path).record()["status"] == "completed" for run in played.runs
    )
