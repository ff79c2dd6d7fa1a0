"""Predicted numbers against true ones: each output on its own axes, over the line where both are the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.plots.frames import frames
from gancli.plots.predicted import SHOWN, plot_predicted
from gancli.plots.style import drawing, subplots
from gancli.runs import RunError
from plots.by_hand import BLUE, GREY, colour, curve, dots, figures, run

RNG = np.random.default_rng(0)


def numbers(outputs: int, count: int = 6) -> dict[str, Any]:
    true = RNG.normal(size=(count, outputs)) + np.arange(outputs)
    return {"true": true, "predicted": true + RNG.normal(size=true.shape)}


def check(axes: Any, found: dict[str, Any], output: int) -> None:
    true, predicted = found["true"][:, output], found["predicted"][:, output]
    (cloud,), (line,) = axes.collections, axes.lines
    np.testing.assert_allclose(dots(cloud), np.column_stack([true, predicted]))
    np.testing.assert_allclose(curve(line), [(true.min(),) * 2, (true.max(),) * 2])
    assert (colour(cloud), colour(line)) == (BLUE, GREY)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("true", "predicted")


@pytest.mark.parametrize(("outputs", "grid"), [(1, (1, 1)), (3, (1, 3)), (5, (2, 4)), (SHOWN + 1, (3, 4))])
def test_each_output_has_its_axes(outputs: int, grid: tuple[int, int]) -> None:
    found = numbers(outputs)
    figure = figures(plot_predicted, run(images={7: found}), Path(), "png", "mine")["predicted.png"]
    assert figure.axes[0].get_gridspec().get_geometry() == grid
    assert figure.get_suptitle() == "mine, training 7: test samples"
    shown = min(outputs, SHOWN)
    for output, axes in enumerate(figure.axes[:shown]):
        check(axes, found, output)
    assert not any(axes.axison for axes in figure.axes[shown:])


def test_the_newest_pictures_are_drawn() -> None:
    old, new = numbers(1), numbers(1)
    found = figures(plot_predicted, run(images={9: old, 1_000: new, 200: old}), Path(), "pdf", "mine")
    assert list(found) == ["predicted.pdf"] and "training 1,000" in found["predicted.pdf"].get_suptitle()
    check(found["predicted.pdf"].axes[0], new, 0)


def test_nothing_is_drawn_of_what_predicts_no_numbers() -> None:
    assert figures(plot_predicted, run(images={1: {"confusion": [[1]]}}), Path(), "png", "") == {}
    assert figures(plot_predicted, run(at=Path("runs/none")), Path(), "png", "") == {}


@pytest.mark.parametrize(
    "found",
    [
        {"predicted": np.zeros((3, 1))}, {"predicted": np.zeros((3, 1)), "true": np.zeros(3)},
        {"predicted": np.zeros((3, 1)), "true": np.zeros((3, 2))}, {"predicted": np.zeros((2, 1)), "true": np.zeros((3, 1))},
        {"predicted": np.zeros((0, 1)), "true": np.zeros((0, 1))}, {"predicted": np.zeros((3, 0)), "true": np.zeros((3, 0))},
    ],
    ids=["nothing beside them", "one axis", "more outputs", "more samples", "no samples", "no outputs"],
)  # fmt: skip
def test_arrays_of_other_shapes_are_refused_by_the_name_of_their_file(found: Any) -> None:
    with pytest.raises(RunError, match="game-000007.npz"):
        figures(plot_predicted, run(images={7: found}), Path(), "png", "")


def test_a_frame_has_the_first_output() -> None:
    found = numbers(2)
    (frame,) = frames(run(images={10: found}))
    with drawing():
        _, axes = subplots()
        assert frame.draw(axes) is None
    check(axes, found, 0)
