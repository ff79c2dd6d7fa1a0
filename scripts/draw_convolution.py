"""Draw what a convolution and its transpose compute: `docs/convolution.png`.

python scripts/draw_convolution.py
"""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from gancli.plots.style import BLUE, ORANGE, drawing, save, subplots

Array = NDArray[Any]
STRIDE = 2
KERNEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
"""Which finds edges from dark to bright."""


def convolved(x: Array) -> Array:
    """Without padding."""
    side = (len(x) - 3) // STRIDE + 1
    patches = ((x[STRIDE * i : STRIDE * i + 3, STRIDE * j : STRIDE * j + 3]) for i in range(side) for j in range(side))
    return np.array([np.sum(patch * KERNEL) for patch in patches]).reshape(side, side)


def transposed(y: Array, side: int) -> Array:
    """Each number times the kernel, added where its patch was."""
    x = np.zeros((side, side), int)
    for i, j in np.ndindex(*y.shape):
        x[STRIDE * i : STRIDE * i + 3, STRIDE * j : STRIDE * j + 3] += y[i, j] * KERNEL
    return x


def grid(axes: Any, numbers: Array, title: str, marked: tuple[int, int, int], colour: str) -> None:
    """Numbers in squares, some of which have a frame."""
    bound = max(1, int(np.abs(numbers).max()))
    axes.imshow(numbers, cmap="RdBu_r", vmin=-1.6 * bound, vmax=1.6 * bound)
    for (i, j), number in np.ndenumerate(numbers):
        axes.text(j, i, f"{number:d}", ha="center", va="center", fontsize=9)
    top, left, side = marked
    axes.add_patch(Rectangle((left - 0.5, top - 0.5), side, side, fill=False, edgecolor=colour, linewidth=2.5))
    axes.set_title(title, fontsize=10)
    axes.axis("off")


@drawing()
def main() -> None:
    """Two rows: there, and back."""
    x = np.zeros((7, 7), int)
    x[1:6, 2:4] = 1
    x[1, 4] = x[5, 4] = 1
    y = convolved(x)
    back = transposed(y, 7)
    ratios = {"wspace": 0.25, "hspace": 0.3}
    figure, axes = subplots(2, 3, figsize=(9.6, 6.6), squeeze=False, gridspec_kw=ratios)
    grid(axes[0, 0], x, "an image", (2, 2, 3), ORANGE)
    grid(axes[0, 1], KERNEL, "the kernel: nine weights,\nthe same for every patch", (0, 0, 3), BLUE)
    grid(axes[0, 2], y, "convolution, stride 2: each patch\ntimes the kernel, summed", (1, 1, 1), ORANGE)
    grid(axes[1, 0], y, "the way back", (1, 1, 1), ORANGE)
    grid(axes[1, 1], KERNEL, "the same kernel", (0, 0, 3), BLUE)
    grid(axes[1, 2], back, "its transpose: each number times the\nkernel, added where its patch was", (2, 2, 3), ORANGE)
    print(save(figure, Path(__file__).parent.parent / "docs" / "convolution.png"))


if __name__ == "__main__":
    main()
