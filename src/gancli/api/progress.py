"""Progress bars on standard error, which a notebook shows too; none where they are not asked for."""

import sys
from typing import Any

from gancli.runs.summary import in_short
from gancli.sweeps import Counts

WARNING = "warning: "
"""How a line begins that warns."""


class GameBar:
    """A bar of games, with the first few metrics."""

    def __init__(self, games: int, played: int):
        from tqdm import tqdm

        self._bar = tqdm(total=games, initial=played, unit="game")

    def advance(self, game: int) -> None:
        """So many games are played in all."""
        self._bar.update(game - self._bar.n)

    def metrics(self, row: dict[str, Any]) -> None:
        """Show the first few, when the bar moves next: a notebook keeps each of its states."""
        self._bar.set_postfix_str("  ".join(in_short(row)), refresh=False)

    def line(self, text: str) -> None:
        """Something to read at once."""
        self._bar.write(text, file=sys.stderr)

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.close()


class CellBar:
    """A bar of a sweep's cells, and what failed; nothing of that where it is not `shown`. Warnings are kept."""

    def __init__(self, shown: bool):
        self._shown = shown
        self.warnings: list[str] = []
        self._bar: Any = None

    def counts(self, counts: Counts) -> None:
        """How it stands."""
        if not self._shown:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=counts.total, initial=counts.ended, unit="cell")
        self._bar.set_postfix_str(f"running {counts.running}, failed {counts.by_status['failed']}", refresh=False)
        self._bar.update(counts.ended - self._bar.n)

    def line(self, text: str) -> None:
        """Something to read at once; a warning is Python's, at the end: raised here it might end the sweep."""
        if text.startswith(WARNING):
            self.warnings.append(text.removeprefix(WARNING))
        elif self._shown:
            print(text, file=sys.stderr)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
