"""Weights and biases of each layer, as its newest checkpoint has them."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.plots.style import BLUE, ORANGE, save, subplots
from gancli.runs import checkpoint
from gancli.runs.arrays import meant

FILTERS = 60
"""Neurons of a first layer that are drawn."""
SIDE, PIXELS = 28, 784
CELL = SIDE + 2
"""Pixels from one filter to the next."""
FEW = 3
"""Parameters of which no histogram is drawn."""


def plot_weights(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """Histograms for each network; filters of a first layer over pixels; the last bias over pixels (fig. 2.4b)."""
    try:
        saved = checkpoint.newest(run / "checkpoints")
    except ValueError:
        return []
    figures: dict[str, Any] = {}
    with meant(run / "checkpoints"):
        for network, slots in saved.facts["layout"].items():
            figures |= _network(network, slots, saved, name)
    return [save(figure, target / f"{file}.{form}") for file, figure in figures.items()]


def _network(network: str, slots: list[Any], saved: checkpoint.Checkpoint, name: str) -> dict[str, Any]:
    """The figures of a network, by the names of their files."""
    if not network.isidentifier():
        raise ValueError(f"{network!r} is no name of a network")
    if sum(math.prod(shape) for _, shape, _ in slots) < FEW:
        return {}
    vector = saved.arrays[f"{network}.params"]
    views = {key: vector[start : start + math.prod(shape)].reshape(shape) for key, shape, start in slots}
    title = f"{name}: {network}, game {saved.facts['game']:,d}"
    figures = {f"weights-{network}": _histograms(views, title)}
    first, last = next(iter(views.values())), list(views.values())[-1]
    if first.shape[0] == PIXELS and first.ndim == 2:
        figures[f"filters-{network}"] = _filters(first, title)
    if last.shape == (PIXELS,):
        figures[f"last-bias-{network}"] = _bias(last, title)
    return figures


def _histograms(views: dict[str, NDArray[Any]], title: str) -> Any:
    count = len(views)
    figure, grid = subplots(1, count, figsize=(2.8 * count, 3.0), squeeze=False)
    for axes, (key, values) in zip(grid.flat, views.items(), strict=True):
        axes.hist(values.ravel(), bins=60, color=ORANGE if key.endswith("bias") else BLUE)
        axes.set(title=key.replace(".", " "), xlabel="value", ylabel="parameters", yscale="log")
    figure.suptitle(title)
    return figure


def _filters(weights: NDArray[Any], title: str) -> Any:
    """The weights into each neuron as 28×28 images, blue negative, red positive; the largest neurons first."""
    strongest = np.argsort(-np.linalg.norm(weights, axis=0))[:FILTERS]
    columns = min(10, len(strongest))
    rows = -(-len(strongest) // columns)
    sheet = np.full((rows * CELL, columns * CELL), np.nan)  # one image: sixty axes take seconds to lay out
    for place, unit in enumerate(strongest):
        top, left = (place // columns) * CELL, (place % columns) * CELL
        sheet[top : top + SIDE, left : left + SIDE] = weights[:, unit].reshape(SIDE, SIDE)
    bound = float(np.abs(weights[:, strongest]).max()) or 1.0
    figure, axes = subplots(figsize=(0.9 * columns + 1, 0.9 * rows + 0.6))
    shown = axes.imshow(sheet, cmap="RdBu_r", vmin=-bound, vmax=bound, interpolation="none")
    axes.axis("off")
    figure.colorbar(shown, label="weight", shrink=0.8)
    figure.suptitle(f"{title}\nweights from the pixels to {len(strongest)} of {weights.shape[1]} neurons", fontsize=10)
    return figure


def _bias(bias: NDArray[Any], title: str) -> Any:
    figure, axes = subplots(figsize=(4.4, 4.0))
    bound = float(np.abs(bias).max()) or 1.0
    shown = axes.imshow(bias.reshape(28, 28), cmap="RdBu_r", vmin=-bound, vmax=bound)
    figure.colorbar(shown, label="bias of the pixel's neuron")
    axes.grid(False)
    axes.set(title=f"{title}\nbias of the last layer", xlabel="pixel column", ylabel="pixel row")
    return figure
