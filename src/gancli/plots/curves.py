"""Curves of a run's metrics against its games."""

from pathlib import Path

import numpy as np

from gancli.plots.style import BLUE, GREEN, ORANGE, PURPLE, plt, save
from gancli.runs import RunFolder

Line = tuple[str, str, str, str | None]
LINES: dict[
    str, tuple[str, list[Line]]
] = {  # file: (label of the axis, lines as (metric, label, colour, spread's metric))
    "wasserstein": (
        "E f(x) − E f(G(z)), in units of the critic",
        [("wasserstein_estimate", "Wasserstein estimate", BLUE, None)],
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
    "accuracy": ("share of test samples answered right", [("accuracy", "test accuracy", BLUE, None)]),
    "gradients": (
        "L2 norm of the gradient, on one batch",
        [
            ("discriminator_gradient", "discriminator", BLUE, None),
            ("critic_gradient", "critic", BLUE, None),
            ("generator_gradient", "generator", ORANGE, None),
        ],
    ),
    "equilibrium": ("distance to the equilibrium", [("distance", "√(θ² + φ²)", BLUE, None)]),
    "frechet": ("Fréchet distance of the judge's features", [("frechet", "Fréchet distance", BLUE, None)]),
    "score": ("MNIST score, from 1 to 10", [("score", "MNIST score", GREEN, None)]),
    "neighbours": (
        "share",
        [("precision", "precision", BLUE, None), ("coverage", "coverage", ORANGE, None)],
    ),
    "modes": ("modes found", [("modes", "modes", GREEN, None)]),
    "quality": ("share of samples within 3 σ of a mode", [("quality", "of high quality", BLUE, None)]),
    "distances": (
        "mean L2 distance between two samples",
        [("real_distance", "real", GREEN, None), ("sample_distance", "generated", PURPLE, None)],
    ),
}


def plot_curves(run: Path, target: Path, form: str, name: str) -> list[Path]:
    """One figure for each group of metrics that the run has; bands are ± one standard deviation over samples."""
    rows = RunFolder(run).rows()
    paths = []
    for file, (label, lines) in LINES.items():
        there = [line for line in lines if any(line[0] in row for row in rows)]
        if not there:
            continue
        figure, axes = plt.subplots()
        for metric, text, colour, spread in there:
            own = [row for row in rows if metric in row]
            games = [row["game"] for row in own]
            values = np.array([row[metric] for row in own])
            axes.plot(games, values, color=colour, label=text, marker="." if len(own) < 40 else None)
            if spread is not None:
                band = np.array([row[spread] for row in own])
                axes.fill_between(games, values - band, values + band, color=colour, alpha=0.2, linewidth=0)
        banded = " (band: ± one standard deviation over samples)" if any(line[3] for line in there) else ""
        axes.set(xlabel="games played", ylabel=label)
        axes.set_title(f"{name}{banded}", fontsize=10)
        axes.legend()
        paths.append(save(figure, target / f"{file}.{form}"))
    return paths
