"""Download MNIST into the cache: two mirrors in turn, verified before anything is kept."""

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gancli.data import idx, mnist
from gancli.data.download import Bounds, Lost, download
from gancli.data.errors import DataError
from gancli.data.files import put, turn, write

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
TIMEOUT = 30.0
"""Seconds to wait for a mirror's first byte, and between bytes."""
SLOWEST = 20_000
"""Bytes a second, beside a minute for each file, below which a mirror is given up."""
MOST = dict(zip(idx.NAMES, (47_040_016, 60_008, 7_840_016, 10_008), strict=True))
"""Bytes of each file, unpacked."""
PACKED = dict(zip(idx.NAMES, (9_912_422, 28_881, 1_648_877, 4_542), strict=True))
"""And gzipped, about: it depends on who packed it."""
UNFINISHED = "fetching-"
"""How the names of unfinished folders begin."""
DAMAGED = "the file is damaged: its SHA-256 is not MNIST's"


@dataclass(frozen=True)
class _Ways:
    """How a file is fetched."""

    mirrors: tuple[str, ...]
    timeout: float
    total: float | None
    progressbar: bool
    say: Callable[[str], None]

    def bounds(self, name: str) -> Bounds:
        """Packing makes nothing longer than by a little; without a time, it goes by the size."""
        most = MOST[name] + MOST[name] // 500 + 1_000
        return Bounds(most, self.timeout, self.total or 60 + PACKED[name] / SLOWEST)


def fetch_mnist(
    say: Callable[[str], None],
    mirrors: tuple[str, ...] = MIRRORS,
    timeout: float = TIMEOUT,
    total: float | None = None,
    progressbar: bool = True,
) -> Path:
    """Bring the four files that are not there yet; returns their folder. Raises DataError.

    A mirror is given up when it is silent for `timeout` seconds, or a file takes `total` (by default a minute and its
    size at `SLOWEST`). Of two fetches at once, one waits for the other.
    """
    folder = mnist.downloads()
    if folder is None:
        raise DataError("there is no home folder to fetch into; set $XDG_CACHE_HOME to a folder you can write to")
    ways = _Ways(mirrors, timeout, total, progressbar, say)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        missing = _missing(folder, say)
        if missing or any(folder.glob(f"{UNFINISHED}*")):
            with turn(folder, UNFINISHED, lambda: say("another fetch is at work: waiting for its end")):
                for name in missing:
                    if not _good(folder, name):  # else another has brought it
                        _fetch_one(name, folder, ways)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written: {error.strerror or error}; free space, or set $XDG_CACHE_HOME to a folder "
            "you can write to"
        ) from None
    return folder


def _missing(folder: Path, say: Callable[[str], None]) -> list[str]:
    missing = []
    for name in idx.NAMES:
        if path := _good(folder, name):
            say(f"{path.name}: already here, verified")
        else:
            missing.append(name)
    return missing


def _good(folder: Path, name: str) -> Path | None:
    """MNIST's file `name`, raw or gzipped, where the one that would be used is whole."""
    path = idx.find(folder).get(name)
    return path if path and _verified(path, name) else None


def _verified(path: Path, name: str) -> bool:
    try:
        return idx.inspect(path).sha256 == mnist.SHA256[name]
    except DataError:
        return False


def _fetch_one(name: str, folder: Path, ways: _Ways) -> None:
    target, reasons = folder / f"{name}.gz", []
    for mirror in ways.mirrors:
        with tempfile.TemporaryDirectory(dir=folder, prefix=UNFINISHED) as beside:
            try:
                _keep(_arrived(mirror, name, Path(beside), ways), target)
            except Lost as lost:
                reasons.append(f"{mirror}: {lost}")
                ways.say(f"{target.name}: {reasons[-1]}")
            else:
                (folder / name).unlink(missing_ok=True)  # a damaged one, which would be taken before the good one
                ways.say(f"{target.name}: fetched from {mirror}, verified")
                return
    raise DataError(
        f"{target.name} could not be fetched ({'; '.join(reasons)}); check the network and try again, "
        f"or put the four files in {folder}"
    )


def _arrived(mirror: str, name: str, beside: Path, ways: _Ways) -> Path:
    """The verified file: as it came, or unpacked once, for some mirrors pack what is packed. Raises Lost."""
    path, bounds = beside / name, ways.bounds(name)
    download(f"{mirror}{name}.gz", path, bounds, ways.progressbar)
    if not _verified(path, name) and idx.packed(path):
        path = _unpacked(path, bounds.most)
    if not _verified(path, name):
        raise Lost(DAMAGED)
    return path


def _unpacked(path: Path, most: int) -> Path:
    try:
        with gzip.open(path) as packed:
            content = packed.read(most)
    except (OSError, EOFError, zlib.error):
        raise Lost(DAMAGED) from None
    inner = path.with_suffix(".inner")
    inner.write_bytes(content)
    return inner


def _keep(path: Path, target: Path) -> None:
    """Gzip what is not, and put it in place."""
    whole = path.parent / target.name
    with path.open("rb") as source:
        if idx.packed(path):
            write(whole, lambda file: shutil.copyfileobj(source, file))
        else:
            write(whole, lambda file: _pack(source, file))
    put(whole, target)


def _pack(source: BinaryIO, file: BinaryIO) -> None:
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        shutil.copyfileobj(source, packed)
