"""Seconds by section, for a profile of games that are replayed."""

import numpy as np

from gancli.engines.replay.layout import OPTIMISER


class Sections:
    """The first place holds the time when the clock was last read; the last one has what nobody claims."""

    def __init__(self, names: list[str]):
        names = ["optimiser", *(name for name in names if name != "optimiser")]
        self.places: dict[str | None, int] = {name: place for place, name in enumerate(names, start=OPTIMISER)}
        self.places[None] = len(names) + 1
        self.seconds = np.zeros(len(names) + 2)

    def of(self, name: str) -> float:
        """Those of one."""
        return float(self.seconds[self.places[name]])
