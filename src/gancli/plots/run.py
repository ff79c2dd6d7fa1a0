"""All the figures of one run."""

from pathlib import Path
from typing import Any

from gancli.plots.curves import plot_curves
from gancli.plots.errors import plot_errors
from gancli.plots.history import plot_animation, plot_history
from gancli.plots.judged import plot_judged
from gancli.plots.layers import plot_layers
from gancli.plots.predicted import plot_predicted
from gancli.plots.style import drawing
from gancli.plots.trajectory import plot_trajectory
from gancli.plots.vectors import plot_vectors
from gancli.plots.weights import plot_weights
from gancli.runs import RunFolder
from gancli.runs.files import remove_dead


@drawing()
def plot_run(
    run: Path, form: str = "png", animation: bool = False, target: Path | None = None, which: str = "last"
) -> list[Path]:
    """Draw what the run's files hold into `plots/`, or `target`, its weights as of the checkpoint `which`.

    Returns the paths. Raises OSError, RunError.
    """
    folder = RunFolder(run)
    target = target or folder.plots
    target.mkdir(exist_ok=True)
    remove_dead(target)
    record = folder.record()
    name = record.get("name", run.name)
    title = f"{name}: {_pictured(str(record.get('kind')), folder.data().get('shape'))}"
    return [
        *plot_curves(run, target, form, name),
        *plot_layers(run, target, form, name),
        *plot_history(run, target, form, title),
        *plot_judged(run, target, form, title),
        *plot_errors(run, target, form, name),
        *plot_predicted(run, target, form, name),
        *plot_vectors(run, target, form, name),
        *plot_trajectory(run, target, form, name),
        *plot_weights(run, target, form, name, which),
        *([plot_animation(run, target, title)] if animation else []),
    ]


def _pictured(kind: str, shape: Any) -> str:
    """What the pictures of a kind of run on samples of a shape show."""
    if kind == "game2d":
        return "θ and φ over the field of their steps"
    if kind != "supervised":
        return "the same latents in time"
    images = isinstance(shape, list) and len(shape) == 3
    return "misclassified test images" if images else "predictions over the plane" if shape == [2] else "predictions"
