"""An evaluation is not made again where it was made in just this way, of the run as it stands."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from experiment.test_evaluated_runs import MEASURED, by_hand, few, mine
from experiment.test_fresh_critics import RING
from gancli.experiment import evaluating
from gancli.experiment.evaluating import How, checksum, is_of, load_data
from gancli.runs import RunFolder
from gancli.spec import load

MODES = MEASURED["modes"]
BASE = How(samples=300, seed=4)
KNOWN = {
    "asked": 300, "seed": 4, "game": 2, "samples": 12, "way": "points of ring, sets of 12", "metrics": [], "measures": {"modes": MODES, "wasserstein": MODES}, "findings": [],
}  # fmt: skip
CRITICS = {"critic": {"seeds": 3}, "measures": dict.fromkeys(["wasserstein", "critic", "critic_steepest"], MODES)}


@pytest.mark.parametrize(
    ("how", "changes", "expected"),
    [
        ({}, {}, True),
        ({}, {"asked": 301}, False),
        ({}, {"seed": 5}, False),
        ({}, {"game": 1}, False),
        ({}, {"findings": None}, False),
        ({}, {"checksum": "other"}, False),
        ({}, {"way": "points of grid, sets of 12"}, False),
        ({}, {"metrics": ["contrast"]}, False),
        ({"metrics": ("contrast",)}, {}, False),
        ({"metrics": ("contrast",)}, {"metrics": ["contrast"]}, True),
        ({"judge": mine()}, {}, False),
        ({}, {"measures": {"modes": MODES}}, False),
        ({"quick": True}, {"measures": {"modes": MODES}}, True),
        ({"quick": True}, {}, True),
        ({}, CRITICS, False),
        ({"critics": 3}, CRITICS, True),
        ({"critics": 2}, CRITICS, False),
        ({"critics": 3}, {}, False),
        ({"critics": 3}, {"critic": {"seeds": 3}}, False),
    ],
)
def test_what_was_measured_in_just_this_way_is_known(
    how: dict[str, Any], changes: dict[str, Any], expected: bool, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path)
    folder.write_record({"status": "completed", "played": 2})
    folder.config.write_text(RING, encoding="utf-8")
    ring = load_data(load(folder.config).experiment)
    found = {key: value for key, value in (KNOWN | {"checksum": checksum(ring)} | changes).items() if value is not None}
    (tmp_path / "evaluation.json").write_text(json.dumps(found), encoding="utf-8")
    assert is_of(folder, dataclasses.replace(BASE, **how)) is expected


def test_a_run_that_was_not_evaluated_is_not_known(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write_record({"status": "completed", "played": 2})
    assert not is_of(folder, BASE)


def test_a_judge_that_has_learned_more_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, first, digits = by_hand(tmp_path), mine(), few()
    folder.write_record({**folder.record(), "played": 6})
    monkeypatch.setattr(evaluating, "load_data", lambda spec: digits)
    way = evaluating._way(first, 12, digits)
    facts = {**KNOWN, "game": 6, "judge": first.name, "checksum": checksum(digits), "way": way}
    (tmp_path / "evaluation.json").write_text(json.dumps(facts), encoding="utf-8")
    assert is_of(folder, dataclasses.replace(BASE, judge=first)) and not is_of(folder, BASE)
    first.network.params[0] += 1.0
    assert not is_of(folder, dataclasses.replace(BASE, judge=first))
