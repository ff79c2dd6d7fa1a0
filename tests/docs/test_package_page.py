"""What a package index shows: no link of it is broken, whether the repository has a public address or not."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = re.compile(r"\]\(([^)]*)\)")


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The hook, without the package that calls it."""
    interface: Any = SimpleNamespace(MetadataHookInterface=object)
    for name in ("hatchling", "hatchling.metadata", "hatchling.metadata.plugin", "hatchling.metadata.plugin.interface"):
        monkeypatch.setitem(sys.modules, name, interface)
    found = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_without_an_address_no_link_leads_into_the_repository(build: ModuleType) -> None:
    text = build.page(README, "")
    assert len(LINKS.findall(README)) > 40 and not [link for link in LINKS.findall(text) if "://" not in link]
    assert "![" not in text and build.addresses("") == {}
    assert "docs/report.md repeats every figure of the report" in text


def test_with_one_all_links_are_absolute_and_of_files_that_there_are(build: ModuleType) -> None:
    home = "https://example.org/gancli"
    text = build.page(README, home)
    links = LINKS.findall(text)
    assert len(links) == len(LINKS.findall(README)) and all("://" in link for link in links)
    own = [link.removeprefix(f"{home}/") for link in links if link.startswith(home)]
    assert {one.split("/")[0] for one in own} == {"raw", "blob"}
    assert all((ROOT / one.split("/main/")[1].partition("#")[0]).exists() for one in own)
    assert all(one.startswith("raw/") == one.endswith(".png") for one in own)
    assert build.addresses(home)["Issues"] == f"{home}/issues"
