"""Without POT and scikit-learn, as the README's first command leaves it, all else is measured, to the same bits."""

import json
import sys
from typing import Any

import numpy as np
import pytest

from gancli import installing
from gancli.evaluation import table
from gancli.evaluation.estimate import Estimate
from gancli.evaluation.table import is_lacking, measure_images, measure_points, measure_rows
from gancli.experiment.evaluating import How, is_of
from helpers import gancli, train

RING = """\
kind: gan
name: ring
engine: numpy
data: {set: ring, samples: 600}
generator: {shape: [2, 4, 2]}
discriminator: {shape: [2, 4, 1]}
training: {games: 3, batch: 8}
"""


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [name for name in sys.modules if name.split(".")[0] in ("ot", "sklearn")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("ot", "sklearn"):
        monkeypatch.setitem(sys.modules, name, None)
    return monkeypatch


def measured(kind: str) -> dict[str, tuple[float, float]]:
    rng, draws = np.random.default_rng(3), np.random.default_rng(4)
    train, test = rng.random((400, 2)).astype(np.float32), rng.random((100, 2)).astype(np.float32)

    def draw(count: int) -> Any:
        return draws.random((count, 2)).astype(np.float32)

    if kind == "points":
        found = measure_points(draw, train, test, np.zeros((1, 2)), 1.0, rng, 100)
    elif kind == "rows":
        found = measure_rows(draw, train, test, ("a", "b"), rng, 100)
    else:
        found = measure_images(draw, train, test, np.zeros(400, np.intp), None, rng, 100)
    assert set(found.lacking) == {row.name for row in found.rows if np.isnan(row.own.value)}
    return {row.name: (row.own.value, row.real.value) for row in found.rows}


@pytest.mark.parametrize(
    ("kind", "missing"),
    [("points", {"wasserstein"}), ("images", {"wasserstein"}), ("rows", {"wasserstein", "two_sample"})],
)
def test_what_needs_none_of_them_is_the_same(kind: str, missing: set[str], hidden: pytest.MonkeyPatch) -> None:
    without = measured(kind)
    hidden.setattr(table, "LIBRARIES", dict.fromkeys(table.LIBRARIES, lambda: None))
    hidden.setattr(table, "wasserstein", lambda a, b: float(np.abs(a.mean() - b.mean())))
    hidden.setattr(table, "two_sample_accuracy", lambda a, b, rng: Estimate(float(rng.random())))
    complete = measured(kind)
    assert list(without) == list(complete), "in the same order"
    assert {name for name in without if np.isnan(without[name]).all()} == missing
    assert {name: values for name, values in without.items() if name not in missing} == {
        name: values for name, values in complete.items() if name not in missing
    }
    assert not any(np.isnan(values).any() for values in complete.values())


def test_evaluate_says_in_the_row_what_it_needs_and_beside_it_what_brings_that(hidden: pytest.MonkeyPatch) -> None:
    folder, _ = train(RING, "-q")
    result = gancli("evaluate", "ring", "--samples", "100")
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("wasserstein ")]
    assert line.split() == ["wasserstein", "needs", "POT", "–", "lower", "is", "better"]
    assert f"note: the exact Wasserstein distance needs POT: {installing.command('evaluate')}\n" in result.stderr
    kept = json.loads((folder.path / "evaluation.json").read_text())
    assert kept["measures"]["wasserstein"]["needs"] == "POT" and kept["measures"]["wasserstein"]["value"] is None
    assert kept["measures"]["sliced_wasserstein"]["value"] > 0 and "needs" not in kept["measures"]["modes"]
    assert gancli("show", "ring").exit_code == 0


def test_what_was_lacking_is_measured_once_it_is_there(hidden: pytest.MonkeyPatch) -> None:
    folder, _ = train(RING, "-q")
    assert gancli("evaluate", "ring", "--samples", "100").exit_code == 0
    assert is_lacking("POT") and is_lacking("scikit-learn") and is_of(folder, How(samples=100))
    hidden.setitem(sys.modules, "ot", type(sys)("ot"))
    assert not is_lacking("POT") and not is_of(folder, How(samples=100))
