"""Rows of a table that were drawn, beside real ones: in pairs of columns where these are few, else column by column."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.plots.style import BLUE, ORANGE, save, shortened, subplots
from gancli.runs import RunFolder
from gancli.runs.arrays import meant, read_arrays
from gancli.runs.files import by_game, game_of
from gancli.runs.safe_files import PICTURE_BYTES

PAIRED = 6
"""Columns of which all pairs are drawn, at most."""
SHOWN = 24
"""Columns of which histograms are drawn, at most."""
BINS = 40
DOTS: dict[str, Any] = {"s": 4, "linewidths": 0, "alpha": 0.5}
ROWS, REAL = "rows", "real_rows"
"""The arrays of a picture, both (count, columns) in the table's own units."""


def plot_vectors(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """From the newest file of pictures; nothing where it holds no rows of a table."""
    files = by_game(run / "images", "npz")
    arrays = read_arrays(files[-1], PICTURE_BYTES, packed=True) if files else {}
    if ROWS not in arrays:
        return []
    title = f"{name}, game {game_of(files[-1]):,d}"
    with meant(files[-1]):
        rows, real = _checked(arrays)
        names = column_names(run, rows.shape[1])
        paired = 1 < len(names) <= PAIRED
        figure = _pairs(rows, real, names) if paired else _histograms(rows, real, names)
    figure.suptitle(f"{title}\ngenerated rows (orange) beside real ones (blue)", fontsize=9)
    return [save(figure, target / f"{'pairs' if paired else 'columns'}.{form}")]


def column_names(run: Path, columns: int) -> list[str]:
    """The names in the run's record, shortened; x0, x1, … where it has none. Raises RunError."""
    names = RunFolder(run).data().get("columns")
    if not isinstance(names, list) or len(names) != columns:
        return [f"x{number}" for number in range(columns)]
    return [shortened(name, 24) for name in names]


def draw_rows(axes: Any, path: Path) -> None:
    """One frame: the first two columns of generated rows over real ones, or the only one as histograms."""
    rows, real = _checked(read_arrays(path, PICTURE_BYTES, packed=True))
    if rows.shape[1] == 1:
        _histogram(axes, rows[:, 0], real[:, 0])
    else:
        _dots(axes, rows[:, :2], real[:, :2])


def _checked(arrays: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    rows, real = arrays[ROWS], arrays[REAL]
    if not (rows.ndim == real.ndim == 2 and rows.shape[1] == real.shape[1] > 0 and len(rows) and len(real)):
        raise ValueError(f"rows of the shapes {rows.shape} and {real.shape}")
    return rows, real


def _pairs(rows: NDArray[Any], real: NDArray[Any], names: list[str]) -> Any:
    """A corner plot: histograms on the diagonal, pairs of columns below."""
    count = len(names)
    figure, grid = subplots(count, count, figsize=(1.8 * count + 1, 1.8 * count + 0.8), squeeze=False)
    for (row, column), axes in np.ndenumerate(grid):
        if column > row:
            axes.axis("off")
        elif column == row:
            _histogram(axes, rows[:, row], real[:, row])
        else:
            _dots(axes, rows[:, [column, row]], real[:, [column, row]])
        axes.set_xlabel(names[column] if row == count - 1 else "", fontsize=8)
        axes.set_ylabel(names[row] if column == 0 < row else "", fontsize=8)
        axes.tick_params(labelsize=6)
    return figure


def _histograms(rows: NDArray[Any], real: NDArray[Any], names: list[str]) -> Any:
    shown = min(len(names), SHOWN)
    columns = min(shown, 6)
    figure, grid = subplots(
        -(-shown // columns), columns, figsize=(2.2 * columns, 1.8 * -(-shown // columns) + 0.8), squeeze=False
    )
    for axes in grid.flat[shown:]:
        axes.axis("off")
    for number, axes in enumerate(grid.flat[:shown]):
        _histogram(axes, rows[:, number], real[:, number])
        axes.set_title(names[number], fontsize=8)
        axes.tick_params(labelsize=6)
    if shown < len(names):
        figure.supxlabel(f"the first {shown} of {len(names)} columns", fontsize=8)
    return figure


def _histogram(axes: Any, rows: NDArray[Any], real: NDArray[Any]) -> None:
    """Densities over the range of the real values, a tenth wider on both sides."""
    low, high = float(real.min()), float(real.max())
    room = 0.1 * (high - low) or 1.0
    edges = np.linspace(low - room, high + room, BINS + 1)
    for values, colour in ((real, BLUE), (rows, ORANGE)):
        axes.hist(np.clip(values, edges[0], edges[-1]), edges, density=True, color=colour, alpha=0.5)
    axes.set(yticks=[])


def _dots(axes: Any, rows: NDArray[Any], real: NDArray[Any]) -> None:
    """Over the range of the real points, a tenth wider on all sides."""
    axes.scatter(*real.T, c=BLUE, **DOTS)
    axes.scatter(*rows.T, c=ORANGE, **DOTS)
    low, high = real.min(axis=0), real.max(axis=0)
    room = np.where(high > low, 0.1 * (high - low), 1.0)
    axes.set(xlim=(low[0] - room[0], high[0] + room[0]), ylim=(low[1] - room[1], high[1] + room[1]))
    axes.grid(False)
