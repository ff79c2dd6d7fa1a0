"""Take single files out of a ZIP or a gzipped tar: by their exact names, no larger than they may be, and nothing else.

No path of the archive is used for anything but to compare it; links, devices and folders in it are never made.
"""

import contextlib
import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, BinaryIO, cast

from gancli.data.download import Lost

_CHUNK = 1 << 20
MEMBERS = 1_000
"""Members of a tar that are looked through; those of the table have under fifty."""
Wanted = Mapping[str, tuple[Path, int]]
"""By a member's name: the new file that it goes to, and the bytes that it may have."""


def from_zip(archive: Path, wanted: Wanted) -> None:
    """Write each of the `wanted` members to its file. Raises Lost where it cannot be, and OSError for the disk.

    Of a verified archive alone: the list of its members is read into memory before it can be bounded.
    """
    with _told(wanted), zipfile.ZipFile(archive) as opened:
        for member, (path, most) in wanted.items():
            try:
                info = opened.getinfo(member)
            except KeyError:
                continue
            if info.is_dir() or (info.external_attr >> 16) & 0o170000 == 0o120000:
                raise Lost(f"the archive's {member} is no file")
            with opened.open(info) as source:
                _copy(source, path, member, most)


def from_tar(archive: Path, wanted: Wanted) -> None:
    """The same of a gzipped tar, whoever made it: in one pass over a stream, to where all have come."""
    everything = sum(most for _, most in wanted.values()) + (16 << 20)
    with (
        _told(wanted),
        gzip.open(archive) as stream,
        tarfile.open(fileobj=_bounded(stream, everything), mode="r|") as opened,
    ):
        for count, info in enumerate(opened):
            if count >= MEMBERS:
                raise Lost(f"the archive has more than {MEMBERS:,d} members")
            name = info.name.removeprefix("./")
            if name in wanted:
                source = opened.extractfile(info) if info.isreg() and not info.issparse() else None
                if source is None or wanted[name][0].exists():
                    raise Lost(f"the archive's {name} is no file, or is there twice")
                _copy(source, wanted[name][0], name, wanted[name][1])
                if all(path.exists() for path, _ in wanted.values()):
                    return


@contextlib.contextmanager
def _told(wanted: Wanted) -> Iterator[None]:
    """What goes wrong in an archive, and what it does not have, as Lost."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise Lost(f"the archive is damaged: {str(error)[:80]}") from None
    except (RuntimeError, NotImplementedError, ValueError, OverflowError) as error:  # encrypted, packed in other ways
        raise Lost(f"the archive cannot be read: {str(error)[:80]}") from None
    for member, (path, _) in wanted.items():
        if not path.exists():
            raise Lost(f"the archive has no {member}")


def _copy(source: IO[bytes], path: Path, name: str, most: int) -> None:
    with path.open("xb") as file:
        while chunk := source.read(_CHUNK):
            if file.tell() + len(chunk) > most:
                raise Lost(f"the archive's {name} is too long: more than {most:,d} bytes")
            file.write(chunk)


def _bounded(stream: gzip.GzipFile, most: int) -> BinaryIO:
    return cast(BinaryIO, _Bounded(stream, most))


class _Bounded:
    """A stream that is at its end, with an error, after so many bytes: a tar's own headers may unpack to anything."""

    def __init__(self, stream: gzip.GzipFile, most: int):
        self.stream, self._left, self._most = stream, most, most

    def read(self, size: int = -1) -> bytes:
        """As of a file. Raises Lost."""
        chunk = self.stream.read(min(size if size >= 0 else self._left + 1, self._left + 1))
        self._left -= len(chunk)
        if self._left < 0:
            raise Lost(f"the archive is too long: more than {self._most:,d} bytes, unpacked")
        return chunk
