"""Where a run's time goes, for `gancli train --profile`."""

import time
from collections.abc import Callable
from typing import Any

from gancli.engines import Sections
from gancli.experiment.build import Built
from gancli.games import Player

Call = Callable[..., Any]


class Profile:
    """Seconds by section; it times a built game's own objects, so make one only for a run that is to be profiled.

    Games that the engine records are timed where it replays them; else their networks' passes and optimisers are.
    """

    def __init__(self, built: Built):
        self._game, self._seconds, self._in_duty = built.game, dict[str, float](), False
        self._start = time.perf_counter()
        self._games = 0.0
        self._engine: Any = built.game.engine
        if self._engine.records:
            self._engine.profile = Sections(["data", *built.game.players])
        built.game.play = self._timed_play(built.game.play)  # type: ignore[method-assign]
        for name, one in built.game.players.items():
            self._wrap(one, name)
        for batches in built.batches.values():
            batches.load = self._timed("data", batches.load)  # type: ignore[method-assign]

    def duty(self, section: str, call: Callable[[], None]) -> Callable[[], None]:
        """The call, all of whose time goes to a section."""

        def timed() -> None:
            self._in_duty = True
            start = time.perf_counter()
            try:
                call()
            finally:
                self._in_duty = False
                self._add(section, time.perf_counter() - start)

        return timed

    def seconds(self) -> dict[str, float]:
        """By section, in the order of a game, with what is left of the games and of the run at the end."""
        by_section = {"data": 0.0, **dict.fromkeys([*self._game.players, "optimiser"], 0.0), **self._seconds}
        if self._engine.records:
            by_section |= {name: self._engine.profile.of(name) for name in ("data", *self._game.players, "optimiser")}
        duties = ("tests", "pictures", "checkpoints")
        within = sum(value for name, value in by_section.items() if name not in duties)
        rest = "drawing" if self._engine.records else "rest of the games"
        by_section[rest] = max(0.0, self._games - within)
        for name in duties:
            by_section[name] = by_section.pop(name, 0.0)
        by_section["rest of the run"] = max(0.0, time.perf_counter() - self._start - sum(by_section.values()))
        return by_section

    def lines(self) -> list[str]:
        """The table as text."""
        seconds = self.seconds()
        total = sum(seconds.values())
        rows = [f"{name:18} {value:9.3f} s {value / total:6.1%}" for name, value in seconds.items()]
        return [*rows, f"{'in all':18} {total:9.3f} s"]

    def _wrap(self, player: Player, name: str) -> None:
        network = player.network
        network.forward = self._timed(name, network.forward)  # type: ignore[method-assign]
        network.backward = self._timed(name, network.backward)  # type: ignore[method-assign]
        player.learn = self._timed("optimiser", player.learn)  # type: ignore[method-assign]

    def _timed(self, section: str, call: Call) -> Call:
        def timed(*args: Any, **kwargs: Any) -> Any:
            if self._in_duty:
                return call(*args, **kwargs)
            if self._engine.records:
                return self._noted(section, call, *args, **kwargs)
            start = time.perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                self._add(section, time.perf_counter() - start)

        return timed

    def _noted(self, section: str, call: Call, *args: Any, **kwargs: Any) -> Any:
        """The call, whose kernels are a section's work, should they be recorded."""
        tape = self._engine.tape
        if tape is None:
            return call(*args, **kwargs)
        before, tape.section = tape.section, section
        try:
            return call(*args, **kwargs)
        finally:
            tape.section = before

    def _timed_play(self, play: Call) -> Call:
        def timed(games: int = 1) -> None:
            start = time.perf_counter()
            try:
                play(games)
            finally:
                self._games += time.perf_counter() - start

        return timed

    def _add(self, section: str, seconds: float) -> None:
        self._seconds[section] = self._seconds.get(section, 0.0) + seconds
