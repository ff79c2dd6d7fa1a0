"""Every Python example of docs/python.md runs, in its order, and gives what the comments behind its lines say."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gancli

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "python.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def pieces(block: str) -> Iterator[tuple[str, str | None]]:
    """Statements, and each expression that stands for itself with what the comment behind it says."""
    statements = ""
    for line in block.splitlines(keepends=True):
        match = re.fullmatch(r"(\S.*?)  # (.+)\n", line)
        if match is not None and _is_expression(match[1]):
            yield statements, None
            yield match[1], match[2]
            statements = ""
        else:
            statements += line
    yield statements, None


def _is_expression(code: str) -> bool:
    try:
        compile(code, str(PAGE), "eval")
    except SyntaxError:
        return False
    return True


def shown(value: Any) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)


def check(text: str, comment: str) -> None:
    """`...` in a comment stands for anything."""
    pattern = ".*".join(map(re.escape, comment.split("...")))
    assert re.fullmatch(pattern, text), f"{text!r} is not {comment!r}"


def with_numpy(play: Callable[..., Any], settings: dict[str, Any]) -> Callable[..., Any]:
    """Without an engine to compile, in one process, and with these settings besides."""

    def called(config: Any, **words: Any) -> Any:
        one_job = {"jobs": 1} if "grid" in words else {}
        return play(config, **{**words, **one_job, "set": {**settings, **words.get("set", {}), "engine": "numpy"}})

    return called


def run_page(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many comments were compared."""
    shutil.copytree(ROOT / "configs", "configs")
    for name in ("train", "sweep"):
        monkeypatch.setattr(gancli, name, with_numpy(getattr(gancli, name), {"training.batch": 4}))
    names: dict[str, Any] = {}
    compared = 0
    for block in blocks():
        for code, comment in pieces(block):
            if comment is None:
                exec(compile(code, str(PAGE), "exec"), names)
            else:
                check(shown(eval(compile(code, str(PAGE), "eval"), names)), comment)
                compared += 1
    return compared


def test_every_example_of_the_page_gives_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures and the page are stood in for: they take seconds."""
    monkeypatch.setattr("gancli.plots.plot_run", lambda path, form, animation: [])
    monkeypatch.setattr("gancli.report.report_run", lambda path: path / "report.html")
    assert run_page(monkeypatch) >= 25


@pytest.mark.slow
def test_every_example_of_the_page_with_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_page(monkeypatch) >= 25


def test_the_page_names_all_that_there_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    public = [name for kind in (gancli.Run, gancli.Sweep) for name in vars(kind) if not name.startswith("_")]
    unnamed = {"Columns", "MissingDask", "MissingPandas", "TrainedNetwork"}  # nobody writes them
    assert [name for name in [*public, *gancli.__all__] if name not in text and name not in unnamed] == []
