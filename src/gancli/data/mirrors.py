"""Bring one file from the mirrors in turn, going on with what broke off, until it is what it should be."""

import hashlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gancli.data import verify
from gancli.data.download import Bounds, Lost, discard, download, note
from gancli.data.errors import DataError
from gancli.data.sets import Archive, FileInfo, SetInfo

TIMEOUT = 30.0
"""Seconds to wait for a mirror's first byte, and between bytes."""
SLOWEST = 20_000
"""Bytes a second, beside a minute for each file, below which a mirror is given up."""
UNFINISHED = "fetching-"
"""How the names of unfinished folders begin."""
PARTIAL = "partial"
"""The folder of downloads that broke off and can be gone on with."""
Use = Callable[[Path, Path], None]
"""Verify a downloaded file and put it in place; the second is a folder for what is unfinished. Raises Lost."""


@dataclass(frozen=True)
class Ways:
    """How a set is fetched."""

    info: SetInfo
    folder: Path
    mirrors: tuple[str, ...]
    timeout: float
    total: float | None
    progressbar: bool
    say: Callable[[str], None]

    def bounds(self, file: FileInfo) -> Bounds:
        """Packing makes nothing longer than by a little; without a time, it goes by the size."""
        most = verify.most(file)
        return Bounds(most + most // 500 + 1_000, self.timeout, self._total(file.packed or file.size))

    def archive_bounds(self, archive: Archive) -> Bounds:
        """Another's archive of the same files may be a quarter longer."""
        return Bounds(archive.size + archive.size // 4, self.timeout, self._total(archive.size))

    def _total(self, size: int) -> float:
        return self.total or 60 + size / SLOWEST


def from_mirrors(ways: Ways, name: str, bounds: Bounds, use: Use) -> None:
    """Download `name` from the mirrors in turn, until `use` takes it. Raises DataError."""
    reasons = []
    for mirror in ways.mirrors:
        try:
            _bring(ways, f"{mirror}{name}", name, bounds, use)
        except Lost as lost:
            reasons.append(f"{mirror}: {lost}")
            ways.say(f"{name}: {reasons[-1]}")
        else:
            ways.say(f"{name}: fetched from {mirror}, verified")
            return
    what = "the four files" if ways.info.name == "mnist" else "its files"
    raise DataError(
        f"{name} could not be fetched ({'; '.join(reasons)}); check the network and try again, name another address "
        f"with --mirror, or put {what} in {ways.folder}"
    )


def _bring(ways: Ways, url: str, name: str, bounds: Bounds, use: Use, anew: bool = True) -> None:
    """One file from one address, taken by `use`; once `anew` where an earlier download's part may have spoilt it.

    Raises Lost.
    """
    target = ways.folder / PARTIAL / hashlib.sha256(url.encode()).hexdigest()[:32]
    resumed = _download(ways, url, name, target, bounds)
    try:
        with tempfile.TemporaryDirectory(dir=ways.folder, prefix=UNFINISHED) as beside:
            use(target, Path(beside))
    except Lost:
        discard(target)
        if not (resumed and anew):
            raise
        ways.say(f"{name}: what an earlier download left is of no use; from the beginning")
        _bring(ways, url, name, bounds, use, anew=False)
    else:
        discard(target)


def _download(ways: Ways, url: str, name: str, target: Path, bounds: Bounds) -> bool:
    """Go on for as long as more arrives: is a part of it from a broken download? Raises Lost."""
    target.parent.mkdir(exist_ok=True)
    end, resumed = time.monotonic() + bounds.total, False
    while True:
        before = _size(target)
        if before and note(target).exists():
            ways.say(f"{name}: going on from byte {before:,d}")
        left = replace(bounds, total=max(end - time.monotonic(), 0.001)) if resumed else bounds
        try:
            return download(url, target, left, ways.progressbar, name) or resumed
        except Lost as lost:
            if not lost.again or _size(target) <= before:
                raise
            resumed = True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
