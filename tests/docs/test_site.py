"""The site of the documentation: every page in its navigation, no link that leads nowhere, nothing from elsewhere."""

import re
from collections.abc import Iterable

import pytest
import yaml

from docs.pages import DOCS, ROOT, script


def pages(tree: object) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    children = tree.values() if isinstance(tree, dict) else tree
    assert isinstance(children, Iterable)
    return [page for child in children for page in pages(child)]


def test_the_navigation_has_each_page_once() -> None:
    site = yaml.safe_load(re.sub(r"!!python/\S+", "", (ROOT / "mkdocs.yml").read_text("utf-8")))
    there = [str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")]
    assert sorted(pages(site["nav"])) == sorted([*there, *script("site_links").MADE])


def titles(tree: object) -> dict[str, str]:
    """By page, the title that the navigation gives."""
    assert isinstance(tree, dict | list)
    if isinstance(tree, list):
        return {page: title for child in tree for page, title in titles(child).items()}
    found = {}
    for title, child in tree.items():
        found |= {child: title} if isinstance(child, str) else titles(child)
    return found


def test_the_navigation_has_the_titles_of_the_pages() -> None:
    site = yaml.safe_load(re.sub(r"!!python/\S+", "", (ROOT / "mkdocs.yml").read_text("utf-8")))
    links = script("site_links")
    for page, title in titles(site["nav"]).items():
        text = links.made(page) if page in links.MADE else (DOCS / page).read_text("utf-8")
        assert text.startswith("# ") and (page == "index.md" or text.splitlines()[0] == f"# {title}"), page


def test_nothing_of_the_site_is_loaded_from_elsewhere() -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert "://" not in text and (DOCS / "assets" / "iframe-worker.js").exists() and "assets/iframe-worker.js" in text


def test_pages_that_are_made_are_what_they_are_made_of() -> None:
    links = script("site_links")
    page = links.made("notebook.md")
    assert page.startswith("# A WGAN that draws 7s, from a notebook\n\n*This page is [notebook.ipynb](notebook.ipynb)")
    assert page.count("```python\n") == page.count("\n```\n") > 5 and "run = gancli.train(config)" in page
    guide = links.unlinked(links.made("contributing.md"), "contributing.md")
    assert (
        "](engine.md#adding-to-it)" in guide
        and "](design.md)" in guide
        and "](docs/" not in guide
        and "](../" not in guide
    )
    assert links.unlinked("[n](notebook.ipynb) and [m](mathematics.md#layers)", "notebook.md") == (
        "[n](notebook.ipynb) and [m](mathematics.md#layers)"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see [its card](../src/gancli/judge/README.md).", "see its card (`src/gancli/judge/README.md`)."),
        ("[`configs/xor.yaml`](../configs/xor.yaml)", "`configs/xor.yaml`"),
        ("[data.md](data.md#own) and [x](http://x/../y)", "[data.md](data.md#own) and [x](http://x/../y)"),
        ("![a picture](a.png)", "![a picture](a.png)"),
        ("[up](../data.md)", "[up](../data.md)"),
        ("[a notebook](notebook.ipynb)", "[a notebook](notebook.md)"),
        ("[CONTRIBUTING.md](../CONTRIBUTING.md)", "[CONTRIBUTING.md](contributing.md)"),
    ],
)
def test_what_is_outside_of_the_site_is_named_and_not_linked(text: str, expected: str) -> None:
    page = "tutorials/own_data.md" if text.startswith("[up]") else "evaluation.md"
    assert script("site_links").unlinked(text, page) == expected
