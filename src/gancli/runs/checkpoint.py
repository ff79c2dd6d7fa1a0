"""A checkpoint: every array and counter that a run needs to go on to the same bits, in one `.npz`, no pickle."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.runs.arrays import write_arrays
from gancli.runs.files import by_game

KEPT = 2
"""How many checkpoints of a run are kept."""
Arrays = dict[str, NDArray[Any]]


def save(folder: Path, game: int, arrays: Arrays, facts: dict[str, Any]) -> Path:
    """Write `game-000500.npz` and remove all but the last two. Raises OSError."""
    text = np.frombuffer(json.dumps(facts).encode("utf-8"), np.uint8)
    path = folder / f"game-{game:06d}.npz"
    write_arrays(path, {"facts": text, **arrays})
    for old in paths(folder)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def paths(folder: Path) -> list[Path]:
    """The checkpoints in `folder`, oldest first."""
    return by_game(folder, "npz")


def load(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and facts of one checkpoint. Raises ValueError where it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return arrays, json.loads(arrays.pop("facts").tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path}: is damaged ({error})") from None


def newest(folder: Path) -> tuple[Arrays, dict[str, Any], list[str]]:
    """The newest checkpoint that can be read, and what is wrong with any newer. Raises ValueError for none."""
    damaged: list[str] = []
    for path in reversed(paths(folder)):
        try:
            return (*load(path), damaged)
        except ValueError as error:
            damaged.append(str(error))
    raise ValueError("; ".join(damaged) or f"{folder}: holds no checkpoint")
