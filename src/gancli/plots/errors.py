"""What a classifier of images gets wrong: its confusion matrix, and the images themselves."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.plots.style import save, shortened, subplots
from gancli.runs import RunFolder
from gancli.runs.arrays import meant, read_arrays
from gancli.runs.files import by_game, game_of
from gancli.runs.safe_files import PICTURE_BYTES

COLUMNS = 8
SHOWN = 40
LABELS = 100
"""Of a matrix whose counts can be read, at most."""


def plot_errors(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """From the newest file of pictures; nothing where it holds no labels and predictions."""
    files = by_game(run / "images", "npz")
    if not files:
        return []
    arrays = read_arrays(files[-1], PICTURE_BYTES, packed=True)
    if not {"labels", "predictions"} <= arrays.keys():
        return []
    title = f"{name}, training {game_of(files[-1]):,d}"
    with meant(files[-1]):
        figures = {}
        labels, predictions = arrays["labels"], arrays["predictions"]
        names = class_names(run)
        if "confusion" in arrays:  # of few labels
            figures["confusion"] = _matrix(arrays["confusion"], title, names)
        if "images" in arrays and len(arrays["images"]):  # a table has none
            figures["errors"] = _images(arrays["images"], labels, predictions, title, names)
    return [save(figure, target / f"{file}.{form}") for file, figure in figures.items()]


def class_names(run: Path) -> list[str]:
    """In the run's record, shortened; none where it has none. Raises RunError."""
    names = RunFolder(run).data().get("classes")
    return [shortened(name, 16) for name in names] if isinstance(names, list) else []


def _matrix(confusion: NDArray[Any], title: str, names: list[str]) -> Any:
    """Shares of each row by colour, counts as text. Raises ValueError."""
    if len(confusion) > LABELS or confusion.dtype.kind not in "iu":
        raise ValueError(f"counts of {len(confusion)} labels")
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    figure, axes = subplots(figsize=(6.4, 5.6))
    shown = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(confusion.shape):
        if confusion[row, column]:
            colour = "white" if shares[row, column] > 0.6 else "black"
            axes.text(column, row, str(confusion[row, column]), ha="center", va="center", color=colour, fontsize=8)
    ticks = range(len(confusion))
    names = names if len(names) == len(confusion) else [str(number) for number in ticks]
    axes.set(xticks=ticks, yticks=ticks, xlabel="prediction", ylabel="true label")
    axes.set_xticklabels(names, rotation=90 if max(map(len, names)) > 3 else 0)
    axes.set_yticklabels(names)
    axes.set_title(f"{title}: {np.trace(confusion) / confusion.sum():.2%} of {confusion.sum():,d} right", fontsize=11)
    axes.grid(False)
    figure.colorbar(shown, label="share of the label's samples")
    return figure


def _images(images: NDArray[Any], labels: NDArray[Any], predictions: NDArray[Any], title: str, names: list[str]) -> Any:
    images = images[:SHOWN]
    rows = -(-len(images) // COLUMNS)
    figure, grid = subplots(rows, COLUMNS, figsize=(1.0 * COLUMNS, 1.25 * rows + 0.5))
    for axes in grid.flat:
        axes.axis("off")
    for axes, image, label, prediction in zip(grid.flat, images, labels, predictions, strict=False):
        axes.imshow(_as_shown(image), cmap="gray_r")
        axes.set_title(f"{_named(label, names)}, read as {_named(prediction, names)}", fontsize=7)
    figure.suptitle(f"{title}: misclassified test images", fontsize=10)
    return figure


def _named(label: int, names: list[str]) -> str:
    return names[label] if 0 <= label < len(names) else str(label)


def _as_shown(image: NDArray[Any]) -> NDArray[Any]:
    """(channels, height, width) within [0, 1] → (height, width) in grey or (height, width, 3). Raises ValueError."""
    if image.ndim != 3:
        raise ValueError(f"images of {image.ndim} axes")
    return np.asarray(np.clip(image.transpose(1, 2, 0), 0.0, 1.0) if len(image) == 3 else image.mean(axis=0))
