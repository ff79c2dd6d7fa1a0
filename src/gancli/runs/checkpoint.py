"""A checkpoint: every array and counter that a run needs to go on to the same bits, in one `.npz`, no pickle.

It holds a SHA-256 of all that is in it, so that a damaged one is known before anything of it is used.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.runs.arrays import DAMAGE, read_arrays, write_arrays
from gancli.runs.errors import RunError
from gancli.runs.files import by_game

MAX_COUNT = 2
"""How many checkpoints of a run stay on the disk."""
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


def save(folder: Path, game: int, arrays: Arrays, facts: dict[str, Any]) -> Path:
    """Write `game-000500.npz` and remove all but the last two. Raises OSError."""
    contents = {FACTS: np.frombuffer(json.dumps(facts).encode("utf-8"), np.uint8), **arrays}
    path = folder / f"game-{game:06d}.npz"
    write_arrays(path, {**contents, SHA256: np.frombuffer(_digest(contents), np.uint8)})
    for old in paths(folder)[:-MAX_COUNT]:
        old.unlink(missing_ok=True)
    return path


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


def _digest(arrays: Arrays) -> bytes:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).view(np.uint8).data if array.size else b"")
    return digest.digest()
