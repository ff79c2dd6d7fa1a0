"""All the figures of one sweep: mean curves, boxes over seeds, time against quality, a heat map, pictures in rows."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from matplotlib.lines import Line2D

from gancli import metrics as metric_table
from gancli.intervals import mean_and_half
from gancli.metrics import shown_metric
from gancli.plots.frames import frames, spread
from gancli.plots.groups import Group, best_first, called, groups_of, short
from gancli.plots.style import GREEN, LARGEST, colour_map, drawing, save, subplots
from gancli.runs import RunError, SweepFolder
from gancli.runs.files import remove_dead
from gancli.runs.ranking import EVALUATED, REAL
from gancli.runs.summary import ABOUT
from gancli.runs.summary_table import readable

PANELS, LINES, BOXES, ROWS, COLUMNS = 12, 8, 16, 12, 4
"""At most so many small multiples, lines in one, boxes, rows of pictures and seeds in a row; the figures say so."""

LETTER = 0.068
"""Inches that a letter of a label takes."""


@drawing()
def plot_sweep(
    sweep: Path, form: str = "png", metric: str | None = None, target: Path | None = None
) -> list[Path]:  # fmt: skip
    """Draw what the cells' files hold into `plots/`, or `target`; returns the paths. Raises OSError, RunError."""
    folder = SweepFolder(sweep)
    groups, keys = groups_of(folder)
    measured = dict.fromkeys(key for group in groups for rows in group.rows for row in rows for key in row)
    known = [key for key in measured if not key.endswith(REAL)]
    metric = metric or shown_metric(key.removesuffix(EVALUATED) for key in known if key not in ABOUT)
    final = f"{metric}{EVALUATED}" if f"{metric}{EVALUATED}" in known else str(metric)
    for group in groups:
        group.rows = [rows for rows in group.rows if final in rows[-1]]
    if metric is None or not any(group.rows for group in groups):
        there = dict.fromkeys(key.removesuffix(EVALUATED) for key in known if key not in ABOUT)
        if not there:
            raise RunError(f"{sweep}: no cell has ended yet: there is nothing to draw")
        raise RunError(
            f"{sweep}: no cell that ended has measured {metric!r} in its last state; there is {', '.join(there)}; "
            "`gancli evaluate` measures more"
        )
    target = target or folder.inside("plots")
    target.mkdir(exist_ok=True)
    remove_dead(target)
    title = str(folder.record().get("name", sweep.name))
    figures = {} if metric not in known else {f"curves-{metric}": _curves(groups, keys, metric, title)}
    figures[f"boxes-{metric}"] = _boxes(groups, keys, final, title)
    figures[f"time-{metric}"] = _time(groups, keys, final, title)
    if len(keys) == 2:
        figures[f"map-{metric}"] = _map(groups, keys, final, title)
    paths = [save(figure, target / f"{name}.{form}") for name, figure in figures.items()]
    pictures = _pictures(groups, keys, title)
    return paths if pictures is None else [*paths, save(pictures, target / f"pictures.{form}")]


def _called(final: str) -> str:
    """What an axis says of a metric."""
    one = metric_table.metric(final.removesuffix(EVALUATED))
    direction = f" ({metric_table.BETTER[one.better]})" if one.better is not None else ""
    return f"{one.name}{direction}" + ("" if final.endswith(EVALUATED) else ", at the last game")


def _within(name: str, low: Any, high: Any) -> tuple[Any, Any]:
    """An interval, cut off where the metric's range ends."""
    one = metric_table.metric(name)
    return np.clip(low, one.low, one.high), np.clip(high, one.low, one.high)


def _margins(size: tuple[float, float], left: float, bottom: float = 0.6, top: float = 0.5) -> dict[str, float]:
    """Around the axes, from inches; a layout that measures each text would take as long as the drawing."""
    width, height = min(size[0], LARGEST), min(size[1], LARGEST)
    left = min(left, width / 2)
    return {"left": left / width, "right": 1 - 0.2 / width, "bottom": bottom / height, "top": 1 - top / height}


def _axes_and_lines(groups: list[Group], keys: list[str]) -> tuple[list[str], list[str]]:
    """The keys of the small multiples, and of the lines: the key of most values, and what there is no room for."""
    counts = {key: len({str(group.settings[key]) for group in groups}) for key in keys}
    line = max(keys, key=lambda key: counts[key], default=None)
    panels = [key for key in keys if key != line]
    while math.prod(counts[key] for key in panels) > PANELS:
        panels.remove(max(panels, key=lambda key: counts[key]))
    return panels, [key for key in keys if key not in panels]


def _curves(groups: list[Group], keys: list[str], metric: str, title: str) -> Any:
    """Mean over seeds and its 95 % interval against the games, a line for each combination."""
    panel_keys, line_keys = _axes_and_lines(groups, keys)
    panels: dict[str, list[Group]] = {}
    for group in groups:
        text = ", ".join(called(key, group.settings[key]) for key in panel_keys)
        panels.setdefault(text, []).append(group)
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    size = (4.6 * columns + 2.6, 3.4 * rows + 0.6)
    figure, grid = subplots(
        rows, columns, figsize=size, squeeze=False, sharex=True, sharey=True, layout="none",
        gridspec_kw=_margins(size, left=0.95, top=0.75) | {"wspace": 0.06, "hspace": 0.18},
    )  # fmt: skip
    for axes in grid.flat[len(panels) :]:
        axes.axis("off")
    for axes, (text, members) in zip(grid.flat, panels.items(), strict=False):
        shown = spread(members, LINES)
        for colour, group in _coloured(shown):
            _line(axes, group, metric, colour, group.label(line_keys))
        more = f" ({len(shown)} of {len(members)} lines)" if len(shown) < len(members) else ""
        axes.set_title(text + more, fontsize=9)
        axes.legend(fontsize=6 if len(members) > 5 else 7)
    figure.supxlabel("games played", fontsize=10, y=0.12 / size[1])
    figure.supylabel(metric, fontsize=10, x=0.12 / size[0])
    figure.suptitle(f"{title}: mean over seeds, and its 95 % interval (Student)")
    return figure


def _coloured(groups: list[Group]) -> Iterator[tuple[Any, Group]]:
    colours = colour_map("viridis")
    for number, group in enumerate(groups):
        yield colours(0.92 * number / max(len(groups) - 1, 1)), group


def _line(axes: Any, group: Group, metric: str, colour: Any, label: str) -> None:
    measured = [[row for row in rows if metric in row] for rows in group.rows]
    measured = [rows for rows in measured if rows]
    if not measured:
        axes.plot([], [], color=colour, label=label)
        return
    games = [row["game"] for row in max(measured, key=len)]
    # a run that ended early keeps its last state
    values = np.array([[rows[min(i, len(rows) - 1)][metric] for i in range(len(games))] for rows in measured])
    mean, half = (np.array(column) for column in zip(*map(mean_and_half, values.T.tolist()), strict=True))
    axes.plot(games, mean, color=colour, label=label)
    if len(values) > 1:
        low, high = _within(metric, mean - half, mean + half)
        axes.fill_between(games, low, high, color=colour, alpha=0.2, linewidth=0)


def _boxes(groups: list[Group], keys: list[str], metric: str, title: str) -> Any:
    """The last value of each seed: boxes between quartiles, every seed as a dot, real data as a line."""
    known = [group for group in groups if group.rows]
    best = best_first(known, metric)[:BOXES]
    shown = [group for group in known if any(group is one for one in best)]
    labels = [group.label(keys) for group in shown]
    size = (8, 0.32 * len(shown) + 1.6)
    left = LETTER * max(map(len, labels)) + 0.2
    figure, axes = subplots(figsize=size, layout="none", gridspec_kw=_margins(size, left=left))
    values = [group.finals(metric) for group in shown]
    axes.boxplot(values, orientation="horizontal", showfliers=False, widths=0.6)
    places = np.repeat(np.arange(1, len(values) + 1), [len(dots) for dots in values])
    axes.plot(np.concatenate(values), places, ".", color="black", alpha=0.35, markersize=4)
    axes.set_yticks(range(1, len(shown) + 1), labels, fontsize=8)
    axes.invert_yaxis()
    which = "the best" if metric_table.metric(metric.removesuffix(EVALUATED)).better is not None else "the first"
    more = f" ({which} {len(shown)} of {len(known)})" if len(shown) < len(known) else ""
    real = [rows[-1].get(f"{metric.removesuffix(EVALUATED)}{REAL}") for group in shown for rows in group.rows]
    if metric.endswith(EVALUATED) and (there := [value for value in real if value is not None]):
        axes.axvline(sum(there) / len(there), color=GREEN, linewidth=1, label="real data")
        axes.legend(fontsize=7)
    axes.set(xlabel=_called(metric), title=f"{title}: over seeds{more}")
    return figure


def _time(groups: list[Group], keys: list[str], metric: str, title: str) -> Any:
    """Seconds of training against quality: the mean of each combination with both 95 % intervals, and every seed."""
    figure, axes = subplots(figsize=(8, 4.6), layout="none", gridspec_kw=_margins((8, 4.6), left=0.95))
    known = [group for group in groups if group.rows]
    colours = [colour for colour, _ in _coloured(known)]
    seconds = [[rows[-1]["seconds"] for rows in group.rows] for group in known]
    finals = [group.finals(metric) for group in known]
    dots = np.repeat(np.arange(len(known)), [len(values) for values in finals])
    axes.scatter(np.concatenate(seconds), np.concatenate(finals), s=5, c=np.array(colours)[dots], alpha=0.3)
    x, dx = zip(*map(mean_and_half, seconds), strict=True)
    y, dy = zip(*map(mean_and_half, finals), strict=True)
    means, halves = np.array(y), np.array(dy)
    low, high = _within(metric.removesuffix(EVALUATED), means - halves, means + halves)
    axes.errorbar(x, y, xerr=dx, yerr=[means - low, high - means], fmt="none", ecolor=cast(Any, colours), linewidth=1)
    axes.scatter(x, y, s=30, c=colours, zorder=3)
    axes.set(xlabel="seconds of training", ylabel=_called(metric), title=f"{title}: time against quality")
    if len(known) <= LINES:
        marks = [Line2D([], [], linestyle="", marker="o", color=colour) for colour in colours]
        axes.legend(marks, [group.label(keys) for group in known], fontsize=7)
    return figure


def _map(groups: list[Group], keys: list[str], metric: str, title: str) -> Any:
    """The mean last value over seeds, for two keys; the half width of its 95 % interval below it."""
    down, across = ([*dict.fromkeys(str(readable(group.settings[key])) for group in groups)] for key in keys)
    means = np.full((len(down), len(across)), math.nan)
    left = LETTER * max(map(len, down)) + 0.6
    size = (max(1.0 * len(across) + left + 0.4, 4.5), 0.5 * len(down) + 1.4)
    figure, axes = subplots(figsize=size, layout="none", gridspec_kw=_margins(size, left=left))
    texts = []
    for group in groups:
        row, column = (
            places.index(str(readable(group.settings[key])))
            for key, places in zip(keys, (down, across), strict=True)
        )  # fmt: skip
        mean, half = mean_and_half(group.finals(metric))
        means[row, column] = mean
        number = "–" if math.isnan(mean) else f"{mean:.3g}"
        texts.append((column, row, number + ("" if math.isnan(half) else f"\n± {half:.2g}")))
    axes.imshow(means, cmap="viridis", aspect="auto")
    middle = (np.nanmin(means) + np.nanmax(means)) / 2
    for column, row, text in texts:
        colour = "white" if means[row, column] <= middle else "black"
        axes.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    axes.set_xticks(range(len(across)), across, fontsize=8)
    axes.set_yticks(range(len(down)), down, fontsize=8)
    axes.grid(False)
    axes.set(xlabel=short(keys[1]), ylabel=short(keys[0]))
    axes.set_title(f"{title}: {_called(metric)},\nmean over seeds and its 95 % interval", fontsize=9)
    return figure


def _pictures(groups: list[Group], keys: list[str], title: str) -> Any:
    """The last picture of the first seeds, a row for each combination; None where no run has drawn any."""
    listed = [(group, [frames(run.path) for run in group.runs[:COLUMNS]]) for group in groups[:ROWS] if group.runs]
    drawn = [(group, [every[-1] for every in pictures if every]) for group, pictures in listed]
    drawn = [(group, pictures) for group, pictures in drawn if pictures]
    if not drawn:
        return None
    columns = max(len(pictures) for _, pictures in drawn)
    width = max(2.6 * columns, 4.6)  # of the title
    figure, grid = subplots(len(drawn), columns, figsize=(width, 2.5 * len(drawn) + 0.3), squeeze=False)
    for axes_row, (group, pictures) in zip(grid, drawn, strict=True):
        for axes in axes_row:
            axes.axis("off")
        for axes, frame in zip(axes_row, pictures, strict=False):
            frame.draw(axes)
        axes_row[0].set_title(group.label(keys), fontsize=7, loc="left")
    more = f", the first {ROWS} of {len(groups)} combinations" if len(groups) > ROWS else ""
    figure.suptitle(f"{title}: at the last game,\na column for each seed{more}", fontsize=10)
    return figure
