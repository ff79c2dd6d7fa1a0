"""All the figures of one run."""

import json
from pathlib import Path

from gancli.plots.curves import plot_curves
from gancli.plots.images import plot_history
from gancli.plots.weights import plot_weights


def plot_run(run: Path, form: str = "png") -> list[Path]:
    """Draw what the run's files hold into `plots/`; returns the paths. Raises OSError."""
    target = run / "plots"
    target.mkdir(exist_ok=True)
    name = json.loads((run / "run.json").read_text(encoding="utf-8")).get("name", run.name)
    return [
        *plot_curves(run, target, form, name),
        *plot_history(run, target, form, name),
        *plot_weights(run, target, form, name),
    ]
