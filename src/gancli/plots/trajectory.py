"""The path of a game of two numbers, over the field that its steps follow (report, fig. 4.1)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.plots.style import BLUE, GREY, ORANGE, save, shortened, subplots
from gancli.runs import RunFolder
from gancli.runs.arrays import meant, read_arrays
from gancli.runs.files import by_game
from gancli.runs.safe_files import PICTURE_BYTES

SIDE = 200
"""Arrows along an axis of a field, at most."""
FIELD = ("axis", "theta_step", "phi_step")
"""The arrays of a picture that is a field."""


@dataclass(frozen=True)
class Trajectory:
    """The steps of θ and φ, each (side, side), over `axis` × `axis`; and the players' `path` (count, 2) at `games`."""

    axis: NDArray[Any]
    theta_step: NDArray[Any]
    phi_step: NDArray[Any]
    games: list[int]
    path: NDArray[Any]

    def draw(self, axes: Any, until: int, line: str = "path", last: str = "position") -> None:
        """The field, and the path up to game `until`, within limits that hold all of it: frames fit one another.

        `line` and `last` are what a legend calls the path and where it ends.
        """
        path = self.path[: sum(game <= until for game in self.games)]
        axes.quiver(self.axis, self.axis, self.theta_step, self.phi_step, color=GREY, angles="xy", width=0.003)
        axes.plot(*path.T, color=BLUE, linewidth=1.2, label=line)
        axes.plot(*path[0], marker="o", color=BLUE, linestyle="", label="start")
        axes.plot(*path[-1], marker="s", color=ORANGE, linestyle="", label=last)
        axes.plot(0, 0, marker="*", color="black", markersize=12, linestyle="", label="equilibrium")
        half = self._half()
        axes.set(xlim=(-half, half), ylim=(-half, half), xlabel="θ", ylabel="φ", aspect="equal")

    def _half(self) -> float:
        """Half the side of what is shown: the field and the path, at most three times the field."""
        field = float(self.axis[-1])
        return 1.05 * min(max(field, float(np.abs(self.path).max())), 3 * field)


def read_trajectory(run: Path) -> Trajectory | None:
    """What the run's files hold; None where there is no field, or nothing was measured."""
    rows = [row for row in RunFolder(run).rows() if "theta" in row and "phi" in row]
    files = by_game(run / "images", "npz")
    if not rows or not files:
        return None
    arrays = read_arrays(files[0], PICTURE_BYTES, packed=True)
    with meant(files[0]):
        axis, theta_step, phi_step = (arrays[key] for key in FIELD)
        if not (theta_step.shape == phi_step.shape == (len(axis), len(axis)) and 1 < len(axis) <= SIDE):
            raise ValueError(f"a field of {theta_step.shape} over {axis.shape}")
    path = np.array([(row["theta"], row["phi"]) for row in rows])
    return Trajectory(axis, theta_step, phi_step, [row["game"] for row in rows], path)


def plot_trajectory(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """The complete path; nothing where the run has no field."""
    trajectory = read_trajectory(run)
    if trajectory is None:
        return []
    figure, axes = subplots(figsize=(6.0, 5.6))
    games = trajectory.games[-1]
    trajectory.draw(axes, games, f"{games:,d} games", "end")
    title = "\n".join([name, *_about_field(run)])
    axes.set(xlabel="θ, which descends L", ylabel="φ, which ascends L", title=title)
    axes.legend(loc="upper right", frameon=True, fontsize=8)
    return [save(figure, target / f"trajectory.{form}")]


def _about_field(run: Path) -> list[str]:
    """A line on the field at the equilibrium; none of a run whose record says nothing of it."""
    field = RunFolder(run).record().get("field")
    match field:
        case {"eigenvalues": str(eigenvalues), "curl": float(curl)}:
            return [f"at the equilibrium: eigenvalues {shortened(eigenvalues, 60)}; curl {curl:g}"]
    return []
