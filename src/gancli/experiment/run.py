"""One run from its first file to its last: make the folder, train, and record how it ended."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancli.data import Dataset
from gancli.engines import Engine, make_engine
from gancli.experiment.build import Built, build, load_data
from gancli.experiment.divergence import Diverged
from gancli.experiment.judges import check_evaluate
from gancli.experiment.loop import Collapsed, Loop, Reporter, Stop
from gancli.experiment.profile import Profile
from gancli.experiment.saving import most_bytes, put_back
from gancli.experiment.warnings import data_warnings
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.runs.files import now, write_text
from gancli.runs.lock import this_process
from gancli.runs.provenance import machine, provenance
from gancli.spec import LENGTH, Resolved, differences, from_plain, identity, load

BEFORE = "spec_before"
"""In a record: the spec of a run that is being made longer, until `config.yaml` has the new one."""
DECISIVE = ("cpu", "blas", "versions")
"""The facts of a machine on which the last bits of a result depend."""
MakeReporter = Callable[[int, int], Reporter]
"""(games in all, games already played) → a reporter."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its status, the reason where it did not complete, and the signal that stopped it."""

    status: str
    reason: str | None = None
    signal: int | None = None


@dataclass(frozen=True)
class Reopened:
    """A run that can go on, locked: its spec and objects, the seconds it has run, and what to warn its user of."""

    resolved: Resolved
    built: Built
    folder: RunFolder
    seconds: float
    warnings: tuple[str, ...]


def prepare(
    resolved: Resolved, runs: Path, dataset: Dataset | None = None, exact: str | None = None
) -> tuple[Built, RunFolder]:
    """Load the data, build the objects, and only then make the run folder, named `exact` where that is given.

    `dataset` saves loading the data that the spec asks for. Raises DataError, OSError.
    """
    spec = resolved.experiment
    dataset = dataset or load_data(spec)
    check_evaluate(spec, dataset)
    built = build(spec, dataset)
    engine = _engine(built)
    origin, beside = provenance(engine.blas.count)
    warnings = (*resolved.warnings, *data_warnings(spec, dataset))
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
        "warnings": [f"{warning.key}: {warning.text}" for warning in warnings],
        "start": now(),
        **origin,
        **_named(resolved),
    }
    return built, RunFolder.create(runs, exact or spec.name, resolved.yaml(), record, beside, exact=exact is not None)


def _engine(built: Built) -> Engine:
    return next(iter(built.game.players.values())).network.engine


def _named(resolved: Resolved) -> dict[str, Any]:
    return {"spec_sha256": resolved.sha256(), "spec": resolved.data()}


def train(
    resolved: Resolved, built: Built, folder: RunFolder, make_reporter: MakeReporter, profile: Profile | None = None
) -> Outcome:
    """Play a prepared run to its end; its status is in `run.json` when this returns."""
    warnings = (*resolved.warnings, *data_warnings(resolved.experiment, built.dataset))
    try:
        for line in (built.dataset.notice, *map(str, warnings)):
            if line:
                folder.log(line)
        return _play(resolved, built, folder, make_reporter, 0.0, profile)
    except OSError:
        if built.game.played == 0:  # a disk too full for the first files: leave nothing half-made
            folder.remove()
        raise
    finally:
        folder.unlock()


def reopen(folder: RunFolder, games: int | None = None, dataset: Dataset | None = None) -> Reopened:
    """Lock a run and rebuild it from its newest good checkpoint, to go on to game `games` where it is given.

    `dataset` saves loading the data that its spec asks for. Raises RunError, SpecError, DataError, MissingEngine.
    """
    folder.lock()
    try:
        return _reopen_locked(folder, games, dataset)
    except BaseException:
        folder.unlock()
        raise


def _reopen_locked(folder: RunFolder, games: int | None, dataset: Dataset | None) -> Reopened:
    record = folder.record()
    engine_name, threads, data = _said(folder, record, engine=str, threads=int, data=dict)
    resolved = load(folder.config, [] if games is None else [f"training.games={games}", "training.passes=null"])
    if games is None and record.get(BEFORE) == resolved.data():  # killed when it was being made longer
        resolved = from_plain(record["spec"])
    _same_spec(folder, record, resolved, games)
    engine = make_engine(engine_name, threads)  # other bits else, where the spec says auto
    built = build(resolved.experiment, dataset or load_data(resolved.experiment), engine)
    if data.get("sha256") != built.dataset.facts.get("sha256"):
        raise RunError(f"{folder.path}: it was trained on other data than {built.dataset.origin}; set $GANCLI_DATA")
    facts, damaged = _put_back_newest(folder, resolved, built)
    if games is not None and games <= built.game.played:
        raise RunError(f"{folder.path}: is at game {built.game.played} already; --games must be more, got {games}")
    folder.remove_temporary()
    folder.truncate_metrics(facts["metrics_bytes"])
    return Reopened(resolved, built, folder, facts["seconds"], (*damaged, *_other_machine(record, engine)))


def _said(folder: RunFolder, record: dict[str, Any], **kinds: type) -> Iterator[Any]:
    """What a record says under some keys. Raises RunError where it does not."""
    for key, kind in kinds.items():
        if not isinstance(record.get(key), kind):
            raise RunError(f"{folder.path}: run.json does not say its {key}: it is of another version of gancli")
        yield record[key]


def _same_spec(folder: RunFolder, record: dict[str, Any], resolved: Resolved, games: int | None) -> None:
    """Is `config.yaml` what the run began with, but for its length where another is asked for?"""
    expected = record.get("spec")
    if not isinstance(expected, dict):
        raise RunError(f"{folder.path}: run.json does not say its spec: it is of another version of gancli")
    length = {f"training.{key}" for key in LENGTH}
    found = differences(expected, resolved.data())
    if games is not None:
        found = {key: pair for key, pair in found.items() if key not in length}
    if found:
        lines = [f"  {key}: expected {_shown(pair[0])}, got {_shown(pair[1])}" for key, pair in found.items()]
        raise RunError(
            "\n".join([f"{folder.config}: was changed since the run began:", *lines])
            + f"\nput it back to go on, or train anew: gancli train {folder.config}"
            + ("; to play more games: --games N" if set(found) <= length else "")
        )


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)


def _put_back_newest(folder: RunFolder, resolved: Resolved, built: Built) -> tuple[dict[str, Any], list[str]]:
    """The newest good checkpoint's facts, and what is wrong with a newer one; a run with none begins again."""
    if not checkpoint.paths(folder.checkpoints):
        return {"metrics_bytes": 0, "seconds": 0.0}, []

    def check(facts: dict[str, Any]) -> None:
        if facts["spec"] != identity(resolved.experiment):
            raise ValueError(f"{folder.checkpoints}: game {facts['game']} is of another experiment")
        if not folder.has_metrics(facts["metrics_bytes"]):
            raise ValueError(f"{folder.metrics}: is shorter than it was at game {facts['game']}")

    try:
        saved = checkpoint.newest(folder.checkpoints, check, most_bytes(built))
        put_back(built, saved.arrays, saved.facts)
    except ValueError as error:
        raise RunError(f"{folder.path}: cannot go on: {error}") from None
    return saved.facts, [f"{line}; going on from the checkpoint before it" for line in saved.damaged]


def _other_machine(record: dict[str, Any], engine: Engine) -> Iterator[str]:
    """What makes results differ in their last bits from those of the run's beginning."""
    here = machine(engine.blas.count)
    before, now = ({key: facts.get(key) for key in DECISIVE} for facts in (record, here))
    for key, (was, is_now) in differences(before, now).items():
        yield f"{key} was {_shown(was)} when the run began, and is {_shown(is_now)}: the last bits may differ"


def resume(reopened: Reopened, make_reporter: MakeReporter) -> Outcome:
    """Go on with a reopened run."""
    folder, built = reopened.folder, reopened.built
    try:
        _record_resumption(reopened)
        return _play(reopened.resolved, built, folder, make_reporter, reopened.seconds)
    finally:
        folder.unlock()


def _record_resumption(reopened: Reopened) -> None:
    """Write down that a run goes on, and how long it is now.

    `run.json` says what `config.yaml` must say, and a kill between the two would leave one that seems changed: until
    both are written, the record has the spec from before too.
    """
    folder, built = reopened.folder, reopened.built
    record = folder.record()
    origin, _ = provenance(_engine(built).blas.count)
    again = {"game": built.game.played, "time": now(), **{key: origin[key] for key in ("argv", "host", *DECISIVE)}}
    before = record["spec"]
    record |= {"status": "running", "end": None, "reason": None, "games": built.games, **this_process()}
    record |= {"resumed": [*record.get("resumed", []), again], **_named(reopened.resolved)}
    if before != record["spec"]:
        folder.write_record({BEFORE: before, **record})
    write_text(folder.config, reopened.resolved.yaml())
    record.pop(BEFORE, None)
    folder.write_record(record)
    folder.log(f"resumed at game {built.game.played}")
    for line in reopened.warnings:
        folder.log(line)


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
        except Collapsed as error:
            outcome = Outcome("collapsed", str(error))
        except KeyboardInterrupt:
            outcome = Outcome(
                "interrupted", f"stopped at once at game {built.game.played}", stop.signal or signal.SIGINT
            )
        except Exception as error:
            outcome = Outcome("failed", f"{type(error).__name__}: {error}")
            _close(folder, outcome, built)
            raise
    _close(folder, outcome, built)
    return outcome


def _close(folder: RunFolder, outcome: Outcome, built: Built) -> None:
    try:
        ending = {"status": outcome.status, "reason": outcome.reason, "played": built.game.played, "end": now()}
        folder.write_record({**folder.record(), **ending})
        folder.log(f"{outcome.status} at game {built.game.played}" + (f": {outcome.reason}" if outcome.reason else ""))
    except (OSError, RunError):
        if outcome.status != "failed":  # a disk that is full, or a folder that is gone, has its own message already
            raise
    finally:
        folder.unlock()
