"""List a folder of pictures: which files, in which class, of which split; nothing is opened but folders."""

import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gancli.data.errors import DataError
from gancli.data.files import readable
from gancli.data.own.split import in_order, listed

ENDINGS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib")
"""Of files that are taken for pictures; their content decides what they are."""
MAX_FILES = 1_000_000
"""Pictures, and other names, in one folder with all within."""
NO_FILE = "links to nothing, pipes or devices"
SPLITS = ("train", "test")


@dataclass
class Listing:
    """What a folder holds. Of each picture its path from there, with `/`, and size and time in its place."""

    folder: Path
    names: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """Bytes."""
    times: list[int] = field(default_factory=list)
    """Of the last change, nanoseconds."""
    skipped: Counter[str] = field(default_factory=Counter)
    """By ending, the files that are no pictures by their names."""

    def identity(self) -> bytes:
        """Names, sizes and times, of which another folder has others."""
        numbers = np.array([self.sizes, self.times], "<i8").tobytes()
        return os.fsencode("\0".join(self.names)) + b"\0" + numbers

    def ordered(self) -> "Listing":
        """By name."""
        rows = sorted(range(len(self.names)), key=self.names.__getitem__)
        return self.at(rows)

    def at(self, rows: list[int]) -> "Listing":
        """Some of the pictures, in that order."""
        sizes, times = ([column[row] for row in rows] for column in (self.sizes, self.times))
        return Listing(self.folder, [self.names[row] for row in rows], sizes, times, self.skipped)


def read(folder: Path) -> Listing:
    """All pictures in a folder and within. Links are followed, but a folder is read once, however it is reached.

    Hidden names are passed over; pipes, sockets and devices are never opened. Raises DataError.
    """
    listing = Listing(folder)
    waiting, seen = [""], set[tuple[int, int]]()
    while waiting:
        inside = waiting.pop()
        try:
            waiting += _one(listing, inside, seen)
        except OSError as error:
            raise DataError(f"{folder / inside}: cannot be read: {error.strerror or error}; check its rights") from None
    if not listing.names:
        raise DataError(f"{folder}: holds no picture ({_what(listing)}); it must hold PNG, JPEG, WebP or BMP files")
    return listing.ordered()


def _one(listing: Listing, inside: str, seen: set[tuple[int, int]]) -> list[str]:
    """List one folder, and return those within. Raises OSError, DataError.

    It goes over a million names, and has no calls that it can do without.
    """
    place = listing.folder / inside
    status = place.stat()
    if (status.st_dev, status.st_ino) in seen:
        return []
    seen.add((status.st_dev, status.st_ino))
    folders: list[str] = []
    names, sizes, times, prefix = listing.names, listing.sizes, listing.times, inside and f"{inside}/"
    left = MAX_FILES - len(names) - listing.skipped.total()
    with os.scandir(place) as entries:
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            status = _status(entry)
            if stat.S_ISDIR(status.st_mode):
                folders.append(prefix + name)
            elif not name.lower().endswith(ENDINGS):
                listing.skipped[Path(name).suffix.lower()[:40] or name[:40]] += 1
            elif stat.S_ISREG(status.st_mode):
                names.append(prefix + name)
                sizes.append(status.st_size)
                times.append(status.st_mtime_ns)
            else:
                listing.skipped[NO_FILE] += 1
            left -= 1
            if left < 0:
                raise DataError(f"{listing.folder}: holds more than {MAX_FILES:,d} files; give a smaller folder")
    return sorted(folders, reverse=True)


def _status(entry: "os.DirEntry[str]") -> os.stat_result:
    """Of a file, or of what a link leads to; of the link itself where it leads nowhere."""
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)


def _what(listing: Listing) -> str:
    seen = [f"{count} × {readable(ending)}" for ending, count in listing.skipped.most_common()]
    return listed(seen, 5) if seen else "it is empty"


def divided(listing: Listing) -> tuple[Listing, list[str], list[str], int | None]:
    """The listing with training pictures first, the class of each picture, the classes, and how many are for training.

    Sub-folders are classes, by their first level; with sub-folders `train` and `test`, by the level within. Without
    sub-folders there are no classes. Raises DataError.
    """
    first = {name.split("/", 1)[0] for name in listing.names if "/" in name}
    if set(SPLITS) <= first:
        return _of_splits(listing, first)
    labels = _labels(listing.folder, listing.names)
    return listing, labels, _classes(labels), None


def _of_splits(listing: Listing, first: set[str]) -> tuple[Listing, list[str], list[str], int]:
    if others := sorted(first - set(SPLITS)) or [name for name in listing.names if "/" not in name]:
        raise DataError(
            f"{listing.folder}: holds {readable(others[0])} beside `train` and `test`; move it into one of them, or out"
        )
    rows = sorted(range(len(listing.names)), key=lambda row: not listing.names[row].startswith("train/"))
    again = listing.at(rows)
    trained = sum(name.startswith("train/") for name in again.names)
    inner = [name.split("/", 1)[1] for name in again.names]
    train, test = _labels(listing.folder / "train", inner[:trained]), _labels(listing.folder / "test", inner[trained:])
    if strange := sorted(set(test) - set(train)):
        raise DataError(
            f"{listing.folder / 'test'}: holds the class {strange[0]!r}, which `train` has not; "
            "both must hold sub-folders of the same names, or none"
        )
    return again, train + test, _classes(train), trained


def _classes(labels: list[str]) -> list[str]:
    return list(in_order(labels)) if any(labels) else []


def _labels(folder: Path, names: list[str]) -> list[str]:
    """The first folder of each name, or empty ones where all lie at the top. Raises DataError where some do."""
    labels = [readable(name.split("/", 1)[0]) if "/" in name else "" for name in names]
    if "" in labels and any(labels):
        loose = names[labels.index("")]
        raise DataError(
            f"{folder}: holds pictures ({readable(loose)}) beside sub-folders, which are classes; "
            "move the pictures into sub-folders, or all of them into one folder"
        )
    return labels
