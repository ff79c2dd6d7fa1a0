"""What there is to say of the data sets: all of them in a line each, one of them in full."""

from collections.abc import Iterator
from typing import Any

from gancli.data import load, mnist, places, published
from gancli.data.errors import DataError
from gancli.data.sets import SETS, SetInfo

DRAWN, NOT_HERE = "drawn by gancli", "not here"
"""Where a set is taken from that has no files, and one whose files nobody has fetched yet."""


def overview() -> Iterator[tuple[SetInfo, tuple[int, int], str]]:
    """Each set, its counts (train, held out), and where it would be taken from or what brings it.

    Nothing is read but headers, however large a set is.
    """
    for name, info in SETS.items():
        if not info.fetched:
            yield info, info.counts, DRAWN
            continue
        try:
            files, place = mnist.locate(None) if name == "mnist" else places.locate(info, None)
            yield info, published.counts(info, files), place
        except places.Missing:
            yield info, info.counts, f"{NOT_HERE}: {info.command}"
        except DataError as error:
            yield info, info.counts, str(error)


def facts(name: str, path: str | None) -> dict[str, Any]:
    """All that is known of a set, as plain data; of one that is on this machine, also what its files are.

    Raises DataError.
    """
    info = SETS[name]
    known = _known(info)
    if path is not None and not info.fetched:
        raise DataError(f"--path: {name} is {DRAWN}, and has no files; leave it out")
    try:
        found = load(name) if path is None else load(name, path=path)
    except places.Missing:
        return {"set": name, "from": None, "get_it": info.command, **known}
    counts = {"train": len(found.train.samples), "test": len(found.test.samples)}
    return {"set": name, "from": found.origin, **known, **counts, **found.facts}


def _known(info: SetInfo) -> dict[str, Any]:
    known: dict[str, Any] = {
        "title": info.title,
        "about": info.about,
        "kind": info.kind,
        "sample_shape": list(info.shape),
        "classes": list(info.classes),
        "train": info.counts[0],
        "test": info.counts[1],
        "licence": info.licence,
    }
    if info.citation:
        known["citation"] = info.citation
    if info.fetched:
        names = [info.archive.name] if info.archive else [""]
        known["urls"] = [mirror + name for mirror in info.mirrors for name in names]
        known["bytes"] = {file.name: file.size for file in info.files}
        sums = {file.name: file.sha256 for file in info.files if file.sha256}
        sums |= {f"{file.name}.gz": file.packed_sha256 for file in info.files if file.packed_sha256}
        if info.archive:
            sums[info.archive.name] = info.archive.sha256
        known["published_sha256"] = sums
    return known
