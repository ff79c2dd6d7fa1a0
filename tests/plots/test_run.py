"""All figures of a run: which there are, in which order, and what their titles say is shown."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.plots import plot_run, style
from helpers import gancli
from plots.by_hand import figures, run

ROWS: list[dict[str, Any]] = [{"game": game, "loss": 1.0, "modes": 3} for game in (0, 9)]
ERRORS = {"confusion": np.eye(2, dtype=int), "images": [[[[0, 1], [2, 3]]]], "labels": [1], "predictions": [0]}
FIELD = {"axis": [-1.0, 1.0], "theta_step": np.zeros((2, 2)), "phi_step": np.ones((2, 2))}
WEIGHTS = {9: {"critic": {"0.weight": np.ones((784, 2)), "0.bias": np.ones(2)}}}


def test_figures_are_of_what_the_files_hold_curves_first() -> None:
    made = run(ROWS, {9: ERRORS}, WEIGHTS, data={"shape": [1, 28, 28]})
    assert list(figures(plot_run, made, "svg")) == [
        f"{name}.svg"
        for name in ("losses", "modes", "pictures", "judged", "confusion", "errors", "weights-critic", "filters-critic")
    ]
    path = run([{**row, "theta": 0.5, "phi": 0.25} for row in ROWS], {0: FIELD, 9: FIELD}, at=Path("runs/path"))
    assert list(figures(plot_run, path)) == ["losses.png", "modes.png", "pictures.png", "judged.png", "trajectory.png"]
    assert (made / "plots").is_dir()


@pytest.mark.parametrize(
    ("about", "title"),
    [
        ({"kind": "supervised", "data": {"shape": [1, 28, 28]}}, "misclassified test images"),
        ({"kind": "supervised", "data": {"shape": [2]}}, "predictions over the plane"),
        ({"kind": "supervised", "data": {"shape": [5]}}, "predictions"),
        ({"kind": "game2d", "data": {"set": "none"}}, "θ and φ over the field of their steps"),
        ({"kind": "wgan", "data": {"set": "mnist"}}, "the same latents in time"),
        ({"kind": "gan", "data": {"set": "ring"}}, "the same latents in time"),
    ],
)
def test_a_title_says_whose_pictures_they_are_and_what_they_show(about: dict[str, Any], title: str) -> None:
    drawn = figures(plot_run, run(ROWS, {9: [[1, 2]]}, name="mine", **about))
    assert drawn["pictures.png"].get_suptitle() == drawn["judged.png"].get_suptitle() == f"mine: {title}"
    assert "mine" in drawn["losses.png"].axes[0].get_title()


def test_each_run_that_is_named_has_its_figures_and_its_page_in_its_own_folder() -> None:
    one, other = (run([{"game": 0, "loss": 1.0}], at=Path(f"runs/{name}")) for name in ("one", "other"))
    drawn = gancli("plot", str(other), str(one)).stdout.splitlines()
    assert drawn == [str(other / "plots" / "losses.png"), str(one / "plots" / "losses.png")]
    written = gancli("report", str(other), str(one)).stdout.splitlines()
    assert written == [str(other / "report.html"), str(one / "report.html")]
    assert all(Path(path).stat().st_size for path in drawn + written)


def test_a_user_s_backend_is_set_aside_only_while_matplotlib_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    assert style._import() is style.matplotlib and os.environ["MPLBACKEND"] == "nonsense"
    monkeypatch.delenv("MPLBACKEND")
    assert style._import() is style.matplotlib and "MPLBACKEND" not in os.environ
