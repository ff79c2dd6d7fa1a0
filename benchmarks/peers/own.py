"""gancli, through the objects that `gancli train` plays with."""

from typing import Any

from benchmarks import work


class Numba:
    """The compiled engine."""

    engine = "numba"

    def __init__(self, letter: str, threads: int):
        self.work = work.make(letter, self.engine, threads)
        self.game = self.work.built.game

    def play(self, games: int) -> None:
        """Play, drawing samples and latents."""
        self.game.play(games)

    def check(self, rows: Any, latents: Any) -> None:
        """Play so many games; gancli draws these very rows and latents by itself."""
        self.game.play(len(rows))

    def weights(self) -> dict[str, list[tuple[Any, ...]]]:
        """What each layer of each network holds, in the order of `benchmarks.networks.arrays`."""
        return {name: self.work.weights(name) for name in self.work.networks}


class NumPy(Numba):
    """The readable engine."""

    engine = "numpy"
