"""docs/notebook.ipynb is a notebook, and its cells run in their order; what they compute is looked at."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gancli
from api.test_python_page import with_numpy

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


def cells() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return found


def run_cells(games: int | None) -> dict[str, Any]:
    """The names that the cells leave, all of them run; of so many games, where that is given."""
    import matplotlib.pyplot as plt

    names: dict[str, Any] = {}
    for number, cell in enumerate(cell for cell in cells() if cell["cell_type"] == "code"):
        exec(compile("".join(cell["source"]), f"cell {number + 1} of {NOTEBOOK}", "exec"), names)
        if number == 0 and games is not None:
            names["GAMES"] = games
    names["figures"] = len(plt.get_fignums())
    plt.close("all")
    return names


def test_it_is_a_notebook_of_version_4_5_without_outputs() -> None:
    data = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (data["nbformat"], data["nbformat_minor"], sorted(data)) == (
        4,
        5,
        ["cells", "metadata", "nbformat", "nbformat_minor"],
    )
    ids = [cell["id"] for cell in data["cells"]]
    assert len(set(ids)) == len(ids) > 10
    for cell in data["cells"]:
        keys = {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            assert cell.keys() == keys | {"execution_count", "outputs"}
            assert cell["outputs"] == [] and cell["execution_count"] is None
        else:
            assert cell["cell_type"] == "markdown" and cell.keys() == keys
        assert all(line.endswith("\n") for line in cell["source"][:-1])


def look_at(names: dict[str, Any], games: int) -> None:
    run, slow = names["run"], names["slow"]
    assert [one.status for one in (run, slow)] == ["completed"] * 2 and run.metrics["game"][-1] == games
    assert names["images"].shape == (20, 1, 28, 28) and names["walk"].shape == (10, 1, 28, 28)
    ends = names["generator"](np.stack([names["start"], names["end"]]))
    np.testing.assert_allclose(names["walk"][[0, -1]], ends, atol=1e-6)
    assert names["scores"].shape == (10,) and list(names["coverage"]) == [0.01, 0.001]
    assert run.metrics["real_score"][0] == slow.metrics["real_score"][0], "they begin from the same weights"
    assert names["figures"] == 5


def test_its_cells_run_when_there_is_less_to_train(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setattr(gancli, "train", with_numpy(gancli.train, {"training.batch": 8, "test.batches": 1}))
    look_at(run_cells(10), 10)


@pytest.mark.slow
def test_its_cells_run_as_they_are(monkeypatch: pytest.MonkeyPatch, compiled: None) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    names = run_cells(None)
    look_at(names, 1000)
    assert names["coverage"][0.01] > 0.5 > names["coverage"][0.001], "as the notebook's reader is to see"
