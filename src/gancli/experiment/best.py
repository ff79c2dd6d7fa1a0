"""Which test of a run was the best, by a metric; it is known from the metrics alone, so that a resumed run knows it."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from gancli.metrics import metric


class Best:
    """The best value of a metric so far, higher or lower as the metric has it."""

    def __init__(self, name: str, rows: Iterable[Mapping[str, Any]] = ()):
        self.name = name
        self._error = math.inf
        self.games = [row["game"] for row in rows if self.improves(row)]
        """Those of `rows` that were the best so far."""

    def improves(self, row: Mapping[str, Any]) -> bool:
        """Is a test better than all before? From here on it is the best. It may not have measured the metric."""
        value = row.get(self.name)
        error = math.inf if value is None else metric(self.name).error(value, None)
        if error is None or not error < self._error:  # what is no number is not better
            return False
        self._error = error
        return True

    @property
    def known(self) -> bool:
        """Was the metric measured?"""
        return self._error < math.inf
