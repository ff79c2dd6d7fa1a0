"""Says which network diverged first, and what may help: the run's last games are played again, step by step.

A run checks its parameters now and then, and by the time that some are no longer finite the networks have taught one
another to be so. All that a run is stands in its checkpoints, so a second one is built, goes on from the newest, and is
looked at after each step of a network from where all of them were calm.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from gancli.engines import Engine, make_engine
from gancli.experiment.build import Built, build
from gancli.experiment.pace import Pace
from gancli.experiment.saving import gather, put_back
from gancli.games import Player
from gancli.runs import RunFolder, checkpoint
from gancli.spec import Experiment, Game2d

Bounds = dict[str, float]
"""For each network, how large a parameter may be."""
GROWTH = 1000.0
"""A network has diverged whose largest parameter is so many times what it began with, and 1,000 at least, or no number.

Long before it is infinite itself, it can make the others infinite.
"""


class Diverged(ArithmeticError):
    """A network's parameters are no longer finite numbers."""


class FirstError(Exception):
    """Leaves a game as soon as a network has diverged."""

    def __init__(self, name: str, game: int):
        self.name, self.game = name, game


class StoppedError(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True)
class Diverging:
    """A run with parameters that are no longer finite; it checks them at least every `every` games."""

    spec: Experiment
    built: Built
    folder: RunFolder
    every: int
    stopped: Callable[[], bool]
    """Is the search for the first network to be given up?"""

    def reason(self) -> str:
        """Where it was seen, which network was the first, what it learns by, and what to try."""
        players, seen = self.built.game.players, f"no longer finite at game {self.built.game.played}"
        first = self._first()
        if first is not None:
            player, rank = players[first.name], " first" if len(players) > 1 else ""
            when, how, advice = f"in game {first.game}", description(player), advise(first.name, player)
            return f"parameters are {seen}: {self._the(first.name)} diverged{rank}, {when} ({how}); try {advice}"
        bad = {self._the(name): (name, player) for name, player in players.items() if not player.finite()}
        tried = (f"for {the} ({description(player)}) {advise(name, player)}" for the, (name, player) in bad.items())
        return f"the parameters of {' and '.join(bad)} are {seen}; try {'; '.join(tried)}"

    def _the(self, name: str) -> str:
        return name if isinstance(self.spec, Game2d) else f"the {name}"

    def _first(self) -> FirstError | None:
        """None where playing again does not tell."""
        try:
            built, bounds = self._calm()
            if self._engine().records:
                built = self._by_steps(built)
            for name, player in built.game.players.items():
                _watch(built, name, player, bounds[name])
            while built.game.played < self.built.game.played:
                self._play(built, built.game.played + 1)
        except FirstError as first:
            return first
        except (MemoryError, ValueError, FloatingPointError, StoppedError):  # no room for a second run; engine: checked
            return None
        return None

    def _calm(self) -> tuple[Built, Bounds]:
        """The run as it was when, of every so many games, it last had all networks within their bounds."""
        built, bounds = self._begin()
        calm = built.game.played
        while calm + self.every < self.built.game.played:
            self._play(built, calm + self.every)
            if not _within(built, bounds):
                del built  # a run at a time: it may be large
                built, bounds = self._begin()
                self._play(built, calm)
                break
            calm = built.game.played
        return built, bounds

    def _begin(self) -> tuple[Built, Bounds]:
        """The run as it was at its newest checkpoint within the bounds on its parameters, else at first; the bounds."""
        built = self._anew(self._engine())
        bounds = {name: GROWTH * max(1.0, largest(player)) for name, player in built.game.players.items()}
        paths = checkpoint.paths(self.folder.checkpoints)
        for path in reversed(paths):
            with contextlib.suppress(ValueError):  # it is damaged
                saved = checkpoint.load(path)
                put_back(built, saved.arrays, saved.facts)
                if _within(built, bounds):
                    return built, bounds
        return (self._anew(self._engine()) if paths else built), bounds

    def _by_steps(self, built: Built) -> Built:
        """The same run, played step by step."""
        plain = self._anew(make_engine("numpy", self._engine().blas.count))
        put_back(plain, *gather(built))
        return plain

    def _anew(self, engine: Engine) -> Built:
        return build(self.spec, self.built.dataset, engine)

    def _engine(self) -> Engine:
        return next(iter(self.built.game.players.values())).network.engine

    def _play(self, built: Built, until: int) -> None:
        pace = Pace()
        while built.game.played < until:
            if self.stopped():
                raise StoppedError
            pace.play(built.game, until)


def _within(built: Built, bounds: Bounds) -> bool:
    return all(largest(player) <= bounds[name] for name, player in built.game.players.items())


def _watch(built: Built, name: str, player: Player, bound: float) -> None:
    """Have a player raise FirstError when one of its steps has taken it over its bound."""
    learn = player.learn

    def watched() -> None:
        learn()
        if not largest(player) <= bound:  # nor is nan
            raise FirstError(name, built.game.played + 1)

    player.learn = watched  # type: ignore[method-assign]


def largest(player: Player) -> float:
    """The largest absolute value among its parameters; nan where one is."""
    params = player.network.params
    return max(float(params.max()), -float(params.min()))


def description(player: Player) -> str:
    """What a player learns by: `sgd, eta 0.2`, `adadelta, epsilon 1e-06, centered`."""
    optimizer = player.optimizer
    rate = f"eta {optimizer.eta:g}" if hasattr(optimizer, "eta") else f"epsilon {optimizer.epsilon:g}"  # type: ignore[attr-defined]
    return ", ".join([optimizer.name, rate] + (["centered"] if _centered(player) else []))


def advise(name: str, player: Player) -> str:
    """What may keep a network from diverging that is not done yet, by what its optimiser has."""
    remedies = ["a smaller eta"] if hasattr(player.optimizer, "eta") else ["a larger epsilon"]
    if _centered(player):
        remedies.append("centered: false")
    if not hasattr(player.optimizer, "eta"):
        remedies.append("another optimizer")
    if name == "critic" and player.clip is None:
        remedies.append("a clip of its weights")
    return ", ".join(remedies[:-1]) + (" or " if len(remedies) > 1 else "") + remedies[-1]


def _centered(player: Player) -> bool:
    """Does its optimiser divide by the spread of its gradients, which can be next to nothing?"""
    return getattr(player.optimizer, "mean", None) is not None
