"""Feature maps: a row for each layer, its most varied channels beside one another."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.plots.maps import plot_maps
from plots.by_hand import figures

RNG = np.random.default_rng(0)


def drawn(*outputs: Any) -> Any:
    found = figures(lambda target, form: plot_maps(target, form, "mine", [("critic", 30, outputs)]), Path(), "png")
    return found["maps-critic.png"]


def test_each_layer_is_a_row_and_the_channels_that_vary_most_are_drawn_in_their_order() -> None:
    maps = RNG.normal(size=(20, 3, 4))
    maps[[1, 5, 6, 7, 11, 12, 13, 19]] *= 0.01
    figure = drawn(RNG.normal(size=(1, 6, 8)), maps, RNG.normal(size=9))
    one, two, three = (np.ma.filled(axes.images[0].get_array(), np.nan) for axes in figure.axes)
    assert one.shape == (6, 12 * 9 - 1) and np.isnan(one[:, 8:]).all(), "one map"
    kept = [channel for channel in range(20) if channel not in (1, 5, 6, 7, 11, 12, 13, 19)]
    for place, channel in enumerate(kept):
        np.testing.assert_array_equal(two[:, 5 * place : 5 * place + 4], maps[channel])
    assert three.shape == (1, 9)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert [title.split(";")[0] for title in titles] == [
        "input: 1×6×8", "layer 1: 20×3×4, 12 of its channels", "layer 2: 9 numbers",
    ]  # fmt: skip
    assert figure.get_suptitle() == "mine, critic after game 30"


@pytest.mark.parametrize("output", [np.zeros((2, 3, 3)), np.zeros(1)])
def test_what_is_all_the_same_is_drawn(output: Any) -> None:
    assert len(drawn(output).axes) == 1
