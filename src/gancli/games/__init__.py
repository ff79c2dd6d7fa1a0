"""Games: who learns what, in which order. One `play()` is one game ("partie") of the report."""

from gancli.games.base import Batches, Game, Picture
from gancli.games.fields import FIELDS, Consensus
from gancli.games.game2d import Game2d
from gancli.games.gan import Gan
from gancli.games.labels import Labels
from gancli.games.lookahead import PLAYERS
from gancli.games.penalties import Penalty
from gancli.games.player import CLIPS, Average, Player
from gancli.games.relativistic import RelativisticGan
from gancli.games.supervised import Supervised
from gancli.games.until import Until
from gancli.games.updates import UPDATES
from gancli.games.wgan import Schedule, Wgan

GAMES = {"supervised": Supervised, "gan": Gan, "wgan": Wgan, "game2d": Game2d}

__all__ = [
    "CLIPS", "FIELDS", "GAMES", "PLAYERS", "UPDATES", "Average", "Batches", "Consensus", "Game", "Game2d", "Gan",
    "Labels", "Penalty", "Picture", "Player", "RelativisticGan", "Schedule", "Supervised", "Until", "Wgan",
]  # fmt: skip
