"""One look for all figures: colours that colour-blind readers tell apart (Okabe and Ito 2008), named axes."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#808080"
plt.rcParams.update(
    {
        "axes.grid": True,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.dpi": 100,
        "figure.figsize": (7.2, 4.2),
        "figure.constrained_layout.use": True,
        "grid.alpha": 0.3,
        "legend.frameon": False,
        "svg.hashsalt": "gancli",
    }
)


__all__ = ["BLUE", "GREEN", "GREY", "ORANGE", "PURPLE", "plt", "save"]


def save(figure: Any, path: Path) -> Path:
    """Write a figure and forget it."""
    figure.savefig(path, **({"pil_kwargs": {"compress_level": 1}} if path.suffix == ".png" else {}))
    plt.close(figure)
    return path
