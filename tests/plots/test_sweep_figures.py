"""Figures of a sweep: means and their intervals over seeds, boxes, time against quality; by closed form."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

from gancli.plots import plot_sweep, sweep
from gancli.plots.groups import Group
from gancli.plots.style import colour_map
from gancli.runs import RunError
from gancli.runs.ranking import Combination
from plots.by_hand import GREEN, band, colour, curve, dots, figures, legend, swept

T2 = 4.302652729749464
"""What Student's t of two degrees of freedom is within with 95 %: √(2 · 0.95² / (1 − 0.95²))."""
GAMES = (0, 10, 30)


def final(*values: float, metric: str = "loss", **more: Any) -> list[list[dict[str, Any]]]:
    """A seed for each last value."""
    return [
        [{"game": 0, metric: 77.0}, {"game": 9, metric: 66.0}, {"game": 30, metric: value, **more}] for value in values
    ]


def of(combinations: Any, name: str, **options: Any) -> Any:
    """One figure of a sweep."""
    return figures(plot_sweep, swept(combinations, **options), target=Path("plots"))[f"{name}.png"]


def test_the_interval_is_students() -> None:
    """In closed form for two degrees of freedom: P(|T| < t) = t / √(2 + t²)."""
    assert T2 / math.sqrt(2 + T2**2) == pytest.approx(0.95)


def test_a_curve_is_the_mean_over_seeds_and_its_band_the_95_percent_interval() -> None:
    seeds = [[{"game": game, "loss": value} for game, value in zip(GAMES, values, strict=True)]
             for values in ((8.0, 6.0, 2.0), (9.0, 6.0, 3.0), (10.0, 9.0, 7.0))]  # fmt: skip
    other = [[{"game": game, "loss": 5.0} for game in GAMES]]
    (axes,) = of([({"eta": 1.0}, seeds), ({"eta": 2.0}, other)], "curves-loss").axes
    mean, one = axes.lines
    assert curve(mean) == [(0, 9.0), (10, 7.0), (30, 4.0)] and curve(one) == [(game, 5.0) for game in GAMES]
    (area,) = axes.collections
    spreads = {0: 1.0, 10: math.sqrt(3), 30: math.sqrt(7)}  # with n − 1 = 2
    for game, value in curve(mean):
        half = T2 * spreads[int(game)] / math.sqrt(3)
        low, high = max(value - half, 0.0), value + half  # no loss is below 0
        assert band(area)[game] == pytest.approx((low, high))
    assert colour(area) == colour(mean) != colour(one)
    assert legend(axes) == ["η 1.0 (3 seeds)", "η 2.0 (1 seed)"]
    assert axes.get_xscale() == axes.get_yscale() == "linear"


def test_a_band_ends_where_a_metric_s_range_ends() -> None:
    (axes,) = of([({"eta": 1.0}, final(0.9, 1.0, 0.8, metric="accuracy"))], "curves-accuracy").axes
    assert band(axes.collections[0])[30][1] == 1.0 and band(axes.collections[0])[0] == (1.0, 1.0)
    (axes,) = of([({"eta": 1.0}, final(-9.0, 9.0, 0.0, metric="real_score"))], "curves-real_score").axes
    assert band(axes.collections[0])[30] == pytest.approx((-T2 * 9 / 3**0.5, T2 * 9 / 3**0.5))


def test_a_seed_that_ended_early_keeps_its_last_state_and_what_was_not_measured_is_left_out() -> None:
    long = [{"game": 0, "loss": 8.0}, {"game": 5}, {"game": 10, "loss": 4.0}, {"game": 30, "loss": 2.0}]
    early = [{"game": 0, "loss": 10.0}, {"game": 10, "loss": 6.0}]
    (axes,) = of([({"eta": 1.0}, [early, long])], "curves-loss", statuses={(0, 0): "collapsed"}).axes
    assert curve(axes.lines[0]) == [(0, 9.0), (10, 5.0), (30, 4.0)]


def test_a_combination_of_which_no_run_counts_has_its_colour_and_no_line() -> None:
    made = [({"eta": eta}, final(*values)) for eta, values in ((1, (1.0, 2.0)), (2, (3.0,)), (3, (4.0,)))]
    (axes,) = of(made, "curves-loss", statuses={(1, 0): "diverged"}).axes
    assert legend(axes) == ["η 1 (2 seeds)", "η 2 (0 of 1 seeds)", "η 3 (1 seed)"]
    colours = [to_hex(colour_map("viridis")(share)) for share in (0, 0.46, 0.92)]
    assert [colour(line) for line in axes.lines] == colours and not curve(axes.lines[1])
    (area,) = axes.collections
    assert colour(area) == colours[0], "two seeds have an interval, one has none"


def test_lines_take_the_key_of_most_values_and_panels_the_others() -> None:
    settings = [
        {"network.eta": eta, "mu": mu, "noise": noise}
        for eta, mu, noise in itertools.product((1, 2, 3), (4, 5), (0, 6))
    ]
    made = [(one, final(100.0 * one["network.eta"] + 10 * one["mu"] + one["noise"])) for one in settings]
    figure = of(made, "curves-loss")
    drawn = [axes for axes in figure.axes if axes.lines]
    assert [axes.get_title() for axes in drawn] == ["μ 4, noise 0", "μ 4, noise 6", "μ 5, noise 0", "μ 5, noise 6"]
    for axes, (mu, noise) in zip(drawn, itertools.product((4, 5), (0, 6)), strict=True):
        assert legend(axes) == [f"η {eta} (1 seed)" for eta in (1, 2, 3)]
        assert [curve(line)[-1] for line in axes.lines] == [(30, 100 * eta + 10 * mu + noise) for eta in (1, 2, 3)]
        colours = [to_hex(colour_map("viridis")(share)) for share in (0, 0.46, 0.92)]
        assert [colour(line) for line in axes.lines] == colours, "in the order of the values"
        assert axes.get_shared_y_axes().joined(axes, drawn[0]), "panels can be compared"
        assert axes.get_shared_x_axes().joined(axes, drawn[0])
    assert drawn[0].get_gridspec().get_geometry() == (2, 3)
    assert figure.get_suptitle() == "swept: mean over seeds, and its 95 % interval (Student)"
    assert figure.get_supxlabel() == "games played" and figure.get_supylabel() == "loss"


@pytest.mark.parametrize(
    ("counts", "panels"),
    [((5, 4, 3), "bc"), ((4, 5, 3), "ac"), ((14, 13), ""), ((5, 4, 4), "c"), ((9, 2, 7, 3), "bd"), ((2, 2), "b")],
)
def test_there_are_at_most_twelve_panels_of_all_keys_but_those_of_most_values(
    counts: tuple[int, ...], panels: str
) -> None:
    keys = [*"abcd"[: len(counts)]]
    plans = itertools.product(*map(range, counts))
    groups = [Group(Combination(dict(zip(keys, values, strict=True)), [])) for values in plans]
    assert sweep._axes_and_lines(groups, keys) == ([*panels], [key for key in keys if key not in panels])


def test_more_lines_than_can_be_read_are_a_choice_that_says_so() -> None:
    made = [({"eta": eta}, final(float(eta))) for eta in range(15)]
    (axes,) = of(made, "curves-loss").axes
    assert [curve(line)[-1][1] for line in axes.lines] == [0, 2, 4, 6, 8, 10, 12, 14]
    assert "8 of 15 lines" in axes.get_title()


def test_boxes_are_quartiles_of_the_last_values_and_every_seed_is_a_dot() -> None:
    values = {1.0: [1.0, 2.0, 3.0, 4.0, 100.0], 2.0: [7.0, 5.0]}
    (axes,) = of([({"eta": eta}, final(*found)) for eta, found in values.items()], "boxes-loss").axes
    *parts, cloud = axes.lines
    assert curve(cloud) == [(1, 1), (2, 1), (3, 1), (4, 1), (100, 1), (7, 2), (5, 2)]
    for place, found in enumerate(values.values(), 1):
        box, low, high, low_cap, high_cap, middle = parts[6 * place - 6 : 6 * place]
        first, median, third = np.percentile(found, [25, 50, 75])
        assert set(box.get_xdata()) == {first, third} and max(box.get_ydata()) == place + 0.3
        inside = [value for value in found if value <= third + 1.5 * (third - first)]
        assert list(low.get_xdata()) == [first, min(found)] and list(high.get_xdata()) == [third, max(inside)]
        assert set(middle.get_xdata()) == {median} and low_cap.get_xdata()[0] == min(found)
        assert high_cap.get_xdata()[0] == max(inside)
    assert axes.get_yticks().tolist() == [1, 2] and axes.yaxis_inverted(), "the first at the top"
    assert [text.get_text() for text in axes.get_yticklabels()] == ["η 1.0 (5 seeds)", "η 2.0 (2 seeds)"]
    assert axes.get_xlabel() == "loss (lower is better), at the last game" and axes.get_title() == "swept: over seeds"


def test_an_axis_promises_no_direction_that_a_metric_has_not() -> None:
    (axes,) = of([({"eta": 1.0}, final(1.0, metric="real_score"))], "boxes-real_score").axes
    assert axes.get_xlabel() == "real_score, at the last game"


@pytest.mark.parametrize(
    ("metric", "shown", "which"), [("loss", range(16), "best"), ("accuracy", range(4, 20), "best"), ("real_score", range(16), "first")]
)  # fmt: skip
def test_of_many_boxes_the_best_are_shown_in_the_order_of_the_plan(metric: str, shown: Any, which: str) -> None:
    made = [({"eta": eta}, final(eta / 100, metric=metric)) for eta in range(20)]
    (axes,) = of(made, f"boxes-{metric}").axes
    assert [text.get_text() for text in axes.get_yticklabels()] == [f"η {eta} (1 seed)" for eta in shown]
    assert [x for x, _ in curve(axes.lines[-1])] == [eta / 100 for eta in shown]
    assert f"the {which} 16 of 20" in axes.get_title()


@pytest.mark.parametrize(("metric", "which"), [("frechet", "best"), ("real_score", "first")])
def test_of_many_boxes_of_what_was_evaluated_it_is_said_which_are_shown(metric: str, which: str) -> None:
    made = [({"eta": eta}, final(0.0, metric=metric)) for eta in range(17)]
    (axes,) = of(made, f"boxes-{metric}", measures=lambda place, seed: {metric: (17.0 - place, 0.0)}).axes
    assert f"the {which} 16 of 17" in axes.get_title()
    assert [x for x, _ in curve(axes.lines[-2])] == ([*range(16, 0, -1)] if which == "best" else [*range(17, 1, -1)])


def test_what_was_evaluated_is_drawn_with_the_real_data_as_a_line() -> None:
    made = [({"eta": eta}, final(50.0, 60.0, metric="frechet")) for eta in (1, 2)]
    figure = of(made, "boxes-frechet", measures=lambda place, seed: {"frechet": (10 * place + seed, 0.25 + place)})
    (axes,) = figure.axes
    assert curve(axes.lines[-2]) == [(0, 1), (1, 1), (10, 2), (11, 2)]
    line = axes.lines[-1]
    assert set(line.get_xdata()) == {0.75} and colour(line) == GREEN and legend(axes) == ["real data"]
    assert axes.get_xlabel() == "frechet (lower is better)"
    plain = of(made, "boxes-frechet").axes[0]
    assert plain.get_legend() is None and curve(plain.lines[-1])[0] == (50, 1)


def intervals(axes: Any) -> list[list[Any]]:
    """The ends of the intervals across, and of those up."""
    found = [one.get_segments() for one in axes.collections if isinstance(one, LineCollection)]
    return [[ends for ends in one if np.size(ends) and np.isfinite(ends).all()] for one in found]


def test_time_is_across_and_quality_up_each_with_its_interval() -> None:
    def seeds(*pairs: tuple[float, float]) -> Any:
        first = [{"game": game, "seconds": 0.5, "loss": 9.0} for game in (0, 9)]
        return [[*first, {"game": 30, "seconds": s, "loss": v}] for s, v in pairs]

    made = [({"eta": 1.0}, seeds((10, 5), (20, 6), (30, 7))), ({"eta": 2.0}, seeds((40, 1)))]
    (axes,) = of(made, "time-loss").axes
    cloud, means = (one for one in axes.collections if isinstance(one, PathCollection))
    first, second = (to_hex(colour_map("viridis")(share)) for share in (0, 0.92))
    assert dots(cloud) == [(10, 5), (20, 6), (30, 7), (40, 1)] and dots(means) == [(20, 6), (40, 1)]
    assert [to_hex(found) for found in cloud.get_facecolors()] == [first] * 3 + [second]
    assert [to_hex(found) for found in means.get_facecolors()] == [first, second]
    for lines in (one for one in axes.collections if isinstance(one, LineCollection)):
        assert [to_hex(found) for found in lines.get_colors()] == [first, second]
    across, up = intervals(axes)
    half = T2 / math.sqrt(3)
    np.testing.assert_allclose(across[0], [(20 - 10 * half, 6), (20 + 10 * half, 6)])
    np.testing.assert_allclose(up[0], [(20, 6 - half), (20, 6 + half)])
    assert len(across) == len(up) == 1, "one seed has no interval"
    assert axes.get_xlabel() == "seconds of training" and axes.get_ylabel().startswith("loss")
    assert legend(axes) == ["η 1.0 (3 seeds)", "η 2.0 (1 seed)"]
    assert [to_hex(mark.get_color()) for mark in axes.get_legend().legend_handles] == [first, second]


def test_an_interval_of_quality_ends_where_the_metric_s_range_ends() -> None:
    (axes,) = of([({"eta": 1.0}, final(0.9, 1.0, 0.95, metric="accuracy"))], "time-accuracy").axes
    _, up = intervals(axes)
    np.testing.assert_allclose(up[0][:, 1], [0.95 - T2 * 0.05 / math.sqrt(3), 1.0])


@pytest.mark.parametrize("count", [8, 9])
def test_more_combinations_than_can_be_told_apart_have_no_legend_of_times(count: int) -> None:
    (axes,) = of([({"eta": eta}, final(1.0)) for eta in range(count)], "time-loss").axes
    assert (axes.get_legend() is None) == (count > 8)


def test_without_a_wish_the_metric_is_drawn_by_which_a_sweep_is_ranked() -> None:
    made = swept(
        [({"eta": eta}, final(0.5, metric="loss", accuracy=0.25)) for eta in (1, 2)],
        measures=lambda place, seed: {"frechet": (3.0, 0.5)},
    )
    plain = figures(plot_sweep, made, target=Path("plots"))
    assert list(plain) == ["curves-accuracy.png", "boxes-accuracy.png", "time-accuracy.png"]
    asked = figures(plot_sweep, made, metric="frechet", target=Path("plots"))
    assert list(asked) == ["boxes-frechet.png", "time-frechet.png"], "no test measured it in training"
    assert next(iter(figures(plot_sweep, made, "svg", "loss", Path("plots")))) == "curves-loss.svg"
    with pytest.raises(RunError, match=r"there is loss, accuracy, frechet"):
        figures(plot_sweep, made, metric="beauty", target=Path("plots"))


def test_every_figure_is_of_the_metric_that_is_asked_for() -> None:
    made = swept([({"eta": eta}, final(0.5 + eta, accuracy=0.25, score=3.0)) for eta in (0, 1)])
    drawn = figures(plot_sweep, made, metric="loss", target=Path("plots"))
    assert [curve(line)[-1] for line in drawn["curves-loss.png"].axes[0].lines] == [(30, 0.5), (30, 1.5)]
    assert curve(drawn["boxes-loss.png"].axes[0].lines[-1]) == [(0.5, 1), (1.5, 2)]
    assert [y for _, y in dots(drawn["time-loss.png"].axes[0].collections[0])] == [0.5, 1.5]
