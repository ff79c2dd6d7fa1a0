"""What a run says of gradients that were longer than `grad_clip`: nothing is clipped in silence."""

from collections.abc import Iterator

from gancli.games import Game
from gancli.metrics import CLIPPED


class Clipping:
    """Tells once of each network that `grad_clip` has shortened a gradient; of a resumed run that is told already."""

    def __init__(self, game: Game):
        self._game = game
        self._told = {name for name, player in game.players.items() if player.optimizer.clipped[0]}

    def news(self) -> Iterator[str]:
        """Of networks of which it is true since the last call."""
        for name, player in self._game.players.items():
            times, first = player.optimizer.clipped.tolist()
            if times and name not in self._told:
                self._told.add(name)
                text = f"first at its step {first:,d}, by game {self._game.played:,d}"
                most = player.optimizer.grad_clip
                yield f"{name}: a gradient longer than grad_clip {most:g} was shortened to it, {text}"

    def shares(self) -> dict[str, float]:
        """The share of each network's steps so far whose gradient was shortened, of those that have a `grad_clip`."""
        players = {name: player.optimizer for name, player in self._game.players.items()}
        return {
            f"{CLIPPED}{name}": float(own.clipped[0]) / max(own.count, 1)
            for name, own in players.items()
            if own.grad_clip is not None
        }
