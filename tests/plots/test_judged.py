"""What the judge has said in time: pictures above in their order, each measure below, lines at the same games."""

from pathlib import Path
from typing import Any

from gancli.plots.judged import plot_judged
from plots.by_hand import BLUE, GREY, colour, curve, figures, run

ROWS: list[dict[str, Any]] = [
    {"game": 0, "coverage": 0.125, "frechet": 90.0, "sample_distance": 1.0},
    {"game": 5, "sample_distance": 2.0},
    {"game": 10, "coverage": 0.5, "frechet": 20.0},
    {"game": 20, "coverage": 0.75},
]


def test_pictures_of_judged_games_stand_above_what_was_said_of_them() -> None:
    levels = {game: [[game]] for game in (0, 5, 10, 15, 20)}
    figure = figures(plot_judged, run(ROWS, levels), Path(), "png", "mine")["judged.png"]
    above, below = figure.subfigs
    assert [axes.images[0].get_array()[0, 0] for axes in above.axes] == [0, 10, 20]
    assert [axes.get_title() for axes in above.axes] == ["game 0", "game 10", "game 20"]
    frechet, coverage = below.axes
    assert frechet.get_ylabel() == "frechet\n(features²)" and coverage.get_ylabel() == "coverage\n(share)"
    assert curve(frechet.lines[0]) == [(0, 90.0), (10, 20.0)]
    assert curve(coverage.lines[0]) == [(0, 0.125), (10, 0.5), (20, 0.75)]
    for axes in below.axes:
        assert colour(axes.lines[0]) == BLUE
        assert [line.get_xdata()[0] for line in axes.lines[1:]] == [0, 10, 20], "a dotted line at each picture"
        assert {colour(line) for line in axes.lines[1:]} == {GREY}
        assert axes.get_shared_x_axes().joined(axes, frechet)
    assert "games played" in coverage.get_xlabel() and not frechet.get_xlabel()
    assert figure.get_suptitle() == "mine"
    assert above.axes[0].get_gridspec().get_geometry() == (1, 3), "side by side"
    assert frechet.get_gridspec().get_geometry() == (2, 1), "one below the other"


def test_each_measure_has_its_own_room_however_many() -> None:
    for place, row in enumerate((ROWS[0], {"game": 0, "modes": 3})):
        made = run([row], {0: [[1]]}, at=Path(f"runs/of-{place}"))
        figure = figures(plot_judged, made, Path(), "png", "")["judged.png"]
        above, below = (part.bbox.height / figure.dpi for part in figure.subfigs)
        assert abs(below / len(figure.subfigs[1].axes) - 1.5) < 0.01 and abs(above - 2.4) < 0.01


def test_at_most_six_pictures_are_shown_the_first_and_the_last_among_them() -> None:
    rows = [{"game": game, "modes": 3} for game in range(11)]
    figure = figures(plot_judged, run(rows, {game: [[game]] for game in range(11)}), Path(), "png", "")["judged.png"]
    assert [axes.get_title() for axes in figure.subfigs[0].axes] == [f"game {game}" for game in (0, 2, 4, 6, 8, 10)]


def test_pictures_of_the_plane_have_no_numbers_along_them_here() -> None:
    plane = {"plane": [[0.0, 1.0]] * 2, "points": [[0.5, 0.5]], "labels": [1]}
    figure = figures(plot_judged, run(ROWS, {0: plane, 10: plane}), Path(), "png", "")["judged.png"]
    for axes in figure.subfigs[0].axes:
        assert axes.axison and not [*axes.get_xticks(), *axes.get_yticks()]
        assert axes.get_xlabel() == axes.get_ylabel() == ""


def test_a_run_that_no_judge_saw_or_that_drew_nothing_then_has_no_such_figure() -> None:
    assert figures(plot_judged, run(ROWS[1:2], {5: [[1]]}), Path(), "png", "") == {}
    assert figures(plot_judged, run(ROWS, {5: [[1]]}, at=Path("runs/other")), Path(), "png", "") == {}
