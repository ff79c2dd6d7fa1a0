"""A recorded game that can be replayed, and the engine that records games and replays them."""

import itertools
import time
from collections.abc import Callable, Hashable
from typing import Any, Protocol

import numpy as np

from gancli.engines.arrays import Array
from gancli.engines.blas_threads import BlasThreads
from gancli.engines.checked import EngineError
from gancli.engines.numpy_engine import NumpyEngine
from gancli.engines.replay import layout, store
from gancli.engines.replay.lowering import is_compiled, lower
from gancli.engines.replay.normals import Normals
from gancli.engines.replay.passes import fuse
from gancli.engines.replay.program import Program
from gancli.engines.replay.tape import NumberStream, Op, RowStream, Tape
from gancli.engines.replay.team import Team, Together
from gancli.engines.signatures import arguments, kernels

NUMBERS = 1 << 20
"""Random numbers and rows drawn at most for one call of compiled code: some megabytes."""


class Recordable(Protocol):
    """A game as an engine sees it."""

    played: int

    def make(self) -> Hashable:
        """What the next game does: games of one make call the same kernels."""

    def alike(self) -> int:
        """How many games from here on are of the next one's make."""

    def play_one(self) -> None:
        """Play it, through kernels alone."""

    def arrays(self) -> list[Any]:
        """What it keeps from game to game."""


class Stretch:
    """Operations that are played in one go, in machine code."""

    def __init__(self, ops: list[Op], of: "Replay", engine: "ReplayEngine"):
        program = Program(ops, lower, engine.threads, of.itemsize, of.given, of.keep, engine.profile)
        self.names, (self.table, self.numbers, self.starts) = program.names, program.tables()
        found = store.addresses({*self.names, "play"}, of.itemsize, engine.compiling)
        self.table[:, layout.ADDRESS] = [found[name] for name in self.names]
        self._loop, self._engine = layout.PLAY(found["play"]), engine

    def play(self, threads: int, games: int) -> None:
        """So many games, by so many threads."""
        tables = (array.ctypes.data for array in (self.table, self.numbers, self.starts))
        self._engine.team.run(threads, self._loop, self._engine.threads, games, *tables, len(self.starts) - 1)


class Replay:
    """One make of game, recorded: `play(games)` plays so many. Passes that are `off` are left out, for tests."""

    def __init__(self, game: Recordable, engine: "ReplayEngine", off: tuple[str, ...] = ()):
        tape = engine.record(game)
        self.recorded, self.keep, self.streams = list(tape.ops), [game, *tape.keep], tape.streams
        self.ops = fuse(tape.ops, self.keep, off)
        floats = (ref.itemsize for op in tape.ops for ref in op.writes if ref.kind == "f")
        self.itemsize = next(floats)
        self.given = np.zeros((2, len(self.streams)), np.int64)
        """Of each stream, where the numbers of the games to be played are, and how many a game has."""
        self.parts: list[Stretch | Op] = []
        for compiled, group in itertools.groupby(self.ops, is_compiled):
            ops = list(group)
            self.parts += [Stretch(ops, self, engine)] if compiled else ops
        self._engine, self._together = engine, Together(engine.threads)
        self._game, self._homes = game, _homes(game)
        self.games = max(1, NUMBERS // max(1, sum(stream.size for stream in self.streams)))
        """At most in one call."""

    @property
    def by_numpy(self) -> list[str]:
        """Names of the operations that have no kernel in machine code."""
        return sorted({part.name for part in self.parts if isinstance(part, Op)})

    def play(self, games: int) -> None:
        """So many games. Raises EngineError where an array of the game is not where it was recorded."""
        if _homes(self._game) != self._homes:
            raise EngineError("an array of a recorded game was bound anew: write into it instead")
        while games > 0:
            threads, count = self._together.next(min(games, self.games))
            start = time.perf_counter()
            self._play(threads, count)
            self._together.was(threads, count, time.perf_counter() - start)
            games -= count

    def _play(self, threads: int, games: int) -> None:
        drawn = [self._draw(stream, games) for stream in self.streams]  # alive until they are played
        self.given[:] = [array.ctypes.data for array in drawn], [stream.size for stream in self.streams]
        if self._engine.profile is not None:
            self._engine.profile.seconds[0] = time.perf_counter()
        with BlasThreads(1):  # each share calls BLAS for itself
            if len(self.parts) == 1 and isinstance(self.parts[0], Stretch):
                self.parts[0].play(threads, games)
                return
            for _ in range(games):
                for part in self.parts:
                    if isinstance(part, Stretch):
                        part.play(threads, 1)
                    else:
                        part.compute(self._engine)
                self.given[0] += [array[0].nbytes for array in drawn]

    def _draw(self, stream: RowStream | NumberStream, games: int) -> Any:
        """What so many games read of a stream: game by game, in the order in which they would draw it."""
        if isinstance(stream, RowStream):
            return np.ascontiguousarray(stream.batches.rows(games * stream.size), np.int64).reshape(games, -1)
        out = np.empty((games, stream.size), f"f{self.itemsize}")
        distributions = {distribution for distribution, _ in stream.draws}
        if len(distributions) == 1 and stream.draws[0][0].joins:
            self._engine.draw(stream.rng, stream.draws[0][0], out)
            return out
        for game in out:
            first = 0
            for distribution, count in stream.draws:
                self._engine.draw(stream.rng, distribution, game[first : first + count])
                first += count
        return out


def _homes(game: Recordable) -> list[int]:
    return [array.ctypes.data for array in game.arrays()]


class ReplayEngine(NumpyEngine):
    """Computes as NumPy's kernels do, but games, which it records when they first occur and then replays."""

    name = "numba"
    records = True

    def __init__(self, threads: int = 1):
        super().__init__(threads=1)
        self.threads, self.team = threads, Team(threads)
        self.tape: Tape | None = None
        self.replays: dict[Any, Replay] = {}
        self.on_compiling: Callable[[bool], None] | None = None
        self._normals = Normals(lambda name: store.addresses([name], 4, self.compiling)[name])

    def compiling(self, kept: bool) -> None:
        """Say once that it takes some seconds, and whether what is compiled is `kept` for the next time."""
        say, self.on_compiling = self.on_compiling, None
        if say is not None:
            say(kept)

    def normal(self, rng: np.random.Generator, out: Array) -> None:
        """The same numbers, faster where there are many."""
        if self._normals.serves(rng, out):
            self._normals.fill(rng, out)
        else:
            super().normal(rng, out)

    def dropout(self, rng: np.random.Generator, rate: float, out: Array) -> None:
        """Likewise."""
        if self._normals.serves(rng, out):
            self._normals.fill_dropout(rng, rate, out)
        else:
            super().dropout(rng, rate, out)

    def play(self, game: Recordable, games: int) -> None:
        """So many games."""
        while games > 0:
            key = id(game), game.make()
            if key not in self.replays:
                self.replays[key] = Replay(game, self)
                self.by_numpy |= set(self.replays[key].by_numpy)
            count = min(games, game.alike())
            self.replays[key].play(count)
            game.played += count
            games -= count

    def left_to_numpy(self, game: Recordable) -> list[str]:
        """Names of the next game's operations that have no kernel in machine code; nothing is played or compiled."""
        return sorted({op.name for op in self.record(game).ops if not is_compiled(op)})

    def record(self, game: Recordable) -> Tape:
        """The next game's kernels; it is not played, and everything is as it was."""
        played, self.tape = game.played, Tape()
        try:
            game.play_one()
            return self.tape
        finally:
            self.tape, game.played = None, played


def _noting(name: str) -> Callable[..., None]:
    compute = getattr(NumpyEngine, name)

    def kernel(self: ReplayEngine, *args: Any, **kwargs: Any) -> None:
        if self.tape is None:
            compute(self, *args, **kwargs)
        else:
            self.tape.note(name, arguments(name, args, kwargs))

    kernel.__doc__ = compute.__doc__
    return kernel


for _name in kernels():
    setattr(ReplayEngine, _name, _noting(_name))
