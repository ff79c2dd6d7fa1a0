"""What a run has drawn, oldest first, and each picture the right way up."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gancli.plots.frames import Frame, _draw_png, frames, read_png, spread
from gancli.plots.style import drawing, subplots
from gancli.runs import RunError
from plots.by_hand import BLUE, ORANGE, colour, curve, dots, run

ROWS = [{"game": game, "theta": 1.0 - game, "phi": 0.5} for game in (0, 5, 10, 15)]
FIELD = {"axis": [-1.0, 1.0], "theta_step": np.zeros((2, 2)), "phi_step": np.ones((2, 2))}
EVEN = np.zeros((60, 60))


def plane(values: Any) -> dict[str, Any]:
    return {"plane": values, "points": [[-0.5, 0.25], [1.75, -2.0], [0.0, 0.5]], "labels": [0, 1, 0]}


@drawing()
def shown(frame: Frame) -> tuple[Any, Any]:
    """The axes that a frame is drawn on, and what a colour bar explains."""
    _, axes = subplots()
    return axes, frame.draw(axes)


def test_pictures_are_in_the_order_of_their_games() -> None:
    """Of a run of more than a million games, the names are not."""
    levels = {game: [[game % 256]] for game in (1_000_000, 9, 200, 999_999)}
    every = frames(run(images=levels))
    assert [frame.game for frame in every] == [9, 200, 999_999, 1_000_000]
    assert [shown(frame)[0].images[0].get_array()[0, 0] for frame in every] == [9, 200, 63, 64]
    every = frames(run(images={game: plane(np.full((2, 2), game)) for game in levels}, at=Path("runs/planes")))
    assert [frame.game for frame in every] == [9, 200, 999_999, 1_000_000]
    assert [shown(frame)[0].images[0].get_array()[0, 0] for frame in every] == [9, 200, 999_999, 1_000_000]
    assert frames(run(at=Path("runs/none"))) == []


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [
        (3, 12, [0, 1, 2]),
        (12, 12, [*range(12)]),
        (9, 5, [0, 2, 4, 6, 8]),
        (100, 4, [0, 33, 66, 99]),
        (9, 2, [0, 8]),
        (9, 1, [0]),
        (0, 5, []),
    ],
)
def test_a_choice_is_even_and_holds_the_first_and_the_last(count: int, most: int, expected: list[int]) -> None:
    assert spread(range(count), most) == expected


def test_an_image_is_shown_as_it_is_stored() -> None:
    """Its greys are not stretched, whatever is in it, and its first row is at the top."""
    levels = [[10, 20, 30], [200, 210, 220]]
    axes, bar = shown(frames(run(images={0: levels}))[0])
    (image,) = axes.images
    assert image.get_array().tolist() == levels and image.origin == "upper" and bar is None
    assert image.get_clim() == (0, 255) and image.get_cmap().name == "gray" and image.get_interpolation() == "none"
    assert not axes.axison


def test_predictions_over_the_plane_lie_where_they_were_given() -> None:
    values = np.full((5, 5), 0.0625)
    values[0] = 1  # the top row, y = 1
    values[1] = 0.75
    values[:, 0] += 0.125  # x = -1
    axes, bar = shown(frames(run(images={0: plane(values)}))[0])
    (image,) = axes.images
    assert bar is image and image.get_array().tolist() == values.tolist()
    assert image.origin == "upper" and image.get_extent() == [-1, 1, -1, 1] and image.get_clim() == (0, 1)
    zero, one = image.get_cmap()([0.0, 1.0])
    assert zero[2] > zero[0] and one[0] > one[2], "blue is 0, red is 1, as the points are"
    assert axes.get_xlim() == axes.get_ylim() == (-1, 1)
    assert axes.get_xticks().tolist() == axes.get_yticks().tolist() == [-1, 0, 1]


@pytest.mark.parametrize("shape", [(2, 3), (7, 1), (1, 7)])
def test_an_image_has_no_more_pixels_than_can_be_drawn(shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.plots.frames.PIXELS", 6)
    (frame,) = frames(run(images={0: np.zeros(shape)}))
    if shape == (2, 3):
        assert shown(frame)[0].images[0].get_array().shape == shape
    else:
        with pytest.raises(RunError, match=f"{shape[1]}×{shape[0]} pixels"):
            shown(frame)


def test_an_image_is_a_png_of_no_more_bytes_than_a_picture_has(monkeypatch: pytest.MonkeyPatch) -> None:
    (frame,) = frames(run(images={0: [[0]]}))
    with monkeypatch.context() as patch:
        patch.setattr("gancli.plots.frames.PICTURE_BYTES", 10)
        with pytest.raises(RunError, match="at most 10 are read"):
            shown(frame)
    Image.new("L", (2, 2)).save(frame.path, "GIF")
    with pytest.raises(RunError, match="is no picture"):
        shown(frame)


@pytest.mark.parametrize(
    "arrays", [plane(EVEN), {"samples": [[0.0, 0.0]], "real": [[1.0, 1.0]], "scores": EVEN, "half": 2.0}]
)
def test_a_picture_that_is_much_smaller_in_its_file_is_drawn(arrays: dict[str, Any]) -> None:
    axes, _ = shown(frames(run(images={0: arrays}))[0])
    assert axes.images[0].get_array().shape == (60, 60)


def test_the_line_is_where_predictions_are_half_way() -> None:
    """Between 0 at y = 0 and 0.75 at y = 0.5; above it, not below."""
    values = np.tile([[1.0], [0.75], [0.0], [0.0], [0.0]], 5)
    axes, _ = shown(frames(run(images={0: plane(values)}))[0])
    line = axes.collections[0]
    (path,) = line.get_paths()
    assert line.get_edgecolor()[0].tolist() == [0, 0, 0, 1]
    assert sorted(path.vertices[:, 0]) == [-1, -0.5, 0, 0.5, 1]
    assert path.vertices[:, 1] == pytest.approx(0.5 * 0.5 / 0.75)
    steep, _ = shown(frames(run(images={0: plane(values.T)}, at=Path("runs/steep")))[0])
    (path,) = steep.collections[0].get_paths()
    assert path.vertices[:, 0] == pytest.approx(-0.5 * 0.5 / 0.75), "left of the middle, where it is 1"


@pytest.mark.parametrize("values", [[0.0, 0.375], [0.75, 1.0], [0.0, 0.5], [0.5, 1.0]])
def test_there_is_no_line_where_predictions_are_on_one_side(values: list[float]) -> None:
    axes, _ = shown(frames(run(images={0: plane(np.tile(values, (2, 1)))}))[0])
    assert len(axes.collections) == 2, "the points of both labels"


def test_points_of_the_plane_have_the_colour_of_their_label() -> None:
    axes, _ = shown(frames(run(images={0: plane(np.zeros((3, 3)))}))[0])
    zeros, ones = axes.collections
    assert (dots(zeros), colour(zeros)) == ([(-0.5, 0.25), (0.0, 0.5)], BLUE)
    assert (dots(ones), colour(ones)) == ([(1.75, -2.0)], ORANGE)


def test_samples_and_real_points_are_told_apart_over_the_outputs() -> None:
    found = {
        "samples": [[0.5, 1.5], [-4.0, 9.0]], "real": [[1.0, 2.0]], "scores": [[0.25, 0.5], [0.75, 2.0]], "half": 2.5,
    }  # fmt: skip
    axes, bar = shown(frames(run(images={0: found}))[0])
    (image,) = axes.images
    assert bar is image and image.get_array().tolist() == found["scores"]
    assert image.origin == "upper" and image.get_extent() == [-2.5, 2.5, -2.5, 2.5]
    real, samples = axes.collections
    assert (dots(real), colour(real)) == ([(1.0, 2.0)], BLUE)
    assert (dots(samples), colour(samples)) == ([(0.5, 1.5), (-4.0, 9.0)], ORANGE)
    assert axes.get_xlim() == axes.get_ylim() == (-2.5, 2.5)


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        ((0,), [0, 5, 10, 15]),
        ((0, 15), [0, 5, 10, 15]),
        ((0, 5, 15), [0, 5, 15]),
        ((0, 5, 7, 15), [0, 5, 15]),
        ((0, 7, 15), [0, 5, 10, 15]),
    ],
)
def test_frames_of_a_path_are_its_pictures_or_where_there_are_two_its_tests(
    drawn: tuple[int, ...], expected: list[int]
) -> None:
    every = frames(run(ROWS, dict.fromkeys(drawn, FIELD), kind="game2d"))
    assert [frame.game for frame in every] == expected
    for frame in every:
        points = [(row["theta"], row["phi"]) for row in ROWS if row["game"] <= frame.game]
        assert curve(shown(frame)[0].lines[0]) == points, "it ends where the players were then"


def test_a_field_of_a_run_that_was_not_measured_is_no_frame() -> None:
    assert frames(run(images={0: FIELD})) == []


COLOURS = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("RGB", COLOURS), ("RGBA", COLOURS), ("L", COLOURS[..., 1]), ("P", COLOURS), ("1", np.eye(3, dtype=np.uint8) * 255),
    ],
)  # fmt: skip
def test_a_png_in_colour_is_read_in_colour_and_a_grey_one_in_grey(mode: str, expected: Any) -> None:
    path = Path("a.png")
    image = Image.fromarray(expected)
    (image.quantize(8) if mode == "P" else image.convert(mode)).save(path)
    found = read_png(path)
    assert found.dtype == np.uint8 and found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= (12 if mode == "P" else 0)


def test_a_picture_in_colour_is_drawn_in_its_colours() -> None:
    axes, _ = shown(Frame(3, Path(run(images={3: [[0]]})) / "images" / "game-000003.png", _draw_png))
    assert axes.images[0].get_array().shape == (1, 1)
    Image.fromarray(COLOURS).save("c.png")
    axes, bar = shown(Frame(3, Path("c.png"), _draw_png))
    assert axes.images[0].get_array().tolist() == COLOURS.tolist() and bar is None and not axes.axison
