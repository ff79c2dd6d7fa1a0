"""A sweep that is evaluated: which of its cells, and what becomes of their measures."""

import json
from typing import Any

import pytest

from gancli.experiment import evaluating
from gancli.runs import RunFolder
from helpers import gancli
from runs.test_ranking import NOISE, sweep

STATUSES = [["completed", "collapsed", "diverged", "completed"], ["failed", "interrupted", "waiting", "completed"]]
QUALITY = {"00": 0.1, "01": 0.5, "03": 0.9, "13": 0.7}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cells that were measured, by place and seed; the last of the first combination is known already."""
    found: list[str] = []

    def name(run: RunFolder) -> str:
        return run.path.name[0] + run.path.name[-1]

    def evaluate(run: RunFolder, how: evaluating.How) -> dict[str, Any]:
        found.append(name(run))
        row = {"value": QUALITY[name(run)], "±": None, "real": 1.0, "real ±": None}
        return {"measures": {"quality": row}, "findings": [], "game": 100}

    monkeypatch.setattr(evaluating, "evaluate", evaluate)
    monkeypatch.setattr(evaluating, "is_of", lambda run, how: name(run) == "03")
    return found


def test_cells_that_completed_or_collapsed_are_measured_unless_they_are_known(asked: list[str]) -> None:
    known = [[{"quality": (0.9, 1.0)} if (place, seed) == (0, 3) else {} for seed in range(4)] for place in (0, 1)]
    folder = sweep(NOISE, [[{"sample_distance": 1.0}] * 4] * 2, STATUSES, known)  # type: ignore[arg-type]
    result = gancli("evaluate", str(folder.path), "--format", "json")
    assert asked == ["00", "01", "13"], "what has collapsed is what one wants to look at"
    assert result.stderr.count("(known)") == 1
    first, second = json.loads(result.stdout)
    assert (first["seeds"], first["of"], first["diverged"]) == (3, 4, 1) and first["quality"] == pytest.approx(0.5)
    assert first["± quality"] == pytest.approx(4.302653 * 0.4 / 3**0.5), "t of two degrees, s = 0.4"
    assert (second["seeds"], second["of"], second["quality"], second["± quality"]) == (1, 4, 0.7, None)
    kept = [path.parent.name for path in folder.path.rglob("evaluation.json")]
    assert {name[0] + name[-1] for name in kept} == set(QUALITY), "and kept beside each"
