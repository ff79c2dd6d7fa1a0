"""One run from its first file to its last: make the folder, train, and record how it ended."""

import datetime
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gancli.engines import make_engine
from gancli.experiment.build import Built, build, load_data
from gancli.experiment.loop import Diverged, Loop, Reporter, Stop
from gancli.experiment.profile import Profile
from gancli.experiment.saving import put_back
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.runs.provenance import provenance
from gancli.spec import Resolved, load

MakeReporter = Callable[[int, int], Reporter]
"""(games in all, games already played) → a reporter."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its status, the reason where it did not complete, and the signal that stopped it."""

    status: str
    reason: str | None = None
    signal: int | None = None


def prepare(resolved: Resolved, runs: Any) -> tuple[Built, RunFolder]:
    """Load the data, build the objects, and only then make the run folder. Raises DataError, OSError."""
    spec = resolved.experiment
    dataset = load_data(spec)
    built = build(spec, dataset)
    engine = next(iter(built.game.players.values())).network.engine
    record = {
        "status": "running",
        "kind": spec.kind,
        "name": spec.name,
        "seed": spec.seed,
        "engine": engine.name,
        "threads": engine.threads,
        "dtype": spec.dtype,
        "games": built.games,
        "parameters": {name: player.network.params.size for name, player in built.game.players.items()},
        "data": {"set": dataset.name, "origin": dataset.origin, "samples": len(dataset.train.samples), **dataset.facts},
        "warnings": [f"{warning.key}: {warning.text}" for warning in resolved.warnings],
        "start": _now(),
        **provenance(),
    }
    return built, RunFolder.create(runs, spec.name, resolved.yaml(), record)


def train(
    resolved: Resolved, built: Built, folder: RunFolder, make_reporter: MakeReporter, profile: Profile | None = None
) -> Outcome:
    """Play a prepared run to its end; its status is in `run.json` when this returns."""
    for line in (built.dataset.notice, *map(str, resolved.warnings)):
        if line:
            folder.log(line)
    try:
        return _play(resolved, built, folder, make_reporter, 0.0, profile)
    except OSError:
        if built.game.played == 0:  # a disk too full for the first files: leave nothing half-made
            folder.remove()
        raise


def reopen(folder: RunFolder) -> tuple[Resolved, Built, float, list[str]]:
    """Lock a run and rebuild it from its newest good checkpoint.

    Returns its spec, its objects, the seconds it had run, and what is wrong with any newer checkpoint.
    Raises RunError, SpecError, DataError.
    """
    folder.lock()
    try:
        return _reopen_locked(folder)
    except BaseException:
        folder.unlock()
        raise


def _reopen_locked(folder: RunFolder) -> tuple[Resolved, Built, float, list[str]]:
    resolved = load(folder.config)
    record = folder.record()
    engine = make_engine(record["engine"], record["threads"])  # other bits else, where the spec says auto
    built = build(resolved.experiment, load_data(resolved.experiment), engine)
    expected = folder.record().get("data", {}).get("sha256")
    if expected != built.dataset.facts.get("sha256"):
        raise RunError(f"{folder.path}: it was trained on other data than {built.dataset.origin}; set $GANCLI_DATA")
    try:
        arrays, facts, damaged = checkpoint.newest(folder.checkpoints)
        put_back(built, arrays, facts)
    except ValueError as error:
        raise RunError(f"{folder.path}: cannot go on: {error}") from None
    folder.truncate_metrics(facts["metrics_bytes"])
    return resolved, built, facts["seconds"], damaged


def resume(resolved: Resolved, built: Built, folder: RunFolder, make_reporter: MakeReporter, earlier: float) -> Outcome:
    """Go on with a reopened run."""
    record = {**folder.record(), "status": "running", "end": None, "reason": None, **provenance()}
    folder.write_record(record)
    folder.log(f"resumed at game {built.game.played}")
    return _play(resolved, built, folder, make_reporter, earlier)


def _play(
    resolved: Resolved, built: Built, folder: RunFolder, make_reporter: MakeReporter, earlier: float,
    profile: Profile | None = None,
) -> Outcome:  # fmt: skip
    loop = Loop(resolved.experiment, built, folder, make_reporter(built.games, built.game.played), earlier, profile)
    with Stop().listening() as stop:
        try:
            loop.run(stop)
            outcome = Outcome("completed")
            if stop.signal is not None and built.game.played < built.games:
                name = signal.Signals(stop.signal).name
                outcome = Outcome("interrupted", f"{name} at game {built.game.played}", stop.signal)
        except Diverged as error:
            outcome = Outcome("diverged", str(error))
        except KeyboardInterrupt:
            outcome = Outcome("interrupted", f"stopped at once at game {built.game.played}", signal.SIGINT)
        except Exception as error:
            outcome = Outcome("failed", f"{type(error).__name__}: {error}")
            _close(folder, outcome, built)
            raise
    _close(folder, outcome, built)
    return outcome


def _close(folder: RunFolder, outcome: Outcome, built: Built) -> None:
    try:
        ending = {"status": outcome.status, "reason": outcome.reason, "played": built.game.played, "end": _now()}
        folder.write_record({**folder.record(), **ending})
        folder.log(f"{outcome.status} at game {built.game.played}" + (f": {outcome.reason}" if outcome.reason else ""))
    except OSError:
        if outcome.status != "failed":  # a full disk has its own message on the way already
            raise
    finally:
        folder.unlock()


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
