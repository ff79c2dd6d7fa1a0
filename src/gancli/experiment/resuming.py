"""Go on with a run from its last good checkpoint, to the same bits as if it had never stopped; maybe to more games."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gancli.data import Dataset
from gancli.engines import Engine, make_engine
from gancli.experiment.best import Best
from gancli.experiment.build import Built, build
from gancli.experiment.callbacks import AnyCallback
from gancli.experiment.ending import Endings, earlier_tests, ending_of
from gancli.experiment.loading import how_to_find, load_data
from gancli.experiment.packages import check_packages
from gancli.experiment.run import MakeReporter, Outcome, engine_of, named, resumed
from gancli.experiment.saving import most_bytes, put_back
from gancli.runs import RunError, RunFolder, checkpoint
from gancli.runs.files import game_of, now, write_text
from gancli.runs.lock import this_process
from gancli.runs.provenance import machine, provenance
from gancli.spec import LENGTH, Experiment, Resolved, differences, from_plain, identity, load, without_log

BEFORE = "spec_before"
"""In a record: the spec of a run that is being extended, until `config.yaml` has the new one."""
DECISIVE = ("cpu", "blas", "versions")
"""The facts of a machine on which the last bits of a result depend."""


@dataclass(frozen=True)
class Reopened:
    """A run that can go on, locked: its spec and objects, the seconds it has run, and what to warn its user of."""

    resolved: Resolved
    built: Built
    folder: RunFolder
    seconds: float
    warnings: tuple[str, ...]


def reopen(
    folder: RunFolder, games: int | None = None, dataset: Dataset | None = None, log: Sequence[str] = ()
) -> Reopened:
    """Lock a run and rebuild it from its newest good checkpoint, to go on to game `games` where it is given.

    `dataset` saves loading the data that its spec asks for; `log` are names of loggers that it has from now on.
    Raises RunError, SpecError, DataError, MissingEngine, MissingLogger.
    """
    folder.lock()
    try:
        return _reopen_locked(folder, games, dataset, log)
    except BaseException:
        folder.unlock()
        raise


def _reopen_locked(folder: RunFolder, games: int | None, dataset: Dataset | None, log: Sequence[str]) -> Reopened:
    record = folder.record()
    engine_name, threads, data = _recorded(folder, record, engine=str, threads=int, data=dict)
    resolved = load(folder.config, [] if games is None else [f"training.games={games}", "training.passes=null"])
    if games is None and record.get(BEFORE) == resolved.data():  # killed while it was being extended
        resolved = from_plain(record["spec"])
    _same_spec(folder, record, resolved, games)
    resolved = resolved.logged(log)
    check_packages([resolved.experiment])
    engine = make_engine(engine_name, threads)  # other bits else, where the spec says auto
    built, gone = _built(folder, resolved.experiment, dataset or load_data(resolved.experiment), engine)
    if data.get("sha256") != built.dataset.facts.get("sha256"):
        remedy = how_to_find(resolved.experiment)
        raise RunError(f"{folder.path}: it was trained on other data than {built.dataset.origin}; {remedy}")
    facts, damaged = _put_back_newest(folder, resolved, built)
    if gone is not None and not built.game.played:
        raise gone
    if games is not None and games <= built.game.played:
        raise RunError(f"{folder.path}: is at game {built.game.played} already; --games must be more, got {games}")
    if games is not None:
        _check_longer(folder, resolved.experiment, facts)
    folder.remove_temporary()
    folder.truncate_metrics(facts["metrics_bytes"])
    _remove_last_pictures(folder, resolved, built)
    rows = earlier_tests(resolved.experiment, folder)  # before anything says that it goes on
    if (best := resolved.experiment.checkpoint.best) is not None:
        checkpoint.keep_best(folder.checkpoints, Best(best, rows).games)  # not those of games to come
    return Reopened(resolved, built, folder, facts["seconds"], (*damaged, *_other_machine(record, engine)))


def _check_longer(folder: RunFolder, spec: Experiment, facts: dict[str, Any]) -> None:
    """Raises RunError where a run's `stop` would end it again before any game."""
    endings = Endings(ending_of(spec), [row for row in earlier_tests(spec, folder) if row["game"] <= facts["game"]])
    endings.pass_time(facts["seconds"])
    if endings.reason:
        text = f"its `stop` has ended it: {endings.reason}; more games would end there too"
        raise RunError(f"{folder.path}: {text}: train anew with another `stop`")


def _remove_last_pictures(folder: RunFolder, resolved: Resolved, built: Built) -> None:
    """Those of the last game of a run that was shorter, where none is due: it goes on as one that never ended."""
    pictures = resolved.experiment.pictures
    if pictures is None:
        return
    period = built.games_a_pass if pictures.every == "pass" else int(pictures.every)
    for path in folder.images.glob("game-*"):
        if re.fullmatch(r"game-\d+\.(png|npz)", path.name) and game_of(path) % period:
            path.unlink(missing_ok=True)


def _built(folder: RunFolder, spec: Experiment, dataset: Dataset, engine: Engine) -> tuple[Built, RunError | None]:
    """A run's objects; where the run that its `weights` are from is gone, without these, and why they are not there.

    A checkpoint has parameters of its own. Raises RunError where there is none either.
    """
    try:
        return build(spec, dataset, engine), None
    except RunError as error:
        own = {key: one.model_copy(update={"weights": None}) for key, one in spec.networks().items() if one.weights}
        if not own or not checkpoint.paths(folder.checkpoints):
            raise
        return build(spec.model_copy(update=own), dataset, engine), error


def _recorded(folder: RunFolder, record: dict[str, Any], **kinds: type) -> Iterator[Any]:
    """What a record says under some keys. Raises RunError where it does not."""
    for key, kind in kinds.items():
        if not isinstance(record.get(key), kind):
            raise RunError(f"{folder.path}: run.json does not say its {key}: it is of another version of gancli")
        yield record[key]


def _same_spec(folder: RunFolder, record: dict[str, Any], resolved: Resolved, games: int | None) -> None:
    """Is `config.yaml` what the run began with, but for loggers, and its length where another is asked for?"""
    expected = record.get("spec")
    if not isinstance(expected, dict):
        raise RunError(f"{folder.path}: run.json does not say its spec: it is of another version of gancli")
    length = {f"training.{key}" for key in LENGTH}
    changes = differences(without_log(expected), without_log(resolved.data()))
    if games is not None:
        changes = {key: pair for key, pair in changes.items() if key not in length}
    if changes:
        lines = [f"  {key}: expected {_shown(pair[0])}, got {_shown(pair[1])}" for key, pair in changes.items()]
        raise RunError(
            "\n".join([f"{folder.config}: was changed since the run began:", *lines])
            + f"\nput it back to go on, or train anew: gancli train {shlex.quote(str(folder.config))}"
            + ("; to play more games: --games N" if set(changes) <= length else "")
        )


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)


def _put_back_newest(folder: RunFolder, resolved: Resolved, built: Built) -> tuple[dict[str, Any], list[str]]:
    """The newest good checkpoint's facts, and what is wrong with a newer one; a run killed before it begins again.

    Raises RunError.
    """
    if not checkpoint.paths(folder.checkpoints):
        if not folder.checkpoints.is_dir() or folder.record().get("status") in ("completed", "collapsed"):
            train = shlex.join(["gancli", "train", str(folder.config)])
            raise RunError(f"{folder.path}: its checkpoints are gone, so that it cannot go on; train anew: {train}")
        _check_first_weights(folder, built)
        return {"metrics_bytes": 0, "seconds": 0.0}, ["it has no checkpoint yet, and begins again"]

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


def _check_first_weights(folder: RunFolder, built: Built) -> None:
    """Raises RunError where a run would begin again from other networks than the first time."""
    before = folder.record().get("weights", {})
    for key, facts in built.first_weights().items():
        if facts != before.get(key):
            game = before.get(key, {}).get("game")
            text = f"it began from game {game} of {facts['run']}, which is at game {facts['game']} now"
            raise RunError(f"{folder.path}: {key}.weights: {text}, so that it cannot begin again; train anew")


def _other_machine(record: dict[str, Any], engine: Engine) -> Iterator[str]:
    """What makes results differ in their last bits from those of the run's beginning."""
    here = machine(engine.blas.count)
    before, now = ({key: facts.get(key) for key in DECISIVE} for facts in (record, here))
    for key, (was, is_now) in differences(before, now).items():
        yield f"{key} was {_shown(was)} when the run began, and is {_shown(is_now)}: the last bits may differ"


def resume(
    reopened: Reopened, make_reporter: MakeReporter, callbacks: Sequence[AnyCallback] = (), limit: float | None = None
) -> Outcome:
    """Go on with a reopened run, for `limit` seconds at most."""
    folder, built = reopened.folder, reopened.built
    try:
        _record_resumption(reopened)
        return resumed(reopened.resolved, built, folder, make_reporter, reopened.seconds, callbacks, limit)
    finally:
        folder.unlock()


def _record_resumption(reopened: Reopened) -> None:
    """Write down that a run goes on, and how long it is now.

    `run.json` says what `config.yaml` must say, and a kill between the two would leave one that seems changed: until
    both are written, the record has the spec from before too.
    """
    folder, built = reopened.folder, reopened.built
    record = folder.record()
    origin, _ = provenance(engine_of(built).blas.count)
    again = {"game": built.game.played, "time": now(), **{key: origin[key] for key in ("argv", "host", *DECISIVE)}}
    before = record["spec"]
    record |= {"status": "running", "end": None, "reason": None, "games": built.games, **this_process()}
    record |= {"resumed": [*record.get("resumed", []), again], **named(reopened.resolved)}
    if before != record["spec"]:
        folder.write_record({BEFORE: before, **record})
    write_text(folder.config, reopened.resolved.yaml())
    record.pop(BEFORE, None)
    folder.write_record(record)
    folder.log(f"resumed at game {built.game.played}")
    for line in reopened.warnings:
        folder.log(line)
