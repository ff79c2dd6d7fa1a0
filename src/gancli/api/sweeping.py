"""`gancli.sweep`: many runs, as `gancli sweep` plays them, and the sweep that it gives."""

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from gancli import spec, sweeps
from gancli.api.columns import Columns
from gancli.api.config import Config, Folder, read
from gancli.api.person import Program, pass_on
from gancli.api.progress import CellBar
from gancli.api.run import Run
from gancli.experiment import Stop
from gancli.runs import RunFolder, SweepFolder, find_sweep
from gancli.runs.locked_folder import IS_NAME, NAME_RULE
from gancli.sweeps import Policy


def sweep(
    config: Config,
    *,
    grid: Mapping[str, Any] | None = None,
    zip: Mapping[str, Any] | None = None,
    seeds: int | None = None,
    set: Mapping[str, Any] | None = None,
    jobs: int | None = None,
    runs: Folder = "runs",
    name: str | None = None,
    again: bool = False,
    retry_failed: bool = False,
    max_failures: int | None = None,
    progress: bool = False,
) -> "Sweep":
    """Train a configuration, or the base of a sweep file, over grids and seeds in one folder; returns the sweep.

    `grid` and `zip` have lists of values by dotted keys, `{"eta": [0.01, 0.1]}`, or ranges, `{"eta": "0.01..1:log:5"}`:
    every combination of `grid`, with those of `zip` side by side, for seeds 0, 1, … up to `seeds`. `set` overrides
    values in every cell. `jobs` cells are played at once, as many as there are processors where it is not given.

    Where there is a sweep of the same cells on the same data in `runs` already, it goes on with that, which may be
    complete; `again` makes another. `retry_failed` plays its failed cells again, `max_failures` stops it at so many of
    them.

    Cells that fail, and a sweep that is interrupted, raise nothing: `status` and the summary say so. What is unwise, or
    what the machine of a cell lacks, is a `GancliWarning`. Signals are taken as `train` takes them. Raises SpecError,
    DataError, RunError, OSError, ValueError.
    """
    if name is not None and not IS_NAME.fullmatch(name):
        raise ValueError(f"name must be {NAME_RULE}; got {name!r}")
    document = read(config)
    stem = Path(document.source).stem if spec.is_sweep(document) and not isinstance(config, Mapping) else None
    plan = spec.load_sweep(document, grid, zip, seeds, set)
    program = Program(False)
    known = None if again else sweeps.earlier(Path(runs), plan)
    if known is not None and known.record()["status"] == "completed":
        return Sweep(known.path)
    if known is not None:
        make = sweeps.continuation(known)
    else:
        make = sweeps.creation(plan, Path(runs), name or sweeps.default_name(plan, stem), "local", program.warn)
    folder, signal = _play(make, jobs, Policy(max_failures, retry_failed), progress, program)
    pass_on(signal)
    return Sweep(folder.path)


def _play(
    make: sweeps.MakeFolder, jobs: int | None, policy: Policy, progress: bool, program: Program
) -> tuple[SweepFolder, int | None]:  # fmt: skip
    """Play what has no result yet, and pass on what its cells warn of; the folder, and the signal that stopped it."""
    executor, stop = sweeps.make_executor("local", jobs), Stop()
    with stop.listening(), closing(CellBar(progress)) as bar:
        folder, ended = sweeps.work(make, executor, policy, bar, stop)
    program.warn(bar.warnings)
    return folder, ended.signal


def load_sweep(sweep: Folder, runs: Folder = "runs") -> "Sweep":
    """A sweep by its path, its folder's name, its `name`, any substring of only one, or `latest`. Raises RunError."""
    return Sweep(find_sweep(Path(runs), os.fspath(sweep)).path)


class Sweep:
    """A sweep's folder, read anew each time. Whatever reads it raises RunError where something in it is damaged."""

    def __init__(self, path: Folder):
        self._folder = SweepFolder(Path(path).absolute())

    def __repr__(self) -> str:
        return f"<Sweep {self.path.name}: {self.status}, {self.record.get('cells')} cells>"

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._folder.path

    @property
    def status(self) -> str:
        """running, completed, interrupted, failed where cells have failed, or stale where its process is gone."""
        return str(self.record["status"])

    @property
    def record(self) -> dict[str, Any]:
        """What its `sweep.json` says: status, counts of cells, versions, …"""
        return self._folder.record()

    @property
    def summary(self) -> Columns:
        """A row for each cell: what varies, seed, status, seconds, and of each metric `.final`, `.best` and `.area`.

        What `gancli evaluate` has measured is `.evaluated`.
        """
        return Columns(self._folder.summary_rows())

    @property
    def runs(self) -> list[Run]:
        """The runs of the cells that were begun, in the order of the summary; `summary["cell"]` has their names."""
        runs = [self._folder.run(cell["cell"]) for cell in self._folder.cells()]
        return [Run(run.path) for run in runs if run.inside(RunFolder.RECORD).exists()]

    def plot(self, form: Literal["png", "svg", "pdf"] = "png", metric: str | None = None) -> list[Path]:
        """Draw its means over seeds into its folder `plots`, as `gancli plot` does; returns the paths."""
        from gancli import plots  # which loads matplotlib

        return plots.plot_sweep(self.path, form, metric=metric)

    def report(self) -> Path:
        """Write its page, as `gancli report` does; returns the path of `report.html`."""
        from gancli.report import report_sweep  # likewise

        return report_sweep(self.path)
