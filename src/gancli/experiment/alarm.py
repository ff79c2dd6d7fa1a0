"""Says when a generator has collapsed: when its samples are far more alike than real ones."""

from collections.abc import Mapping

from gancli.metrics import METRICS

BOUND = METRICS["sample_distance"].bound or 0.0
"""Share of the real samples' mean distance, 0.5. In docs/report.md, runs that draw one digit again and again are at
0.06 to 0.48, and those that draw various ones at 0.58 and above."""
PATIENCE = 3
"""Tests in a row."""
BEGINNING = 0.1
"""Share of the games in which an untrained generator is let be."""


class CollapseAlarm:
    """Watches `sample_distance / real_distance`, the mean L2 distance between two samples of a batch, in each test.

    It says nothing of a game without these metrics.
    """

    def __init__(self, games: int):
        self._from = BEGINNING * games
        self._low = 0
        self._reported = False
        self.holds: str | None = None
        """What was said of the collapse that is not over."""

    @property
    def collapsed(self) -> bool:
        """Is diversity too low, and has been for some tests?"""
        return self._low >= PATIENCE

    def see(self, row: Mapping[str, float]) -> str | None:
        """A message to print after these metrics: once when it has collapsed, and once when it is over."""
        if row["game"] < self._from or not row.get("real_distance"):
            return None
        share = row["sample_distance"] / row["real_distance"]
        self._low = self._low + 1 if share < BOUND else 0
        if self.collapsed and not self._reported:
            self._reported = True
            self.holds = (
                f"collapse at game {row['game']}: two samples are {share:.2f} as far apart as two real ones "
                f"(under {BOUND:g} in {PATIENCE} tests); noise in the generator or minibatch discrimination may help"
            )
            return self.holds
        if self._reported and not self._low:
            self._reported, self.holds = False, None
            return f"no longer collapsed at game {row['game']}: {share:.2f} of the real samples' distance"
        return None
