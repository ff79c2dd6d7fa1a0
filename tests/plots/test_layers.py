"""Each layer's norms on logarithmic axes, a row of panels for each network."""

from pathlib import Path
from typing import Any

from gancli.plots.layers import plot_layers
from plots.by_hand import BLUE, GREEN, ORANGE, colour, curve, figures, run

ROWS: list[dict[str, Any]] = [
    {
        "game": game,
        "gradient_generator_layer1": 0.5 + game,
        "gradient_generator_layer2": 1.5 + game,
        "gradient_generator_layer10": 2.5 + game,
        "moved_generator_layer1": 0.0 if game == 0 else 3.0,
        "gradient_critic_layer1": 4.0,
        "moved_critic_layer1": 5.0,
        "critic_gradient": 9.0,
    }
    for game in (0, 10)
]


def test_a_row_for_each_network_a_line_for_each_layer() -> None:
    figure = figures(plot_layers, run(ROWS), Path(), "png", "mine")["layers.png"]
    assert figure.axes[0].get_gridspec().get_geometry() == (2, 2) and figure.get_suptitle() == "mine"
    critic, critic_moved, generator, moved = figure.axes
    assert critic.get_title() == "critic: norm of the gradient, on one batch"
    assert moved.get_title() == "generator: distance since the last test"
    assert {axes.get_ylabel() for axes in figure.axes} == {"L2"}
    assert [line.get_label() for line in generator.lines] == ["layer 1", "layer 2", "layer 10"]
    assert [colour(line) for line in generator.lines] == [BLUE, ORANGE, GREEN]
    assert curve(generator.lines[2]) == [(0, 2.5), (10, 12.5)] and curve(critic_moved.lines[0]) == [(0, 5.0), (10, 5.0)]
    assert curve(moved.lines[0]) == [(10, 3.0)], "0 is not on a logarithmic axis"
    assert {axes.get_yscale() for axes in figure.axes} == {"log"}
    assert moved.get_xlabel() == "games played" and not critic.get_xlabel()


def test_a_run_that_measured_no_layers_has_no_such_figure() -> None:
    assert figures(plot_layers, run([{"game": 0, "generator_gradient": 1.0}]), Path(), "png", "mine") == {}


def test_names_that_gancli_does_not_give_are_left_out() -> None:
    rows = [{"game": 0, "gradient_generator_layer1": 1.0, "gradient_$x_layer2": 1.0, "moved_generator_layer99999": 1.0}]
    figure = figures(plot_layers, run(rows), Path(), "png", "mine")["layers.png"]
    assert [line.get_label() for line in figure.axes[0].lines] == ["layer 1"]
