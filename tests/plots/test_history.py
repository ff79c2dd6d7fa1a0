"""Pictures in time: on one sheet in their order, the last one large, and an animation that ends with the last."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gancli.plots import history
from gancli.plots.frames import Frame, frames
from gancli.plots.history import frame_png, plot_animation, plot_history
from gancli.runs import RunError
from plots.by_hand import BLUE, ORANGE, curve, figures, legend, png, run

PLANE = {"plane": np.eye(3), "points": [[0.0, 0.5]], "labels": [0]}
SAMPLES = {"samples": [[0.5, 1.5]], "real": [[1.0, 2.0]], "scores": np.eye(2), "half": 2.5}
FIELD = {"axis": [-1.0, 1.0], "theta_step": np.zeros((2, 2)), "phi_step": np.ones((2, 2))}


def levels(count: int) -> dict[int, Any]:
    """A picture every 10 games, whose greys say which it is."""
    return {10 * place: [[place, 100]] for place in range(count)}


@pytest.mark.parametrize(
    ("count", "places", "rows"),
    [(1, [0], 1), (3, [0, 1, 2], 1), (6, [*range(6)], 2), (12, [*range(12)], 3), (23, [*range(0, 23, 2)], 3)],
)
def test_a_sheet_has_the_pictures_in_their_order_each_with_its_game(count: int, places: list[int], rows: int) -> None:
    figure = figures(plot_history, run(images=levels(count)), Path(), "png", "mine")["pictures.png"]
    assert figure.axes[0].get_gridspec().get_geometry() == (rows, min(4, len(places)))
    assert figure.get_suptitle() == "mine"
    drawn, empty = figure.axes[: len(places)], figure.axes[len(places) :]
    assert [axes.images[0].get_array()[0, 0] for axes in drawn] == places
    assert [axes.get_title() for axes in drawn] == [f"game {10 * place:,d}" for place in places]
    assert not any(axes.images or axes.axison for axes in empty)


@pytest.mark.parametrize(
    ("shape", "count", "ratio"),
    [((1, 1), 1, 1.0), ((1, 2), 6, 0.5), ((4, 2), 9, 2.0), ((7, 2), 5, 3.0), ((28, 1), 1, 3.0), (PLANE, 5, 1.0)],
)
def test_a_sheet_has_room_for_each_picture_in_its_own_shape(shape: Any, count: int, ratio: float) -> None:
    """That of the last, where a run has drawn others; at most three times as high as wide."""
    last = shape if shape is PLANE else np.zeros(shape)
    images = dict.fromkeys(range(count - 1), [[0]] if last is not PLANE else PLANE) | {count: last}
    figure = figures(plot_history, run(images=images), Path(), "png", "mine")["pictures.png"]
    (width, height), columns, rows = figure.get_size_inches(), min(count, 4), -(-count // 4)
    assert width == pytest.approx(2.6 * columns)
    assert 2.6 * ratio * rows + 0.5 < height < (2.6 * ratio + 0.4) * rows + 0.6, "and for the titles"


@pytest.mark.parametrize(
    ("arrays", "bar", "marks"),
    [(PLANE, "prediction", ["learned as 0", "learned as 1"]), (SAMPLES, "output", ["true points", "samples"])],
)
def test_the_last_picture_is_drawn_large_and_says_what_its_colours_are(
    arrays: dict[str, Any], bar: str, marks: list[str]
) -> None:
    key = "plane" if "plane" in arrays else "scores"
    images = {
        game: {**arrays, key: np.asarray(arrays[key]) * share} for game, share in ((0, 0.25), (1000, 0.5), (2000, 0.75))
    }
    drawn = figures(plot_history, run(images=images), Path(), "png", "mine")
    assert list(drawn) == ["pictures.png", "last.png"]
    axes, colours = drawn["last.png"].axes
    assert axes.images[0].get_array().max() == 0.75 and axes.get_title() == "mine\ngame 2,000"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y") and bar in colours.get_ylabel()
    assert colours.get_ylim() == axes.images[0].get_clim()
    for figure in drawn.values():
        assert legend(figure) == marks
        handles = figure.legends[0].legend_handles
        assert [handle.get_color().lower() for handle in handles] == [BLUE, ORANGE]


def test_images_have_no_axes_and_so_no_large_one() -> None:
    assert list(figures(plot_history, run(images=levels(2)), Path(), "png", "")) == ["pictures.png"]
    assert figures(plot_history, run(at=Path("runs/none")), Path(), "png", "") == {}


def test_a_sheet_of_a_path_has_the_legend_of_the_path() -> None:
    rows = [{"game": game, "theta": 1.0 - game, "phi": 0.5} for game in (0, 1, 2)]
    drawn = figures(plot_history, run(rows, {0: FIELD, 2: FIELD}), Path(), "png", "")
    assert list(drawn) == ["pictures.png"] and legend(drawn["pictures.png"]) == [
        "path", "start", "position", "equilibrium",
    ]  # fmt: skip
    assert [len(curve(axes.lines[0])) for axes in drawn["pictures.png"].axes[:3]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("count", "pages", "each"), [(1, [0], None), (3, [0, 1, 2], 500), (16, [*range(16)], 500), (20, [*range(20)], 400)]
)
def test_an_animation_shows_each_picture_in_its_turn_and_rests_on_the_last(
    count: int, pages: list[int], each: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = []

    def page(frame: Frame, title: str) -> bytes:
        titles.append(title)
        return png(np.full((8, 8), frame.game))

    monkeypatch.setattr(history, "frame_png", page)
    made = run(images=levels(count))
    assert plot_animation(made, made, "mine") == made / "animation.gif"
    found, durations = [], []
    with Image.open(made / "animation.gif") as animation:
        assert getattr(animation, "n_frames", 1) == len(pages) and (count == 1 or animation.info["loop"] == 0)
        for place in range(len(pages)):
            animation.seek(place)
            durations.append(animation.info.get("duration"))
            found.append(int(np.asarray(animation.convert("L"))[0, 0]))
    assert found == [10 * place for place in pages] and titles == [f"mine\ngame {10 * place:,d}" for place in pages]
    if each is not None:
        assert durations == [each] * (count - 1) + [2000], "milliseconds: at most eight seconds, then a rest"


@pytest.mark.parametrize(("count", "shown", "each"), [(239, range(0, 239, 2), (60, 70)), (67, range(67), (110,))])
def test_a_long_animation_is_thinned_out_hurries_and_ends_with_the_last(
    count: int, shown: Any, each: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    games = []

    def page(frame: Frame, title: str) -> bytes:
        games.append(frame.game)
        return png([[len(games) % 2 * 255]])

    monkeypatch.setattr(history, "frame_png", page)
    every = [Frame(game, Path(), lambda axes, path: None) for game in range(count)]
    monkeypatch.setattr(history, "frames", lambda run: every)
    plot_animation(Path(), Path(), "")
    assert games == [*shown]
    with Image.open("animation.gif") as animation:
        assert animation.info["duration"] in each, "of 66.7 and 119.4, which a GIF has in hundredths of seconds"


@pytest.mark.parametrize(
    ("kind", "spec", "missing"),
    [("game2d", {"pictures": {"every": 1}}, "the field in `images`, or the metrics, are gone; to have them again"),
     ("gan", {"pictures": {"every": 1}}, "has no pictures to animate: those in `images` are gone; to have them again"),
     ("gan", {}, "it was trained without; train with `pictures")],
)  # fmt: skip
def test_without_a_picture_it_is_said_what_is_missing(kind: str, spec: dict[str, Any], missing: str) -> None:
    with pytest.raises(RunError, match=missing):
        plot_animation(run(kind=kind, spec=spec), Path(), "")


def test_an_animation_keeps_the_colours_of_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    colours = np.stack(np.meshgrid(*[np.arange(0, 256, 85)] * 3), axis=-1).reshape(8, 8, 3)
    monkeypatch.setattr(history, "frame_png", lambda frame, title: png(colours if frame.game else 255 - colours))
    made = run(images=levels(2))
    plot_animation(made, made, "")
    with Image.open(made / "animation.gif") as animation:
        assert np.array_equal(np.asarray(animation.convert("RGB")), 255 - colours)
        animation.seek(1)
        assert np.array_equal(np.asarray(animation.convert("RGB")), colours)


def test_a_page_is_the_frame_with_its_axes_and_its_title() -> None:
    (frame,) = frames(run(images={0: {**PLANE, "plane": np.zeros((3, 3)), "points": np.zeros((0, 2)), "labels": []}}))
    with Image.open(io.BytesIO(frame_png(frame, "mine"))) as drawn:
        pixels = np.asarray(drawn.convert("RGB")).astype(int)
    assert pixels.shape == (368, 400, 3)
    blue = np.array([5, 48, 97])  # of 0, the first colour of RdBu_r
    assert (np.abs(pixels - blue).max(axis=-1) < 8).mean() > 0.2
    assert frame_png(frame, "mine") == frame_png(frame, "mine") != frame_png(frame, "yours")
