"""Weights & Biases: offline, in the run folder, unless its user asks for `mode: online`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gancli.loggers.base import Logged, Logger, Weights, histogram
from gancli.runs.safe_files import append, checked_path, read_text

SETTINGS = {"WANDB_ERROR_REPORTING": "false"}
"""Where the environment does not say otherwise: its own errors are reported to its makers, offline or not."""
GAMES = "logged-games.txt"
"""Beside W&B's own files: the game of each test that is logged, a line each, as what is offline cannot be asked."""


class Wandb(Logger):
    """Logs to `RUN/wandb`, to be sent by `wandb sync` if ever or, with `mode: online`, to a server at once.

    A run that goes on has the same id, and adds what it has not logged yet.
    """

    package = "wandb"

    def start(self, run: Logged) -> None:
        """Begin a run of `project`, or go on with it."""
        for name, value in SETTINGS.items():
            os.environ.setdefault(name, value)
        folder = checked_path(run.path / "wandb")
        folder.mkdir(exist_ok=True)
        import wandb

        self._wandb: Any = wandb
        self._games = folder / GAMES
        self._logged = max(map(int, read_text(self._games).split()), default=-1) if self._games.exists() else -1
        mode = self.options["mode"]
        # of the machine, the code and the libraries it is told nothing: run.json has them
        self._run: Any = wandb.init(
            project=self.options["project"], entity=self.options.get("entity"), mode=mode, dir=str(run.path),
            id=run.key, name=run.name, config={**run.spec, "path": str(run.path)},
            resume="allow" if mode == "online" else None,
            settings=wandb.Settings(
                silent=True, console="off", disable_git=True, save_code=False, x_disable_stats=True,
                x_disable_meta=True, x_save_requirements=False, reinit="create_new",  # a run of the user's own goes on
            ),
        )  # fmt: skip
        self._run.define_metric("*", step_metric="game")

    def metrics(self, row: Mapping[str, float]) -> None:
        """A number each, against the game."""
        if row["game"] > self._logged:
            self._run.log(dict(row))
            with append(self._games) as file:
                file.write(b"%d\n" % int(row["game"]))

    def weights(self, game: int, weights: Weights) -> None:
        """A histogram of each array."""
        if game > self._logged:
            found = {name: histogram(array) for name, array in weights.items()}
            self._run.log(
                {"game": game, **{name: self._wandb.Histogram(np_histogram=one) for name, one in found.items()}}
            )

    def picture(self, game: int, path: Path) -> None:
        """The picture, copied."""
        if game > self._logged:
            self._run.log({"game": game, "pictures": self._wandb.Image(str(path))})

    def end(self, status: str) -> None:
        """Close it; what did not complete is marked as failed there."""
        self._run.summary["status"] = status
        self._run.finish(exit_code=0 if status == "completed" else 1)
