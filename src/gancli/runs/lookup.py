"""Runs and sweeps in a folder, and one of them by its name."""

import contextlib
import datetime
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote

from gancli.errors import did_you_mean
from gancli.runs.errors import RunError
from gancli.runs.files import TEMPORARY
from gancli.runs.folder import RunFolder
from gancli.runs.sweeps import SweepFolder

Folder = RunFolder | SweepFolder
Several = Callable[[str], None]
"""Is told, in a line, that a name stands for several, and which of them is taken."""
KINDS: tuple[type[Folder], ...] = (RunFolder, SweepFolder)
WORDS: dict[type[Folder], str] = {RunFolder: "run", SweepFolder: "sweep"}
NAMED = 5
"""Of those that one name stands for, how many are named."""
STAMP = re.compile(r"\d{8}T\d{6}Z(?=-)")
"""How the name of a folder begins: with the second in which it was created."""


def listing(runs: Path) -> list[RunFolder]:
    """The runs in a folder, oldest first. Raises OSError where the folder itself cannot be read."""
    return [folder for folder in listing_any(runs) if isinstance(folder, RunFolder)]


def listing_sweeps(runs: Path) -> list[SweepFolder]:
    """The sweeps in a folder, likewise."""
    return [folder for folder in listing_any(runs) if isinstance(folder, SweepFolder)]


def listing_any(runs: Path) -> list[Folder]:
    """The runs and sweeps in a folder, likewise; those that cannot be read are left to `unreadable`."""
    return _in_order([folder for _, folder in _entries(runs) if isinstance(folder, Folder)])


def _trouble(folder: Folder) -> str | None:
    """Why its record cannot be read; None where it can."""
    try:
        folder.record()
    except (RunError, OSError) as error:
        return str(error)
    return None


def unreadable(runs: Path) -> dict[Path, str]:
    """The folders of runs that cannot be looked into or whose record cannot be read, and why."""
    reasons: dict[Path, str] = {}
    for path, folder in _entries(runs):
        if isinstance(folder, OSError):
            reasons[path] = str(folder.strerror)
        elif folder is not None and (why := _trouble(folder)) is not None:
            reasons[path] = why
    return reasons


def _entries(runs: Path) -> Iterator[tuple[Path, Folder | OSError | None]]:
    """Each thing in a folder, with the run or sweep that it is, with why that cannot be known, or with None."""
    for path in sorted(runs.iterdir()) if runs.is_dir() else ():
        if not path.name.startswith(TEMPORARY):
            try:
                yield path, _open(path)
            except OSError as error:
                yield path, error


def _open(path: Path) -> Folder | None:
    return next((kind(path) for kind in KINDS if (path / kind.RECORD).is_file()), None)


def _in_order(folders: list[Folder]) -> list[Folder]:
    """Oldest first: by the second in the name and, within one, by the start in the record."""
    seconds = [STAMP.match(folder.path.name) for folder in folders]
    stamps = [match.group() if match else _start(folder) for match, folder in zip(seconds, folders, strict=True)]
    keys = [
        (stamp, _start(folder) if stamps.count(stamp) > 1 else "", folder.path.name)
        for stamp, folder in zip(stamps, folders, strict=True)
    ]
    return [folders[place] for place in sorted(range(len(folders)), key=keys.__getitem__)]


def _start(folder: Folder) -> str:
    """When it began by its record, such that texts are in the order of the times; empty where that is not known."""
    try:
        start = datetime.datetime.fromisoformat(str(folder.record().get("start")))
        return start.astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    except (RunError, OSError, ValueError, OverflowError):
        return ""


def find(runs: Path, name: str, several: Several | None = None) -> RunFolder:
    """A run by its path, its folder's name, its `name`, any substring of only one, or `latest`. Raises RunError.

    Of several of one `name` it is the latest, and `several` is told so.
    """
    run = find_any(runs, name, (RunFolder,), several)
    assert isinstance(run, RunFolder)
    return run


def find_sweep(runs: Path, name: str, several: Several | None = None) -> SweepFolder:
    """A sweep, in the same ways. Raises RunError."""
    sweep = find_any(runs, name, (SweepFolder,), several)
    assert isinstance(sweep, SweepFolder)
    return sweep


def find_any(
    runs: Path, name: str, kinds: tuple[type[Folder], ...] = KINDS, several: Several | None = None
) -> Folder:  # fmt: skip
    """A run or a sweep. Raises RunError, OSError where what is named cannot be looked into."""
    for path in (Path(name), runs / name):
        for kind in kinds:
            if (path / kind.RECORD).is_file():
                return kind(path)
    every = [folder for folder in listing_any(runs) if isinstance(folder, kinds)]
    what = WORDS[kinds[0]]
    named = [folder for folder in every if _name(folder) == name]
    candidates = reversed(every if name == "latest" else named)
    newest = next((folder for folder in candidates if _trouble(folder) is None), None)
    if newest is not None:
        if several and name != "latest" and len(named) > 1:
            several(f"{len(named)} {what}s are called {name}; this is the latest, {newest.path.name}")
        return newest
    matches = named or [folder for folder in every if name in folder.path.name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = ", ".join(folder.path.name for folder in matches[:NAMED])
        more = f", … and {len(matches) - NAMED} more" if len(matches) > NAMED else ""
        raise RunError(f"{name!r} stands for {len(matches)} {what}s: {names}{more}")
    raise _missing(runs, name, kinds, every)


def _missing(runs: Path, name: str, kinds: tuple[type[Folder], ...], every: list[Folder]) -> RunError:
    """What to say where there is none: that it is of the other kind, or what was meant."""
    what, other = WORDS[kinds[0]], None
    if len(kinds) == 1 and name != "latest":
        with contextlib.suppress(RunError, OSError):
            other = find_any(runs, name)
    if isinstance(other, SweepFolder):
        cell = next((path for path in sorted(other.path.glob("cells/*")) if (path / RunFolder.RECORD).is_file()), None)
        such = f", such as {cell}" if cell else ""
        listed = f"`gancli show {quote(name)} --format csv` lists them"
        return RunError(f"{name!r} is a sweep: name one of its runs{such}; {listed}")
    if other is not None:
        return RunError(f"{name!r} is a run, {other.path.name}, and no sweep")
    known = ["latest", *(word for folder in every for word in (_name(folder), folder.path.name) if word)]
    where = f"no {what} {name!r} in {runs} (it holds {len(every)}); `gancli ls --runs {quote(str(runs))}` lists them"
    return RunError(where + (did_you_mean(name, known) if every else ""))


def _name(folder: Folder) -> str:
    """The `name` of its configuration, by the name of the folder; empty where that was renamed."""
    return folder.path.name.partition("-")[2].rpartition("-")[0]


def name_of(runs: Path, folder: Folder) -> str:
    """What `find_any` finds a folder of `runs` by: its `name`, or its folder's name where another comes first."""
    name = _name(folder)
    try:
        is_found = bool(name) and find_any(runs, name).path == folder.path
    except (RunError, OSError):
        is_found = False
    return name if is_found else folder.path.name
