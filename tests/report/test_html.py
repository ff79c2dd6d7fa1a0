"""Pieces of a page: each cell below its column, each picture its own, and text as text."""

import base64
import math
from pathlib import Path

import pytest

from gancli.report import html
from report.pages import Page

EVIL = '<evil a="b">&lt;\''
"""Text that is something else wherever it is not escaped: a tag, the end of an attribute, another letter."""


def test_each_cell_stands_below_its_column_whatever_rows_have() -> None:
    rows = [{"a": 1, "b": 0.123456789}, {"c": "text", "a": None}, {"b": math.nan, "c": (2.5, "2.5 ± 1")}, {"b": 1e-9}]
    page = Page(html.table(rows))
    assert page.tables[""] == [
        ["a", "b", "c"], ["1", "0.12346", ""], ["", "", "text"], ["", "", "2.5 ± 1"], ["", "1e-09", ""],
    ]  # fmt: skip
    keys = [[None] * 3, [None, "0.123456789", None], [None] * 3, [None, None, "2.5"], [None, "1e-09", None]]
    assert page.keys[""] == keys, "a number is sorted by itself, not by what is shown of it"
    assert page.classes[""] is None and Page(html.table(rows, sortable=True)).classes[""] == "sortable"
    assert html.table([]) == ""


@pytest.mark.parametrize(
    ("value", "half", "cell"),
    [(7.5, 0.25, (7.5, "7.5 ± 0.25")), (7.5, None, (7.5, "7.5")), (7.5, math.nan, (7.5, "7.5")), (None, 1.0, None),
     (math.nan, math.nan, None), (math.inf, 1.0, None)],
)  # fmt: skip
def test_an_interval_is_sorted_by_its_mean(value: float | None, half: float | None, cell: tuple[float, str]) -> None:
    assert html.interval(value, half) == cell


def test_text_is_text_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"picture")
    table = html.table([{EVIL: EVIL, f"{EVIL}2": (1.0, EVIL)}])
    parts = [html.section(EVIL, table, html.figure(path, EVIL), html.viewer([("data:,", EVIL)]))]
    page = Page(html.page(EVIL, parts))
    assert "evil" not in page.tags and page.title == EVIL
    assert page.tables[EVIL] == [[EVIL, f"{EVIL}2"], [EVIL, EVIL]]
    assert [alt for _, alt in page.images[EVIL]] == [EVIL, EVIL] and page.frames == [("data:,", EVIL)]
    assert "".join(page.texts[""]) == EVIL and "".join(page.texts[EVIL]).strip() == EVIL, "h1, caption"


@pytest.mark.parametrize(("name", "kind"), [("a.png", "png"), ("a.svg", "svg+xml"), ("a.gif", "gif")])
def test_a_picture_is_the_address_of_its_own_bytes(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(bytes(range(256)))
    page = Page(html.figure(path, "what it is"))
    expected = f"data:image/{kind};base64,{base64.b64encode(bytes(range(256))).decode()}"
    assert page.images[""] == [(expected, "what it is")]


def test_a_viewer_holds_all_pictures_in_their_order_and_shows_the_last() -> None:
    frames = [(f"data:,{place}", f"game {place}") for place in range(3)]
    text = html.viewer(frames)
    page = Page(text)
    assert page.frames == frames and page.images[""] == [("data:,2", "game 2")]
    assert "".join(page.texts[""]).strip() == "game 2" and 'min="0" max="2" value="2"' in text
    assert html.viewer([]) == ""


def test_a_section_of_nothing_has_no_heading() -> None:
    assert html.section("Curves", "", "") == ""
    assert "".join(Page(html.section("Curves", "a", "b")).texts["Curves"]).strip() == "ab"
