"""A sweep runs nothing of the folder that it is started in: every process of it looks for modules elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest
from small_sweeps import XOR

from gancli.import_path import safe_path

OTHERS = [
    "PIL", "click", "cloudpickle", "cryptography", "dask", "distributed", "gancli", "matplotlib", "mnist", "msgpack",
    "numba", "numpy", "platformdirs", "pooch", "psutil", "pydantic", "requests", "scipy", "sitecustomize",
    "threadpoolctl", "toolz", "tornado", "tqdm", "usercustomize", "yaml", "zict",
]  # fmt: skip
SCRIPT = Path(sys.executable).with_name("gancli")
OF_PYTHON = {"contextlib", "importlib", "runpy"}
"""What `python -m` imports by itself, from the current folder first, before a line of gancli."""


def planted(place: Path, names: list[str]) -> Path:
    """A module of each name, which leaves a line where it is imported."""
    marks = place.parent / "marks.txt"
    for name in names:
        (place / f"{name}.py").write_text(f"open({str(marks)!r}, 'a').write({name!r} + '\\n')\n")
    (place / "c.yaml").write_text(XOR, encoding="utf-8")
    return marks


def sweep(place: Path, program: list[str], *words: str) -> None:
    words = ("sweep", "c.yaml", "--seeds", "2", "--jobs", "2", *words)
    result = subprocess.run([*program, *words], cwd=place, capture_output=True, text=True)
    marks = place.parent / "marks.txt"
    assert not marks.exists(), marks.read_text()
    assert result.returncode == 0 and "completed: 2 completed" in result.stderr, result.stderr


@pytest.mark.slow
@pytest.mark.skipif(not SCRIPT.exists(), reason="gancli is not installed")
@pytest.mark.parametrize("backend", ["local", "dask"])
def test_a_sweep_imports_nothing_of_the_current_folder(backend: str, tmp_path: Path) -> None:
    if backend == "dask":
        pytest.importorskip("distributed")
    place = tmp_path / "place"
    place.mkdir()
    planted(place, [*sys.stdlib_module_names, *OTHERS])
    sweep(place, [str(SCRIPT)], "--backend", backend)


@pytest.mark.slow
def test_python_m_gancli_imports_nothing_of_the_current_folder_once_it_has_begun(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    planted(place, sorted({*sys.stdlib_module_names, *OTHERS} - OF_PYTHON - set(sys.modules) - {"gancli"}))
    sweep(place, [sys.executable, "-m", "gancli"])


def test_the_safe_path_is_without_the_current_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), ".", str(elsewhere)])
    assert safe_path() == [str(elsewhere)]
    home = Path(sys.modules["gancli"].__path__[0]).parent
    monkeypatch.chdir(home)
    assert safe_path() == [str(home), str(tmp_path), ".", str(elsewhere)], "a checkout's own folder stays"
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert safe_path() == [str(tmp_path), ".", str(elsewhere)]
