"""How each layer of a run's networks learned: norms of gradients, and distances between tests."""

import re
from pathlib import Path
from typing import Any

from gancli.metrics import LAYER_GRADIENT, LAYER_MOVE
from gancli.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, save, subplots
from gancli.runs import RunFolder

LAYERS = 64
"""Of a network, at most."""
NAME = re.compile(rf"(?:{LAYER_GRADIENT}|{LAYER_MOVE})(network|generator|discriminator|critic)_layer(\d{{1,4}})")
COLOURS, DASHES = (BLUE, ORANGE, GREEN, PURPLE, GREY), ("-", "--", ":", "-.")
PANELS = {LAYER_GRADIENT: "norm of the gradient, on one batch", LAYER_MOVE: "distance since the last test"}


def plot_layers(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """A row of two panels for each network, a line for each layer; nothing for a run without `test.layers`."""
    rows = RunFolder(run).rows()
    found = {(match[1], int(match[2])) for row in rows for key in row if (match := NAME.fullmatch(key))}
    networks = {key: sorted(number for own, number in found if own == key)[:LAYERS] for key, _ in found}
    if not networks:
        return []
    figure, panels = subplots(len(networks), 2, figsize=(11, 3.6 * len(networks)), squeeze=False, sharex=True)
    for line, (network, layers) in zip(panels, sorted(networks.items()), strict=True):
        for axes, (family, label) in zip(line, PANELS.items(), strict=True):
            for place, layer in enumerate(layers):
                _draw(axes, rows, f"{family}{network}_layer{layer}", f"layer {layer}", place)
            axes.set(yscale="log", ylabel="L2")
            axes.set_title(f"{network}: {label}", fontsize=10)
            axes.legend()
    for axes in panels[-1]:
        axes.set_xlabel("games played")
    figure.suptitle(name, fontsize=10)
    return [save(figure, target / f"layers.{form}")]


def _draw(axes: Any, rows: list[dict[str, Any]], key: str, label: str, place: int) -> None:
    """One line; a logarithmic axis has no 0, which a network has that does not learn yet."""
    own = [row for row in rows if 1e-100 < row.get(key, 0.0) < 1e100]
    games, values = [row["game"] for row in own], [row[key] for row in own]
    colour, dash = COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)]
    axes.plot(games, values, color=colour, linestyle=dash, label=label, marker="." if len(own) < 40 else None)
