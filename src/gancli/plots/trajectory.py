"""The way of a game of two numbers, over the field that its steps follow (report, fig. 4.1)."""

from pathlib import Path

import numpy as np

from gancli.plots.style import BLUE, GREY, ORANGE, plt, save
from gancli.runs import RunFolder
from gancli.runs.files import by_game


def plot_trajectory(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """Nothing where the run has no field."""
    rows = [row for row in RunFolder(run).rows() if "theta" in row]
    files = by_game(run / "images", "npz")
    if not rows or not files:
        return []
    with np.load(files[0], allow_pickle=False) as found:
        axis, across, along = (found[key] for key in ("axis", "theta_step", "phi_step"))
    way = np.array([(row["theta"], row["phi"]) for row in rows])
    figure, axes = plt.subplots(figsize=(6.0, 5.6))
    axes.quiver(axis, axis, across, along, color=GREY, angles="xy", width=0.003)
    axes.plot(*way.T, color=BLUE, linewidth=1.2, label=f"{rows[-1]['game']:,d} games")
    axes.plot(*way[0], marker="o", color=BLUE, linestyle="", label="start")
    axes.plot(*way[-1], marker="s", color=ORANGE, linestyle="", label="end")
    axes.plot(0, 0, marker="*", color="black", markersize=12, linestyle="", label="equilibrium")
    half = max(axis[-1], float(np.abs(way).max()) if np.isfinite(way).all() else axis[-1])
    half = 1.05 * min(half, 3 * axis[-1])
    axes.set(xlim=(-half, half), ylim=(-half, half), xlabel="θ, which descends L", ylabel="φ, which ascends L")
    axes.set(aspect="equal", title=name)
    axes.legend(loc="upper right", frameon=True, fontsize=8)
    return [save(figure, target / f"trajectory.{form}")]
