"""The pictures of a run in time."""

from pathlib import Path

from gancli.plots.style import plt, save

SHOWN = 12
"""Pictures on one sheet, spread over the run."""
COLUMNS = 4


def plot_history(run: Path, target: Path, form: str, title: str) -> list[Path]:
    """One sheet of the run's pictures, the same latents at each time; nothing where there are none."""
    files = sorted((run / "images").glob("game-*.png"))
    if not files:
        return []
    last = len(files) - 1
    count = min(SHOWN, len(files))
    chosen = [files[round(index * last / max(count - 1, 1))] for index in range(count)]
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    pixels = [plt.imread(file) for file in chosen]
    height, width = pixels[0].shape[:2]
    figure, grid = plt.subplots(
        rows, columns, figsize=(2.6 * columns, (2.6 * height / width + 0.3) * rows), squeeze=False
    )
    for axes in grid.flat:
        axes.axis("off")
    for axes, picture, file in zip(grid.flat, pixels, chosen, strict=False):
        axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="none" if form == "png" else None)
        axes.set_title(f"game {int(file.stem[5:]):,d}", fontsize=9)
    figure.suptitle(title)
    return [save(figure, target / f"pictures.{form}")]
