"""The loggers that a configuration names, told of a run: one that fails is left out, and the run goes on as it is."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gancli import loggers
from gancli.experiment.build import Built
from gancli.experiment.callbacks import Callback
from gancli.loggers import Logged, Logger, Weights, key_of
from gancli.runs import RunFolder
from gancli.runs.files import finite, game_of
from gancli.spec import Experiment, Resolved


class Logs(Callback):
    """Tells each logger; `say` tells a person, and the run's log, of one that is left out. Raises MissingLogger."""

    def __init__(self, resolved: Resolved, built: Built, folder: RunFolder, say: Callable[[str], None]):
        self._resolved, self._built, self._folder, self._say = resolved, built, folder, say
        self._loggers = loggers_of(resolved.experiment)
        self._started, self._failed = set[str](), list[Logger]()

    def start(self, folder: Path, spec: dict[str, Any]) -> None:
        """The run begins, or goes on from its checkpoint."""
        if self._loggers:
            key, config = key_of(self._folder.record()), self._resolved.yaml()
            run = Logged(folder.absolute(), key, spec, config, self._last())
            self._each(lambda one: one.start(run))
            self._started = set(self._loggers)

    def _last(self) -> int | None:
        """The game of the checkpoint, less what `Loop.close` added to it, which a longer run measures elsewhere."""
        played, own = self._built.game.played, self._resolved.experiment
        periods = [own.test.every, *([] if own.pictures is None else [own.pictures.every])]
        every = [self._built.games_a_pass if period == "pass" else int(period) for period in periods]
        if not self._folder.last():
            return None
        return played if any(played % period == 0 for period in every) else played - 1

    def metrics(self, row: dict[str, Any]) -> None:
        """A test was made: its numbers, and the weights as they are."""
        known = {key: value for key, value in row.items() if finite(value) is not None}
        self._each(lambda one: one.metrics(known))
        if self._loggers:
            weights = _weights(self._built)
            self._each(lambda one: one.weights(row["game"], weights))

    def picture(self, path: Path) -> None:
        """A picture was drawn; arrays are none."""
        if path.suffix == ".png":
            self._each(lambda one: one.picture(game_of(path), path))

    def end(self, status: str) -> None:
        """The run has ended."""
        failed = list(self._failed)
        self._each(lambda one: one.end(status))
        for logger in failed:
            with contextlib.suppress(Exception):  # its failure is known
                logger.end(status)

    def _each(self, tell: Callable[[Logger], None]) -> None:
        for name, logger in list(self._loggers.items()):
            try:
                tell(logger)
            except Exception as error:  # of whatever library
                del self._loggers[name]
                self._failed += [logger] if name in self._started else []  # to be closed all the same
                text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
                text = f"log: {name} failed, and the run goes on without it ({text})"
                self._say(f"warning: {text}")
                record = self._folder.record()
                self._folder.write_record({**record, "warnings": [*record.get("warnings", []), text]})


def loggers_of(experiment: Experiment) -> dict[str, Logger]:
    """The loggers that it names, by name. Raises MissingLogger where one, or its package, is not installed."""
    return loggers.make(one.model_dump(exclude_none=True) for one in experiment.log or ())


def _weights(built: Built) -> Weights:
    """Copies of all arrays that networks learn, by name, so that nobody can write into the networks."""
    named = {
        f"{name}/{key}": view.copy()
        for name, player in built.game.players.items()
        for key, view in player.network.views(player.network.params).items()
    }
    for view in named.values():
        view.flags.writeable = False
    return named
