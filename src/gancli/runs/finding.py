"""Runs and sweeps in a folder, and one of them by its name."""

from pathlib import Path

from gancli.runs.files import TEMPORARY
from gancli.runs.folder import RunFolder
from gancli.runs.held import RunError
from gancli.runs.sweeps import SweepFolder

KINDS: tuple[type[RunFolder] | type[SweepFolder], ...] = (RunFolder, SweepFolder)


def listing(runs: Path) -> list[RunFolder]:
    """The runs in a folder, oldest first."""
    return [folder for folder in listing_any(runs) if isinstance(folder, RunFolder)]


def listing_sweeps(runs: Path) -> list[SweepFolder]:
    """The sweeps in a folder, oldest first."""
    return [folder for folder in listing_any(runs) if isinstance(folder, SweepFolder)]


def listing_any(runs: Path) -> list[RunFolder | SweepFolder]:
    """The runs and sweeps in a folder, oldest first."""
    if not runs.is_dir():
        return []
    found = (_open(path) for path in sorted(runs.iterdir()) if not path.name.startswith(TEMPORARY))
    return [folder for folder in found if folder is not None]


def _open(path: Path) -> RunFolder | SweepFolder | None:
    return next((kind(path) for kind in KINDS if (path / kind.RECORD).is_file()), None)


def find(runs: Path, name: str) -> RunFolder:
    """A run by its path, its folder's name, its `name`, any part that only one has, or `latest`. Raises RunError."""
    found = find_any(runs, name, (RunFolder,))
    assert isinstance(found, RunFolder)
    return found


def find_sweep(runs: Path, name: str) -> SweepFolder:
    """A sweep, in the same ways. Raises RunError."""
    found = find_any(runs, name, (SweepFolder,))
    assert isinstance(found, SweepFolder)
    return found


def find_any(
    runs: Path, name: str, kinds: tuple[type[RunFolder] | type[SweepFolder], ...] = KINDS
) -> RunFolder | SweepFolder:
    """A run or a sweep. Raises RunError."""
    for path in (Path(name), runs / name):
        for kind in kinds:
            if (path / kind.RECORD).is_file():
                return kind(path)
    every = [folder for folder in listing_any(runs) if isinstance(folder, kinds)]
    if name == "latest" and every:
        return every[-1]
    named = [folder for folder in every if folder.path.name.partition("-")[2].rpartition("-")[0] == name]
    matches = named or [folder for folder in every if name in folder.path.name]
    if len(matches) == 1:
        return matches[0]
    what = "sweep" if kinds == (SweepFolder,) else "run"
    if matches:
        names = ", ".join(folder.path.name for folder in matches[:5])
        raise RunError(f"{name!r} stands for {len(matches)} {what}s: {names}")
    raise RunError(f"no {what} {name!r} in {runs} (it holds {len(every)}); `gancli ls --runs {runs}` lists them")
