"""Points of the plane that were drawn from a generator."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.plots.style import ORANGE, save, subplots


def plot_points(path: Path, points: NDArray[Any], labels: NDArray[Any] | None = None) -> Path:
    """Draw points (count, 2), coloured by their labels (count,) where there are some.

    Returns the file. Raises OSError.
    """
    figure, axes = subplots(figsize=(5, 5))
    half = 1.1 * float(np.abs(points[np.isfinite(points)]).max(initial=0.1))
    colours: dict[str, Any] = {"c": ORANGE} if labels is None else {"c": labels, "cmap": "tab10", "vmin": 0, "vmax": 9}
    axes.scatter(points[:, 0], points[:, 1], s=6, linewidths=0, alpha=0.7, **colours)
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal", xlabel="x", ylabel="y")
    return save(figure, path)
