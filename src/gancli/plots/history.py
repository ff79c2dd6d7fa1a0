"""A run's frames on one sheet, the last of them large, and all of them as an animation."""

import io
from pathlib import Path
from shlex import quote
from typing import Any

from matplotlib.lines import Line2D
from PIL import Image

from gancli.plots.frames import LEGENDS, Frame, frames, read_png, spread
from gancli.plots.style import drawing, save, subplots
from gancli.plots.style import figure as new_figure
from gancli.runs import RunError, RunFolder
from gancli.runs.files import write_bytes

SHOWN = 12
"""Frames on one sheet."""
COLUMNS = 4
ANIMATED = 120
"""Frames of an animation at most."""
SECONDS = 8.0
"""How long it takes at most."""


def plot_history(run: Path, target: Path, form: str, title: str) -> list[Path]:
    """One sheet of the run's frames, and the last one large where it has axes; nothing where there are none."""
    every = frames(run)
    if not every:
        return []
    paths = [save(_sheet(spread(every, SHOWN), title), target / f"pictures.{form}")]
    if every[-1].kind in LEGENDS:
        figure = new_figure(figsize=(5.4, 4.6))
        _fill(figure, figure.subplots(), every[-1], f"{title}\ngame {every[-1].game:,d}")
        paths.append(save(figure, target / f"last.{form}"))
    return paths


def plot_animation(run: Path, target: Path, title: str) -> Path:
    """All frames as a GIF that repeats for ever. Raises RunError for a run that has drawn none."""
    every = spread(frames(run), ANIMATED)
    if not every:
        raise RunError(f"{run}: has no pictures to animate: {_what_is_missing(run)}")
    pages = [_page(frame, title) for frame in every]
    each = round(1000 * min(0.5, SECONDS / len(pages)))
    path = target / "animation.gif"
    durations = [each] * (len(pages) - 1) + [2000]
    more: Any = {"save_all": True, "append_images": pages[1:], "duration": durations, "loop": 0, "optimize": True}
    buffer = io.BytesIO()
    pages[0].save(buffer, format="gif", **more)
    write_bytes(path, buffer.getvalue())
    return path


def _what_is_missing(run: Path) -> str:
    """Why a run has no frames, and what to do."""
    record = RunFolder(run).record()
    spec = record.get("spec")
    if isinstance(spec, dict) and "pictures" not in spec:
        return "it was trained without; train with `pictures: {every: …}`"
    gone = "the field in `images`, or the metrics, are" if record.get("kind") == "game2d" else "those in `images` are"
    return f"{gone} gone; to have them again: gancli train {quote(str(RunFolder(run).config))}"


def _page(frame: Frame, title: str) -> Image.Image:
    content = frame_png(frame, f"{title}\ngame {frame.game:,d}")
    return Image.open(io.BytesIO(content)).convert("RGB").quantize(128)


@drawing()
def frame_png(frame: Frame, title: str) -> bytes:
    """One frame with its axes and legend, as the content of a PNG file."""
    figure = new_figure(figsize=(5.0, 4.6), dpi=80)
    _fill(figure, figure.subplots(), frame, title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches=None)
    return buffer.getvalue()


def _fill(figure: Any, axes: Any, frame: Frame, title: str) -> None:
    shown = frame.draw(axes)
    axes.set_title(title, fontsize=10)
    if frame.kind in LEGENDS:
        figure.colorbar(shown, ax=axes, label=LEGENDS[frame.kind][0], shrink=0.85)
        axes.set(xlabel="x", ylabel="y")
    _legend(figure, axes, frame)


def _legend(figure: Any, axes: Any, frame: Frame) -> None:
    """What the dots of a frame are or, where its drawing names what it draws, that."""
    _, dots = LEGENDS.get(frame.kind, ("", []))
    marks = [Line2D([], [], linestyle="", marker="o", color=colour, label=text) for colour, text in dots]
    marks = marks or axes.get_legend_handles_labels()[0]
    if marks:
        figure.legend(handles=marks, loc="outside lower center", ncols=len(marks), fontsize=8)


def _sheet(chosen: list[Frame], title: str) -> Any:
    columns = min(COLUMNS, len(chosen))
    rows = -(-len(chosen) // columns)
    pixels = read_png(chosen[-1].path).shape if chosen[-1].path.suffix == ".png" else (1, 1)
    height = 2.6 * min(pixels[0] / pixels[1], 3.0)
    size = (2.6 * columns, (height + 0.3) * rows + 0.4)
    figure, grid = subplots(rows, columns, figsize=size, squeeze=False)
    for axes in grid.flat[len(chosen) :]:
        axes.axis("off")
    for axes, frame in zip(grid.flat, chosen, strict=False):
        frame.draw(axes)
        axes.set_title(f"game {frame.game:,d}", fontsize=9)
    _legend(figure, grid.flat[len(chosen) - 1], chosen[-1])
    figure.suptitle(title)
    return figure
