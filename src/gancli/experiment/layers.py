"""How each layer of each network learns: the norm of its gradient, and how far it went since the last test."""

from gancli.games import Game
from gancli.metrics import LAYER_GRADIENT, LAYER_MOVE


def layer_metrics(game: Game) -> dict[str, float]:
    """Of the networks whose players remember their last test; from here on that is now.

    A distance is that between two tests, not the length of the way: steps that turn back do not count.
    """
    players = {name: player for name, player in game.players.items() if player.tested is not None}
    gradients = game.gradients() if players else {}
    metrics: dict[str, float] = {}
    for name, player in players.items():
        network, tested = player.network, player.tested
        assert tested is not None
        norms, moves = network.norms(gradients[name]), network.norms(network.params - tested)
        metrics |= {f"{LAYER_GRADIENT}{name}_{layer}": norm for layer, norm in norms.items()}
        metrics |= {f"{LAYER_MOVE}{name}_{layer}": norm for layer, norm in moves.items()}
        tested[...] = network.params
    return metrics
