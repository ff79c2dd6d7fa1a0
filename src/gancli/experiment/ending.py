"""When a run ends before its last game: as a metric no longer gets better, or by the clock."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from gancli.metrics import metric
from gancli.runs import RunError, RunFolder
from gancli.spec import Experiment, Game2d, Gan, Wgan
from gancli.spec.training import Ending


def ending_of(spec: Experiment) -> Ending:
    """When a run is to end before its last game."""
    return (None if isinstance(spec, Game2d) else spec.stop) or Ending()


def earlier_tests(spec: Experiment, folder: RunFolder) -> list[dict[str, Any]]:
    """The tests of a run that goes on.

    Raises RunError where a line of them is damaged and something that the run does depends on it; else there are none.
    """
    stops = isinstance(spec, Gan | Wgan) and spec.stop.on_collapse
    try:
        return folder.rows()
    except RunError:
        if spec.checkpoint.best is not None or ending_of(spec).metric is not None or stops:
            raise
        return []


class Endings:
    """Watches the tests of a run; `rows` are those that there were before, where it goes on.

    `reason` says why it is to end, once it is.
    """

    def __init__(self, spec: Ending, rows: Iterable[Mapping[str, Any]] = ()):
        self.spec, self.reason = spec, ""
        self._best, self._game, self._since = 0.0, 0, -1
        for row in rows:
            self.see(row)

    def see(self, row: Mapping[str, Any]) -> None:
        """The metrics of a test."""
        name, patience = self.spec.metric, self.spec.patience
        if name is None or patience is None or not math.isfinite(row.get(name, math.nan)):
            return  # what is undefined is in no metrics that a resumed run reads
        error = metric(name).error(row[name], None)
        assert error is not None, "gancli check says so"
        if self._since < 0 or error < self._best:
            self._best, self._game, self._since = error, row["game"], 0
        else:
            self._since += 1
        if self._since >= patience:
            tests = f"{patience} tests" if patience > 1 else "one test"
            self.reason = (
                f"{name} got no better in {tests} after game {self._game:,d}, where it was {abs(self._best):.4g}"
            )

    def pass_time(self, seconds: float) -> None:
        """So many seconds of training are over."""
        if self.spec.after is not None and seconds >= self.spec.after and not self.reason:
            self.reason = f"{self.spec.after:g} s of training are over"
