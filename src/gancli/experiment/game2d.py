"""From a spec to a game of two numbers."""

import numpy as np

from gancli.engines import Engine
from gancli.experiment.networks import make_optimizer
from gancli.games import FIELDS, UPDATES, Consensus, Game2d, Player
from gancli.games.fields import Field
from gancli.games.player import Clamp
from gancli.nn import Network
from gancli.nn.layers import Scalar
from gancli.spec import game2d, models


def make_game2d(spec: models.Game2d, engine: Engine) -> Game2d:
    """Its players where they start, their field and how they step."""
    players = {}
    clips = {"phi": Clamp(spec.game.clip)} if isinstance(spec.game, game2d.WganClip) else {}
    for (name, optimizer), start in zip(spec.optimizers().items(), spec.start, strict=True):
        network = Network([Scalar(start)], engine, spec.dtype, np.random.default_rng(0))
        players[name] = Player(network, make_optimizer(spec, optimizer, network, engine), clips.get(name))
    return Game2d(_field(spec), UPDATES[spec.updates.name], **players)


def _field(spec: models.Game2d) -> Field:
    settings = spec.game.model_dump(exclude={"name"}, by_alias=False)
    settings |= {} if spec.r1 is None else {"gamma": spec.r1.gamma}
    field = FIELDS[spec.game.name](**settings)
    return Consensus(field, spec.updates.gamma) if isinstance(spec.updates, game2d.Consensus) else field
