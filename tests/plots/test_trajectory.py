"""The path of a game of two numbers over its field: θ goes across and φ up, and a frame ends at its own game."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.plots.style import drawing, subplots
from gancli.plots.trajectory import plot_trajectory, read_trajectory
from gancli.runs import RunError
from plots.by_hand import BLUE, GREY, ORANGE, colour, curve, figures, legend, run

AXIS = [-2.0, 0.0, 2.0]
FIELD = {"axis": AXIS, "theta_step": np.arange(9.0).reshape(3, 3), "phi_step": -(np.arange(9.0).reshape(3, 3) ** 2)}
"""A step for each φ (row) and θ (column)."""
ROWS = [
    {"game": game, "theta": theta, "phi": phi} for game, theta, phi in ((0, 1.0, 0.5), (5, 0.25, 0.75), (90, -0.5, 2.5))
]


def trajectory(rows: Any = ROWS, images: Any = None) -> Any:
    return read_trajectory(run(rows, {0: FIELD, 90: {"axis": [0.0]}} if images is None else images))


def test_the_field_and_the_path_have_theta_across_and_phi_up() -> None:
    found = figures(plot_trajectory, run(ROWS, {0: FIELD}), Path(), "png", "mine")
    (axes,) = found["trajectory.png"].axes
    (arrows,) = axes.collections
    assert arrows.X.ravel().tolist() == [*AXIS] * 3 and arrows.Y.ravel().tolist() == list(np.repeat(AXIS, 3))
    assert np.ravel(arrows.U).tolist() == FIELD["theta_step"].ravel().tolist()
    assert np.ravel(arrows.V).tolist() == FIELD["phi_step"].ravel().tolist()
    assert arrows.angles == "xy" and colour(arrows) == GREY
    path, start, end, equilibrium = axes.lines
    assert curve(path) == [(1.0, 0.5), (0.25, 0.75), (-0.5, 2.5)] and colour(path) == BLUE
    assert curve(start) == [(1.0, 0.5)] and curve(end) == [(-0.5, 2.5)] and curve(equilibrium) == [(0, 0)]
    assert (colour(start), colour(end)) == (BLUE, ORANGE)
    assert legend(axes) == ["90 games", "start", "end", "equilibrium"]
    assert axes.get_xlabel() == "θ, which descends L" and axes.get_ylabel() == "φ, which ascends L"
    assert axes.get_title() == "mine" and axes.get_aspect() == 1


@pytest.mark.parametrize(
    ("about", "line"),
    [
        ({"eigenvalues": "0 ± 1i", "curl": 2.0}, "mine\nat the equilibrium: eigenvalues 0 ± 1i; curl 2"),
        (
            {"eigenvalues": "$" + 99 * "x", "curl": -0.5},
            f"mine\nat the equilibrium: eigenvalues \\${59 * 'x'}; curl -0.5",
        ),
        ({"eigenvalues": 3, "curl": 2.0}, "mine"),
        ({"curl": 2.0}, "mine"),
        ("a text", "mine"),
    ],
)
def test_the_title_says_what_the_record_says_of_the_field(about: Any, line: str) -> None:
    found = figures(plot_trajectory, run(ROWS, {0: FIELD}, field=about), Path(), "png", "mine")
    assert found["trajectory.png"].axes[0].get_title() == line


@drawing()
@pytest.mark.parametrize(("until", "points"), [(0, 1), (4, 1), (5, 2), (89, 2), (90, 3)])
def test_a_frame_has_the_path_up_to_its_game_within_the_limits_of_all(until: int, points: int) -> None:
    _, axes = subplots()
    trajectory().draw(axes, until)
    path, start, position, _ = axes.lines
    assert curve(path) == [(row["theta"], row["phi"]) for row in ROWS[:points]]
    assert curve(start) == curve(path)[:1] and curve(position) == curve(path)[-1:]
    assert axes.get_xlim() == axes.get_ylim() == (-2.625, 2.625), "1.05 times how far it goes in the end"


@drawing()
@pytest.mark.parametrize(("reach", "half"), [(0.5, 2.1), (-4.0, 4.2), (1e9, 6.3)])
def test_the_limits_hold_field_and_path_and_at_most_three_fields(reach: float, half: float) -> None:
    _, axes = subplots()
    trajectory([{"game": 0, "theta": 0.1, "phi": reach}]).draw(axes, 0)
    assert axes.get_xlim() == axes.get_ylim() == pytest.approx((-half, half))


@pytest.mark.parametrize(("rows", "images"), [(ROWS, {}), ([], {0: FIELD}), ([{"game": 0, "theta": 1.0}], {0: FIELD})])
def test_without_a_field_or_a_path_nothing_is_drawn(rows: Any, images: Any) -> None:
    assert figures(plot_trajectory, run(rows, images), Path(), "png", "") == {}


@pytest.mark.parametrize(("side", "steps"), [(1, 1), (201, 201), (3, 2)])
def test_a_field_of_one_column_of_too_many_or_of_other_sides_is_refused(side: int, steps: int) -> None:
    field = {"axis": np.linspace(-1, 1, side), **dict.fromkeys(("theta_step", "phi_step"), np.zeros((steps, steps)))}
    with pytest.raises(RunError, match=rf"a field of \({steps}, {steps}\) over \({side},\)"):
        trajectory(images={0: field})


@pytest.mark.parametrize("side", [2, 200], ids=["few", "much smaller in its file"])
def test_a_field_of_two_to_two_hundred_a_side_is_read(side: int) -> None:
    field = {"axis": np.linspace(-1, 1, side), **dict.fromkeys(("theta_step", "phi_step"), np.zeros((side, side)))}
    assert trajectory(images={0: field}).theta_step.shape == (side, side)
