"""Rows of a table: which dots and bars are real and which generated, in which columns, over which ranges."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gancli.plots.frames import frames
from gancli.plots.style import drawing, subplots
from gancli.plots.vectors import BINS, PAIRED, SHOWN, column_names, plot_vectors
from gancli.runs import RunError
from plots.by_hand import BLUE, ORANGE, colour, dots, figures, run

RNG = np.random.default_rng(0)
FLAT = "columns.png"


def rows(columns: int, count: int = 5) -> dict[str, Any]:
    """Generated rows, some beyond the range of the real ones, which is [0, 10 × (column + 1)]."""
    scale = 10.0 * np.arange(1, columns + 1)
    real = np.linspace(0, 1, 11)[:, None] * scale
    real[1:-1] = RNG.permuted(real[1:-1], axis=0)
    return {"rows": (RNG.random((count, columns)) * 3 - 1) * scale, "real_rows": real}


def drawn(found: dict[str, Any], *, form: str = "png", **data: Any) -> dict[str, Any]:
    return figures(plot_vectors, run(images={10: found}, data=data), Path(), form, "mine")


def bars(axes: Any, colour_of: str) -> Any:
    """The heights of the bars of one colour, and their edges."""
    own = [bar for bar in axes.patches if to_hex(bar.get_facecolor()) == colour_of]
    return [bar.get_height() for bar in own], [bar.get_x() for bar in own] + [own[-1].get_x() + own[-1].get_width()]


def check_histogram(axes: Any, generated: Any, real: Any) -> None:
    low, high = real.min(), real.max()
    room = 0.1 * (high - low) or 1.0
    edges = np.linspace(low - room, high + room, BINS + 1)
    for values, one in ((real, BLUE), (np.clip(generated, edges[0], edges[-1]), ORANGE)):
        heights, places = bars(axes, one)
        expected, _ = np.histogram(values, edges, density=True)
        np.testing.assert_allclose(heights, expected, rtol=1e-9)
        np.testing.assert_allclose(places, edges, rtol=1e-6)


def test_few_columns_are_drawn_in_pairs_with_their_histograms_on_the_diagonal() -> None:
    found = rows(3)
    figure = drawn(found, columns=["a", "b", "c"])["pairs.png"]
    assert figure.get_suptitle() == "mine, game 10\ngenerated rows (orange) beside real ones (blue)"
    assert figure.axes[0].get_gridspec().get_geometry() == (3, 3)
    for place, axes in enumerate(figure.axes):
        row, column = divmod(place, 3)
        assert axes.get_xlabel() == ("abc"[column] if row == 2 else "")
        assert axes.get_ylabel() == ("abc"[row] if column == 0 < row else "")
        assert axes.axison == (column <= row)
        if column == row:
            check_histogram(axes, found["rows"][:, row], found["real_rows"][:, row])
        elif column < row:
            real, generated = axes.collections
            assert (colour(real), colour(generated)) == (BLUE, ORANGE)
            np.testing.assert_allclose(dots(real), found["real_rows"][:, [column, row]])
            np.testing.assert_allclose(dots(generated), found["rows"][:, [column, row]])
            assert axes.get_xlim() == pytest.approx((-(column + 1), 11 * (column + 1)))
            assert axes.get_ylim() == pytest.approx((-(row + 1), 11 * (row + 1)))
        else:
            assert not axes.collections and not axes.patches


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "file"), [(1, FLAT), (2, "pairs.png"), (PAIRED, "pairs.png"), (PAIRED + 1, FLAT), (SHOWN + 1, FLAT)]
)
def test_one_column_or_many_are_drawn_one_by_one(columns: int, file: str) -> None:
    found = rows(columns)
    ((name, figure),) = drawn(found).items()
    assert name == file
    if file != FLAT:
        return
    shown = [axes for axes in figure.axes if axes.axison]
    assert len(shown) == min(columns, SHOWN) and [axes.get_title() for axes in shown[:2]] == ["x0", "x1"][:columns]
    for number, axes in enumerate(shown):
        check_histogram(axes, found["rows"][:, number], found["real_rows"][:, number])
    assert figure.get_supxlabel() == ("the first 24 of 25 columns" if columns > SHOWN else "")


def test_a_constant_column_has_room_around_it() -> None:
    found = rows(2)
    found["real_rows"][:, 1] = 7.0
    axes = drawn(found)["pairs.png"].axes
    assert axes[2].get_ylim() == (6, 8)
    check_histogram(axes[3], found["rows"][:, 1], found["real_rows"][:, 1])


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["a", "b"], ["a", "b"]), (["cost ($)", "$x$"], [r"cost (\$)", r"\$x\$"]), (["y" * 99, 3], ["y" * 24, "3"]),
        (["a"], ["x0", "x1"]), ("ab", ["x0", "x1"]), (None, ["x0", "x1"]),
    ],
    ids=str,
)  # fmt: skip
def test_columns_have_the_names_of_the_record(columns: Any, expected: list[str]) -> None:
    assert column_names(run(data={"columns": columns}), 2) == expected
    assert column_names(run(at=Path("runs/other")), 2) == ["x0", "x1"]


def test_the_newest_pictures_are_drawn_in_the_form_that_is_asked_for() -> None:
    old, new = rows(2), rows(2)
    found = figures(plot_vectors, run(images={9: old, 1_000: new, 200: old}), Path(), "svg", "mine")
    assert list(found) == ["pairs.svg"] and "mine, game 1,000" in found["pairs.svg"].get_suptitle()
    np.testing.assert_allclose(dots(found["pairs.svg"].axes[2].collections[1]), new["rows"])


def test_nothing_is_drawn_of_what_is_no_table() -> None:
    assert drawn({"confusion": [[1]]}) == {}
    assert figures(plot_vectors, run(at=Path("runs/none")), Path(), "png", "") == {}
    assert figures(plot_vectors, run(at=Path("runs/grey"), images={1: [[3]]}), Path(), "png", "") == {}


@pytest.mark.parametrize(
    "found",
    [
        {"rows": np.zeros((3, 2)), "real_rows": np.zeros((3, 3))}, {"rows": np.zeros((0, 2)), "real_rows": np.zeros((3, 2))},
        {"rows": np.zeros((3, 2)), "real_rows": np.zeros((0, 2))}, {"rows": np.zeros(3), "real_rows": np.zeros((3, 1))},
        {"rows": np.zeros((3, 0)), "real_rows": np.zeros((3, 0))}, {"rows": np.zeros((3, 2))},
    ],
    ids=["columns", "no rows", "no real rows", "one axis", "no columns", "nothing beside them"],
)  # fmt: skip
def test_rows_of_another_shape_are_refused_by_the_name_of_their_file(found: Any) -> None:
    with pytest.raises(RunError, match="game-000010.npz"):
        drawn(found)


@drawing()
def frame_of(found: Any, name: str) -> Any:
    (frame,) = frames(run(images={10: found}, at=Path("runs") / name))
    _, axes = subplots()
    assert frame.draw(axes) is None
    return axes


def test_a_frame_has_the_first_two_columns_or_the_only_one() -> None:
    found = rows(4)
    real, generated = frame_of(found, "four").collections
    np.testing.assert_allclose(dots(real), found["real_rows"][:, :2])
    np.testing.assert_allclose(dots(generated), found["rows"][:, :2])
    one = rows(1)
    check_histogram(frame_of(one, "one"), one["rows"][:, 0], one["real_rows"][:, 0])
