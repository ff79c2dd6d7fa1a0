"""Figures of a sweep keep their texts within them, apart from one another, and their panels as large however many."""

from pathlib import Path
from typing import Any

import pytest

from gancli.plots import plot_sweep, sweep
from plots.by_hand import figures, laid_out, swept

ETA = "network.optimizer.eta"


def plan(etas: int, mus: int = 1, value: float = 1e4) -> Any:
    """Two seeds of each combination of two keys, or one."""
    more = [{}] if mus == 1 else [{"mu": mu} for mu in range(mus)]
    return [
        ({ETA: eta / 8, **one}, [[{"game": 10_000, "loss": value * (eta + 1.5 * seed)}] for seed in range(2)])
        for eta in range(etas)
        for one in more
    ]


def drawn(combinations: Any, draw: str) -> Any:
    """One figure, and not the others of the sweep, which take their time."""
    others = {name: lambda *words: None for name in ("_curves", "_boxes", "_time", "_map", "_pictures") if name != draw}
    with pytest.MonkeyPatch.context() as patch:
        for name, nothing in others.items():
            patch.setattr(sweep, name, nothing)
        found = figures(plot_sweep, swept(combinations, lambda place, seed: {9: [[1]]}), target=Path("plots"))
    return next(figure for figure in found.values() if figure is not None)


@pytest.mark.parametrize(
    ("etas", "mus", "grid", "wide"),
    [(1, 1, (1, 1), 6.05), (3, 2, (1, 2), 5.2), (4, 4, (2, 3), 4.9)],
)
def test_panels_of_curves_are_as_large_however_many_and_their_texts_apart(
    etas: int, mus: int, grid: tuple[int, int], wide: float
) -> None:
    figure = drawn(plan(etas, mus), "_curves")
    sides, places = laid_out(figure)
    assert all(0.02 < side < 0.3 for side in sides)
    assert figure.axes[0].get_gridspec().get_geometry() == grid
    assert [axes.axison for axes in figure.axes] == [place < mus for place in range(len(places))]
    for x0, y0, x1, y1 in places:
        assert x1 - x0 == pytest.approx(wide, abs=0.1) and 2.6 < y1 - y0 < 2.8
    boxes = [axes.get_tightbbox() for axes in figure.axes if axes.axison]
    names = {text.get_text()[:5]: text.get_window_extent() for text in figure.texts}
    assert names["games"].y1 < min(box.y0 for box in boxes)
    assert names["loss"].x1 < min(box.x0 for box in boxes)
    assert names["swept"].y0 > max(box.y1 for box in boxes)


@pytest.mark.parametrize(("etas", "mus"), [(1, 1), (4, 1), (9, 2)])
def test_boxes_are_as_far_apart_however_many_beside_their_labels(etas: int, mus: int) -> None:
    count = min(etas * mus, 16)
    (left, *others), ((x0, y0, x1, y1),) = laid_out(drawn(plan(etas, mus), "_boxes"))
    assert 0.1 < left < 0.6 and all(0.05 < side < 0.4 for side in others)
    assert 0.3 * count < y1 - y0 < 0.35 * count + 0.6 and 6 < x1 - x0 < 7


def test_a_label_takes_at_most_half_of_a_figure() -> None:
    made = [({"name": name * 100}, [[{"game": 9, "loss": 1.0}]]) for name in "ab"]
    _, ((x0, _, x1, _),) = laid_out(drawn(made, "_boxes"))
    assert x1 - x0 == pytest.approx(3.8)


def test_time_against_quality_has_room_for_its_numbers_and_names() -> None:
    sides, _ = laid_out(drawn(plan(4, 2), "_time"))
    assert all(0.05 < side < 0.4 for side in sides) and min(sides[1:]) > 0.1


@pytest.mark.parametrize(("etas", "mus", "wide"), [(2, 8, 1.0), (7, 2, 1.7)])
def test_each_number_of_a_map_is_in_its_cell(etas: int, mus: int, wide: float) -> None:
    figure = drawn(plan(etas, mus, 1e-5), "_map")
    (left, *others), ((x0, y0, x1, y1),) = laid_out(figure)
    assert 0.1 < left < 0.6 and all(0.05 < side < 0.4 for side in others)
    assert (x1 - x0) / mus == pytest.approx(wide, rel=0.05) and 0.5 < (y1 - y0) / etas < 0.7
    for text in figure.axes[0].texts:
        across, up = text.get_window_extent().size / figure.dpi
        assert across < (x1 - x0) / mus and up < (y1 - y0) / etas


@pytest.mark.parametrize(("etas", "seeds"), [(1, 1), (13, 1), (2, 4)])
def test_pictures_are_as_large_however_many_below_what_is_said_of_them(
    etas: int, seeds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "ROWS", 2)
    made = [({ETA: eta}, [[{"game": 9, "loss": 1.0}]] * seeds) for eta in range(etas)]
    figure = drawn(made, "_pictures")
    sides, places = laid_out(figure)
    assert all(0.0 < side < 1.5 for side in sides)
    assert places[seeds - 1][2] - places[0][0] < 2.7 * seeds, "side by side"
    assert ("the first 2 of 13" in figure.get_suptitle()) == ("first" in figure.get_suptitle()) == (etas > 2)
    assert all(2.0 < x1 - x0 < 2.6 and 2.0 < y1 - y0 < 2.6 for x0, y0, x1, y1 in places)
