"""What a run has drawn in time: pictures of samples, predictions over the plane, points among the true ones, a path."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gancli.plots.predicted import draw_predicted
from gancli.plots.style import BLUE, ORANGE
from gancli.plots.trajectory import FIELD, Trajectory, read_trajectory
from gancli.plots.vectors import draw_rows
from gancli.runs import RunError
from gancli.runs.arrays import meant, read_arrays
from gancli.runs.files import by_game, game_of
from gancli.runs.safe_files import PICTURE_BYTES, read_bytes

Thing = TypeVar("Thing")
PIXELS = 4_000_000
"""Of a picture that is drawn, at most."""
Draw = Callable[[Any, Path], Any]
"""(axes, file) → what a colour bar would explain, or None."""


@dataclass(frozen=True)
class Frame:
    """What the run showed at one game."""

    game: int
    path: Path
    kind: Draw

    def draw(self, axes: Any) -> Any:
        """Draw it; returns what a colour bar would explain, or None. Raises RunError where its file is another's."""
        with meant(self.path):
            return self.kind(axes, self.path)


def frames(run: Path) -> list[Frame]:
    """All that the run has drawn, oldest first."""
    images = run / "images"
    arrays = by_game(images, "npz")
    names: list[str] = []
    if arrays:
        names = list(read_arrays(arrays[0], PICTURE_BYTES, packed=True))
    if FIELD[0] in names:
        return _along_the_path(run, arrays)
    kind = next((name for name in DRAW if name in names), None)
    draw = DRAW[kind] if kind is not None else _draw_png
    return [Frame(game_of(file), file, draw) for file in (arrays if kind is not None else by_game(images, "png"))]


def _along_the_path(run: Path, fields: list[Path]) -> list[Frame]:
    """The path up to the game of each picture that was measured too.

    The field is the same in all of them, so that a game of two numbers draws it, by default, at the start and at the
    end alone; then the frames are those of the tests.
    """
    trajectory = read_trajectory(run)
    if trajectory is None:
        return []
    drawn = sorted({game_of(file) for file in fields} & set(trajectory.games))
    games = drawn if len(drawn) > 2 else trajectory.games
    return [Frame(game, fields[0], _draw_path(trajectory, game)) for game in games]


def spread(every: Sequence[Thing], count: int) -> list[Thing]:
    """At most `count` of them, the first and the last included."""
    count = min(count, len(every))
    return [every[round(index * (len(every) - 1) / max(count - 1, 1))] for index in range(count)]


def read_png(path: Path) -> NDArray[Any]:
    """The grey levels (height, width) of a PNG file, or its colours (height, width, 3). Raises RunError."""
    try:
        with Image.open(io.BytesIO(read_bytes(path, PICTURE_BYTES)), formats=["PNG"]) as image:
            if image.width * image.height > PIXELS:
                raise RunError(f"{path}: has {image.width}×{image.height} pixels; at most {PIXELS:,d} are drawn")
            return np.asarray(image.convert("RGB" if image.mode in ("RGB", "P", "RGBA") else "L"))
    except RunError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RunError(f"{path}: is no picture that can be drawn ({error})") from None


def _draw_png(axes: Any, path: Path) -> None:
    axes.imshow(read_png(path), cmap="gray", vmin=0, vmax=255, interpolation="none")
    axes.axis("off")


def _draw_path(trajectory: Trajectory, game: int) -> Draw:
    return lambda axes, path: trajectory.draw(axes, game)


def _draw_plane(axes: Any, path: Path) -> Any:
    """Predictions over a square around 0, the line where they are half way, and points that were learned."""
    arrays = read_arrays(path, PICTURE_BYTES, packed=True)
    plane, points, labels, half = arrays["plane"], arrays["points"], arrays["labels"], float(arrays.get("half", 1.0))
    shown = axes.imshow(plane, cmap="RdBu_r", vmin=0, vmax=1, extent=(-half, half, -half, half))
    axis = np.linspace(-half, half, len(plane))
    if plane.min() < 0.5 < plane.max():
        axes.contour(axis, axis, plane[::-1], levels=[0.5], colors="black", linewidths=1.2)
    few = len(points) < 10
    for label, colour in ((0, BLUE), (1, ORANGE)):
        own = points[labels == label]
        axes.scatter(
            *own.T, s=60 if few else 6, c=colour, edgecolors="white", linewidths=0.6, clip_on=not few, zorder=3
        )
    ticks = (-half, 0, half)
    axes.set(xlim=(-half, half), ylim=(-half, half), xticks=ticks, yticks=ticks, aspect="equal")
    axes.grid(False)
    return shown


def _draw_samples(axes: Any, path: Path) -> Any:
    """Samples over true points, and the output of the discriminator or critic there."""
    arrays = read_arrays(path, PICTURE_BYTES, packed=True)
    samples, real, outputs, half = arrays["samples"], arrays["real"], arrays["scores"], float(arrays["half"])
    shown = axes.imshow(outputs, cmap="Greys", extent=(-half, half, -half, half), alpha=0.35)
    axes.scatter(*real.T, s=3, c=BLUE, linewidths=0, alpha=0.25)
    axes.scatter(*samples.T, s=3, c=ORANGE, linewidths=0, alpha=0.5)
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    axes.grid(False)
    return shown


DRAW: dict[str, Draw] = {
    "plane": _draw_plane, "samples": _draw_samples, "rows": draw_rows, "predicted": draw_predicted,
}  # fmt: skip
"""By an array that the file of a frame holds."""
LEGENDS: dict[Draw, tuple[str, list[tuple[str, str]]]] = {
    _draw_plane: ("prediction (0 and 1 are the targets)", [(BLUE, "learned as 0"), (ORANGE, "learned as 1")]),
    _draw_samples: ("output of the discriminator or critic", [(BLUE, "true points"), (ORANGE, "samples")]),
}
"""What the colour bar says, and what the dots are."""
