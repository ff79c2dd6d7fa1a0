"""How many games are played in one call: a signal waits for it."""

import time

from gancli.games import Game

SECONDS = 0.03
"""What the games of one call should take."""


class Pace:
    """Doubles the games of a call while they are quick, and halves them where they are slow."""

    def __init__(self) -> None:
        self._games = 1

    def play(self, game: Game, until: int) -> None:
        """Play to game `until`, or less far where that would take longer than a signal should wait."""
        games = min(self._games, until - game.played)
        start = time.perf_counter()
        game.play(games)
        seconds = time.perf_counter() - start
        if games == self._games and seconds < SECONDS / 2:
            self._games *= 2
        elif seconds > SECONDS and self._games > 1:
            self._games //= 2
