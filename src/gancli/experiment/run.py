"""One run from its first file to its last: make the folder, train, and record how it ended."""

import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancli import data
from gancli.data import Dataset
from gancli.engines import Engine
from gancli.experiment.build import Built, build
from gancli.experiment.callbacks import AnyCallback, Callbacks
from gancli.experiment.divergence import Diverged
from gancli.experiment.judges import check_evaluate
from gancli.experiment.loading import check_fit, load_data
from gancli.experiment.logs import Logs
from gancli.experiment.loop import Collapsed, Loop, Stop
from gancli.experiment.packages import check_packages
from gancli.experiment.profile import Profile
from gancli.experiment.reporter import Reporter
from gancli.experiment.warnings import data_warnings
from gancli.runs import RunError, RunFolder
from gancli.runs.files import now
from gancli.runs.provenance import provenance
from gancli.spec import Game2d, Problem, Resolved

MakeReporter = Callable[[int, int], Reporter]
"""(games in all, games already played) → a reporter."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its status, the reason where it did not complete, and the signal that stopped it."""

    status: str
    reason: str | None = None
    signal: int | None = None


def prepare(
    resolved: Resolved,
    runs: Path,
    dataset: Dataset | None = None,
    exact: str | None = None,
    progress: data.Progress | None = None,
) -> tuple[Built, RunFolder]:
    """Load the data, build the objects, and only then make the run folder, named `exact` where that is given.

    `dataset` saves loading the data that the spec asks for, and `progress` is told how far that is. Raises DataError,
    MissingLogger, MissingPackage, OSError.
    """
    spec = resolved.experiment
    check_packages([spec])
    dataset = dataset or load_data(spec, progress)
    check_evaluate(spec, dataset)
    if not isinstance(spec, Game2d):
        check_fit(spec, dataset)  # which may have been loaded for another spec
    built = build(spec, dataset)
    origin, beside = provenance(engine_of(built).blas.count)
    record = _record(resolved, built, data_warnings(spec, dataset)) | origin | named(resolved)
    return built, RunFolder.create(runs, exact or spec.name, resolved.yaml(), record, beside, exact=exact is not None)


def _record(resolved: Resolved, built: Built, warnings: Iterable[Problem]) -> dict[str, Any]:
    """What a record says of a run that begins, apart from the machine and the spec."""
    spec, engine, weights = resolved.experiment, engine_of(built), built.first_weights()
    return {
        "status": "running",
        "kind": spec.kind,
        "name": spec.name,
        "seed": spec.seed,
        "engine": engine.name,
        "threads": engine.threads,
        "dtype": spec.dtype,
        "games": built.games,
        "parameters": {name: player.network.params.size for name, player in built.game.players.items()},
        "data": _about(built.dataset),
        "warnings": [f"{warning.key}: {warning.text}" for warning in (*resolved.warnings, *warnings)],
        "start": now(),
        **({"weights": weights} if weights else {}),
        **built.game.facts(),
    }


def _about(dataset: Dataset) -> dict[str, Any]:
    """What a record says of the data: enough to show samples in their units without them."""
    counts = {"samples": len(dataset.train.samples), "classes": list(dataset.classes)}
    return {"set": dataset.name, "origin": dataset.origin, **counts, **dataset.units.as_data(), **dataset.facts}


def engine_of(built: Built) -> Engine:
    """What computes all of a run."""
    return next(iter(built.game.players.values())).network.engine


def named(resolved: Resolved) -> dict[str, Any]:
    """What a record says of the spec."""
    return {"spec_sha256": resolved.sha256(), "spec": resolved.data()}


def train(
    resolved: Resolved, built: Built, folder: RunFolder, make_reporter: MakeReporter, profile: Profile | None = None,
    callbacks: Sequence[AnyCallback] = (), limit: float | None = None,
) -> Outcome:  # fmt: skip
    """Play a prepared run to its end; its status is in `run.json` when this returns.

    After `limit` seconds it is interrupted, and can be resumed.
    """
    try:
        told = _told(resolved, built, folder, make_reporter, callbacks)
        return _from_the_start(resolved, built, folder, told, profile, limit)
    finally:
        folder.unlock()


def _from_the_start(
    resolved: Resolved, built: Built, folder: RunFolder, told: Callbacks, profile: Profile | None, limit: float | None
) -> Outcome:
    """Play, after what was warned of is in the log."""
    warnings = (*resolved.warnings, *data_warnings(resolved.experiment, built.dataset))
    try:
        for line in (built.dataset.notice, *map(str, warnings)):
            if line:
                folder.log(line)
        return play(resolved, built, folder, told, 0.0, profile, limit)
    except OSError:
        if built.game.played == 0 and not told.failed:  # a disk too full for the first files: leave nothing half-made
            folder.remove()
        raise


def resumed(
    resolved: Resolved, built: Built, folder: RunFolder, make_reporter: MakeReporter, earlier: float,
    callbacks: Sequence[AnyCallback] = (), limit: float | None = None,
) -> Outcome:  # fmt: skip
    """Play on from the game where it stands, `earlier` seconds having been spent."""
    return play(resolved, built, folder, _told(resolved, built, folder, make_reporter, callbacks), earlier, None, limit)


def _told(
    resolved: Resolved, built: Built, folder: RunFolder, make_reporter: MakeReporter, callbacks: Sequence[AnyCallback]
) -> Callbacks:
    """Who is told: the person, the callbacks, the loggers."""
    reporter = make_reporter(built.games, built.game.played)
    return Callbacks(reporter, [*callbacks, Logs(resolved, built, folder, _both(folder.log, reporter.line))])


def play(
    resolved: Resolved, built: Built, folder: RunFolder, told: Callbacks, earlier: float,
    profile: Profile | None = None, limit: float | None = None,
) -> Outcome:  # fmt: skip
    """From the game where it stands to its last one, `earlier` seconds having been spent; its end is recorded."""
    loop = Loop(resolved.experiment, built, folder, told, earlier, profile)
    with Stop(limit).listening() as stop:
        try:
            told.start(folder.path, resolved.data())
            loop.run(stop)
            early = built.game.played < built.games
            outcome = Outcome("completed", loop.endings.reason if early else None)
            if stop.reason is not None and early and not loop.endings.reason:
                outcome = Outcome("interrupted", f"{stop.reason} at game {built.game.played}", stop.signal)
        except Diverged as error:
            outcome = Outcome("diverged", str(error))
        except Collapsed as error:
            outcome = Outcome("collapsed", str(error))
        except KeyboardInterrupt:
            outcome = Outcome(
                "interrupted", f"stopped at once at game {built.game.played}", stop.signal or signal.SIGINT
            )
        except BaseException as error:
            outcome = Outcome("failed", f"{type(error).__name__}: {error}")
            _close(folder, outcome, loop)
            told.end(outcome.status)
            raise
    _close(folder, outcome, loop)
    told.end(outcome.status)
    return outcome


def _both(*tell: Callable[[str], None]) -> Callable[[str], None]:
    def say(text: str) -> None:
        for one in tell:
            one(text)

    return say


def _close(folder: RunFolder, outcome: Outcome, loop: Loop) -> None:
    played = loop.built.game.played
    try:
        ending = {"status": outcome.status, "reason": outcome.reason, "alarm": loop.alarm.holds}
        folder.write_record({**folder.record(), **ending, "played": played, "end": now()})
        folder.log(f"{outcome.status} at game {played}" + (f": {outcome.reason}" if outcome.reason else ""))
    except (OSError, RunError):
        if outcome.status != "failed":  # a disk that is full, or a folder that is gone, has its own message already
            raise
