"""The walk-throughs of docs/data.md, from nothing: what their snippets make is what their configurations learn from."""

import re
from pathlib import Path

import pytest

from gancli.spec import load
from gancli.spec.data import Data
from helpers import gancli

ROOT = Path(__file__).parents[2]


def blocks(language: str) -> list[str]:
    """The fenced blocks of docs/data.md in a language, in order."""
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data that the Python snippets make, and a table without breeds as the page has it made."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for code in blocks("python"):
            exec(compile(code, "docs/data.md", "exec"), {})  # ours
    rows = (folder / "my_table.csv").read_text(encoding="utf-8").splitlines()
    (folder / "flock.csv").write_text("\n".join(row.rpartition(",")[0] for row in rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize("text", blocks("yaml"), ids=lambda text: _named(text))
def test_documented_configurations_learn_from_what_the_snippets_make(
    text: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    Path("documented.yaml").write_text(text, encoding="utf-8")
    assert not load(Path("documented.yaml")).warnings
    settings = ["training.games=3", *(["training.passes=null"] if "passes" in text else [])]
    result = gancli("train", "documented.yaml", "-q", *(word for one in settings for word in ("--set", one)))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", ["own_pictures", "own_table"])
def test_shipped_configurations_learn_from_what_the_snippets_make(
    name: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    Path(f"{name}.yaml").write_bytes((ROOT / "configs" / f"{name}.yaml").read_bytes())
    result = gancli("train", f"{name}.yaml", "-q", "--set", "training.games=3", "--set", "test.batches=1")
    assert result.exit_code == 0, result.output


def test_every_key_of_data_is_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert not [key for key in Data.model_fields if f"| `data.{key}` |" not in page]


def _named(text: str) -> str:
    """The name of a configuration, for the test's."""
    return str(re.findall(r"^name: (\w+)", text, re.MULTILINE)[0])
