"""Feature maps: what each layer of a network makes of one sample, a row of the figure each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.plots.style import drawing, save, subplots

SHOWN = 12
"""Channels of a layer that are drawn, those that vary most."""
GAP = 1
"""Pixels between two maps."""


@drawing()
def plot_maps(
    target: Path, form: str, title: str, networks: Sequence[tuple[str, int, Sequence[NDArray[Any]]]]
) -> list[Path]:
    """Draw `maps-NETWORK` for each network: its name, its game and each layer's outputs, (channels, height, width).

    Outputs of a dense layer, (units,), are one line of pixels. Dark is low and bright is high, in each row by itself.
    """
    paths = []
    for network, game, outputs in networks:
        sheets = [_sheet(output) for output in outputs]
        tall = [max(0.35, min(1.1, 8.0 * sheet.shape[0] / sheet.shape[1])) for sheet in sheets]
        figure, grid = subplots(
            len(sheets),
            1,
            figsize=(8.0, sum(tall) + 0.5 * len(sheets) + 0.6),
            squeeze=False,
            gridspec_kw={"height_ratios": tall},
        )
        for number, (axes, sheet, output) in enumerate(zip(grid.flat, sheets, outputs, strict=True)):
            axes.imshow(sheet, cmap="gray", interpolation="none", aspect="equal" if output.ndim == 3 else "auto")
            axes.axis("off")
            axes.set_title(_named(number, output), fontsize=9, loc="left")
        figure.suptitle(f"{title}, {network} after game {game:,d}", fontsize=10)
        paths.append(save(figure, target / f"maps-{network}.{form}"))
    return paths


def _named(number: int, output: NDArray[Any]) -> str:
    what = "input" if number == 0 else f"layer {number}"
    sizes = "×".join(map(str, output.shape)) if output.ndim == 3 else f"{output.size} numbers"
    shown = f", {SHOWN} of its channels" if output.ndim == 3 and len(output) > SHOWN else ""
    return f"{what}: {sizes}{shown}; from {float(output.min()):.2g} to {float(output.max()):.2g}"


def _sheet(output: NDArray[Any]) -> NDArray[Any]:
    """Maps beside one another."""
    if output.ndim != 3:
        return output.reshape(1, -1)
    varied = np.argsort(-output.std(axis=(1, 2)), kind="stable")[:SHOWN]
    channels, height, width = len(varied), *output.shape[1:]
    sheet = np.full((height, SHOWN * (width + GAP) - GAP), np.nan)
    for place, channel in enumerate(np.sort(varied)[:channels]):
        sheet[:, place * (width + GAP) : place * (width + GAP) + width] = output[channel]
    return sheet
