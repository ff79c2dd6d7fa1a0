"""MLflow: a store beside the run folders or, where one is configured, a server."""

import contextlib
import logging
import os
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gancli.loggers.base import Logged, Logger, Weights, histogram
from gancli.runs.lock import Lock, NoLocks
from gancli.runs.sweeps import sweep_of

STORE = "mlruns"
"""The folder of the store: in that of the run folders; of a sweep's cells, in the sweep's."""
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
}
"""Where the environment does not say otherwise: it counts its users, and waits minutes for a server that is away."""
SQLITE = "sqlite:///"
LEVELS = {"mlflow": logging.WARNING, "mlflow.store": logging.CRITICAL, "alembic": logging.WARNING}
"""Of what its loggers say: what fails in a store is raised too, and said once, as gancli's warning."""
STATUSES = {"completed": "FINISHED", "interrupted": "KILLED"}
LONGEST = 6000
"""Characters of a parameter's value."""
MOST = 100
"""Parameters in one call."""


PATIENCE = 60.0
"""Seconds for another run to open the store."""


class Mlflow(Logger):
    """Logs to `uri`, by default an SQLite file in `runs/mlruns`, as a run of `experiment`.

    A run that goes on finds its own by a tag, and adds to it what it does not have yet.
    """

    package = "mlflow"

    def start(self, run: Logged) -> None:
        """Open the store, and begin a run in it or find the one that goes on."""
        for name, value in SETTINGS.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        for name, level in LEVELS.items():  # whose import has set them
            logging.getLogger(name).setLevel(level)
        uri = self.options.get("uri") or _own_store(run.path)
        location = _opened(uri)
        with _alone(location.parent) if location is not None else contextlib.nullcontext():
            # the second is of models, and reads the environment where it is not given
            self._client: Any = MlflowClient(uri, uri)
            experiment = self._experiment(location)
        there = self._client.search_runs([experiment], f"tags.`gancli.key` = '{run.key}'", max_results=1)
        self._logged = -1
        if there:
            self._id = there[0].info.run_id
            self._client.update_run(self._id, status="RUNNING")
            history = self._client.get_metric_history(self._id, "seconds")
            self._logged = max((metric.step for metric in history), default=-1)
        else:
            tags = {"gancli.key": run.key, "gancli.run": str(run.path)}
            self._id = self._client.create_run(experiment, tags=tags, run_name=run.name).info.run_id
            self._params(run.spec)
        self._client.log_text(self._id, run.config, "config.yaml")

    def metrics(self, row: Mapping[str, float]) -> None:
        """A metric each, with the game as its step."""
        from mlflow.entities import Metric

        game, now = int(row["game"]), int(time.time() * 1000)
        if game > self._logged:
            metrics = [Metric(allowed(key), row[key], now, game) for key in row if key != "game"]
            self._client.log_batch(self._id, metrics=metrics)

    def weights(self, game: int, weights: Weights) -> None:
        """A file of histograms, as MLflow has no kind of its own: counts and the edges of the bins."""
        found = {name: histogram(array) for name, array in weights.items()}
        data = {name: {"counts": counts.tolist(), "edges": edges.tolist()} for name, (counts, edges) in found.items()}
        self._client.log_dict(self._id, data, f"weights/game-{game:06d}.json")

    def picture(self, game: int, path: Path) -> None:
        """The file as it is."""
        self._client.log_artifact(self._id, str(path), "pictures")

    def end(self, status: str) -> None:
        """Close the run in the store; our word for how it ended is a tag."""
        self._client.set_tag(self._id, "gancli.status", status)
        self._client.set_terminated(self._id, STATUSES.get(status, "FAILED"))

    def _experiment(self, artifacts: Path | None) -> str:
        """Its number; it is made where it is not there, maybe by another process just now."""
        from mlflow.exceptions import MlflowException

        name = self.options["experiment"]
        there = self._client.get_experiment_by_name(name)
        if there is None:
            try:
                return str(self._client.create_experiment(name, artifacts.as_uri() if artifacts is not None else None))
            except MlflowException:
                there = self._client.get_experiment_by_name(name)
                if there is None:
                    raise
        return str(there.experiment_id)

    def _params(self, spec: Mapping[str, Any]) -> None:
        from mlflow.entities import Param

        from gancli.spec import flat

        params = [Param(allowed(key), str(value)[:LONGEST]) for key, value in flat(dict(spec)).items()]
        for start in range(0, len(params), MOST):
            self._client.log_batch(self._id, params=params[start : start + MOST])


def _own_store(run: Path) -> str:
    store = store_of(run)
    store.mkdir(exist_ok=True)
    return f"{SQLITE}{store / 'mlflow.db'}"


def _opened(uri: str) -> Path | None:
    """Where the artifacts of a store in a file are: beside it. None of any other; raises OSError where it is none.

    MLflow tries again for two minutes to open what cannot be opened.
    """
    if not uri.startswith(SQLITE):
        return None
    path = Path(uri.removeprefix(SQLITE))
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.rollback()
    except sqlite3.Error as error:
        raise OSError(f"{path}: {error}") from None
    return path.parent / "artifacts"


@contextlib.contextmanager
def _alone(store: Path) -> Iterator[None]:
    """No other run of ours opens the store meanwhile: MLflow's making of tables is not for two processes at once."""
    lock = Lock(store)
    until = time.monotonic() + PATIENCE
    with contextlib.suppress(NoLocks):
        while not lock.take() and time.monotonic() < until:
            time.sleep(0.1)
    try:
        yield
    finally:
        lock.release()


def store_of(path: Path) -> Path:
    """Where the store of a run's folder is by default."""
    sweep = sweep_of(path)
    return (path.parent if sweep is None else sweep.path) / STORE


def allowed(name: str) -> str:
    """A name of the letters that MLflow takes."""
    return re.sub(r"[^\w.\- /:]", "_", name)
