"""A checkpoint: every array and counter that a run needs to go on to the same bits, in one `.npz`, no pickle.

It holds a SHA-256 of all that is in it, so that a damaged one is known before anything of it is used.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.runs.arrays import DAMAGE, read_arrays, write_arrays
from gancli.runs.errors import RunError
from gancli.runs.files import by_game, game_of

KEPT = 2
"""How many checkpoints of a run stay on the disk, unless it is said otherwise."""
BEST = "best"
"""How the names of those begin that were the best so far: a run does not go on from them."""
Arrays = dict[str, NDArray[Any]]
MAX_BYTES = 8_000_000_000
"""Of a checkpoint whose networks are not known yet."""
FACTS, SHA256 = "facts", "sha256"


@dataclass
class Checkpoint:
    """What one file holds, and what is wrong with newer ones that were passed over."""

    arrays: Arrays
    facts: dict[str, Any]
    damaged: list[str] = field(default_factory=list)


def save(folder: Path, game: int, arrays: Arrays, facts: dict[str, Any], keep: int = KEPT) -> Path:
    """Write `game-000500.npz` and remove all but the last `keep`, and the best so far at these. Raises OSError."""
    path = _write(folder / f"game-{game:06d}.npz", arrays, facts)
    for old in paths(folder)[:-keep]:
        old.unlink(missing_ok=True)
    best = [game_of(one) for one in best_paths(folder)]
    so_far = [max((one for one in best if one <= game_of(kept)), default=-1) for kept in paths(folder)]
    keep_best(folder, so_far)
    return path


def save_best(folder: Path, game: int, arrays: Arrays, facts: dict[str, Any], saved: int) -> Path:
    """Write `best-000500.npz`, the best so far; what was so before stays where it was by game `saved`. Raises OSError.

    A run goes on from its checkpoint at that game, and then has the best of that time.
    """
    path = _write(folder / f"{BEST}-{game:06d}.npz", arrays, facts)
    keep_best(folder, [one for one in map(game_of, best_paths(folder)) if one <= saved or one == game])
    return path


def _write(path: Path, arrays: Arrays, facts: dict[str, Any]) -> Path:
    contents = {FACTS: np.frombuffer(json.dumps(facts).encode("utf-8"), np.uint8), **arrays}
    write_arrays(path, {**contents, SHA256: np.frombuffer(_digest(contents), np.uint8)})
    return path


def best_paths(folder: Path) -> list[Path]:
    """The best ones so far that are kept, the best of all last."""
    return by_game(folder, "npz", BEST)


def keep_best(folder: Path, games: Iterable[int]) -> None:
    """Remove the best ones of other games."""
    kept = set(games)
    for path in best_paths(folder):
        if game_of(path) not in kept:
            path.unlink(missing_ok=True)


def paths(folder: Path) -> list[Path]:
    """The checkpoints in `folder`, oldest first."""
    return by_game(folder, "npz")


def load(path: Path, most: int = MAX_BYTES) -> Checkpoint:
    """Read one checkpoint, of at most `most` bytes. Raises RunError where it is damaged."""
    contents = read_arrays(path, most)
    try:
        if contents.pop(SHA256).tobytes() != _digest(contents):
            raise ValueError("its SHA-256 is another")
        return Checkpoint(contents, json.loads(contents.pop(FACTS).tobytes()))
    except DAMAGE as error:
        raise RunError(f"{path}: is damaged ({error or type(error).__name__})") from None


def newest(
    folder: Path, check: Callable[[dict[str, Any]], None] = lambda facts: None, most: int = MAX_BYTES
) -> Checkpoint:
    """The newest checkpoint that can be read and whose facts pass `check`, which raises ValueError where they do not.

    Raises RunError where there is none.
    """
    damaged: list[str] = []
    for path in reversed(paths(folder)):
        try:
            candidate = load(path, most)
            check(candidate.facts)
        except ValueError as error:
            damaged.append(str(error))
        except (LookupError, TypeError, AttributeError) as error:
            damaged.append(f"{path}: does not say what a checkpoint says ({error!r})")
        else:
            return Checkpoint(candidate.arrays, candidate.facts, damaged)
    raise RunError("; ".join(damaged) or f"{folder}: holds no checkpoint")


def chosen(folder: Path, which: str) -> Checkpoint:
    """`last`, `best`, or that of a game by its number. Raises RunError where it is not there."""
    if which == "last":
        return newest(folder)
    best = best_paths(folder)
    if which == BEST:
        if not best:
            text = "no best checkpoint is kept; one is where a run is trained with `checkpoint: {best: METRIC}`"
            raise RunError(f"--checkpoint: {text}")
        return load(best[-1])
    there = {game_of(path): path for path in (*best, *paths(folder))}
    if which.isdecimal() and int(which) in there:
        return load(there[int(which)])
    games = ", ".join(map(str, sorted(there))) or "none"
    raise RunError(f"--checkpoint: must be last, best, or the game of one that is kept: {games}; got {which!r}")


def _digest(arrays: Arrays) -> bytes:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).view(np.uint8).data if array.size else b"")
    return digest.digest()
