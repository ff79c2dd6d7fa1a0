"""An MLflow store on this machine, read back. MLflow is too large for the extra `test`: without it, this is skipped."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.runs import RunFolder
from helpers import gancli, train
from loggers.kit import TEXT, bits, rows

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
pytest.importorskip("mlflow")


def client(store: Path) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(f"sqlite:///{store.absolute()}/mlflow.db")


def assert_same_metrics(there: Any, run: str, folder: RunFolder) -> None:
    for key in rows(folder)[0]:
        if key != "game":
            history = there.get_metric_history(run, key)
            assert {one.step: one.value for one in history} == {row["game"]: row[key] for row in folder.rows()}
            assert len(history) == len(folder.rows())


def test_a_store_that_cannot_be_opened_is_one_warning_at_once() -> None:
    Path("runs/mlruns/mlflow.db").mkdir(parents=True)
    start = time.monotonic()
    folder, result = train(TEXT + "log: [mlflow]\n", "-q")
    assert folder.record()["status"] == "completed" and time.monotonic() - start < 60
    lines = [line for line in result.stderr.splitlines() if "mlflow" in line]
    assert len(lines) == 1 and "warning: log: mlflow failed" in lines[0] and "mlflow.db: unable to open" in lines[0]


def test_a_store_of_ones_own_is_from_its_configurations_folder_with_its_artifacts() -> None:
    Path("there").mkdir()
    Path("there/c.yaml").write_text(TEXT + "log: [{name: mlflow, uri: 'sqlite:///my.db'}]\n", encoding="utf-8")
    assert gancli("train", "there/c.yaml", "-q").exit_code == 0
    assert Path("there/my.db").exists() and len(list(Path("there/artifacts").rglob("*.png"))) == 3
    assert not Path("mlruns").exists()


def test_a_store_beside_the_runs_has_all_and_a_resumed_run_goes_on_in_it() -> None:
    plain, _ = train(TEXT, "-q")
    folder, _ = train(TEXT + "log: [mlflow]\n", "-q")
    assert bits(folder) == bits(plain)
    there = client(Path("runs/mlruns"))
    experiment = there.get_experiment_by_name("gancli")
    (run,) = there.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status) == (folder.path.name, "FINISHED")
    assert_same_metrics(there, run.info.run_id, folder)
    assert run.data.params["training.games"] == "20" and run.data.params["generator.optimizer.name"] == "adam"
    assert run.data.tags["gancli.run"] == str(folder.path.absolute())
    artifacts = Path("runs/mlruns/artifacts", run.info.run_id, "artifacts")
    assert (artifacts / "config.yaml").read_bytes() == folder.config.read_bytes()
    assert {path.name: path.read_bytes() for path in (artifacts / "pictures").iterdir()} == {
        path.name: path.read_bytes() for path in folder.images.glob("*.png")
    }
    weights = json.loads((artifacts / "weights" / "game-000020.json").read_text("utf-8"))
    assert np.sum(weights["generator/layer1.weights"]["counts"]) == 24

    assert gancli("resume", str(folder.path), "--games", "30", "-q").exit_code == 0
    (run,) = there.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert_same_metrics(there, run.info.run_id, folder)
    assert len(folder.rows()) == 7


def test_a_sweeps_cells_share_a_store() -> None:
    Path("c.yaml").write_text(TEXT + "log: [{name: mlflow, experiment: mine}]\n", encoding="utf-8")
    result = gancli("sweep", "c.yaml", "--seeds", "3", "--jobs", "2", "-q")
    assert result.exit_code == 0, result.output
    folder = Path(result.stdout.splitlines()[-1])
    there = client(folder / "mlruns")
    found = there.search_runs([there.get_experiment_by_name("mine").experiment_id])
    assert {run.info.run_name for run in found} == {
        f"{folder.name}-{path.name}" for path in (folder / "cells").iterdir()
    }
    for path in (folder / "cells").iterdir():
        assert "failed" not in (path / "log.txt").read_text("utf-8")


def test_a_server_that_is_not_there_is_one_warning() -> None:
    folder, result = train(TEXT + "log: [{name: mlflow, uri: 'http://127.0.0.1:9'}]\n", "-q")
    assert result.stderr.count("warning: log: mlflow failed") == 1 and len(folder.rows()) == 5
    assert not Path("runs/mlruns").exists()
