"""The cells of a sweep by their settings, as its figures show them."""

from dataclasses import dataclass, field
from typing import Any

from gancli.runs import RunFolder, SweepFolder
from gancli.runs.sweeps import NAME, evaluated, readable, varied


@dataclass
class Group:
    """The cells of one combination of settings, over its seeds."""

    values: dict[str, Any]
    runs: list[RunFolder] = field(default_factory=list)
    rows: list[list[dict[str, Any]]] = field(default_factory=list)
    """The metrics of each completed run; in the last row what `gancli evaluate` has found, as `<measure>.evaluated`."""
    ended: int = 0
    """How many have ended otherwise than completed."""

    def label(self, keys: list[str]) -> str:
        """Its settings by `keys`, and its seeds."""
        settings = ", ".join(called(key, self.values[key]) for key in keys)
        seeds = f"{len(self.rows)} seed{'s' if len(self.rows) != 1 else ''}"
        return f"{settings or 'all'} ({seeds}{f', {self.ended} not completed' if self.ended else ''})"

    def finals(self, metric: str) -> list[float]:
        """The last value of each completed run."""
        return [rows[-1][metric] for rows in self.rows]


def groups_of(folder: SweepFolder) -> tuple[list[Group], list[str]]:
    """The groups in the order of the plan, and the keys that vary. Raises RunError."""
    cells = folder.cells()
    statuses = folder.statuses()
    found: dict[str, Group] = {}
    for cell in cells:
        group = found.setdefault(str(cell["values"]), Group(cell["values"]))
        run = folder.run(cell["cell"])
        rows = run.rows() if statuses.get(cell["cell"]) == "completed" else []
        if rows:
            rows[-1] |= {key: value for key, value in evaluated(run).items() if value is not None}
            group.runs.append(run)
            group.rows.append(rows)
        elif statuses.get(cell["cell"], "waiting") != "waiting":
            group.ended += 1
    return list(found.values()), varied(cells)


def short(key: str) -> str:
    """The end of a dotted key: `eta` of `critic.optimizer.eta`."""
    return {"eta": "η", "mu": "μ"}.get(key.rsplit(".", 1)[-1], key.rsplit(".", 1)[-1])


def called(key: str, value: Any) -> str:
    """One setting in a label; a name needs no key."""
    text = str(readable(value))
    return text if key == NAME else f"{short(key)} {text}"
