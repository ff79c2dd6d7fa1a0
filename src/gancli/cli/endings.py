"""What a command says at its end: where its results are, and what shows them. Standard error only."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from gancli.cli.configurations import command
from gancli.cli.output import say

if TYPE_CHECKING:
    from gancli.runs import RunFolder, SweepFolder


def after_run(folder: "RunFolder", runs: Path) -> None:
    """The last picture of a run, where it has any, and the commands that show the run."""
    _picture(folder)
    _next(("plot", "report"), folder, runs)


def after_part_of_a_run(folder: "RunFolder", runs: Path, quiet: bool) -> None:
    """The last picture of a run that can be gone on with, and the command that does that, which is said at any rate."""
    if not quiet:
        _picture(folder)
    elsewhere = folder.path.parent != runs
    words = [str(folder.path)] if elsewhere else [folder.path.name, *_runs(runs)]
    say(f"to go on: {command('resume', *words)}", err=True, whole=True)


def _picture(folder: "RunFolder") -> None:
    from gancli.runs.files import by_game

    pictures = by_game(folder.images, "png")
    if pictures:
        say(f"pictures: {quote(str(pictures[-1]))}", err=True, whole=True)


def after_sweep(folder: "SweepFolder", runs: Path) -> None:
    """The summary of a sweep, and the commands that show what differs."""
    if folder.summary.exists():
        say(f"summary: {quote(str(folder.summary))}", err=True, whole=True)
    _next(("compare", "plot"), folder, runs)


def _next(commands: tuple[str, ...], folder: "RunFolder | SweepFolder", runs: Path) -> None:
    say(f"next: {', '.join(command(one, *named(folder, runs)) for one in commands)}", err=True, whole=True)


def named(folder: "RunFolder | SweepFolder", runs: Path) -> list[str]:
    """The words by which a command finds a run or sweep: `latest` or its `name`, where that is it, and its --runs."""
    from gancli.runs import RunError, find_any, name_of

    if folder.path.parent != runs:
        return [str(folder.path)]
    try:
        is_latest = find_any(runs, "latest").path == folder.path
    except (RunError, OSError):
        is_latest = False
    return ["latest" if is_latest else name_of(runs, folder), *_runs(runs)]


def _runs(runs: Path) -> list[str]:
    return [] if runs == Path("runs") else ["--runs", str(runs)]
