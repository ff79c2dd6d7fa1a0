"""One style for all figures, whatever is set outside: matplotlib's own defaults, and ours upon them.

Nothing is read of `$MPLBACKEND`, of a user's `matplotlibrc`, or of one in the folder one stands in; and nothing of a
notebook's settings is changed.
"""

import contextlib
import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gancli.standing import standing_in


def _import() -> Any:
    """Import matplotlib where the first `matplotlibrc` that it finds is ours, which is empty: a bad one ends it."""
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        with standing_in(str(Path(__file__).parent)):
            import matplotlib

            return matplotlib
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend


matplotlib = _import()

from matplotlib.figure import Figure  # noqa: E402

from gancli.runs.files import write_bytes  # noqa: E402

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PURPLE",
    "colour_map",
    "drawing",
    "figure",
    "save",
    "shortened",
    "subplots",
]

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#808080"
"""Colours that colour-blind readers tell apart (Okabe and Ito 2008)."""
LARGEST = 50.0
"""Inches: what a figure is of may come from elsewhere."""
_OURS = {
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


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Within `with drawing():`, or a function that `@drawing()` decorates, figures have our style."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # settings that go out of use, letters that the font lacks
        defaults = dict(matplotlib.rcParamsDefault)  # not `rcdefaults`, which reads a user's styles
        matplotlib.rcParams.update({key: value for key, value in defaults.items() if key != "backend"} | _OURS)
        yield


def figure(**options: Any) -> Figure:
    """An empty figure; `options` are those of matplotlib's, its size bounded."""
    width, height = options.pop("figsize", matplotlib.rcParams["figure.figsize"])
    return Figure(figsize=(min(width, LARGEST), min(height, LARGEST)), **options)


def subplots(
    rows: int = 1, columns: int = 1, *, squeeze: bool = True, sharex: bool = False, sharey: bool = False,
    gridspec_kw: dict[str, Any] | None = None, **options: Any,
) -> tuple[Figure, Any]:  # fmt: skip
    """A figure and its axes, one or, if not `squeeze`, an array (rows, columns)."""
    drawn = figure(**options)
    axes = drawn.subplots(rows, columns, squeeze=squeeze, sharex=sharex, sharey=sharey, gridspec_kw=gridspec_kw)
    return drawn, axes


def shortened(name: object, most: int) -> str:
    """A name as text in a figure, where `$` would begin mathematics."""
    return str(name)[:most].replace("$", r"\$")


def colour_map(name: str) -> Any:
    """Numbers in [0, 1] → colours."""
    return matplotlib.colormaps[name]


def save(figure: Figure, path: Path) -> Path:
    """Write a figure, completely or not at all. Raises OSError."""
    buffer = io.BytesIO()
    form = path.suffix.removeprefix(".")
    options: dict[str, Any] = {"pil_kwargs": {"compress_level": 1}} if form == "png" else {}
    figure.savefig(buffer, format=form, **options)
    write_bytes(path, buffer.getvalue())
    return path
