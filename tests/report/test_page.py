"""The page of a run and of a sweep: one file, no request, and in a real browser slider and sorting work."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import helpers
from experiment.test_runs import GAME2D, KNOBS, WGAN, XOR
from gancli.report import html, report_run, report_sweep
from helpers import gancli
from plots.by_hand import run, swept
from report.pages import Page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


def report(text: str) -> Path:
    folder, _ = helpers.train(text)
    result = gancli("report", str(folder.path))
    assert result.exit_code == 0 and result.stdout.strip() == str(folder.path / "report.html")
    return folder.path / "report.html"


@pytest.mark.parametrize("text", [WGAN, XOR, KNOBS, GAME2D], ids=["wgan", "xor", "ring", "game2d"])
def test_a_page_is_one_file_that_asks_for_nothing(text: str) -> None:
    page = report(text).read_text(encoding="utf-8")
    addresses = Page(page).addresses
    assert len(addresses) > 4 and all(address.startswith("data:") for address in addresses)
    assert "http" not in re.sub(r"data:[^\"]*", "", page)
    for part in ("Curves", "Experiment", "Where it comes from", "spec_sha256"):
        assert part in page


@pytest.fixture
def browser() -> Iterator[Any]:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for word in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER)) as driver:
        yield driver


def test_the_page_of_a_run_in_a_browser(browser: Any) -> None:
    row = {"value": 7.5, "±": 0.2, "real": 1.4, "real ±": None}
    evaluation = {"samples": 100, "game": 40, "measures": {"frechet": row}}
    made = run([{"game": 40, "loss": 1.0}], {game: [[game]] for game in (0, 20, 40)}, evaluation=evaluation)
    page = report_run(made)
    browser.get(page.resolve().as_uri())
    image, slider = browser.find_element("css selector", ".viewer img"), browser.find_element("css selector", "input")
    assert slider.is_displayed() and "game 40" in browser.find_element("css selector", "figcaption").text
    last = image.get_attribute("src")
    slider.send_keys("\ue012" * 2)  # arrow left
    assert image.get_attribute("src") != last and "game 0" in browser.find_element("css selector", "figcaption").text
    assert browser.execute_script("return [...document.images].every(image => image.naturalWidth > 0)")
    assert "frechet" in browser.find_element("css selector", "table").text
    browser.set_window_size(390, 800)
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), "fits a phone"
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []


def test_the_page_of_a_sweep_in_a_browser(browser: Any) -> None:
    combinations = [
        ({"eta": eta, "batch": batch}, [[{"game": 9, "loss": 1.0}]]) for eta in (10, 0.001, 0.1) for batch in (1, 2)
    ]
    made = swept(combinations, images=lambda place, seed: {9: [[place]]})
    browser.get(report_sweep(made).resolve().as_uri())
    table = browser.find_element("css selector", "table.sortable")

    def column() -> list[float]:
        return [float(cell.text) for cell in table.find_elements("css selector", "tbody td:first-child")]

    assert column() == [10, 10, 0.001, 0.001, 0.1, 0.1]
    button = table.find_element("css selector", "th button")
    button.click()
    assert column() == [0.001, 0.001, 0.1, 0.1, 10, 10], "as numbers, not as text"
    button.click()
    assert column() == [10, 10, 0.1, 0.1, 0.001, 0.001]
    assert len(browser.find_elements("css selector", ".figures img")) >= 4 + 6
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []


@pytest.mark.parametrize(
    ("values", "up", "down"),
    [
        ((0.5, None, -1.0, 30.0, None, 4.0), ["-1", "0.5", "4", "30", "", ""], ["30", "4", "0.5", "-1", "", ""]),
        (("9 of 10", "10 of 10", "", "null"), ["9 of 10", "10 of 10", "null", ""], ["null", "10 of 10", "9 of 10", ""]),
    ],
)
def test_numbers_are_sorted_as_numbers_and_what_is_not_known_stands_last_either_way(
    values: Any, up: list[str], down: list[str], browser: Any
) -> None:
    Path("page.html").write_text(html.page("", [html.table([{"a": value} for value in values], sortable=True)]))
    browser.get(Path("page.html").resolve().as_uri())

    def cells() -> list[str]:
        return [cell.text for cell in browser.find_elements("css selector", "tbody td")]

    button = browser.find_element("css selector", "th button")
    button.click()
    assert cells() == up
    button.click()
    assert cells() == down
