"""A folder of pictures: each decoded once, cropped to one size, and kept in the cache."""

import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.errors import DataError
from gancli.data.files import readable
from gancli.data.own import cache as own_cache
from gancli.data.own import folder as own_folder
from gancli.data.own.folder import Listing
from gancli.data.own.split import MAX_BYTES, Own, Progress, checksum
from gancli.data.own.tally import Size, Tally, notices, reasons

if TYPE_CHECKING:
    from gancli.data.own.decode import Decoded, Wanted
    from gancli.data.own.workers import Worker

CHUNK = 200
"""Pictures that a thread or process decodes at a time."""
CHUNK_BYTES = 10_000_000
"""Of a chunk's files, above which chunks are smaller, so that a signal need not wait for long."""
MAX_FILE = 256 * 2**20
"""Bytes of one picture's file."""
NAMED = 20
"""Unreadable files that are named in the run's record."""


def read(folder: Path, size: Size | None, channels: int | None, progress: Progress | None = None) -> Own:
    """Pictures (count, channels × height × width) of a folder, from the cache if they are there.

    `facts["shape"]` is (channels, height, width). Raises DataError.
    """
    listing = own_folder.read(folder)
    key = own_cache.key(listing.identity(), (size, channels))
    parsed = own_cache.opened(key)
    if parsed is None:
        samples, labels, known = _parse(listing, size, channels, progress)
        saved = own_cache.save(key, samples, labels, known)
        parsed = (own_cache.opened(key) if saved else None) or (samples, labels, known)
    return _own(folder, *parsed)


def _own(folder: Path, samples: NDArray[np.uint8], labels: NDArray[np.int32], known: dict[str, Any]) -> Own:
    classes = tuple(known["classes"])
    return Own(
        place=str(folder),
        samples=samples,
        labels=labels.astype(np.intp) if classes else None,
        classes=classes,
        trained=known["trained"],
        sha256=known["sha256"],
        facts={key: known[key] for key in ("shape", "unreadable", "resized", "skipped")},
        notices=tuple(known["notices"]),
    )


def _parse(
    listing: Listing, size: Size | None, channels: int | None, progress: Progress | None
) -> tuple[NDArray[np.uint8], NDArray[np.int32], dict[str, Any]]:
    """Decode all. Raises DataError."""
    from gancli.data.own.decode import Colourful, quiet

    listing, names, classes, trained = own_folder.divided(listing)
    _check_files(listing)
    with quiet():
        wanted = _wanted(listing, size, channels)
        try:
            samples, readables, tally = _decode(listing, wanted, progress)
        except Colourful:
            wanted = replace(wanted, channels=3)
            samples, readables, tally = _decode(listing, wanted, progress)
    number = {name: place for place, name in enumerate(classes)}
    labels = np.array([number.get(name, -1) for name in names], np.int32)[readables]
    known = {
        "shape": [wanted.channels, wanted.height, wanted.width],
        "count": len(samples),
        "classes": classes,
        "trained": None if trained is None else int(readables[:trained].sum()),
        "sha256": checksum(samples, labels),
        "unreadable": {"count": len(tally.unreadable), "names": [name for name, _ in tally.unreadable[:NAMED]]},
        "resized": tally.resized,
        "skipped": {readable(ending): count for ending, count in listing.skipped.most_common(NAMED)},
        "notices": notices(tally, wanted, len(samples)),
    }
    return samples, labels, known


def _wanted(listing: Listing, size: Size | None, channels: int | None) -> "Wanted":
    """What all become, by the options and the first picture. Raises DataError where none is readable."""
    from gancli.data.own.decode import Wanted

    first = _first(listing)
    height, width = size or (first.height, first.width)
    return Wanted(height, width, channels or (1 if first.grey else 3), cropped=size is not None, strict=not channels)


def _check_files(listing: Listing) -> None:
    largest = max(listing.sizes)
    if largest > MAX_FILE:
        path = listing.folder / listing.names[listing.sizes.index(largest)]
        raise DataError(f"{path}: has {largest:,d} bytes; at most {MAX_FILE:,d} are read: shrink it or remove it")


def _first(listing: Listing) -> "Decoded":
    """The first that is readable. Raises DataError where none is."""
    from gancli.data.own.decode import Unreadable, decode

    unreadable = []
    for name in listing.names:
        try:
            return decode(f"{listing.folder}/{name}")
        except Unreadable as error:
            unreadable.append((name, str(error)))
    raise DataError(
        f"{listing.folder}: none of its {len(unreadable):,d} pictures can be read ({reasons(unreadable)}); "
        "give PNG, JPEG, WebP or BMP files that open in a viewer"
    )


def _decode(
    listing: Listing, wanted: "Wanted", progress: Progress | None
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], Tally]:
    """Samples of those that are readable, which those are, and what happened. Raises DataError, Colourful."""
    count, features = len(listing.names), wanted.channels * wanted.height * wanted.width
    if count * features > MAX_BYTES:
        raise DataError(
            f"{listing.folder}: {count:,d} pictures of {wanted.height}×{wanted.width}×{wanted.channels} take "
            f"{count * features:,d} bytes; at most {MAX_BYTES:,d} are read: give a smaller `size`, or fewer pictures"
        )
    samples = np.empty((count, features), np.uint8)
    readables, tally, filled = np.ones(count, bool), Tally(), 0
    step = CHUNK if sum(listing.sizes) < CHUNK_BYTES * count / CHUNK else max(1, CHUNK // 20)
    for start, pixels, bad, happened in _chunks(listing, wanted, step):
        done = min(start + step, count)
        readables[[start + row for row in bad]] = False
        block = np.frombuffer(pixels, np.uint8).reshape(-1, wanted.height, wanted.width, wanted.channels)
        target = samples[filled : filled + len(block)].reshape(-1, wanted.channels, wanted.height, wanted.width)
        target[...] = block.transpose(0, 3, 1, 2)
        filled += len(block)
        tally.add(happened)
        if progress:
            progress(done, count)
    return samples[:filled], readables, tally


def _chunks(listing: Listing, wanted: "Wanted", step: int) -> Iterator[tuple[int, bytes, list[int], Tally]]:
    """Chunks in order: where each begins, its pixels, which are unreadable. Raises DataError, Colourful."""
    from gancli.data.own import workers
    from gancli.data.own.decode import Colourful

    folder = os.fspath(listing.folder)

    def work(start: int, worker: "Worker | None") -> tuple[int, bytes, list[int], Tally]:
        names = listing.names[start : start + step]
        if worker is None:
            return (start, *chunk(folder, names, wanted))
        pixels, answer = worker.decode(folder, names, asdict(wanted))
        if "refused" in answer:
            raise DataError(answer["refused"])
        if "colourful" in answer:
            raise Colourful
        tally = answer["tally"] | {"sizes": set(map(tuple, answer["tally"]["sizes"]))}
        return start, pixels, answer["bad"], Tally(**tally)

    return workers.in_order(range(0, len(listing.names), step), listing.sizes, work)


def chunk(folder: str, names: list[str], wanted: "Wanted") -> tuple[bytes, list[int], Tally]:
    """Some pictures' pixels, the rows that are unreadable, and what happened. Raises DataError, Colourful."""
    from gancli.data.own.decode import Unreadable, decode

    pixels, bad, tally = [], [], Tally()
    for row, name in enumerate(names):
        path = f"{folder}/{name}"
        try:
            decoded = decode(path)
        except Unreadable as error:
            bad.append(row)
            tally.unreadable.append((readable(name), str(error)))
            continue
        pixels.append(decoded.fitted(wanted, path))
        tally.flattened += decoded.flattened
        if (decoded.height, decoded.width) != (wanted.height, wanted.width):
            tally.resized += 1
            tally.sizes.add((decoded.height, decoded.width))
    return b"".join(pixels), bad, tally
