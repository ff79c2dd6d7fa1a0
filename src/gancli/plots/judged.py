"""The judge's measures in time, beside the pictures of the same games."""

from pathlib import Path
from typing import Any

from gancli.metrics import OTHERS, in_order, metric
from gancli.plots.frames import Frame, frames, spread
from gancli.plots.style import BLUE, GREY, save
from gancli.plots.style import figure as new_figure
from gancli.runs import RunFolder

PICTURES = 6
NEEDS = ("a judge", "modes", OTHERS)
"""What the metrics need that are shown here."""


def plot_judged(run: Path, target: Path, form: str, title: str) -> list[Path]:
    """Pictures above, each measure below, with a line at each picture's game; nothing for a run that was not judged."""
    rows = RunFolder(run).rows()
    measures = [name for name in in_order(name for row in rows for name in row) if metric(name).needs in NEEDS]
    judged = {row["game"] for row in rows if any(name in row for name in measures)}
    shown = spread([frame for frame in frames(run) if frame.game in judged], PICTURES)
    if not measures or not shown:
        return []
    height = 1.5 * len(measures)
    figure = new_figure(figsize=(11, 2.4 + height))
    subfigures: Any = figure.subfigures(2, 1, height_ratios=[2.4, height])
    above, below = subfigures
    _pictures(above, shown)
    for axes, name in zip(below.subplots(len(measures), 1, sharex=True, squeeze=False).flat, measures, strict=True):
        own = [row for row in rows if name in row]
        axes.plot([row["game"] for row in own], [row[name] for row in own], ".-", color=BLUE)
        axes.set_ylabel(f"{name}\n({metric(name).unit})", fontsize=8)
        for frame in shown:
            axes.axvline(frame.game, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_xlabel("games played (dotted: the pictures above)")
    figure.suptitle(title, fontsize=10)
    return [save(figure, target / f"judged.{form}")]


def _pictures(figure: Any, shown: list[Frame]) -> None:
    for axes, frame in zip(figure.subplots(1, len(shown), squeeze=False).flat, shown, strict=True):
        frame.draw(axes)
        axes.set_title(f"game {frame.game:,d}", fontsize=8)
        axes.set(xlabel="", ylabel="", xticks=[], yticks=[])
