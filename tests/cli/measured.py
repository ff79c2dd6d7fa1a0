"""Measures of runs that are made by hand, where `gancli evaluate` would take seconds."""

from typing import Any

import pytest

from gancli.experiment import evaluating
from gancli.runs import RunFolder


def measure(value: float | None, half: float | None = None, real: float | None = 1.0, real_half: float | None = None) -> dict[str, Any]:  # fmt: skip
    return {"value": value, "±": half, "real": real, "real ±": real_half}


class Measured:
    """Of which runs, and how, measures were asked for; `results` are the answers by the run's name."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, evaluating.How]] = []
        self.known: dict[str, evaluating.How] = {}
        self.results: dict[str, Any] = {}

    def evaluate(self, run: RunFolder, how: evaluating.How) -> Any:
        self.asked.append((run.path.name, how))
        result = self.results[run.path.name]
        if isinstance(result, Exception):
            raise result
        return result

    def is_of(self, run: RunFolder, how: evaluating.How) -> bool:
        return self.known.get(run.path.name) == how


def measured_by_hand(monkeypatch: pytest.MonkeyPatch) -> Measured:
    found = Measured()
    monkeypatch.setattr(evaluating, "evaluate", found.evaluate)
    monkeypatch.setattr(evaluating, "is_of", found.is_of)
    return found
