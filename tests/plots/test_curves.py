"""Curves of a run: which metric each line is, where its band lies, and what the axes say."""

from pathlib import Path

import pytest

from gancli.metrics import METRICS
from gancli.plots import plot_curves
from plots.by_hand import BLUE, GREEN, ORANGE, PURPLE, band, colour, curve, figures, legend, run

LINES = {
    "wasserstein": {"Wasserstein estimate": ("wasserstein_estimate", BLUE)},
    "lipschitz": {
        "bound, the product of the layers' norms": ("lipschitz_bound", GREEN),
        "Lipschitz constant": ("lipschitz", BLUE), "largest slope seen": ("steepest_slope", PURPLE),
        "mean slope between real and generated": ("mean_slope", ORANGE),
    },
    "distance": {"at most the distance": ("estimate_per_lipschitz", BLUE)},
    "scores": {"D(x), real": ("real_score", BLUE), "D(G(z)), generated": ("fake_score", ORANGE)},
    "losses": {
        "discriminator": ("discriminator_loss", BLUE), "generator": ("generator_loss", ORANGE), "test loss": ("loss", BLUE),
    },
    "divergence": {"at most the divergence": ("divergence", BLUE)},
    "accuracy": {"test accuracy": ("accuracy", BLUE)},
    "gradients": {
        "discriminator": ("discriminator_gradient", BLUE), "critic": ("critic_gradient", BLUE),
        "generator": ("generator_gradient", ORANGE),
    },
    "equilibrium": {"√(θ² + φ²)": ("distance", BLUE)},
    "frechet": {"Fréchet distance": ("frechet", BLUE)},
    "score": {"score": ("score", GREEN)},
    "neighbours": {"precision": ("precision", BLUE), "coverage": ("coverage", ORANGE)},
    "modes": {"modes": ("modes", GREEN)},
    "quality": {"of high quality": ("quality", BLUE)},
    "distances": {"real": ("real_distance", GREEN), "generated": ("sample_distance", PURPLE)},
}  # fmt: skip
"""Of each figure, the metric and the colour of each line by its label."""
GAMES = (0, 10, 40)
VALUES = {name: [place + 0.1, place + 0.4, place - 0.2] for place, name in enumerate(METRICS, 1)}
"""Of every metric, what it is at `GAMES`: no two are the same."""


def test_each_line_is_the_metric_that_its_label_names_against_the_games() -> None:
    rows = [{"game": game, **{name: VALUES[name][i] for name in METRICS}} for i, game in enumerate(GAMES)]
    drawn = figures(plot_curves, run(rows), Path(), "svg", "mine")
    assert list(drawn) == [f"{name}.svg" for name in LINES]
    for name, expected in LINES.items():
        (axes,) = drawn[f"{name}.svg"].axes
        assert legend(axes) == list(expected), name
        for line, (label, (metric, ink)) in zip(axes.lines, expected.items(), strict=True):
            assert line.get_label() == label and colour(line) == ink
            assert curve(line) == list(zip(GAMES, VALUES[metric], strict=True)), f"{name}: {label}"
        assert axes.get_xlabel() == "games played" and "mine" in axes.get_title()
        assert axes.get_xscale() == axes.get_yscale() == "linear"
        assert not axes.yaxis_inverted() and not axes.xaxis_inverted()
        low, high = axes.get_ylim()
        shown = [value for metric, _ in expected.values() for value in VALUES[metric]]
        assert low <= min(shown) and max(shown) <= high, f"{name}: cut off"


@pytest.mark.parametrize(
    ("name", "metric"),
    [("wasserstein", "wasserstein_estimate"), ("frechet", "frechet"), ("score", "score"), ("modes", "modes"),
     ("quality", "quality"), ("accuracy", "accuracy"), ("equilibrium", "distance"), ("distances", "sample_distance")],
)  # fmt: skip
def test_an_axis_of_one_metric_says_what_the_table_of_metrics_says(name: str, metric: str) -> None:
    drawn = figures(plot_curves, run([{"game": 0, metric: 0.5}]), Path(), "png", "")
    assert METRICS[metric].label in drawn[f"{name}.png"].axes[0].get_ylabel()
    if METRICS[metric].unit == "critic's":
        assert "unit" in drawn[f"{name}.png"].axes[0].get_ylabel()


def test_the_band_is_one_standard_deviation_over_samples() -> None:
    rows = [
        {"game": 0, "real_score": 0.5, "real_score_std": 0.125, "fake_score": -1.0, "fake_score_std": 0.5},
        {"game": 8, "real_score": 0.75, "real_score_std": 0.25, "fake_score": -2.0, "fake_score_std": 1.0},
        {"game": 9, "real_score": 0.25, "fake_score": 3.0, "fake_score_std": 2.0},
    ]
    (axes,) = figures(plot_curves, run(rows), Path(), "png", "")["scores.png"].axes
    real, fake = axes.collections
    assert band(real) == {0: (0.375, 0.625), 8: (0.5, 1.0), 9: (0.25, 0.25)} and colour(real) == BLUE
    assert band(fake) == {0: (-1.5, -0.5), 8: (-3.0, -1.0), 9: (1.0, 5.0)} and colour(fake) == ORANGE
    assert "± one standard deviation over samples" in axes.get_title()


def test_what_has_no_spread_has_no_band_and_promises_none() -> None:
    rows = [{"game": game, "loss": 1.0, "accuracy": 0.5, "real_distance": 2.0} for game in (0, 1)]
    for figure in figures(plot_curves, run(rows), Path(), "png", "").values():
        assert not figure.axes[0].collections and "standard deviation" not in figure.axes[0].get_title()


def test_a_line_has_a_point_for_each_test_that_measured_it() -> None:
    """As what is undefined is left out of a line of the metrics."""
    rows = [{"game": 0, "loss": 1.0}, {"game": 5, "loss": 0.5, "accuracy": 0.25}, {"game": 10, "accuracy": 0.75}]
    drawn = figures(plot_curves, run(rows), Path(), "png", "")
    assert curve(drawn["losses.png"].axes[0].lines[0]) == [(0, 1.0), (5, 0.5)]
    assert curve(drawn["accuracy.png"].axes[0].lines[0]) == [(5, 0.25), (10, 0.75)]
    assert figures(plot_curves, run([{"game": 0}], at=Path("runs/other")), Path(), "png", "") == {}


def test_no_test_is_thinned_out_and_only_few_are_dots() -> None:
    for count, marker in ((39, "."), (40, "None")):
        rows = [{"game": game, "loss": game / 8} for game in range(count)]
        drawn = figures(plot_curves, run(rows, at=Path(f"runs/of-{count}")), Path(), "png", "")
        (line,) = drawn["losses.png"].axes[0].lines
        assert curve(line) == [(game, game / 8) for game in range(count)] and str(line.get_marker()) == marker


def test_numbers_too_large_for_axes_stand_at_their_end() -> None:
    rows = [{"game": 0, "real_score": 1e300, "real_score_std": 1e300}, {"game": 1, "real_score": -1e300}]
    (axes,) = figures(plot_curves, run(rows), Path(), "png", "")["scores.png"].axes
    assert curve(axes.lines[0]) == [(0, 1e100), (1, -1e100)]
    assert band(axes.collections[0])[0] == (0.0, 2e100)
