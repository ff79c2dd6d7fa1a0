"""What stands on the page of a run: its own numbers below their names, and its pictures from the first to the last."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli import plots
from gancli.plots.frames import frames
from gancli.plots.history import frame_png
from gancli.report import report_run
from plots.by_hand import png, run
from report.pages import Page, content
from report.test_html import EVIL

ROWS = [
    {"game": 0, "seconds": 0.5, "accuracy": 0.25, "loss": 2.0, "real_score": 1.0},
    {"game": 5, "seconds": 1.0, "accuracy": 0.75, "loss": 0.5, "real_score": 2.0},
    {"game": 9, "seconds": 12.25, "accuracy": 0.5, "loss": 1.0, "real_score": 3.0},
]
EVALUATION = {
    "samples": 1000, "game": 9, "judge": "mnist-judge",
    "measures": {
        "frechet": {"value": 7.5, "±": 0.25, "real": 1.5, "real ±": 0.125},
        "coverage": {"value": 0.5, "±": None, "real": None, "real ±": None},
        "density": {"value": 3.0, "±": 0.5, "real": 1.0, "real ±": None},
    },
    "findings": ["few modes", "many copies"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def without_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `tests/plots` looks at: here two small pictures stand for them."""

    def draw(run: Path, target: Path, form: str, name: str) -> list[Path]:
        paths = [target / f"{letter}.{form}" for letter in "ba"]
        for path in paths:
            path.write_bytes(png([[ord(path.stem)]]))
        return paths

    monkeypatch.setattr(plots, "plot_curves", draw)


def page(**options: Any) -> Page:
    return Page(report_run(run(**options)).read_text(encoding="utf-8"))


def test_the_last_and_the_best_of_each_metric_stand_below_their_names() -> None:
    found = page(rows=ROWS)
    head, *body = found.tables["Last metrics"]
    assert head == ["metric", "is", "last", "best", ""]
    assert [[row[0], *row[2:]] for row in body] == [
        ["accuracy", "0.5", "0.75", "higher is better"],
        ["loss", "1", "0.5", "lower is better"],
        ["real_score", "3", "", "says nothing of quality"],
    ]
    assert body[0][1] == "accuracy on test data"


def test_what_samples_and_what_real_data_have_stand_below_their_names() -> None:
    found = page(rows=ROWS, evaluation=EVALUATION)
    heading = "Samples against real data"
    head, *body = found.tables[heading]
    assert head == ["measure", "is", "samples", "real data", ""]
    assert [[row[0], *row[2:]] for row in body] == [
        ["frechet", "7.5 ± 0.25", "1.5 ± 0.12", "lower is better"],
        ["coverage", "0.5", "", "higher is better"],
        ["density", "3 ± 0.5", "1", "best at the real data's"],
    ]
    assert found.keys[heading][1] == [None, None, "7.5", "1.5", None]
    said = "".join(found.texts[heading])
    assert "1,000 samples at game 9; mnist-judge" in said and "few modes; many copies" in said
    assert heading not in page(rows=ROWS, at=Path("runs/other")).tables


def test_pictures_are_the_files_own_in_the_order_of_their_games() -> None:
    made = run(images={game: [[game % 256, 7]] for game in (1_000_000, 9, 200)})
    found = Page(report_run(made).read_text(encoding="utf-8"))
    assert [caption for _, caption in found.frames] == ["game 9", "game 200", "game 1,000,000"]
    files = [made / "images" / f"game-{game:06d}.png" for game in (9, 200, 1_000_000)]
    assert [content(source) for source, _ in found.frames] == [file.read_bytes() for file in files]
    assert found.images["Pictures in time"] == [found.frames[-1]], "the last is shown without scripts"


def test_of_many_pictures_sixty_are_shown_the_first_and_the_last_among_them() -> None:
    found = page(images={game: [[game]] for game in range(119)})
    assert [caption for _, caption in found.frames] == [f"game {game}" for game in range(0, 119, 2)]


def test_pictures_of_the_plane_are_drawn() -> None:
    made = run(images={7: {"plane": np.eye(3), "points": [[0.0, 0.5]], "labels": [0]}})
    found = Page(report_run(made).read_text(encoding="utf-8"))
    assert [content(source) for source, _ in found.frames] == [frame_png(frames(made)[0], "game 7")]


def test_curves_stand_in_their_order_each_with_its_name() -> None:
    found = page(rows=ROWS)
    assert [(content(source), alt) for source, alt in found.images["Curves"]] == [
        (png([[ord("b")]]), "b"), (png([[ord("a")]]), "a"),
    ]  # fmt: skip


def test_the_page_says_what_the_record_says() -> None:
    about = {"games": 2000, "played": 1500, "engine": "numpy", "seed": 7, "reason": "stopped", "status": "interrupted"}
    versions = {"versions": {"numpy": "2.0", "own": {"deep": 0.125}}, "git": {"commit": "abc", "dirty": None}}
    found = page(rows=ROWS, **about, **versions, warnings=["w"], spec={"kind": "gan"}, argv=[])
    assert found.title == "made: gan, interrupted"
    assert "1,500 of 2,000 games in 12.2 s, engine numpy, seed 7. stopped." in "".join(found.texts[""])
    assert found.texts["Experiment"][0].strip() == "seed: 1"
    table = dict(row for row in found.tables["Where it comes from"][1:])
    assert table["versions.numpy"] == "2.0" and table["versions.own.deep"] == "0.125" and table["git.commit"] == "abc"
    assert not table.keys() & {"git.dirty", "argv", "warnings", "spec", "spec.kind"}


def test_what_a_user_or_an_evaluation_says_is_text() -> None:
    evaluation = {**EVALUATION, "judge": EVIL, "findings": [EVIL]}
    measures: dict[str, Any] = EVALUATION["measures"]  # type: ignore[assignment]
    evaluation["measures"] = {EVIL: measures["frechet"]}
    made = run([{"game": 0, EVIL: 1.0}], evaluation=evaluation, reason=EVIL, data={EVIL: EVIL}, argv=[EVIL])
    (made / "config.yaml").write_text(EVIL)
    found = Page(report_run(made).read_text(encoding="utf-8"))
    assert "evil" not in found.tags
    assert EVIL in "".join(found.texts[""]), "why it ended"
    assert "".join(found.texts["Samples against real data"]).count(EVIL) == 2, "judge and finding"
    assert found.column("Samples against real data", "measure") == [EVIL]
    assert found.column("Last metrics", "metric") == [EVIL] and found.texts["Experiment"][0] == EVIL
    table = dict(row for row in found.tables["Where it comes from"][1:])
    assert table[f"data.{EVIL}"] == EVIL and EVIL in table["reason"]


def test_a_page_elsewhere_leaves_the_run_as_it_was(tmp_path: Path) -> None:
    made = run(ROWS)
    assert report_run(made, tmp_path / "a.html") == tmp_path / "a.html" and not (made / "report.html").exists()
    assert report_run(made) == made / "report.html"
