"""All the figures of one run."""

from pathlib import Path

from gancli.plots.curves import plot_curves
from gancli.plots.images import plot_history
from gancli.plots.weights import plot_weights
from gancli.runs import RunFolder

_PICTURED = {
    ("supervised", "mnist"): "test images answered wrong",
    ("supervised", "xor"): "answers over the square [−1, 1]², dark where x·y > 0 is answered",
}
"""What the pictures of a kind of run and a data set show, where it is not samples."""


def plot_run(run: Path, form: str = "png") -> list[Path]:
    """Draw what the run's files hold into `plots/`; returns the paths. Raises OSError."""
    target = run / "plots"
    target.mkdir(exist_ok=True)
    record = RunFolder(run).record()
    name = record.get("name", run.name)
    about = (str(record.get("kind")), str(record.get("data", {}).get("set")))
    shown = _PICTURED.get(about, "the same latents in time")
    return [
        *plot_curves(run, target, form, name),
        *plot_history(run, target, form, f"{name}: {shown}"),
        *plot_weights(run, target, form, name),
    ]
