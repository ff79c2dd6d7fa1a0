"""Weights and biases of each layer, as its newest checkpoint has them; kernels of convolutions over pixels."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.plots.style import BLUE, ORANGE, save, subplots
from gancli.runs import RunFolder, checkpoint
from gancli.runs.arrays import meant

FILTERS = 60
"""Neurons of a first layer that are drawn."""
GAP = 2
"""Pixels between two filters."""
Shape = tuple[int, int, int]
"""Of an image: channels, height, width."""
FEW = 3
"""Parameters of which no histogram is drawn."""


def plot_weights(run: Path, target: Path, form: str, name: str, which: str = "last") -> list[Path]:
    """Histograms for each network; filters of a first layer over pixels; the last bias over pixels (fig. 2.4b).

    Of the checkpoint `which`; nothing where there is no last one. Raises RunError where there is not the one asked for.
    """
    try:
        saved = checkpoint.chosen(run / "checkpoints", which)
    except ValueError:
        if which != "last":
            raise
        return []
    figures: dict[str, Any] = {}
    shape, record = _shape(run), RunFolder(run).record().get("spec")
    with meant(run / "checkpoints"):
        for network, slots in saved.facts["layout"].items():
            figures |= _network(network, slots, saved, name, shape, record)
            figures |= _kernels(network, slots, saved, name, shape, record)
    return [save(figure, target / f"{file}.{form}") for file, figure in figures.items()]


def _shape(run: Path) -> Shape | None:
    """Of the run's images, by its record; None where its data are no images. Raises RunError."""
    sizes = RunFolder(run).data().get("shape")
    if not isinstance(sizes, list) or len(sizes) != 3 or not all(isinstance(size, int) and size > 0 for size in sizes):
        return None
    return sizes[0], sizes[1], sizes[2]


def _network(
    network: str, slots: list[Any], saved: checkpoint.Checkpoint, name: str, shape: Shape | None, record: Any
) -> dict[str, Any]:
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
    pixels = 0 if shape is None else math.prod(shape)
    seen = pixels * _packed(record)
    told = network != "generator" and isinstance(record, dict) and "condition" in record  # codes come after the pixels
    if shape is not None and first.ndim == 2 and (first.shape[0] in (pixels, seen) or (told and first.shape[0] > seen)):
        figures[f"filters-{network}"] = _filters(first[:pixels], title, shape)  # of packed samples, of the first
    if shape is not None and last.shape == (math.prod(shape),):
        figures[f"last-bias-{network}"] = _bias(last, title, shape)
    return figures


def _kernels(
    network: str, slots: list[Any], saved: checkpoint.Checkpoint, name: str, shape: Shape | None, record: Any
) -> dict[str, Any]:
    """Those of a convolution of the data's pixels, or of a transposed one that makes them; by the record's layers."""
    own = record.get(network) if isinstance(record, dict) else None
    layers = own.get("layers") if isinstance(own, dict) else None
    weights = [slot for slot in slots if slot[0].endswith(".weights")]
    if shape is None or not isinstance(layers, list) or not layers or not weights:
        return {}
    ends = (layers[0], "conv", weights[0]), (layers[-1], "conv_transpose", weights[-1])
    for layer, kind, (_, (rows, channels), start) in ends:
        if isinstance(layer, dict) and layer.get(kind):
            below = shape[0] * (_packed(record) if kind == "conv" else 1)
            side = math.isqrt(rows // below)
            vector = saved.arrays[f"{network}.params"][start : start + rows * channels]
            pixels = vector.reshape(side, side, below, channels)[:, :, : shape[0]]
            kernels = pixels.transpose(2, 0, 1, 3).reshape(-1, channels)
            title = f"{name}: {network}, game {saved.facts['game']:,d}"
            what = "channels of the first layer" if kind == "conv" else "channels below, what each paints"
            return {f"kernels-{network}": _filters(kernels, title, (shape[0], side, side), what)}
    return {}


def _packed(record: Any) -> int:
    """How many samples a run's discriminator or critic sees as one input."""
    training = record.get("training") if isinstance(record, dict) else None
    pack = training.get("pack") if isinstance(training, dict) else None
    return pack if isinstance(pack, int) and pack > 0 else 1


def _histograms(views: dict[str, NDArray[Any]], title: str) -> Any:
    count = len(views)
    figure, grid = subplots(1, count, figsize=(2.8 * count, 3.0), squeeze=False)
    for axes, (key, values) in zip(grid.flat, views.items(), strict=True):
        axes.hist(
            values.ravel().astype(np.float64),
            bins=60,
            range=_ends(values),
            color=ORANGE if key.endswith("bias") else BLUE,
        )
        axes.set(title=key.replace(".", " "), xlabel="value", ylabel="parameters", yscale="log")
    figure.suptitle(title)
    return figure


def _ends(values: NDArray[Any]) -> tuple[float, float]:
    """The least and the largest, or where they are next to the same, some room around them: bars need a width."""
    low, high = float(values.min()), float(values.max())
    largest = max(abs(low), abs(high))
    if high - low > 1e-9 * largest:
        return low, high
    room = max(0.5, 1e-6 * largest)
    return low - room, high + room


def _filters(weights: NDArray[Any], title: str, shape: Shape, what: str = "neurons") -> Any:
    """The weights into each neuron as images, the largest neurons first: blue negative, red positive; or in colours.

    Of three channels, grey is zero, and a colour is what the neuron looks for in red, green and blue.
    """
    strongest = np.argsort(-np.linalg.norm(weights, axis=0))[:FILTERS]
    columns = min(10, len(strongest))
    rows = -(-len(strongest) // columns)
    tall, wide = shape[1] + GAP, shape[2] + GAP
    images = weights[:, strongest].T.reshape(-1, *shape)
    bound = float(np.abs(images).max()) or 1.0
    coloured = shape[0] == 3
    images = images.transpose(0, 2, 3, 1) / (2 * bound) + 0.5 if coloured else images.sum(axis=1)
    sheet = np.full((rows * tall, columns * wide, *images.shape[3:]), 1.0 if coloured else np.nan)
    for place, image in enumerate(images):  # one sheet: sixty axes take seconds to lay out
        top, left = (place // columns) * tall, (place % columns) * wide
        sheet[top : top + shape[1], left : left + shape[2]] = image
    figure, axes = subplots(figsize=(0.9 * columns + 1, 0.9 * rows + 0.6))
    if coloured:
        axes.imshow(sheet, interpolation="none")
    else:
        bound = float(np.abs(images).max()) or 1.0
        shown = axes.imshow(sheet, cmap="RdBu_r", vmin=-bound, vmax=bound, interpolation="none")
        figure.colorbar(shown, label="weight", shrink=0.8)
    axes.axis("off")
    about = f" (grey: 0; black and white: ∓{bound:.2g})" if coloured else ""
    which = "weights from the pixels to" if what == "neurons" else "kernels of"
    text = f"{title}\n{which} {len(strongest)} of {weights.shape[1]} {what}{about}"
    figure.suptitle(text, fontsize=10)
    return figure


def _bias(bias: NDArray[Any], title: str, shape: Shape) -> Any:
    """As an image; of several channels, one beside another."""
    figure, grid = subplots(1, shape[0], figsize=(4.0 * shape[0] + 0.4, 4.0), squeeze=False)
    bound = float(np.abs(bias).max()) or 1.0
    for number, axes in enumerate(grid.flat):
        shown = axes.imshow(bias.reshape(shape)[number], cmap="RdBu_r", vmin=-bound, vmax=bound)
        axes.grid(False)
        channel = f", channel {number}" if shape[0] > 1 else ""
        axes.set(title=f"{title}\nbias of the last layer{channel}", xlabel="pixel column", ylabel="pixel row")
    figure.colorbar(shown, ax=grid.ravel().tolist(), label="bias of the pixel's neuron")
    return figure
