"""Which data a sweep learns from: their checksums are in its record, and the data of each cell are held to them."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from gancli import experiment
from gancli.data import Dataset
from gancli.experiment.loading import how_to_find
from gancli.runs import RunError, SweepFolder
from gancli.spec import Experiment, Learning, SpecError, from_plain
from gancli.sweeps.errors import OtherData

SOURCES = "sources"
"""Their key in the record: a list of what `source_of` says."""
Source = dict[str, Any]


def source_of(spec: Learning, dataset: Dataset) -> Source:
    """What a record says of some data: the section `data` of the specs that ask for them, origin and checksums."""
    section = spec.data.model_dump(mode="json", exclude_none=True)
    return {"data": section, "origin": dataset.origin, "sha256": dataset.source}


def check(folder: SweepFolder, spec: Learning, dataset: Dataset) -> None:
    """Are the data of a cell those that its sweep began with? Raises OtherData."""
    now = source_of(spec, dataset)
    for was in _recorded(folder):
        if was["data"] == now["data"] and was["sha256"] != now["sha256"]:
            raise _other(folder, was, spec, f"now there is {_named(now)}")


def check_all(folder: SweepFolder, cells: Iterable[dict[str, Any]]) -> None:
    """The same of several cells, whose data are loaded here, each once. Raises OtherData, RunError, DataError."""
    unseen = {_key(was["data"]): was for was in _recorded(folder)}
    for cell in cells if unseen else ():
        was = unseen.pop(_key(cell["spec"].get("data")), None)
        if was is not None:
            _check_here(folder, was, _experiment(folder, cell))
        if not unseen:
            break


def _check_here(folder: SweepFolder, was: Source, spec: Any) -> None:
    try:
        check(folder, spec, experiment.load_data(spec))
    except SpecError as error:
        raise _other(folder, was, spec, f"what is there now does not fit: {error}") from None


def _recorded(folder: SweepFolder) -> Iterator[Source]:
    """What the record says of the data; a sweep of an earlier version says nothing."""
    for one in folder.record().get(SOURCES) or ():
        if isinstance(one, dict) and {"data", "origin", "sha256"} <= one.keys():
            yield one


def _experiment(folder: SweepFolder, cell: dict[str, Any]) -> Experiment:
    try:
        return from_plain(cell["spec"]).experiment
    except (ValueError, LookupError):
        raise RunError(f"{folder.path}: cell {cell['cell']} is no experiment of this version of gancli") from None


def _other(folder: SweepFolder, was: Source, spec: Experiment, now: str) -> OtherData:
    return OtherData(f"{folder.path}: its cells learn from {_named(was)}, but {now}; {how_to_find(spec)}")


def _named(one: Source) -> str:
    """With its checksum in short; of several files, one of theirs."""
    sums = one["sha256"]
    digest = sums if isinstance(sums, str) else hashlib.sha256(_key(sums).encode()).hexdigest()
    return f"{one['origin']} (checksum {digest[:12]})"


def _key(data: Any) -> str:
    return json.dumps(data, sort_keys=True)
