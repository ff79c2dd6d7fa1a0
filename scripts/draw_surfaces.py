"""Draw docs/report/sec4_5_surfaces.png from the sweep of configs/report/sec4_5_surfaces.yaml: a row for each set.

python scripts/draw_surfaces.py runs/<sweep>
"""

import sys
from pathlib import Path

from gancli.plots.frames import frames
from gancli.plots.style import drawing, save, subplots
from gancli.runs import SweepFolder

TARGET = Path(__file__).parent.parent / "docs" / "report" / "sec4_5_surfaces.png"


@drawing()
def main(sweep: Path) -> None:
    """The last picture of each cell."""
    folder = SweepFolder(sweep)
    cells = {}
    for combination in folder.combinations()[1]:
        settings = combination.settings
        cells[settings["data.set"], settings["name"]] = folder.run(combination.rows[0]["cell"]).path
    sets, names = (list(dict.fromkeys(key[place] for key in cells)) for place in (0, 1))
    figure, grid = subplots(len(sets), len(names), figsize=(2.5 * len(names), 2.6 * len(sets)), squeeze=False)
    for (data, name), run in cells.items():
        axes = grid[sets.index(data), names.index(name)]
        frames(run)[-1].draw(axes)
        axes.set_title(f"{data}: {name.replace('_', ' ')}", fontsize=9)
    print(save(figure, TARGET))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
