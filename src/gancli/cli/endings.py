"""What a command says at its end: where its results are, and what shows them. Standard error only."""

from pathlib import Path
from typing import TYPE_CHECKING

from gancli.cli.configurations import command
from gancli.cli.output import say

if TYPE_CHECKING:
    from gancli.runs import RunFolder, SweepFolder


def after_run(folder: "RunFolder", runs: Path) -> None:
    """The last picture of a run, where it has any, and the commands that show the run."""
    from gancli.runs.files import by_game

    pictures = by_game(folder.images, "png")
    if pictures:
        say(f"pictures: {pictures[-1]}", err=True)
    _next(("plot", "report"), folder, runs)


def after_sweep(folder: "SweepFolder", runs: Path) -> None:
    """The summary of a sweep, and the commands that show what differs."""
    if folder.summary.exists():
        say(f"summary: {folder.summary}", err=True)
    _next(("compare", "plot"), folder, runs)


def _next(commands: tuple[str, ...], folder: "RunFolder | SweepFolder", runs: Path) -> None:
    say(f"next: {', '.join(command(one, *named(folder, runs)) for one in commands)}", err=True)


def named(folder: "RunFolder | SweepFolder", runs: Path) -> list[str]:
    """The words by which a command finds a run or sweep: its `name`, where that stands for it, and its --runs."""
    from gancli.runs import name_of

    if folder.path.parent != runs:
        return [str(folder.path)]
    return [name_of(runs, folder), *([] if runs == Path("runs") else ["--runs", str(runs)])]
