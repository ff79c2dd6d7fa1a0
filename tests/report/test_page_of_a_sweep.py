"""What stands on the page of a sweep: a row for each combination, its mean and interval, and its last picture."""

import math
from pathlib import Path
from typing import Any

import pytest

from gancli import plots
from gancli.report import report_sweep
from plots.by_hand import png, swept
from report.pages import Page, content
from report.test_html import EVIL

HEADING = "Combinations, mean over seeds ± half its 95 % interval"
COMBINATIONS: Any = [
    ({"eta": 0.5, "noise": None}, [[{"game": 9, "loss": loss, "real_score": 2.0}] for loss in (1.0, 2.0, 3.0)]),
    ({"eta": 1.0, "noise": 5}, [[{"game": 9, "loss": loss, "real_score": 8.0}] for loss in (7.0, 9.0, 90.0)]),
]


@pytest.fixture(autouse=True)
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `tests/plots` looks at: here one small picture stands for them."""

    def draw(sweep: Path, form: str, target: Path) -> list[Path]:
        (target / "boxes-loss.png").write_bytes(png([[5]]))
        return [target / "boxes-loss.png"]

    monkeypatch.setattr(plots, "plot_sweep", draw)


def page(combinations: Any = COMBINATIONS, **options: Any) -> Page:
    return Page(report_sweep(swept(combinations, **options)).read_text(encoding="utf-8"))


def test_each_combination_has_the_mean_and_the_interval_of_the_seeds_that_count() -> None:
    found = page(statuses={(1, 2): "diverged"})
    half = 4.3027 / math.sqrt(3), 12.706 * math.sqrt(2) / math.sqrt(2)  # Student's t of two and of one degree
    assert found.tables[HEADING] == [
        ["eta", "noise", "seeds", "diverged", "loss", "real_score"],
        ["0.5", "null", "3 of 3", "", f"2 ± {half[0]:.2g}", "2 ± 0"],
        ["1", "5", "2 of 3", "1", f"8 ± {half[1]:.2g}", "8 ± 0"],
    ]
    assert [row[4] for row in found.keys[HEADING]] == [None, "2.0", "8.0"] and found.classes[HEADING] == "sortable"
    assert found.title == "swept: 6 cells, completed"


def test_what_was_evaluated_stands_in_place_of_the_last_of_training() -> None:
    found = page(measures=lambda place, seed: {"loss": (10.0 * place + seed, 0.5)})
    assert [text.split(" ")[0] for text in found.column(HEADING, "loss")] == ["1", "11"]


def test_each_cell_has_its_row() -> None:
    head, *body = page().tables["Cells"]
    places = [head.index(name) for name in ("eta", "noise", "seed", "status", "loss.final")]
    assert [[row[place] for place in places] for row in body] == [
        [str(eta), noise, str(seed), "completed", str(loss)]
        for eta, noise, values in (("0.5", "null", (1, 2, 3)), ("1", "5", (7, 9, 90)))
        for seed, loss in enumerate(values)
    ]


def test_the_last_picture_of_the_first_cell_that_has_one_stands_for_its_combination() -> None:
    def images(place: int, seed: int) -> dict[int, Any]:
        return {} if (place, seed) == (0, 0) else {game: [[100 * place + 10 * seed + game]] for game in (1, 9)}

    found = page(images=images).images["Last pictures"]
    assert [alt for _, alt in found] == ["eta 0.5, noise null, seed 1, game 9", "eta 1.0, noise 5, seed 0, game 9"]
    assert [content(source) for source, _ in found] == [png([[19]]), png([[109]])]


def test_of_many_combinations_the_first_have_a_picture() -> None:
    made = [({"eta": eta}, [[{"game": 9, "loss": 1.0}]]) for eta in range(26)]
    found = page(made, images=lambda place, seed: {9: [[place]]})
    assert [alt for _, alt in found.images["Last pictures"]] == [f"eta {eta}, seed 0, game 9" for eta in range(24)]
    assert len(found.tables[HEADING]) == 27


def test_figures_stand_under_their_heading() -> None:
    ((source, alt),) = page().images["Figures"]
    assert content(source) == png([[5]]) and alt == "boxes-loss"


def test_what_a_plan_says_is_text() -> None:
    made = swept([({"a": EVIL}, [[{"game": 9, EVIL: 1.0}]]), ({"a": 1}, [[{"game": 9, EVIL: 2.0}]])],
                 images=lambda place, seed: {9: [[place]]}, reason=EVIL)  # fmt: skip
    for name in ("sweep.yaml", "base.yaml"):
        (made / name).write_text(name + EVIL)
    found = Page(report_sweep(made).read_text(encoding="utf-8"))
    assert "evil" not in found.tags
    assert found.column(HEADING, "a") == found.column("Cells", "a") == [EVIL, "1"]
    assert found.column(HEADING, EVIL) == ["1", "2"]
    assert found.images["Last pictures"][0][1] == f"a {EVIL}, seed 0, game 9"
    assert found.texts["Plan"][0] == f"sweep.yaml{EVIL}" and found.texts["Base"][0] == f"base.yaml{EVIL}"
    assert EVIL in found.column("Where it comes from", " ")
