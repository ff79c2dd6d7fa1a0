"""Pictures of the plane: predictions over a square of it, and points in it."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gancli.engines import Array
from gancli.games.sides import Side

if TYPE_CHECKING:
    from gancli.games.adversarial import Adversarial

SIDE = 101
"""Points along each side of a picture."""
BESIDE = 8
"""Choices of real samples beside which a D that sees several at once is shown a point."""


def square(half: float, dtype: np.dtype[np.floating], side: int = SIDE) -> Array:
    """Points (side × side, 2) of [−half, half]², from the top left corner, row by row."""
    axis = np.linspace(-half, half, side, dtype=dtype)
    return np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)


def raster(points: Array, half: float, side: int = SIDE) -> Array:
    """Where `points` (count, 2) lie in [−half, half]²: (side, side), 1 where most are, 0 where none is."""
    edges = np.linspace(-half, half, side + 1)
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=(edges, edges))
    return np.asarray(np.sqrt(counts[::-1] / max(counts.max(), 1.0)))


def extent(points: NDArray[np.floating]) -> float:
    """Half the side of a square around 0 that shows `points` with some room."""
    return float(np.ceil(np.abs(points).max() * 12.5) / 10)


def opponent_scores(game: "Adversarial", half: float, rng: np.random.Generator, side: int) -> Array:
    """D over [−half, half]², (side, side), from the top; in full batches, which some layers need.

    A D that sees several samples at once is shown each point beside real ones; the mean over choices of them and, where
    it is told classes, over classes.
    """
    points = square(half, game.generator.network.dtype, side)
    padded = np.resize(points, (-(-len(points) // game.rows) * game.rows, 2))
    scores = []
    for code in [None] if game.classes is None else np.eye(game.classes.count, dtype=points.dtype):
        own = Side(padded, None if code is None else np.tile(code, (len(padded), 1)))
        for choice in range(BESIDE if game.pack > 1 else 1):
            output = game.judge_still(_beside_real(game, own, choice), rng)
            scores.append(game.loss.score(output[: len(points)]).copy())  # of a critic, the output's own buffer
    return np.asarray(np.mean(scores, axis=0, dtype=points.dtype)).reshape(side, side)


def _beside_real(game: "Adversarial", own: Side, choice: int) -> Side:
    """Each point with the real samples that fill its pack."""
    split = game.real.split
    real = split.seen(split.samples[:5000], own.samples.dtype)
    codes = None if game.classes is None else game.classes.codes(split.labels[:5000], real.dtype)

    def joined(first: Any, others: Any) -> Any:
        if first is None:
            return None
        rest = np.resize(np.roll(others, choice, axis=0), (len(first), (game.pack - 1) * first.shape[1]))
        return np.hstack([first, rest]).reshape(-1, first.shape[1])

    return Side(joined(own.samples, real), joined(own.codes, codes))
