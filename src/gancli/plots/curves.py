"""Curves of a run's metrics against its games."""

from pathlib import Path

import numpy as np

from gancli.metrics import METRICS
from gancli.plots.style import BLUE, GREEN, ORANGE, PURPLE, drawing, save, subplots
from gancli.runs import RunFolder

Line = tuple[str, str, str, str | None]
LINES: dict[
    str, tuple[str, list[Line]]
] = {  # file: (label of the axis, lines as (metric, label, colour, spread's metric))
    "wasserstein": (
        f"{METRICS['wasserstein_estimate'].label}, in the critic's own unit",
        [("wasserstein_estimate", "Wasserstein estimate", BLUE, None)],
    ),
    "lipschitz": (
        "slope of the discriminator or critic",
        [
            ("lipschitz_bound", "bound, the product of the layers' norms", GREEN, None),
            ("lipschitz", "Lipschitz constant", BLUE, None),
            ("steepest_slope", "largest slope seen", PURPLE, None),
            ("mean_slope", "mean slope between real and generated", ORANGE, None),
        ],
    ),
    "distance": (
        METRICS["estimate_per_lipschitz"].label,
        [("estimate_per_lipschitz", "at most the distance", BLUE, None)],
    ),
    "scores": (
        "output of the discriminator or critic",
        [
            ("real_score", "D(x), real", BLUE, "real_score_std"),
            ("fake_score", "D(G(z)), generated", ORANGE, "fake_score_std"),
        ],
    ),
    "losses": (
        "loss",
        [
            ("discriminator_loss", "discriminator", BLUE, None),
            ("generator_loss", "generator", ORANGE, None),
            ("loss", "test loss", BLUE, None),
        ],
    ),
    "divergence": (METRICS["divergence"].label, [("divergence", "at most the divergence", BLUE, None)]),
    "accuracy": (METRICS["accuracy"].label, [("accuracy", "test accuracy", BLUE, None)]),
    "gradients": (
        "L2 norm of the gradient, on one batch",
        [
            ("discriminator_gradient", "discriminator", BLUE, None),
            ("critic_gradient", "critic", BLUE, None),
            ("generator_gradient", "generator", ORANGE, None),
        ],
    ),
    "equilibrium": (METRICS["distance"].label, [("distance", "√(θ² + φ²)", BLUE, None)]),
    "frechet": (METRICS["frechet"].label, [("frechet", "Fréchet distance", BLUE, None)]),
    "score": (METRICS["score"].label, [("score", "score", GREEN, None)]),
    "neighbours": (
        "share",
        [("precision", "precision", BLUE, None), ("coverage", "coverage", ORANGE, None)],
    ),
    "modes": (METRICS["modes"].label, [("modes", "modes", GREEN, None)]),
    "quality": (METRICS["quality"].label, [("quality", "of high quality", BLUE, None)]),
    "distances": (
        METRICS["sample_distance"].label,
        [("real_distance", "real", GREEN, None), ("sample_distance", "generated", PURPLE, None)],
    ),
}


BOUND = 1e100
"""Of what is drawn: axes are no larger than floating-point numbers."""


@drawing()
def plot_curves(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """One figure for each group of metrics that the run has; bands are ± one standard deviation over samples."""
    rows = RunFolder(run).rows()
    paths = []
    for file, (label, lines) in LINES.items():
        there = [line for line in lines if any(line[0] in row for row in rows)]
        if not there:
            continue
        figure, axes = subplots()
        for metric, text, colour, spread in there:
            own = [row for row in rows if metric in row]
            games = [row["game"] for row in own]
            values = np.clip([row[metric] for row in own], -BOUND, BOUND)
            axes.plot(games, values, color=colour, label=text, marker="." if len(own) < 40 else None)
            if spread is not None:
                band = np.clip([row.get(spread, 0.0) for row in own], 0.0, BOUND)
                axes.fill_between(games, values - band, values + band, color=colour, alpha=0.2, linewidth=0)
        banded = " (band: ± one standard deviation over samples)" if any(line[3] for line in there) else ""
        axes.set(xlabel="games played", ylabel=label)
        axes.set_title(f"{name}{banded}", fontsize=10)
        axes.legend()
        paths.append(save(figure, target / f"{file}.{form}"))
    return paths
