"""Download a published set into the cache: its mirrors in turn, verified before anything is put in place."""

import gzip
import hashlib
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from gancli.data import archives, idx, places, verify
from gancli.data.download import Lost, sweep
from gancli.data.errors import DataError
from gancli.data.files import put, turn, write
from gancli.data.mirrors import PARTIAL, TIMEOUT, UNFINISHED, Ways, from_mirrors
from gancli.data.sets import SETS, Archive, FileInfo, SetInfo


def fetch(
    name: str,
    say: Callable[[str], None],
    mirrors: tuple[str, ...] = (),
    timeout: float = TIMEOUT,
    total: float | None = None,
    progressbar: bool = True,
) -> Path:
    """Bring the files of a set that are not there yet; returns their folder. Raises DataError.

    A mirror is given up when it is silent for `timeout` seconds, or a file takes `total` (by default a minute and its
    size at `SLOWEST`). Of two fetches at once, one waits for the other.
    """
    info = SETS[name]
    folder = places.downloads(info)
    if folder is None:
        raise DataError("there is no home folder to fetch into; set $XDG_CACHE_HOME to a folder you can write to")
    ways = Ways(info, folder, mirrors or info.mirrors, timeout, total, progressbar, say)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        missing = _missing(ways)
        if missing or any(folder.glob(f"{UNFINISHED}*")) or (folder / PARTIAL).exists():
            with turn(folder, UNFINISHED, lambda: say("another fetch is at work: waiting for its end")):
                _fetch(ways, missing)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written: {error.strerror or error}; free space, or set $XDG_CACHE_HOME to a folder "
            "you can write to"
        ) from None
    return folder


def _missing(ways: Ways) -> list[FileInfo]:
    missing = []
    for file in ways.info.files:
        if path := _good(ways.info, file, ways.folder):
            known = verify.expected(file, ways.folder)
            ways.say(f"{path.name}: already here, {'verified' if known else 'with no known checksum to verify it by'}")
        else:
            missing.append(file)
    return missing


def _good(info: SetInfo, file: FileInfo, folder: Path) -> Path | None:
    """A set's file, raw or gzipped, where the one that would be used is good."""
    path = places.find(info, folder).get(file.name)
    return path if path and verify.good(info, file, path, folder) else None


def _fetch(ways: Ways, missing: list[FileInfo]) -> None:
    try:
        sweep(ways.folder / PARTIAL)
        missing = [file for file in missing if not _good(ways.info, file, ways.folder)]  # else another has brought it
        if missing and ways.info.archive:
            _fetch_archive(ways, ways.info.archive)
        else:
            for file in missing:
                _fetch_one(ways, file)
        shutil.rmtree(ways.folder / PARTIAL, ignore_errors=True)  # all is there
    finally:
        sweep(ways.folder / PARTIAL)


def _fetch_one(ways: Ways, file: FileInfo) -> None:
    packed = ways.info.format == "idx"
    target = ways.folder / (f"{file.name}.gz" if packed else file.name)
    held_to = f"its SHA-256 is not {_whose(ways, file)}"
    bounds = ways.bounds(file)

    def use(path: Path, beside: Path) -> None:
        arrived = _arrived(ways, file, path, beside, held_to)
        first = {} if file.sha256 or file.packed_sha256 else {file.name: verify.unpacked_sha256(arrived, bounds.most)}
        _put_in_place(arrived, beside, target, packed)
        if packed:
            (ways.folder / file.name).unlink(missing_ok=True)  # a damaged one, which would be taken before this one
        _note_first(ways, beside, first)

    from_mirrors(ways, target.name, bounds, use)


def _whose(ways: Ways, file: FileInfo) -> str:
    if file.sha256 or file.packed_sha256 or not verify.expected(file, ways.folder):
        return f"{ways.info.title}'s"
    return f"that of the first download (remove {ways.folder / verify.RECORD} to take what there is now)"


def _note_first(ways: Ways, beside: Path, first: dict[str, str | None]) -> None:
    """Of files without a known checksum, that of the first download, to which later ones are held."""
    new = {name: sha256 for name, sha256 in first.items() if sha256 and name not in verify.first(ways.folder)}
    if new:
        verify.record(ways.folder, beside, new)
        for name, sha256 in new.items():
            ways.say(f"{name}: no checksum is published; later downloads are held to this one's SHA-256, {sha256}")


def _arrived(ways: Ways, file: FileInfo, path: Path, beside: Path, held_to: str) -> Path:
    """The verified file: as it came, or unpacked once, for some mirrors pack what is packed. Raises Lost."""
    if not verify.good(ways.info, file, path, ways.folder) and idx.packed(path):
        path = _unpacked(path, beside / f"{file.name}.inner", ways.bounds(file).most, held_to)
    if not verify.good(ways.info, file, path, ways.folder):
        raise Lost(f"the file is damaged: {held_to}")
    return path


def _unpacked(path: Path, inner: Path, most: int, held_to: str) -> Path:
    try:
        with gzip.open(path) as packed:
            content = packed.read(most)
    except (OSError, EOFError, zlib.error):
        raise Lost(f"the file is damaged: {held_to}") from None
    inner.write_bytes(content)
    return inner


def _put_in_place(path: Path, beside: Path, target: Path, packed: bool) -> None:
    """Gzip what is not where it should be, and put it in place."""
    finished = beside / target.name
    with path.open("rb") as source:
        if not packed or idx.packed(path):
            write(finished, lambda file: shutil.copyfileobj(source, file))
        else:
            write(finished, lambda file: _pack(source, file))
    put(finished, target)


def _pack(source: BinaryIO, file: BinaryIO) -> None:
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        shutil.copyfileobj(source, packed)


def _fetch_archive(ways: Ways, archive: Archive) -> None:
    """The files of all sets that come in one archive, for their folder is one."""
    several = [(info, file) for info in SETS.values() if info.archive == archive for file in info.files]
    endings = {"idx": ".gz", "cifar": ""}

    def use(path: Path, beside: Path) -> None:
        published = _sha256(path) == archive.sha256
        if not published and any(file.sha256 is None for _, file in several):
            raise Lost("the archive is damaged: its SHA-256 is not the published one")
        out = {file.name: beside / "members" / (file.name + endings[info.format]) for info, file in several}
        (beside / "members").mkdir()
        wanted = {
            f"{archive.folder}/{out[file.name].name}": (out[file.name], ways.bounds(file).most) for _, file in several
        }
        extract = archives.from_zip if archive.name.endswith(".zip") else archives.from_tar
        extract(path, wanted)
        for info, file in several:
            member = out[file.name]
            if not (verify.good(info, file, member, ways.folder) if file.sha256 else verify.readable(info, member)):
                raise Lost(f"{file.name} in it is damaged: its SHA-256 is not {info.title}'s")
        for _, file in several:
            _put_in_place(out[file.name], beside, ways.folder / out[file.name].name, False)
            if out[file.name].name != file.name:
                (ways.folder / file.name).unlink(missing_ok=True)  # a damaged one, which would be taken before this one
        _note_archived(ways, beside, [file for _, file in several if file.sha256 is None])

    from_mirrors(ways, archive.name, ways.archive_bounds(archive), use)


def _note_archived(ways: Ways, beside: Path, files: list[FileInfo]) -> None:
    """The checksums of files that the archive's own vouches for."""
    sums = {file.name: verify.unpacked_sha256(ways.folder / f"{file.name}.gz", verify.most(file)) for file in files}
    if sums:
        verify.record(ways.folder, beside, {name: sha256 for name, sha256 in sums.items() if sha256})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
