"""Loggers change nothing of a run: neither its bits, nor what it is, nor how it ends where they fail."""

import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from gancli import installing, loggers, spec
from gancli.loggers import Logged, Logger, MissingLogger, base
from gancli.loggers.mlflow import store_of
from gancli.runs import RunFolder
from helpers import experiment, gancli, train
from loggers.kit import TEXT, another_package, bits, rows


@pytest.fixture
def noting(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The class of a logger of another package, whose `events` are what it was told."""
    monkeypatch.syspath_prepend(another_package(tmp_path_factory.mktemp("others")))
    monkeypatch.delitem(sys.modules, "loggers_of_others", raising=False)
    return importlib.import_module("loggers_of_others").Noting


def test_a_logged_run_has_the_same_bits_and_is_the_same_experiment(noting: Any) -> None:
    plain, _ = train(TEXT, "-q")
    logged, _ = train(TEXT + "log: [tensorboard, {name: noting, a: 1}]\n", "-q")
    assert rows(logged) == rows(plain) and bits(logged) == bits(plain)
    assert logged.record()["spec_sha256"] == plain.record()["spec_sha256"]
    assert spec.identity(experiment(TEXT + "log: [tensorboard]")) == spec.identity(experiment(TEXT))
    assert yaml.safe_load(logged.config.read_text("utf-8"))["log"] == [
        {"name": "tensorboard"},
        {"name": "noting", "a": 1},
    ]
    assert "log" not in yaml.safe_load(plain.config.read_text("utf-8"))


def test_a_logger_of_another_package_is_told_all(noting: Any) -> None:
    folder, _ = train(TEXT + "log: [{name: noting, a: 1}]\n", "-q")
    names = [
        f"{net}/layer{n}.{kind}"
        for net in ("discriminator", "generator")
        for n in (1, 2)
        for kind in ("bias", "weights")
    ]
    tested = [[("metrics", game), ("weights", game, names)] for game in range(0, 21, 5)]
    drawn = [("picture", game, f"game-{game:06d}.png") for game in (0, 10, 20)]
    assert noting.events == [
        ("start", folder.path.name, None, {"a": 1}),
        *tested[0], drawn[0], *tested[1], *tested[2], drawn[1], *tested[3], *tested[4], drawn[2],
        ("end", "completed"),
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["start", "metrics", "weights", "picture", "end"])
def test_a_logger_that_fails_is_left_out_with_one_warning_and_the_run_goes_on(
    what: str, noting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "fails_at", what)
    monkeypatch.setattr(noting, "events", [])
    folder, result = train(TEXT, "-q", "--log", "noting", "--log", "tensorboard")
    text = f"warning: log: noting failed, and the run goes on without it (RuntimeError: no {what} here)"
    assert result.stderr.count("warning: log") == 1 and text in result.stderr
    assert (folder.path / "log.txt").read_text("utf-8").count(text) == 1
    assert folder.record()["status"] == "completed"
    told = [event[0] for event in noting.events]
    assert told.count(what) == 1 and told[-1] == (what if what == "start" else "end"), "what was begun is closed"
    assert rows(folder)[-1]["game"] == 20 and len(list((folder.path / "tensorboard").iterdir())) == 1


def test_a_logger_that_cannot_be_made_is_an_error_before_anything_is_written(
    noting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, options: Any) -> None:
        raise KeyError("file")

    monkeypatch.setattr(noting, "__init__", broken)
    Path("c.yaml").write_text(TEXT + "log: [{name: noting, a: 1}]\n", encoding="utf-8")
    result = gancli("train", "c.yaml")
    assert result.exit_code == 2 and not Path("runs").exists()
    assert "log: noting cannot be made with the options {'a': 1}: KeyError('file')" in result.stderr


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "numbers",
    [[-0.0499999, -0.04999989], [1.0, 1.0 + 1e-16, 1.0 + 3e-16], [0.0, 0.0], [1e-320, 0.0], [3.0], [-1.0, 1e30]],
)
def test_any_array_has_a_histogram(numbers: list[float], dtype: str) -> None:
    array = np.array(numbers, dtype)
    counts, edges = base.histogram(array)
    assert counts.sum() == array.size and len(counts) == 30 and (np.diff(edges) > 0).all()
    assert edges[0] <= array.min() and edges[-1] >= array.max()


def test_a_logger_cannot_write_into_the_weights(noting: Any) -> None:
    plain, _ = train(TEXT, "-q")
    folder, result = train(TEXT, "-q", "--log", "meddling")
    assert "meddling failed" in result.stderr and "read-only" in result.stderr
    assert bits(folder) == bits(plain)


def test_one_whose_package_is_missing_is_an_error_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "is_installed", lambda package: False)
    monkeypatch.setattr(installing, "_origin", lambda: {})  # from an index
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    for words in (["train", "c.yaml", "--log", "mlflow"], ["sweep", "c.yaml", "--seeds", "2", "--log", "mlflow"]):
        result = gancli(*words)
        assert result.exit_code == 2
        assert "gancli: log: mlflow needs the package mlflow: " in result.stderr
        assert result.stderr.endswith("pip install 'gancli[mlflow]'\n")
        assert not Path("runs").exists()
    folder, _ = train(TEXT, "-q")
    before = folder.record()
    result = gancli("resume", str(folder.path), "--games", "30", "--log", "wandb")
    assert result.exit_code == 2 and "pip install 'gancli[wandb]'" in result.stderr
    monkeypatch.setattr(installing, "_origin", lambda: {"url": "file:///the/clone", "dir_info": {}})
    with pytest.raises(MissingLogger, match=r"pip install '/the/clone\[mlflow\]'"):
        loggers.make([{"name": "mlflow"}])
    assert folder.record() == before and not folder.locked()


def test_check_warns_of_one_that_is_not_here() -> None:
    Path("c.yaml").write_text(TEXT + "log: [nowhere]", encoding="utf-8")
    Path("s.yaml").write_text("sweep: {base: c.yaml, seeds: 3}", encoding="utf-8")
    for name in ("c.yaml", "s.yaml"):
        result = gancli("check", name)
        assert result.exit_code == 0 and result.stderr.count("warning: log: there is no logger 'nowhere'") == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tensorbord", "there is no logger 'tensorbord'; there are tensorboard, mlflow, wandb, broken, meddling, nothing, noting; did you mean 'tensorboard'?"),
        ("nothing", "log: nothing (loggers_of_others:nothing) is no class derived from gancli.loggers.Logger"),
        ("broken", "log: the logger 'broken' (loggers_of_nobody:Logger) cannot be imported: ModuleNotFoundError"),
        ("../x", "--log ../x: must be the name of a logger: tensorboard, mlflow, wandb"),
    ],
)  # fmt: skip
def test_what_is_no_logger_is_an_error(name: str, text: str, noting: Any) -> None:
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    result = gancli("train", "c.yaml", "--log", name)
    assert result.exit_code == 2 and text in result.stderr and not Path("runs").exists()


def test_only_what_is_named_is_imported(noting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "loggers_of_others")
    assert loggers.make([{"name": "tensorboard"}]).keys() == {"tensorboard"}
    assert "loggers_of_others" not in sys.modules
    assert isinstance(loggers.make([{"name": "noting"}])["noting"], Logger) and "loggers_of_others" in sys.modules


def test_a_mere_folder_is_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_folder").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not base.is_installed("a_folder") and not base.is_installed("nowhere") and base.is_installed("yaml")
    monkeypatch.setattr(loggers.TensorBoard, "package", "a_folder")
    with pytest.raises(MissingLogger):
        loggers.make([{"name": "tensorboard"}])


def test_loggers_may_come_and_go_when_a_run_is_resumed(noting: Any) -> None:
    noting.events.clear()
    folder, _ = train(TEXT, "-q")
    assert gancli("resume", str(folder.path), "--games", "30", "--log", "noting", "-q").exit_code == 0
    assert noting.events[0] == ("start", folder.path.name, 20, {})
    assert [event[1] for event in noting.events if event[0] == "metrics"] == [25, 30]
    assert yaml.safe_load(folder.config.read_text("utf-8"))["log"] == [{"name": "noting"}]
    folder.config.write_text(
        folder.config.read_text("utf-8").replace("log:\n- {name: noting}", "log: []"), encoding="utf-8"
    )
    noting.events.clear()
    assert gancli("resume", str(folder.path), "--games", "40", "-q").exit_code == 0
    assert noting.events == []
    whole, _ = train(TEXT, "-q", "--set", "training.games=40")
    assert rows(whole) == rows(folder) and bits(whole) == bits(folder)


def test_a_runs_key_is_its_own_and_lasts_when_it_is_made_longer() -> None:
    (first, _), (second, _) = train(TEXT, "-q"), train(TEXT, "-q")
    before = [loggers.key_of(folder.record()) for folder in (first, second)]
    assert before[0] != before[1] and all(re.fullmatch("[0-9a-f]{16}", key) for key in before)
    assert gancli("resume", str(first.path), "--games", "30", "-q").exit_code == 0
    assert loggers.key_of(first.record()) == before[0]


def test_a_log_option_adds_to_what_the_configuration_names() -> None:
    text = TEXT + "log: [{name: mlflow, uri: here}]"
    resolved = spec.from_plain(json.loads(experiment(text).model_dump_json(exclude_none=True)))
    more = resolved.logged(["mlflow", "tensorboard", "tensorboard"])
    assert more.data()["log"] == [{"name": "mlflow", "uri": "here", "experiment": "gancli"}, {"name": "tensorboard"}]
    assert "log" not in spec.from_plain({**resolved.data(), "log": None}).logged([]).data()


def test_each_cell_of_a_sweep_is_logged_and_is_the_same_cell() -> None:
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    names = []
    for words in ([], ["--log", "tensorboard", "--again"]):
        result = gancli("sweep", "c.yaml", "--seeds", "2", "--jobs", "1", "-q", *words)
        assert result.exit_code == 0, result.output
        cells = Path(result.stdout.splitlines()[-1]) / "cells"
        names.append(sorted(path.name for path in cells.iterdir()))
    assert names[0] == names[1]
    assert all(len(list((cells / name / "tensorboard").iterdir())) == 1 for name in names[1])
    assert yaml.safe_load((cells.parent / "base.yaml").read_text("utf-8"))["log"] == ["tensorboard"]
    assert RunFolder(cells / names[1][0]).record()["spec"]["log"] == [{"name": "tensorboard"}]


def test_a_sweep_that_exists_keeps_the_loggers_that_it_was_made_with(noting: Any) -> None:
    Path("c.yaml").write_text(TEXT, encoding="utf-8")
    words = ("sweep", "c.yaml", "--seeds", "1", "--jobs", "1", "-q", "--set", "training.games=2")
    assert gancli(*words).exit_code == 0
    result = gancli(*words, "--log", "tensorboard")
    assert result.exit_code == 0 and "complete already" in result.stderr
    assert "keep the loggers that they were made with; --again" in result.stderr
    assert "loggers" not in gancli(*words).stderr


def test_a_run_is_known_with_its_sweep_only_where_it_is_in_one() -> None:
    """A folder of runs may be called `cells` too."""
    alone, cell = Path("cells/one").absolute(), Path("swept/cells/two").absolute()
    for path in (alone, cell):
        path.mkdir(parents=True)
    (cell.parents[1] / "sweep.json").write_text("{}", encoding="utf-8")
    names = [Logged(path, "key", {}, "", None).name for path in (alone, cell)]
    assert names == ["one", "swept-two"]
    assert [store_of(path) for path in (alone, cell)] == [alone.parent / "mlruns", cell.parents[1] / "mlruns"]
