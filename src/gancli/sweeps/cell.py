"""One cell, in a worker: created or resumed, played, and its result; never twice, whatever happened before."""

import contextlib
import errno
import json
import time
import traceback
from pathlib import Path
from typing import Any

from gancli import experiment
from gancli.data import SETS, Dataset
from gancli.runs import LockedError, RunError, RunFolder, SweepFolder
from gancli.runs.files import append_text
from gancli.runs.summary_table import CellResult
from gancli.runs.sweeps import CELLS, DONE
from gancli.spec import Game2d, Resolved, from_plain
from gancli.sweeps import sources
from gancli.sweeps.errors import OtherData

PATIENCE = 0.5
"""Seconds between two checks of a run that another process still holds."""


def play_cell(sweep: str, cell: dict[str, Any]) -> CellResult:
    """Play a cell of the sweep in this folder to its end, unless that is on the disk already."""
    folder = SweepFolder(Path(sweep))
    try:
        run = folder.run(cell["cell"])
        while True:
            done = folder.result(cell["cell"])
            if done is not None and done["status"] in DONE:
                return done
            try:
                return _play(folder, run, cell)
            except LockedError:
                time.sleep(PATIENCE)  # by a worker that was taken for dead, or whose coordinator is
            except OSError as error:
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):  # which is a worker that was quicker
                    raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        with contextlib.suppress(OSError, RunError):  # a folder that cannot be written to is the reason, then
            if not (folder.path / CELLS / cell["cell"] / RunFolder.RECORD).exists():
                folder.note(cell["cell"], "failed", reason)
            append_text(folder.error_log(cell["cell"]), traceback.format_exc())
        return {"cell": cell["cell"], "status": "failed", "reason": reason, "seconds": 0.0}


def _play(folder: SweepFolder, run: RunFolder, cell: dict[str, Any]) -> CellResult:
    resolved = from_plain(cell["spec"])
    dataset = _checked(folder, resolved)
    if (run.path / run.RECORD).exists():
        reopened = experiment.reopen(run, dataset=dataset)
        experiment.resume(reopened, lambda games, played: experiment.Quiet())
    else:
        built, run = experiment.prepare(resolved, folder.path / CELLS, dataset, exact=cell["cell"])
        experiment.train(resolved, built, run, lambda games, played: experiment.Quiet())
    result = folder.result(cell["cell"])
    assert result is not None
    return result


def _checked(folder: SweepFolder, resolved: Resolved) -> Dataset | None:
    """The data of a cell, if they are those that its sweep began with. Raises OtherData."""
    spec, dataset = resolved.experiment, _dataset(resolved)
    if isinstance(spec, Game2d) or dataset is None:
        return None
    try:
        sources.check(folder, spec, dataset)
    except OtherData:
        _loaded.clear()  # a worker of a cluster may hold what it loaded for another sweep, days ago
        dataset = _dataset(resolved)
        assert dataset is not None
        sources.check(folder, spec, dataset)
    return dataset


def _dataset(resolved: Resolved) -> Dataset | None:
    """The data of a cell, loaded once for all cells of this process that have the same; None for a game without."""
    spec = resolved.experiment
    if isinstance(spec, Game2d):
        return None
    drawn = spec.data.set not in SETS or not SETS[spec.data.set].fetched  # points, or a user's split: by the seed
    key = json.dumps([spec.data.model_dump(), spec.seed if drawn else None])
    if key not in _loaded:
        _loaded.clear()  # one at a time: a data set may fill the memory
        _loaded[key] = experiment.load_data(spec)
    return _loaded[key]


_loaded: dict[str, Dataset] = {}
