"""What is said to bring a library is what works where gancli was installed."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gancli import installing

HERE = "file:///the/clone"


@pytest.fixture(autouse=True)
def activated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The `pip` that is called so is the interpreter's own."""
    monkeypatch.setattr("shutil.which", lambda name: str(Path(sys.executable).with_name(name)))


def said(monkeypatch: pytest.MonkeyPatch, origin: dict[str, Any] | None) -> str:
    class Distribution:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return None if origin is None else json.dumps(origin)

    monkeypatch.setattr("importlib.metadata.distribution", lambda name: Distribution())
    return installing.command("evaluate")


def test_from_an_index_it_is_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, None) == "pip install 'gancli[evaluate]'"


def test_from_a_folder_it_is_that_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editable = {"url": HERE, "dir_info": {"editable": True}}
    assert said(monkeypatch, editable) == "pip install -e '/the/clone[evaluate]'"
    assert said(monkeypatch, {"url": HERE, "dir_info": {}}) == "pip install '/the/clone[evaluate]'"
    assert said(monkeypatch, {"url": tmp_path.as_uri(), "dir_info": {}}) == "pip install '.[evaluate]'"
    assert (
        said(monkeypatch, {"url": f"{HERE}%20of%20mine", "dir_info": {}})
        == "pip install '/the/clone of mine[evaluate]'"
    )


def test_from_a_wheel_it_is_that_wheel_while_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "gancli-0.1.0-py3-none-any.whl"
    wheel.touch()
    origin = {"url": wheel.as_uri(), "archive_info": {}}
    assert said(monkeypatch, origin) == f"pip install 'gancli[evaluate] @ {wheel.as_uri()}'"
    wheel.unlink()
    assert said(monkeypatch, origin) == "pip install 'gancli[evaluate]'"


@pytest.mark.parametrize("found", [None, "/usr/bin/pip"])
def test_where_pip_is_that_of_another_python_the_one_that_runs_is_named(
    found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: found)
    monkeypatch.setattr(sys, "executable", "/my envs/a/bin/python")
    assert said(monkeypatch, None) == "'/my envs/a/bin/python' -m pip install 'gancli[evaluate]'"


def test_an_address_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://me:secret@example.org/gancli-0.1.0-py3-none-any.whl"
    assert said(monkeypatch, {"url": url, "archive_info": {}}) == "pip install 'gancli[evaluate]'"


def test_where_nothing_is_known_it_is_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> None:
        import importlib.metadata

        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.distribution", gone)
    assert installing.command("fast") == "pip install 'gancli[fast]'"
