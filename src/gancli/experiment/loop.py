"""The one training loop: play a game, then do what is due."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import numpy as np

from gancli.experiment import snapshots
from gancli.experiment.alarm import CollapseAlarm
from gancli.experiment.best import Best
from gancli.experiment.build import Built
from gancli.experiment.callbacks import Callbacks
from gancli.experiment.clipping import Clipping
from gancli.experiment.divergence import Diverged, Diverging
from gancli.experiment.ending import Endings, earlier_tests, ending_of
from gancli.experiment.layers import layer_metrics
from gancli.experiment.pace import Pace
from gancli.experiment.profile import Profile
from gancli.experiment.saving import gather
from gancli.experiment.streams import stream
from gancli.games.adversarial import Adversarial
from gancli.leaving import STOPS, handlers, taken_over
from gancli.runs import RunFolder, checkpoint
from gancli.runs.arrays import write_arrays
from gancli.runs.files import write_bytes
from gancli.spec import Experiment, Gan, Wgan, identity

if TYPE_CHECKING:
    from gancli.experiment.evaluator import Evaluator

CHECK_EVERY = 1000
"""Games of batch size 1 between two checks that the parameters are still finite; of larger batches, fewer."""


class Collapsed(RuntimeError):
    """The generator's samples are all alike, and the run is to stop then."""


class Stop:
    """Set by SIGINT, SIGTERM or SIGHUP, which is a terminal that is closed; a SIGINT after it leaves at once.

    (Another signal after it changes nothing: what ends a session may send several of them.) Or by the clock, once
    `limit` seconds are over.
    """

    def __init__(self, limit: float | None = None):
        self.signal: int | None = None
        self._limit, self._start = limit, time.monotonic()

    @property
    def reason(self) -> str | None:
        """The signal's name, or how long it was to last; None while there is nothing to stop for."""
        if self.signal is not None:
            return signal.Signals(self.signal).name
        over = self._limit is not None and time.monotonic() - self._start >= self._limit
        return f"{self._limit:g} s are over" if over else None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.signal is None:
            self.signal = number
        elif number == signal.SIGINT:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def listening(self) -> Iterator["Stop"]:
        """Take the signals over for a while, in the main thread, which alone can, and one that has come already."""
        with handlers(dict.fromkeys(STOPS, self._handle)):
            if threading.current_thread() is threading.main_thread():
                self.signal = self.signal or taken_over()
            yield self


class Loop:
    """Plays a built game to its end within a run folder; `earlier` seconds were spent before a resume."""

    def __init__(
        self, spec: Experiment, built: Built, folder: RunFolder, reporter: Callbacks, earlier: float,
        profile: Profile | None = None,
    ):  # fmt: skip
        self.spec, self.built, self.folder, self.reporter = spec, built, folder, reporter
        self.start = time.monotonic() - earlier
        self._saved = built.game.played  # a new run has nothing to save, a resumed one has saved it
        self._profile = profile
        self.alarm = CollapseAlarm(built.games)
        self._collapse: str | None = None
        self._evaluator: Evaluator | None = None
        self._identity = identity(spec)
        self._duties: list[tuple[int, Callable[[], None]]] = []
        self._add_duty(spec.test.every, "tests", self.test)
        if spec.pictures is not None:
            self._add_duty(spec.pictures.every, "pictures", self.picture)
        self._add_duty(spec.checkpoint.every, "checkpoints", self.save)
        self._check_every = max(10, CHECK_EVERY // spec.training.batch)
        self._periods = [self._check_every, *(period for period, _ in self._duties)]
        self._pace, self._stop = Pace(), Stop()
        rows = earlier_tests(spec, folder)
        for row in rows:
            self.alarm.see(row)
        self._best = None if spec.checkpoint.best is None else Best(spec.checkpoint.best, rows)
        self._left_to_numpy: frozenset[str] = frozenset()
        self._clipping = Clipping(built.game)
        self.endings = Endings(ending_of(spec), rows)

    def run(self, stop: Stop) -> None:
        """Play until the last game, or until `stop`. Raises Diverged, Collapsed, OSError."""
        game, last, self._stop = self.built.game, self.built.games, stop
        with np.errstate(all="ignore"):  # what overflows ends the run as diverged, with its name
            if game.played == 0:
                self.due()
            self.endings.pass_time(time.monotonic() - self.start)  # a resumed run may have had all of it
            while game.played < last and stop.reason is None and not self.endings.reason:
                self._pace.play(game, min(last, *(game.played - game.played % each + each for each in self._periods)))
                self.reporter.advance(game.played)
                self._tell_of_numpy()
                for text in self._clipping.news():
                    self._tell(text)
                if game.played % self._check_every == 0:
                    self.check_finite()
                self.endings.pass_time(time.monotonic() - self.start)
                self.due()
            if self._saved != game.played:
                self.check_finite()
                self.save()
            if game.played == last or self.endings.reason:
                self.close()
                if self._best is not None and not self._best.known:
                    self._tell(f"checkpoint.best: {self._best.name} was never measured, so no checkpoint is the best")

    def _tell_of_numpy(self) -> None:
        """Say once which operations the fast engine leaves to NumPy."""
        if names := self.built.game.engine.by_numpy - self._left_to_numpy:
            self._left_to_numpy |= names
            self._tell(f"without machine code, and so played by NumPy: {', '.join(sorted(names))}")

    def _tell(self, text: str) -> None:
        self.folder.log(text)
        self.reporter.line(text)

    def due(self) -> None:
        """Whatever is due at this game. Raises Collapsed, where the run is to stop at a collapse."""
        duties = [duty for period, duty in self._duties if self.built.game.played % period == 0]
        if duties:
            self.check_finite()
        for duty in duties:
            duty()
        self._stop_at_collapse()

    def close(self) -> None:
        """Measure and draw at the last game what is not due there.

        It follows the checkpoint, which knows nothing of it: extended, a run is as one that never ended.
        """
        for period, duty in self._duties:
            if self.built.game.played % period != 0:
                duty()
        self._stop_at_collapse()

    def _stop_at_collapse(self) -> None:
        """Leave a picture, and a checkpoint to sample from, and raise Collapsed where the run is to stop."""
        if self._collapse is not None:
            self.save()
            if not (self.folder.images / f"game-{self.built.game.played:06d}.png").exists():
                self.picture()
            raise Collapsed(self._collapse)

    def check_finite(self) -> None:
        """Are all parameters finite? Raises Diverged."""
        if not all(player.finite() for player in self.built.game.players.values()):
            self.reporter.line("parameters are no longer finite; playing again, to see which network diverged first")
            diverging = Diverging(self.spec, self.built, self.folder, self._check_every, self._stopped)
            raise Diverged(diverging.reason())

    def _stopped(self) -> bool:
        return self._stop.signal is not None

    def test(self) -> None:
        """Measure, and add a line to the metrics."""
        seconds = round(time.monotonic() - self.start, 3)
        row = {"game": self.built.game.played, "seconds": seconds, **self.built.game.measure()}
        text = self.alarm.see(row)
        stops = isinstance(self.spec, Gan | Wgan) and self.spec.stop.on_collapse
        if text is not None and stops and self.alarm.collapsed:
            self._collapse = text
        measured = {**self._clipping.shares(), **layer_metrics(self.built.game)}
        evaluation, slopes = self.evaluation(), self.slopes()
        row |= {**measured, **evaluation, **slopes}
        self.endings.see(row)
        if self.endings.reason:  # the last test, which has all that there is to measure
            row |= (evaluation or self.evaluation()) | (slopes or self.slopes())
        self.folder.append_metrics(row)
        self.reporter.metrics(row)
        if self._best is not None and self._best.improves(row):
            best = {"metric": self._best.name, "value": row[self._best.name]}
            checkpoint.save_best(*self._contents(best=best), saved=self._saved)
        if text is not None:
            self._tell(text)

    def evaluation(self) -> dict[str, float]:
        """What the judge says, where that is due or the run ends: of the same latents each time."""
        spec = self.spec
        if not isinstance(spec, Gan | Wgan) or spec.evaluate is None or not self._is_due(spec.evaluate.every):
            return {}
        if self._evaluator is None:
            from gancli.experiment.evaluator import Evaluator  # few runs are judged, and all have to start

            self._evaluator = Evaluator.of(spec, self.built.dataset, self._tell)
        game = self.built.game
        assert isinstance(game, Adversarial)
        rng = stream(spec.seed, "evaluate")
        codes = game.ask(spec.evaluate.samples, rng)
        asked = None if game.classes is None or codes is None else game.classes.labels_of(codes)
        return self._evaluator.measure(game.sample(spec.evaluate.samples, rng, codes=codes), asked)

    def slopes(self) -> dict[str, float]:
        """How steep the critic is, where that is due or the run ends: of the same samples and latents each time."""
        spec, game = self.spec, self.built.game
        if not isinstance(spec, Gan | Wgan) or spec.lipschitz is None or not self._is_due(spec.lipschitz.every):
            return {}
        from gancli.experiment.lipschitz import of_game  # likewise

        assert isinstance(game, Adversarial)
        found = of_game(game, self.built.dataset, spec.lipschitz.samples, stream(spec.seed, "lipschitz"))
        return {} if found is None else found.metrics()

    def _is_due(self, every: int | str) -> bool:
        """Something that is measured in some of the tests, and in the last."""
        played = self.built.game.played
        ends = played == self.built.games or self._collapse is not None or bool(self.endings.reason)
        return played % self._period(every) == 0 or ends

    def picture(self) -> None:
        """Draw what the game has to show: the same latents, and the same noise, each time."""
        assert self.spec.pictures is not None and self.spec.pictures.count is not None
        picture = self.built.game.picture(self.spec.pictures.count, stream(self.spec.seed, "pictures"))
        path = self.folder.images / f"game-{self.built.game.played:06d}.png"
        content, arrays = snapshots.png(picture, self.built.dataset), snapshots.arrays(picture, self.built.dataset)
        if content is not None:
            write_bytes(path, content)
        if arrays:
            write_arrays(path.with_suffix(".npz"), arrays, compress=True)
        if content is not None or arrays:
            self.reporter.picture(path if content is not None else path.with_suffix(".npz"))

    def save(self) -> None:
        """Write a checkpoint, unless there is nothing new to save."""
        played = self.built.game.played
        if played == self._saved:
            return
        checkpoint.save(*self._contents(), keep=self.spec.checkpoint.keep or checkpoint.KEPT)
        self._saved = played

    def _contents(self, **more: Any) -> tuple[Path, int, checkpoint.Arrays, dict[str, Any]]:
        """Where a checkpoint goes, of which game it is, and what is in it."""
        arrays, facts = gather(self.built)
        facts |= {
            "spec": self._identity,
            "metrics_bytes": self.folder.sync_metrics(),
            "seconds": time.monotonic() - self.start,
            **more,
        }
        return self.folder.checkpoints, self.built.game.played, arrays, facts

    def _add_duty(self, every: int | str, section: str, duty: Callable[[], None]) -> None:
        timed = duty if self._profile is None else self._profile.duty(section, duty)
        self._duties.append((self._period(every), timed))

    def _period(self, every: int | str) -> int:
        return self.built.games_a_pass if every == "pass" else int(every)
