"""What a classifier gets wrong: the counts in their cells, and each image beside what it was read as."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.plots.errors import plot_errors
from gancli.runs import RunError
from plots.by_hand import figures, run

COUNTS = np.array([[5, 1, 0], [0, 1, 3], [4, 0, 6]])
"""A row for each true label, a column for each answer."""


def pictured(wrong: int, confusion: Any = COUNTS) -> dict[str, Any]:
    """Images of 3×3 pixels, no two alike, and what a network made of them."""
    images = np.arange(9 * wrong).reshape(wrong, 1, 3, 3)
    labels = np.arange(wrong) % 10
    return {"confusion": confusion, "images": images, "labels": labels, "predictions": (labels + 3) % 10}


def test_a_confusion_matrix_has_true_labels_down_predictions_across_and_shares_of_each_label() -> None:
    figure = figures(plot_errors, run(images={10: pictured(0)}), Path(), "png", "mine")["confusion.png"]
    axes, bar = figure.axes
    (image,) = axes.images
    np.testing.assert_allclose(image.get_array(), [[5 / 6, 1 / 6, 0], [0, 0.25, 0.75], [0.4, 0, 0.6]])
    assert image.get_clim() == (0, 1) and image.get_cmap().name == "Blues" and image.origin == "upper"
    written = {tuple(map(int, text.get_position())): (text.get_text(), text.get_color()) for text in axes.texts}
    assert written == {
        (0, 0): ("5", "white"), (1, 0): ("1", "black"), (1, 1): ("1", "black"), (2, 1): ("3", "white"),
        (0, 2): ("4", "black"), (2, 2): ("6", "black"),
    }, "(column, row): a zero is left out, and what is written can be read"  # fmt: skip
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true label", "prediction")
    assert axes.get_xticks().tolist() == axes.get_yticks().tolist() == [0, 1, 2]
    assert axes.yaxis_inverted() and not axes.xaxis_inverted(), "0 is at the top left"
    assert "60.00% of 20 right" in axes.get_title() and "share of the label" in bar.get_ylabel()


@pytest.mark.parametrize(
    ("counts", "shares"),
    [([[2, 0, 0], [0, 0, 0], [0, 0, 1]], [[1, 0, 0], [0, 0, 0], [0, 0, 1]]), ([[3, 1], [1, 1]], [[0.75, 0.25], [0.5] * 2])],
    ids=["no image of a label has no share", "a scale begins at nothing"],
)  # fmt: skip
def test_shares_are_of_each_label_s_own_images(counts: Any, shares: Any) -> None:
    axes = figures(plot_errors, run(images={10: pictured(0, np.array(counts))}), Path(), "png", "")[
        "confusion.png"
    ].axes[0]
    (image,) = axes.images
    assert image.get_array().tolist() == shares and image.get_clim() == (0, 1)


def test_counts_of_a_hundred_labels_are_drawn_and_of_more_are_refused_as_are_parts_of_images() -> None:
    many = run(images={10: pictured(0, np.zeros((100, 100), int) + np.eye(100, dtype=int))})
    assert list(figures(plot_errors, many, Path(), "png", "")) == ["confusion.png"], "much smaller in its file"
    for name, confusion in (("more", np.eye(101, dtype=int)), ("parts", np.eye(2))):
        with pytest.raises(RunError, match=f"counts of {len(confusion)} labels"):
            figures(plot_errors, run(images={10: pictured(0, confusion)}, at=Path("runs") / name), Path(), "png", "")


def test_each_wrong_image_stands_over_its_own_label_and_answer() -> None:
    figure = figures(plot_errors, run(images={10: pictured(9)}), Path(), "png", "mine")["errors.png"]
    assert figure.axes[0].get_gridspec().get_geometry() == (2, 8) and len(figure.axes) == 16
    assert figure.get_suptitle() == "mine, training 10: misclassified test images"
    for place, axes in enumerate(figure.axes):
        if place >= 9:
            assert not axes.images and not axes.axison and not axes.get_title()
            continue
        (image,) = axes.images
        assert image.get_array().tolist() == (9 * place + np.arange(9).reshape(3, 3)).tolist()
        assert image.origin == "upper"
        assert image.get_cmap().name == "gray_r", "ink is dark"
        assert axes.get_title() == f"{place}, read as {(place + 3) % 10}"


@pytest.mark.parametrize(("wrong", "shown"), [(40, 40), (45, 40), (3, 3)])
def test_only_the_first_wrong_images_are_shown(wrong: int, shown: int) -> None:
    figure = figures(plot_errors, run(images={10: pictured(wrong)}), Path(), "png", "")["errors.png"]
    drawn = [axes for axes in figure.axes if axes.images]
    assert len(drawn) == shown and drawn[-1].images[0].get_array()[0, 0] == 9 * (shown - 1)


def test_the_newest_pictures_are_drawn_by_the_number_of_their_game() -> None:
    images = {9: pictured(0, np.eye(2, dtype=int)), 1_000_000: pictured(1), 200: pictured(0, np.eye(4, dtype=int))}
    drawn = figures(plot_errors, run(images=images), Path(), "pdf", "mine")
    assert list(drawn) == ["confusion.pdf", "errors.pdf"]
    assert drawn["confusion.pdf"].axes[0].images[0].get_array().shape == (3, 3)
    assert "mine, training 1,000,000" in drawn["confusion.pdf"].axes[0].get_title()


def test_images_in_colour_are_shown_in_colour() -> None:
    one = pictured(1)
    one["images"] = np.linspace(-0.1, 1.1, 12).reshape(1, 3, 2, 2)
    figure = figures(plot_errors, run(images={10: one}), Path(), "png", "")["errors.png"]
    (image,) = figure.axes[0].images
    np.testing.assert_allclose(image.get_array(), np.clip(one["images"][0], 0, 1).transpose(1, 2, 0))


def test_of_many_labels_there_are_errors_alone() -> None:
    one = pictured(3)
    del one["confusion"]
    assert list(figures(plot_errors, run(images={10: one}), Path(), "png", "")) == ["errors.png"]
