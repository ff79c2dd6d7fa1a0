"""What a checkpoint holds, taken from the objects of a run and put back into them."""

from typing import Any

from gancli.engines import Array
from gancli.experiment.build import Built
from gancli.games import Player
from gancli.runs import checkpoint


def gather(built: Built) -> tuple[checkpoint.Arrays, dict[str, Any]]:
    """Every array, and every counter and generator as plain data."""
    arrays: checkpoint.Arrays = {}
    for name, player in built.game.players.items():
        arrays |= {f"{name}.{key}": vector for key, vector in vectors(player).items()}
    facts = {
        "game": built.game.played,
        "counts": {name: player.optimizer.count for name, player in built.game.players.items()},
        "clipped": {name: player.optimizer.clipped.tolist() for name, player in built.game.players.items()},
        "streams": {name: rng.bit_generator.state for name, rng in built.streams.items()},
        "batches": {name: batches.state() for name, batches in built.batches.items()},
        "layout": {
            name: [[slot.name, list(slot.shape), slot.start] for slot in player.network.layout.slots]
            for name, player in built.game.players.items()
        },
    }
    return arrays, facts


def vectors(player: Player) -> dict[str, Array]:
    """All that a player has learned or keeps, by name."""
    arrays = {"params": player.network.params, "state": player.network.state}
    if player.average is not None:
        arrays |= {"average": player.average.network.params}
    arrays |= {f"memory.{key}": vector for key, vector in player.memory.items()}
    if player.tested is not None:
        arrays |= {"tested": player.tested}
    return arrays | {f"optimizer.{key}": vector for key, vector in player.optimizer.vectors.items()}


def most_bytes(built: Built) -> int:
    """What a checkpoint of these objects takes at most: its arrays, and a mebibyte for facts, names and headers."""
    return sum(vector.nbytes for player in built.game.players.values() for vector in vectors(player).values()) + 2**20


def put_back(built: Built, arrays: checkpoint.Arrays, facts: dict[str, Any]) -> None:
    """Write a checkpoint into freshly built objects. Raises ValueError where it does not fit them."""
    try:
        for name, player in built.game.players.items():
            for key, target in ((f"{name}.{key}", vector) for key, vector in vectors(player).items()):
                if arrays[key].shape != target.shape or arrays[key].dtype != target.dtype:
                    raise ValueError(f"the checkpoint's {key} does not fit config.yaml: was it edited?")
                target[...] = arrays[key]
            player.optimizer.count = facts["counts"][name]
            player.optimizer.clipped[...] = facts.get("clipped", {}).get(name, [0, 0])
        for name, batches in built.batches.items():
            batches.restore(facts["batches"][name])
        for name, rng in built.streams.items():
            rng.bit_generator.state = facts["streams"][name]
        built.game.played = facts["game"]
    except KeyError as error:
        raise ValueError(f"the checkpoint has no {error}: was config.yaml edited?") from None
    except (TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"the checkpoint does not say what it should ({error})") from None
