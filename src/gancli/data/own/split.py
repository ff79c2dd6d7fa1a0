"""A user's own samples, as read: their classes, the share that is held out for tests, and their checksum."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.dataset import Rng
from gancli.data.errors import DataError

Progress = Callable[[int, int], None]
"""Called with how many files, or bytes, are read, and of how many."""
MAX_BYTES = 4 * 2**30
"""Of an array of samples; more is refused before it is read."""


@dataclass(frozen=True)
class Own:
    """All samples (count, features) of one source: the first `trained` to learn from, the rest to test with."""

    place: str
    """The file or folder, for messages."""
    samples: NDArray[Any]
    labels: NDArray[np.intp] | None
    classes: tuple[str, ...]
    trained: int | None
    """None where the source has no test split of its own."""
    sha256: str
    """Of the samples and labels."""
    targets: NDArray[np.float32] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Halves:
    """Samples, labels and targets of the two splits: each pair is (train, test)."""

    samples: tuple[NDArray[Any], NDArray[Any]]
    labels: tuple[NDArray[np.intp], NDArray[np.intp]]
    targets: tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]
    sha256: str

    def counts(self) -> dict[str, int]:
        """How many samples each split has."""
        return {"train": len(self.samples[0]), "test": len(self.samples[1])}


def checksum(samples: NDArray[Any], *others: NDArray[Any] | None) -> str:
    """SHA-256 of the arrays' types, shapes and bytes."""
    digest = hashlib.sha256()
    for array in (samples, *others):
        if array is not None:
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names of classes, each once, sorted: as numbers where all are."""
    distinct = sorted(set(names))
    try:
        return tuple(sorted(distinct, key=lambda name: (float(name), name)))
    except ValueError:
        return tuple(distinct)


def only(own: Own, wanted: Sequence[str] | None) -> Own:
    """The samples of some classes alone, which are numbered anew in their order. Raises DataError."""
    if wanted is None:
        return own
    if own.labels is None:
        raise DataError(f"data.classes: {own.place}: its samples have no labels; leave `classes` out")
    wanted = tuple(map(str, wanted))
    if strange := [name for name in wanted if name not in own.classes]:
        raise DataError(f"data.classes: {own.place} has no class {strange[0]!r}; it has {listed(own.classes)}")
    numbers = [number for number, name in enumerate(own.classes) if name in wanted]
    rows = np.flatnonzero(np.isin(own.labels, numbers))
    return replace(
        own,
        samples=own.samples[rows],
        labels=np.searchsorted(numbers, own.labels[rows]).astype(np.intp),
        classes=tuple(own.classes[number] for number in numbers),
        trained=None if own.trained is None else int(np.searchsorted(rows, own.trained)),
        targets=None if own.targets is None else own.targets[rows],
        sha256=hashlib.sha256(f"{own.sha256} {numbers}".encode()).hexdigest(),
    )


def listed(names: Sequence[object], most: int = 10) -> str:
    """Some names for a message: `a, b and 3 more`."""
    shown = ", ".join(str(name)[:80] for name in names[:most])
    return f"{shown} and {len(names) - most:,d} more" if len(names) > most else shown


def halves(own: Own, test: float, rng: Rng) -> Halves:
    """The two splits: the source's own, or a share `test` held out, drawn with `rng`. Raises DataError.

    Drawing moves samples: the array `own.samples` is written to unless it is read-only, when it is copied.
    """
    labels = own.labels if own.labels is not None else np.zeros(len(own.samples), np.intp)
    if own.trained is not None:
        _none_empty(own, own.trained, len(own.samples) - own.trained)
        cut = own.trained
        pairs = [None if a is None else (a[:cut], a[cut:]) for a in (own.samples, labels, own.targets)]
        proof = f"{own.sha256} {cut}".encode()
    else:
        rows = _drawn(own, test, rng)
        pairs = [None if a is None else hold_out(a, rows) for a in (own.samples, labels, own.targets)]
        proof = own.sha256.encode() + rows.astype("<i8").tobytes()
    samples, numbers, targets = pairs
    return Halves(samples, numbers, targets or (None, None), hashlib.sha256(proof).hexdigest())  # type: ignore[arg-type]


def _drawn(own: Own, test: float, rng: Rng) -> NDArray[np.intp]:
    """The rows that are held out, ascending."""
    count = len(own.samples)
    if not 0 < test < 1:
        raise DataError(f"data.test: must lie between 0 and 1, for tests need samples of their own; got {test:g}")
    held_out = round(count * test)
    _none_empty(own, count - held_out, held_out, f"; `test: {test:g}` holds out {held_out:,d} of {count:,d}")
    return np.sort(rng.permutation(count)[:held_out])


def _none_empty(own: Own, train: int, test: int, why: str = "") -> None:
    if train < 1 or test < 1:
        what = "to learn from" if train < 1 else "to test with"
        raise DataError(f"{own.place}: no sample is left {what}{why}; give more samples or another share `test`")


def hold_out(array: NDArray[Any], rows: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The rows that are not held out, and a copy of those that are (`rows` ascending).

    The last rows move into the gaps, so that the rest is one stretch of the same memory: of a file that is mapped
    privately, a few pages are copied and no more.
    """
    if not array.flags.writeable:
        array = array.copy()
    held_out, cut = _copied(array, rows), len(array) - len(rows)
    gaps = rows[rows < cut]
    movers = np.setdiff1d(np.arange(cut, len(array)), rows, assume_unique=True)
    for start in range(0, len(gaps), 256):  # few at a time: they are read into memory
        array[gaps[start : start + 256]] = _copied(array, movers[start : start + 256])
    return array[:cut], held_out


def _copied(array: NDArray[Any], rows: NDArray[np.intp]) -> NDArray[Any]:
    """Of a mapped file, the rows are read rather than mapped: a touched page brings sixteen into memory."""
    if not isinstance(array, np.memmap):
        return array[rows]
    out = np.empty((len(rows), *array.shape[1:]), array.dtype)
    size = array[:1].nbytes
    with Path(str(array.filename)).open("rb", buffering=0) as file:
        for row, place in zip(out, rows.tolist(), strict=True):
            file.seek(array.offset + place * size)
            if file.readinto(memoryview(row).cast("B")) != size:
                raise DataError(f"{array.filename}: was changed while it was read; remove it and start again")
    return out
