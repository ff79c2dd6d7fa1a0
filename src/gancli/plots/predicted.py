"""Numbers that a network predicts, against those that were to be predicted."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.plots.style import BLUE, GREY, save, subplots
from gancli.runs.arrays import meant, read_arrays
from gancli.runs.files import by_game, game_of
from gancli.runs.safe_files import PICTURE_BYTES

SHOWN = 12
"""Outputs that are drawn, at most."""


def plot_predicted(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """A plot for each output, from the newest file of pictures; nothing where it holds no predicted numbers."""
    files = by_game(run / "images", "npz")
    arrays = read_arrays(files[-1], PICTURE_BYTES, packed=True) if files else {}
    if "predicted" not in arrays:
        return []
    with meant(files[-1]):
        true, predicted = _checked(arrays)
        count = min(true.shape[1], SHOWN)
        columns = min(count, 4)
        figure, grid = subplots(
            -(-count // columns), columns, figsize=(3.2 * columns, 3.2 * -(-count // columns)), squeeze=False
        )
        for axes in grid.flat[count:]:
            axes.axis("off")
        for number, axes in enumerate(grid.flat[:count]):
            _draw(axes, true[:, number], predicted[:, number])
        figure.suptitle(f"{name}, training {game_of(files[-1]):,d}: test samples", fontsize=10)
    return [save(figure, target / f"predicted.{form}")]


def draw_predicted(axes: Any, path: Path) -> None:
    """One frame: the first output."""
    true, predicted = _checked(read_arrays(path, PICTURE_BYTES, packed=True))
    _draw(axes, true[:, 0], predicted[:, 0])


def _checked(arrays: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    true, predicted = arrays["true"], arrays["predicted"]
    if true.ndim != 2 or true.shape != predicted.shape or not true.size:
        raise ValueError(f"true numbers of the shape {true.shape}, predicted ones of {predicted.shape}")
    return true, predicted


def _draw(axes: Any, true: Any, predicted: Any) -> None:
    low, high = float(np.min(true)), float(np.max(true))
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.8)
    axes.scatter(true, predicted, s=4, c=BLUE, linewidths=0, alpha=0.5)
    axes.set(xlabel="true", ylabel="predicted")
