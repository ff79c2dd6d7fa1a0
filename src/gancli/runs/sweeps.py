"""A sweep's folder: its plan, a run folder for each cell, what was tried, and a summary."""

import datetime
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gancli.runs.errors import RunError
from gancli.runs.files import append_text, write_bytes, write_text
from gancli.runs.folder import RunFolder, creating, exclusive
from gancli.runs.locked_folder import LockedFolder
from gancli.runs.ranking import Combination
from gancli.runs.safe_files import LINES_BYTES, checked_path, parse_json, read_text
from gancli.runs.summary import summarize
from gancli.runs.summary_table import ALARM, OWN, CellResult, evaluated, read_table, readable, table, varied, written

CELLS, ATTEMPTS = "cells", "attempts.jsonl"
IS_CELL = re.compile(r"[0-9a-f]{12}")
"""The name of a cell, which is that of its folder."""
IS_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
UNREADABLE = "unreadable"
"""The status of a run whose folder cannot be read: it is damaged, or not this user's."""
OF_THE_MACHINE = ("engine: ", "log: ")
"""How the warnings of a cell begin that the sweep passes on, for its plan could not know them."""
DONE = ("completed", "diverged", "collapsed")
"""How a cell ends that is not played again: a divergence and a collapse are results."""


class SweepFolder(LockedFolder):
    """One sweep on disk."""

    RECORD = "sweep.json"

    @classmethod
    def create(
        cls, runs: Path, name: str, cells: Iterable[dict[str, Any]], record: dict[str, Any], files: Mapping[str, bytes]
    ) -> "SweepFolder":
        """Make and lock a new folder, with the plan, a line for each cell, and `files` by name. Raises OSError."""
        sweep = cls(exclusive(runs, name))
        with creating(sweep, runs, name):
            (sweep.path / CELLS).mkdir()
            for file, content in files.items():
                write_bytes(sweep.path / file, content)
            write_text(sweep.path / "cells.jsonl", "".join(json.dumps(cell) + "\n" for cell in cells))
            sweep.write_record(record)
        return sweep

    def cells(self) -> list[dict[str, Any]]:
        """The plan: `cell`, `values`, `seed` and `spec` of each cell. Raises RunError."""
        path = self.path / "cells.jsonl"
        try:
            cells = [parse_json(line, path) for line in read_text(path, LINES_BYTES).splitlines()]
        except OSError as error:
            raise RunError(f"{path}: cannot be read ({error.strerror})") from None
        if not cells or not all(_is_cell(cell, cells[0]) for cell in cells):
            raise RunError(f"{path}: is not the plan of a sweep")
        return cells

    def run(self, cell: str) -> RunFolder:
        """The run folder of a cell, which may not be there yet. Raises RunError."""
        if not IS_CELL.fullmatch(cell):
            raise RunError(f"{self.path}: {cell!r} is no name of a cell")
        return RunFolder(checked_path(self.inside(CELLS) / cell))

    def share(self, cell: str) -> float:
        """How far a cell is, from 0 to 1, at its last test; 0 where nothing can be said."""
        try:
            run = self.run(cell)
            return min(1.0, float(run.last().get("game", 0) / run.record()["games"]))
        except (RunError, OSError, KeyError, TypeError, ZeroDivisionError):
            return 0.0

    def result(self, cell: str) -> CellResult | None:
        """What a cell's run folder says of it; None where there is none yet. Raises RunError."""
        run = self.run(cell)
        if not run.inside(run.RECORD).exists():
            return None
        record, rows = run.record(), run.rows()
        about = {"cell": cell, "status": record["status"], "reason": record.get("reason"), ALARM: record.get(ALARM)}
        about["warnings"] = [text for text in record.get("warnings", []) if str(text).startswith(OF_THE_MACHINE)]
        return {**about, "seconds": rows[-1]["seconds"] if rows else 0.0, "metrics": summarize(rows)}

    def known(self, cell: str) -> CellResult | None:
        """The same, a cell that cannot be read with its reason: it spoils no other one."""
        try:
            return self.result(cell)
        except (RunError, OSError) as error:
            return {"cell": cell, "status": UNREADABLE, "reason": str(error), "seconds": None}

    def results(self, cells: Iterable[dict[str, Any]]) -> dict[str, CellResult]:
        """Of each cell that was begun: what its run says, that it failed before it had one, or cannot be read."""
        notes = self.notes()
        results: dict[str, CellResult] = {}
        for name in (cell["cell"] for cell in cells):
            result = self.known(name)
            failed = [note for note in notes.get(name, []) if note["event"] == "failed"]
            if result is None and failed:
                result = {"cell": name, "status": "failed", "reason": failed[-1]["reason"], "seconds": 0.0}
            if result is not None:
                results[name] = result
        return results

    def statuses(self) -> dict[str, str]:
        """The status of each cell, as the summary has it or, of a sweep that has not ended yet, as it is."""
        if not self._is_summed_up():
            return {cell: result["status"] for cell, result in self.results(self.cells()).items()}
        return {cell: str(row.get("status")) for cell, row in written(self.summary).items()}

    def counts(self) -> dict[str, int]:
        """How many cells there are by status, as the record has it or, of a sweep that was killed, as they are."""
        record = self.record()
        return dict(Counter(self.statuses().values()) if record["status"] == "stale" else record.get("counts") or {})

    def _is_summed_up(self) -> bool:
        """Is its summary of its last session? One that runs, or was killed, may have that of a session before."""
        return self.summary.exists() and self.record()["status"] not in ("running", "stale")

    def summary_rows(self) -> list[dict[str, Any]]:
        """A row for each cell, what `gancli evaluate` has measured of it as `<metric>.evaluated`. Raises RunError."""
        return self._summary_rows(self.cells())

    def _summary_rows(
        self, cells: list[dict[str, Any]], measured: Mapping[str, dict[str, Any]] | None = None
    ) -> list[dict[str, Any]]:
        rows = self._rows(cells)
        for row in rows:
            try:
                own = (measured or {}).get(row["cell"])
                row |= evaluated(self.run(row["cell"]).current_evaluation() if own is None else own)
            except (RunError, OSError):
                row["status"] = UNREADABLE
        return rows

    def _rows(self, cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The summary as it was written, or as it stands now where the sweep has not ended yet."""
        return read_table(self.summary, cells) if self._is_summed_up() else table(cells, self.results(cells))

    def combinations(self, measured: Mapping[str, dict[str, Any]] | None = None) -> tuple[list[str], list[Combination]]:
        """The keys that vary, and the combinations of their values in the order of the plan. Raises RunError.

        `measured` has evaluations by cell, in place of those that are on the disk.
        """
        cells = self.cells()
        keys = varied(cells)
        rows = {row["cell"]: row for row in self._summary_rows(cells, measured)}
        combinations: dict[str, Combination] = {}
        for cell in cells:
            name = json.dumps(cell["values"], sort_keys=True)
            settings = {key: readable(cell["values"][key]) for key in keys}
            combinations.setdefault(name, Combination(settings, [])).rows.append(rows[cell["cell"]])
        return keys, list(combinations.values())

    def error_log(self, cell: str) -> Path:
        """Where it says what went wrong with a cell: in its run, or beside where its run would be."""
        run = self.run(cell)
        return run.inside("log.txt") if run.path.is_dir() else checked_path(run.path.with_suffix(".log"))

    def note(self, cell: str, event: str, reason: str = "") -> None:
        """Have it on the disk that a cell was `lost` with its worker, `failed`, or is tried `again`. Raises OSError."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        line = json.dumps({"cell": cell, "event": event, "reason": reason, "time": now})
        append_text(self.path / ATTEMPTS, line + "\n", flush=True)

    def notes(self) -> dict[str, list[dict[str, Any]]]:
        """The notes on each cell since it was last tried again."""
        notes: dict[str, list[dict[str, Any]]] = {}
        path = self.inside(ATTEMPTS)
        for line in read_text(path, LINES_BYTES).splitlines() if path.exists() else []:
            try:
                entry = parse_json(line, path)
                cell, event = entry["cell"], entry["event"]
                if not all(isinstance(entry[key], str) for key in ("cell", "event", "reason")):
                    continue
            except (RunError, LookupError, TypeError):  # cut short by a kill
                continue
            if event == "again":
                notes.pop(cell, None)
            else:
                notes.setdefault(cell, []).append(entry)
        return notes

    @property
    def summary(self) -> Path:
        """A row for each cell."""
        return self.inside("summary.csv")


def sweep_of(run: Path) -> SweepFolder | None:
    """The sweep of which a run's folder is a cell; a folder of runs may be called as that of the cells is."""
    path = run.absolute()
    is_cell = path.parent.name == CELLS and (path.parents[1] / SweepFolder.RECORD).is_file()
    return SweepFolder(path.parents[1]) if is_cell else None


def _is_cell(cell: Any, first: Any) -> bool:
    """Is it a line of a plan, with the same settings as the first one?"""
    kinds = {"cell": str, "values": dict, "seed": int, "spec": dict}
    return (
        isinstance(cell, dict)
        and all(isinstance(cell.get(key), kind) for key, kind in kinds.items())
        and IS_CELL.fullmatch(cell["cell"]) is not None
        and cell["values"].keys() == first["values"].keys()
        and all(IS_SETTING.fullmatch(key) and key not in OWN for key in cell["values"])
    )


def plan_name(cells: Iterable[str]) -> str:
    """A name for a set of cells: two sweeps of the same cells have the same."""
    return hashlib.sha256("\n".join(sorted(cells)).encode("ascii")).hexdigest()[:12]
