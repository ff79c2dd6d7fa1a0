"""`gancli rm`: take runs and sweeps away, once that is confirmed; nothing that runs, and nothing else."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gancli.cli.completion import run_names
from gancli.cli.output import confirmed, say, say_path, size_text
from gancli.cli.support import command, runs_option

if TYPE_CHECKING:
    from gancli.runs import RunFolder, SweepFolder


@click.command()
@click.argument("run", nargs=-1, required=True, shell_complete=run_names)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@runs_option
@command
def rm(run: tuple[str, ...], yes: bool, runs: Path) -> None:
    """Remove each RUN or sweep, with all that is in its folder; list them with their sizes, and ask first.

    What runs is not removed, and links are not followed. The folders that are gone are printed.
    """
    from gancli.disk import bytes_in

    folders = {os.path.realpath(one.path): one for one in (_found(runs, name, unasked=yes) for name in run)}
    inside = [path for path in folders if any(other in map(str, Path(path).parents) for other in folders)]
    chosen = [one for path, one in folders.items() if path not in inside]
    for one in chosen:
        _check_idle(one)
    if not yes:
        for one in chosen:
            say(f"{one.path}  {size_text(bytes_in(one.path))}", err=True)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise click.UsageError("nobody is there to be asked; with --yes they are removed unasked")
        if not confirmed(f"Remove {'these' if len(chosen) > 1 else 'this'} for good?"):
            say("nothing is removed", err=True)
            sys.exit(1)
    for one in chosen:
        say_path(_removed(one))


def _found(runs: Path, name: str, unasked: bool) -> "RunFolder | SweepFolder":
    """Raises UsageError for what several are called and, where nobody is asked, for a mere part of a name.

    Raises RunError for a link, and for what is no folder of gancli's.
    """
    from gancli.runs import RunError, RunFolder, find_any
    from gancli.runs.lookup import STAMP
    from gancli.runs.safe_files import checked_path

    def refuse(text: str) -> None:
        raise click.UsageError(f"{text}; say which to remove")

    found = find_any(runs, name, several=refuse)
    path = found.path if found.path.name not in ("", "..") else Path(os.path.abspath(found.path))  # noqa: PTH100
    folder = type(found)(checked_path(path))
    short = path.name.partition("-")[2]  # as `ls` shows it
    whole = name in ("latest", path.name, short, short.rpartition("-")[0]) or Path(name).exists()
    if unasked and not whole:
        raise click.UsageError(f"--yes takes a whole name or a path; {name!r} is a part of {path.name}: write that out")
    beside = "config.yaml" if isinstance(folder, RunFolder) else "cells.jsonl"
    ours = all(folder.inside(file).is_file() for file in (folder.RECORD, beside))
    if ours and not STAMP.match(path.name):  # which a damaged one has too
        folder.record()
    if not ours:
        raise RunError(
            f"{path}: has {folder.RECORD}, but no {beside}: it is no folder of gancli's, and is left as it is"
        )
    return folder


def _check_idle(folder: "RunFolder | SweepFolder") -> None:
    """Raises LockedError where it, or a cell of it, runs."""
    from gancli.runs import LockedError

    for one in (*_around(folder), *_parts(folder)):
        if one.locked():
            raise LockedError(f"{one.path}: is running; nothing is removed: wait for it, or stop it first")


def _around(folder: "RunFolder | SweepFolder") -> "Iterator[SweepFolder]":
    """The sweep of which a run is a cell."""
    from gancli.runs.sweeps import sweep_of

    sweep = sweep_of(folder.path)
    if sweep is not None:
        yield sweep


def _parts(folder: "RunFolder | SweepFolder") -> "Iterator[RunFolder | SweepFolder]":
    """A folder, and the runs of a sweep."""
    from gancli.runs import RunFolder, SweepFolder
    from gancli.runs.sweeps import CELLS

    yield folder
    cells = folder.inside(CELLS) if isinstance(folder, SweepFolder) else None
    if cells is not None and cells.is_dir():
        yield from (RunFolder(path) for path in cells.iterdir() if path.is_dir() and not path.is_symlink())


def _removed(folder: "RunFolder | SweepFolder") -> Path:
    """Take it away, under a name that no command lists while that lasts; where it was. Raises LockedError, OSError."""
    from gancli.runs.files import TEMPORARY

    path = folder.path
    folder.lock()
    try:
        folder.move(path.with_name(f"{TEMPORARY}rm-{path.name}"))
        shutil.rmtree(folder.path)  # which follows no link
    finally:
        folder.unlock()
    return path
