"""Run folders and sweeps written by hand, whose figures are known, and the figures that would be saved of them."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from gancli.plots import curves, errors, history, judged, layers, maps, predicted, sweep, trajectory, vectors, weights
from gancli.plots.style import drawing
from gancli.runs import RunFolder, SweepFolder, checkpoint
from gancli.runs.arrays import write_arrays
from gancli.runs.files import write_json
from gancli.runs.summary import write_csv
from gancli.runs.summary_table import table

Row = Mapping[str, Any]
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#808080"


def run(
    rows: Sequence[Row] = (),
    images: Mapping[int, Any] | None = None,
    params: Mapping[int, Mapping[str, Mapping[str, Any]]] | None = None,
    at: Path = Path("runs/made"),
    evaluation: Mapping[str, Any] | None = None,
    **record: Any,
) -> Path:
    """A run's folder; of each game in `images` arrays by name or grey levels, in `params` arrays of each network."""
    about = {"status": "completed", "kind": "gan", "name": "made", **record}
    folder = RunFolder.create(at.parent, at.name, "seed: 1\n", about, exact=True)
    folder.unlock()
    for row in rows:
        folder.append_metrics({"seconds": 1.0, **row})
    for game, found in (images or {}).items():
        path = folder.images / f"game-{game:06d}.png"
        Image.fromarray(np.uint8(found) if not isinstance(found, Mapping) else np.zeros((1, 1), np.uint8)).save(path)
        if isinstance(found, Mapping):
            arrays = {key: np.asarray(value) for key, value in found.items()}
            write_arrays(path.with_suffix(".npz"), arrays, compress=True)
    for game, networks in (params or {}).items():
        layout: dict[str, list[Any]] = {}
        arrays = {}
        for network, views in networks.items():
            starts = np.cumsum([0, *(view.size for view in views.values())]).tolist()
            slots = zip(views.items(), starts, strict=False)
            layout[network] = [[key, list(view.shape), start] for (key, view), start in slots]
            arrays[f"{network}.params"] = np.concatenate([view.ravel() for view in views.values()])
        checkpoint.save(folder.checkpoints, game, arrays, {"game": game, "layout": layout})
    if evaluation is not None:
        write_json(folder.path / "evaluation.json", dict(evaluation))
    return folder.path


def swept(
    combinations: Sequence[tuple[Mapping[str, Any], Sequence[Sequence[Row]]]],
    images: Callable[[int, int], Mapping[int, Any]] = lambda place, seed: {},
    measures: Callable[[int, int], Mapping[str, tuple[float, float]]] = lambda place, seed: {},
    statuses: Mapping[tuple[int, int], str] | None = None,
    **record: Any,
) -> Path:
    """A sweep's folder: of each combination its settings and, of each seed, its rows of metrics."""
    cells = [
        {"cell": f"{place:02x}{seed:010d}", "values": dict(settings), "seed": seed, "spec": {}}
        for place, (settings, seeds) in enumerate(combinations)
        for seed in range(len(seeds))
    ]
    about = {"status": "completed", "name": "swept", "cells": len(cells), **record}
    folder = SweepFolder.create(Path("runs"), "swept", cells, about, {"sweep.yaml": b"sweep: 1\n"})
    folder.unlock()
    for place, (_, seeds) in enumerate(combinations):
        for seed, rows in enumerate(seeds):
            found = {
                name: {"value": value, "±": None, "real": real, "real ±": None}
                for name, (value, real) in measures(place, seed).items()
            }
            run(
                rows,
                images(place, seed),
                at=folder.path / "cells" / f"{place:02x}{seed:010d}",
                evaluation={"measures": found, "findings": []} if found else None,
                status=(statuses or {}).get((place, seed), "completed"),
            )
    write_csv(folder.summary, table(cells, folder.results(cells)))
    return folder.path


def figures(draw: Callable[..., Any], *words: Any, **options: Any) -> dict[str, Figure]:
    """The figures that `draw` saves, by the names of their files, in their order."""
    found: dict[str, Figure] = {}

    def keep(figure: Figure, path: Path) -> Path:
        found[path.name] = figure
        return path

    with pytest.MonkeyPatch.context() as patch, drawing():
        for module in (curves, errors, history, judged, layers, maps, predicted, sweep, trajectory, vectors, weights):
            patch.setattr(module, "save", keep)
        draw(*words, **options)
    return found


def curve(line: Any) -> list[tuple[float, float]]:
    """The points of a line."""
    return [(float(x), float(y)) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]


def band(collection: Any) -> dict[float, tuple[float, float]]:
    """Of a band between two curves, its ends at each x."""
    (path,) = collection.get_paths()
    found: dict[float, list[float]] = {}
    for x, y in path.vertices:
        found.setdefault(float(x), []).append(float(y))
    return {x: (min(ys), max(ys)) for x, ys in found.items()}


def dots(collection: Any) -> list[tuple[float, float]]:
    """The points of a scatter plot."""
    return [(float(x), float(y)) for x, y in collection.get_offsets()]


def colour(artist: Any) -> str:
    """The one colour of an artist."""
    found = artist.get_facecolor()[0] if hasattr(artist, "get_facecolor") else artist.get_color()
    return to_hex(found)


def legend(axes: Any) -> list[str]:
    """What a legend says, in its order."""
    found = axes.get_legend() if hasattr(axes, "get_legend") else axes.legends[0]
    return [text.get_text() for text in found.get_texts()]


def png(levels: Any) -> bytes:
    """Grey levels as the content of a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(np.uint8(levels)).save(buffer, "PNG")
    return buffer.getvalue()


Sides = tuple[float, float, float, float]
"""Left, bottom, right, top, in inches."""


def laid_out(figure: Figure) -> tuple[Sides, list[Sides]]:
    """How far a figure's texts and axes stay within it, and where its axes are; drawn as when it is saved."""
    with drawing():
        figure.draw_without_rendering()
        held, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        places = [tuple(axes.get_window_extent().extents / figure.dpi) for axes in figure.axes]
    return (held.x0, held.y0, width - held.x1, height - held.y1), places
