"""A bar that leaves room for itself: beside it stand as many metrics as fit, each of them complete."""

import shutil
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

LEAST = 10
"""Columns of the bar itself."""
WIDE = 100
"""Columns of a terminal from which on there is room for the speed too."""
NARROW = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"


class RoomyBar(tqdm):  # type: ignore[type-arg]
    """Of `total` things, `initial` of which are done; the time left is by the mean speed of all that was done here.

    What was done until the first `update` after a `pause` says nothing of the speed.
    """

    def __init__(self, total: int, initial: int, unit: str, desc: str | None = None):
        self._metrics: Sequence[str] = ()
        self._paused = False
        self._since: tuple[float, float] | None = None
        super().__init__(desc=desc, total=total, initial=initial, unit=unit, dynamic_ncols=True, smoothing=0.0)

    def pause(self) -> None:
        """Take the bar away until the next `update`: what comes first takes longer than all else."""
        self._paused = True
        self.clear()

    def refresh(self, *args: Any, **kwargs: Any) -> None:
        """Draw it, unless it is taken away."""
        if not self._paused:
            super().refresh(*args, **kwargs)

    def update(self, n: float | None = 1) -> bool | None:
        """So many more are done."""
        if self._paused:
            self._paused, self._since = False, (self.n + (n or 0), self._now())
            self.last_print_t = 0.0  # it is to be drawn
        return super().update(n)

    def show(self, metrics: Sequence[str], refresh: bool = True) -> None:
        """Have these stand beside the bar, the first of them where there is no room for all."""
        self._metrics = metrics
        if refresh:
            self.refresh()

    @property
    def format_dict(self) -> dict[str, Any]:
        """What the line is made of: the metrics that fit are its `postfix`."""
        facts: dict[str, Any] = dict(super().format_dict)
        columns = facts["ncols"] = facts["ncols"] or shutil.get_terminal_size().columns - 1
        facts["rate"] = self._speed() if self._since else facts["rate"]
        facts["bar_format"] = None if columns >= WIDE else NARROW
        left = columns - LEAST - len(self.format_meter(**{**facts, "bar_format": _without_bar(facts["bar_format"])}))
        chosen: list[str] = []
        for text in self._metrics:
            if len(", " + "  ".join([*chosen, text])) > left:
                break
            chosen.append(text)
        facts["postfix"] = "  ".join(chosen) or None
        return facts

    def _now(self) -> float:
        return float(self._time())  # type: ignore[attr-defined]

    def _speed(self) -> float:
        """Things in a second since the pause, 0 where that cannot be said yet."""
        count, begun = self._since or (self.initial, self.start_t)
        return float((self.n - count) / max(self._now() - begun, 1e-9))


def _without_bar(form: str | None) -> str:
    return (form or "{l_bar}{bar}{r_bar}").replace("{bar}", "")
