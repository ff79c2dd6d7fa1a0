"""Maps and pictures of a sweep: a row for each value of the first key or each combination, each number in its cell."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.plots import plot_sweep
from plots.by_hand import figures, swept

ETAS, MUS = (0.5, 1.0, 2.0), (3, 4)


def plan(seeds: int = 1, **more: Any) -> list[Any]:
    """Three values down and two across; of each, values whose mean says which it is."""
    return [
        ({"network.eta": eta, "mu": mu}, [[{"game": 9, "loss": 10 * eta + mu + seed - (seeds - 1) / 2}] for seed in range(seeds)])
        for eta in ETAS
        for mu in MUS
    ]  # fmt: skip


def drawn(combinations: Any, name: str, **options: Any) -> Any:
    return figures(plot_sweep, swept(combinations, **options), target=Path("plots"))[f"{name}.png"]


def test_a_map_has_the_first_key_down_the_second_across_and_the_mean_in_its_cell() -> None:
    (axes,) = drawn(plan(seeds=2), "map-loss").axes
    (image,) = axes.images
    assert image.get_array().tolist() == [[10 * eta + mu for mu in MUS] for eta in ETAS]
    assert image.origin == "upper" and image.get_cmap().name == "viridis"
    assert [text.get_text() for text in axes.get_yticklabels()] == ["0.5", "1.0", "2.0"]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["3", "4"]
    assert axes.get_yticks().tolist() == [0, 1, 2] and axes.get_xticks().tolist() == [0, 1]
    assert axes.yaxis_inverted() and not axes.xaxis_inverted()
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("η", "μ")
    assert "loss" in axes.get_title() and "95 %" in axes.get_title()
    half = 12.706 * math.sqrt(0.5) / math.sqrt(2)  # Student's t of one degree of freedom, tan(0.95 π/2)
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {
        (column, row): f"{10 * eta + mu:.3g}\n± {half:.2g}"
        for row, eta in enumerate(ETAS)
        for column, mu in enumerate(MUS)
    }


def test_what_is_written_in_a_map_can_be_read() -> None:
    """Viridis is dark where values are low."""
    (axes,) = drawn(plan(), "map-loss").axes
    assert [text.get_color() for text in axes.texts] == ["white", "white", "white", "white", "black", "black"]
    assert [text.get_text() for text in axes.texts] == ["8", "9", "13", "14", "23", "24"], "one seed has no interval"


def test_what_is_written_at_the_middle_of_a_map_is_white() -> None:
    made = [({"a": a, "b": b}, [[{"game": 9, "loss": float(a + b)}]]) for a in (0, 1) for b in (0, 1)]
    (axes,) = drawn(made, "map-loss").axes
    assert [text.get_color() for text in axes.texts] == ["white", "white", "white", "black"]


def test_a_combination_of_which_nothing_counts_is_a_dash_in_an_empty_cell() -> None:
    (axes,) = drawn(plan(), "map-loss", statuses={(3, 0): "diverged"}).axes
    assert np.isnan(np.ma.filled(axes.images[0].get_array(), np.nan)).tolist() == [
        [False] * 2,
        [False, True],
        [False] * 2,
    ]
    assert [(text.get_text(), text.get_color()) for text in axes.texts if text.get_position() == (1, 1)] == [
        ("–", "black")
    ]


@pytest.mark.parametrize("keys", [("a",), ("a", "b", "c")])
def test_only_two_keys_make_a_map(keys: tuple[str, ...]) -> None:
    made = [(dict.fromkeys(keys, value), [[{"game": 9, "loss": 1.0}]]) for value in (1, 2)]
    assert "map-loss.png" not in figures(plot_sweep, swept(made), target=Path("plots"))


def test_a_map_of_what_was_evaluated_says_so() -> None:
    (axes,) = drawn(plan(), "map-loss", measures=lambda place, seed: {"loss": (100.0 + place, 0.5)}).axes
    assert axes.images[0].get_array().tolist() == [[100, 101], [102, 103], [104, 105]]


def levels(place: int, seed: int) -> dict[int, Any]:
    """Three pictures of each cell; the grey of the last says which cell it is."""
    return {0: [[0]], 5: [[5]], 9: [[100 + 10 * place + seed]]}


def test_the_last_pictures_stand_in_a_row_for_each_combination_and_a_column_for_each_seed() -> None:
    made = [({"eta": eta}, [[{"game": 9, "loss": 1.0}]] * 3) for eta in (1, 2, 3)]
    figure = drawn(made, "pictures", images=lambda place, seed: levels(place, seed) if place != 1 else {})
    shown = [axes.images[0].get_array()[0, 0] for axes in figure.axes]
    assert shown == [100, 101, 102, 120, 121, 122], "a combination without pictures has no row"
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["η 1 (3 seeds)", "", "", "η 3 (3 seeds)", "", ""]
    assert figure.axes[0].get_gridspec().get_geometry() == (2, 3)
    assert "swept" in figure.get_suptitle() and not any(axes.axison for axes in figure.axes)


@pytest.mark.parametrize(("combinations", "seeds"), [(1, 1), (2, 1), (1, 2)])
def test_pictures_of_one_combination_or_seed_stand_in_a_row_or_a_column(combinations: int, seeds: int) -> None:
    made = [({"eta": eta}, [[{"game": 9, "loss": 1.0}]] * seeds) for eta in range(combinations)]
    figure = drawn(made, "pictures", images=levels)
    assert figure.axes[0].get_gridspec().get_geometry() == (combinations, seeds)
    assert len([axes for axes in figure.axes if axes.images]) == combinations * seeds


def test_of_many_pictures_the_first_seeds_and_combinations_are_shown() -> None:
    made = [({"eta": eta}, [[{"game": 9, "loss": 1.0}]] * (6 if eta == 0 else 1)) for eta in range(14)]
    figure = drawn(made, "pictures", images=levels)
    assert figure.axes[0].get_gridspec().get_geometry() == (12, 4)
    grid = np.array(figure.axes).reshape(12, 4)
    assert [axes.images[0].get_array()[0, 0] for axes in grid[0]] == [100, 101, 102, 103]
    assert [axes.images[0].get_array()[0, 0] for axes in grid[:, 0]] == [100 + 10 * place for place in range(12)]
    assert not any(axes.images or axes.axison for axes in grid[1:, 1:].flat)
    assert "the first 12 of 14 combinations" in figure.get_suptitle()


def test_a_sweep_that_drew_nothing_has_no_pictures() -> None:
    assert "pictures.png" not in figures(plot_sweep, swept(plan()), target=Path("plots"))
