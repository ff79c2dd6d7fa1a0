"""The page of a run and of a sweep: one file, no request, and in a real browser slider and sorting work."""

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import helpers
from experiment.test_runs import GAME2D, KNOBS, WGAN, XOR
from gancli.runs.files import write_json
from helpers import gancli

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


class Links(HTMLParser):
    """Every address in a page, and how deep it ends: 0 where all that was opened is closed."""

    VOID = ("meta", "link", "img", "input")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for key, value in attrs if key in ("src", "href", "data-src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def report(text: str) -> Path:
    folder, _ = helpers.train(text)
    result = gancli("report", str(folder.path))
    assert result.exit_code == 0 and result.stdout.strip() == str(folder.path / "report.html")
    return folder.path / "report.html"


@pytest.mark.parametrize("text", [WGAN, XOR, KNOBS, GAME2D], ids=["wgan", "xor", "ring", "game2d"])
def test_a_page_is_one_file_that_asks_for_nothing(text: str) -> None:
    page = report(text).read_text(encoding="utf-8")
    links = Links()
    links.feed(page)
    assert links.open == [] and links.found and all(link.startswith("data:") for link in links.found)
    assert "http" not in re.sub(r"data:[^\"]*", "", page)
    for part in ("Curves", "Experiment", "Where it comes from", "spec_sha256"):
        assert part in page


def test_names_of_a_page_are_text() -> None:
    folder, _ = helpers.train(GAME2D)
    folder.write_record({**folder.record(), "reason": "<script>alert(1)</script>", "status": "failed"})
    gancli("report", str(folder.path))
    assert "<script>alert(1)" not in (folder.path / "report.html").read_text(encoding="utf-8")


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
    page = report(WGAN)
    row = {"value": 7.5, "±": 0.2, "real": 1.4, "real ±": None, "better": "low"}
    write_json(page.parent / "evaluation.json", {"samples": 100, "game": 40, "measures": {"frechet": row}})
    gancli("report", str(page.parent))
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
    Path("c.yaml").write_text(XOR.replace("kind:", "engine: numpy\nkind:"), encoding="utf-8")
    words = ["--grid", "network.optimizer.eta=10,0.001,0.1", "--grid", "training.batch=1,2", "--seeds", "2"]
    sweep = Path(gancli("sweep", "c.yaml", *words).stdout.splitlines()[-1])
    assert gancli("report", str(sweep)).exit_code == 0
    browser.get((sweep / "report.html").resolve().as_uri())
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
