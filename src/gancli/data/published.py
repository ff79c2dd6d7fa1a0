"""The sets that others published: their files, found on this machine, as a data set."""

from pathlib import Path
from typing import Any

import numpy as np

from gancli.data import idx, places
from gancli.data.classes import numbers
from gancli.data.dataset import Dataset, Split
from gancli.data.errors import DataError
from gancli.data.places import Found
from gancli.data.sets import SetInfo
from gancli.data.store import Opened, open_files
from gancli.data.units import Units


def load(info: SetInfo, classes: tuple[int | str, ...] | None = None, path: str | None = None) -> Dataset:
    """A set, or some of its classes. Raises DataError."""
    found = places.locate(info, path)
    opened = open_files(info, found[0])
    return dataset(info, classes, found, opened, {"pictures": pictures(info, opened), "sha256": opened.sha256})


def dataset(
    info: SetInfo, classes: tuple[int | str, ...] | None, found: Found, opened: Opened, facts: dict[str, Any]
) -> Dataset:
    """What was opened, as a data set. Raises DataError where a class is not in it."""
    files, origin = found
    labels = None if classes is None else numbers(info.classes, classes)
    paths = list(files.values())
    first, last = (paths[1], paths[3]) if info.format == "idx" else (paths[0], paths[-1])  # that say the labels
    train, test = (_split(info, opened, half, labels, path) for half, path in (("train", first), ("test", last)))
    units = Units(info.shape, ink=info.ink)
    return Dataset(info.name, units, info.classes, train, test, origin, facts=facts, source=opened.sha256)


def pictures(info: SetInfo, opened: Opened) -> str:
    """What the pictures are, by the checksums of their files: the set's, or others, by theirs."""
    first = str(opened.sha256.get(info.files[0].name))[:12]
    if not any(file.sha256 or file.packed_sha256 for file in info.files):
        return f"{info.title} ({first})"
    official = all(
        opened.sha256.get(file.name) == file.sha256
        if file.sha256
        else opened.on_disk.get(file.name) == file.packed_sha256
        for file in info.files
    )
    return info.title if official else f"other pictures than {info.title}'s ({first})"


def _split(info: SetInfo, opened: Opened, half: str, chosen: tuple[int, ...] | None, path: Path) -> Split:
    images, labels = opened.arrays[f"{half}-images"], opened.arrays[f"{half}-labels"].astype(np.intp)
    if chosen is not None and set(chosen) != set(range(len(info.classes))):
        rows = np.flatnonzero(np.isin(labels, chosen))
        images, labels = images[rows], labels[rows]
    absent = sorted(set(chosen or ()) - set(labels.tolist()))
    if absent:
        what = "digits" if info.name == "mnist" else "classes"
        name = info.classes[absent[0]]
        raise DataError(f"data.classes: {path} holds no image of {name}; choose {what} that it holds")
    return Split(images, labels, factor=1 / 255)


def counts(info: SetInfo, files: dict[str, Path]) -> tuple[int, int]:
    """How many samples there are, to train on and held out: without reading them, where the files are the set's own."""
    if info.format != "idx":
        return info.counts
    paths = list(files.values())
    return idx.count(paths[1], info), idx.count(paths[3], info)
