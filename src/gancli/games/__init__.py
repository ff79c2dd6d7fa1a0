"""Games: who learns what, in which order. One `play()` is one game ("partie") of the report."""

from gancli.games.base import Batches, Game
from gancli.games.gan import Gan
from gancli.games.player import CLIPS, Player
from gancli.games.supervised import Supervised
from gancli.games.wgan import Wgan

GAMES = {"supervised": Supervised, "gan": Gan, "wgan": Wgan}

__all__ = ["CLIPS", "GAMES", "Batches", "Game", "Gan", "Player", "Supervised", "Wgan"]
