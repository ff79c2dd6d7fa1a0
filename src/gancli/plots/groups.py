"""The cells of a sweep by their settings, as its figures show them."""

from dataclasses import dataclass, field
from typing import Any

from gancli.runs import RunFolder, SweepFolder
from gancli.runs.ranking import EVALUATED, REAL, Combination, ranked
from gancli.runs.summary_table import NAME, readable

LONGEST = 100
"""Letters of a value in a label."""


@dataclass
class Group:
    """The runs of one combination of settings that count (`gancli.runs.ranking.RULE`), one for each seed."""

    combination: Combination
    runs: list[RunFolder] = field(default_factory=list)
    rows: list[list[dict[str, Any]]] = field(default_factory=list)
    """Their metrics; the last row has what `gancli evaluate` measured, as `<metric>.evaluated` and `<metric>.real`."""

    @property
    def settings(self) -> dict[str, Any]:
        """What was varied."""
        return self.combination.settings

    def label(self, keys: list[str]) -> str:
        """Its settings by `keys`, and its seeds."""
        settings = ", ".join(called(key, self.settings[key]) for key in keys)
        count, every = len(self.rows), len(self.combination.rows)
        seeds = f"{count} of {every} seeds" if count < every else f"{count} seed{'s' if count != 1 else ''}"
        return f"{settings or 'all'} ({seeds})"

    def finals(self, metric: str) -> list[float]:
        """The last value of each run."""
        return [rows[-1][metric] for rows in self.rows]


def groups_of(folder: SweepFolder) -> tuple[list[Group], list[str]]:
    """The groups in the order of the plan, and the keys that vary. Raises RunError."""
    keys, combinations = folder.combinations()
    return [_group(folder, combination) for combination in combinations], keys


def _group(folder: SweepFolder, combination: Combination) -> Group:
    group = Group(combination)
    for row in combination.counted():
        run = folder.run(row["cell"])
        rows = run.rows()
        if rows:
            ends = (EVALUATED, REAL)
            rows[-1] |= {key: value for key, value in row.items() if key.endswith(ends) and value is not None}
            group.runs.append(run)
            group.rows.append(rows)
    return group


def best_first(groups: list[Group], final: str) -> list[Group]:
    """The groups in the order of their ranking by a metric, in that of the plan where it has no direction."""
    column = final if final.endswith(EVALUATED) else f"{final}.final"
    order = [combination for _, combination in ranked([group.combination for group in groups], column)]
    return sorted(groups, key=lambda group: next(i for i, one in enumerate(order) if one is group.combination))


def short(key: str) -> str:
    """The end of a dotted key: `eta` of `critic.optimizer.eta`."""
    end = key.rpartition(".")[2]
    return {"eta": "η", "mu": "μ"}.get(end, end)


def called(key: str, value: Any) -> str:
    """One setting in a label; a name needs no key."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(readable(value))[:LONGEST])
    text = text.replace("$", r"\$")  # else it would be read as mathematics
    return text if key == NAME else f"{short(key)} {text}"
