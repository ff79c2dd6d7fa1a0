"""`gancli train` and `gancli resume`."""

import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import click

from gancli import __version__
from gancli.cli import completion, configurations, endings
from gancli.cli.finding import find_run
from gancli.cli.output import say, say_path, warn
from gancli.cli.support import Progress, Reading, command, log_option, rare_collection, runs_option, set_option

TIME_IS_OVER = 124
"""The exit code where --max-time ends a run before it is complete; `timeout` has it too."""


def _seconds(ctx: click.Context, param: click.Parameter, text: str | None) -> float | None:
    """A time as a configuration has them. Raises BadParameter."""
    if text is None:
        return None
    from gancli.spec.base import time_limit

    try:
        return time_limit(text)
    except ValueError:
        raise click.BadParameter(f"must be a time such as 90, 30s, 10m or 2h; got {text!r}") from None


max_time_option = click.option(
    "--max-time", "limit", metavar="TIME", callback=_seconds,
    help="Save and leave after 30s, 10m, 2h, with code 124; resume goes on.",
)  # fmt: skip


@click.command()
@click.argument("config", type=click.Path(path_type=Path), shell_complete=completion.configurations)
@set_option("Override a key: critic.clip.bound=0.01.")
@click.option("--seed", type=int, help="Override the seed.")
@click.option(
    "--engine", help="Override the engine: auto, numba, numpy or checked.", shell_complete=completion.engine_names
)
@click.option("--threads", help="Override the number of threads: auto, 1, 2, …")
@log_option
@click.option("--profile", is_flag=True, help="Say at the end where the time went.")
@max_time_option
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@runs_option
@command
def train(
    config: Path, settings: tuple[str, ...], seed: int | None, engine: str | None, threads: str | None,
    loggers: tuple[str, ...], profile: bool, limit: float | None, quiet: bool, runs: Path,
) -> None:  # fmt: skip
    """Train the networks of CONFIG in a new run folder, whose path is the last line printed.

    CONFIG is a file or, where there is none of that name, one of the configurations that `gancli init` lists.
    """
    overrides = list(settings)
    overrides += [f"seed={seed}"] if seed is not None else []
    overrides += [f"engine={engine}"] if engine is not None else []
    overrides += [f"threads={threads}"] if threads is not None else []
    with rare_collection():
        from gancli import experiment, shipped, spec

        document = configurations.experiment(config)
        resolved = spec.load(document, overrides).logged(loggers)
        built, folder = experiment.begin(resolved, runs, caller := Caller(quiet))
    if (name := shipped.name_of(Path(document.source))) is not None:
        folder.log(f"configuration: {name}, which comes with gancli {__version__}")
    profiled = experiment.Profile(built) if profile else None
    try:
        _finish(folder, runs, caller, lambda make: experiment.train(resolved, built, folder, make, profiled, (), limit))
    finally:
        for line in profiled.lines() if profiled is not None else ():
            say(line, err=True)


@click.command()
@click.argument("run", shell_complete=completion.only_runs)
@click.option("--games", type=click.IntRange(1, 1_000_000_000), help="Go on to so many games in all.")
@log_option
@max_time_option
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@runs_option
@command
def resume(run: str, games: int | None, loggers: tuple[str, ...], limit: float | None, quiet: bool, runs: Path) -> None:
    """Go on with RUN from its last checkpoint, to the same bits as if it had never stopped.

    A run that is completed can be made longer with --games.
    """
    from gancli import experiment

    folder, caller = find_run(runs, run), Caller(quiet)
    experiment.on_compiling(caller.compiling)
    reopened = experiment.reopen(folder, games, log=loggers)
    warn(reopened.warnings)
    _finish(folder, runs, caller, lambda make: experiment.resume(reopened, make, (), limit))


class Caller:
    """Who has called the command, and reads standard error."""

    def __init__(self, quiet: bool):
        self.quiet = quiet
        self._bar: Progress | None = None

    def progress(self, games: int, played: int) -> Progress:
        """Of a run of so many games, of which some are played."""
        self._bar = Progress(games, played, self.quiet)
        return self._bar

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()

    def warn(self, warnings: Iterable[Any]) -> None:
        """Print warnings."""
        warn(warnings)

    def note(self, text: str) -> None:
        """Print what is good to know."""
        say(f"note: {text}", err=True)

    def compiling(self, cached: bool) -> None:
        """Tell them what they wait for, and whether they will again."""
        how_often = "once" if cached else "as at each run: it can be kept nowhere (set NUMBA_CACHE_DIR to a folder)"
        if self._bar is not None:
            self._bar.compiling()
        self.note(f"compiling the fast engine for this machine, {how_often}; it takes some seconds")

    def reading(self) -> AbstractContextManager[Reading]:
        """How far the reading of the data is."""
        return closing(Reading(self.quiet))


def _finish(folder: Any, runs: Path, caller: Caller, play: Any) -> None:
    """Play, say how it ended, print the folder, and exit with the code of its status."""
    with closing(caller):
        outcome = play(caller.progress)
    if outcome.reason:
        say(f"{outcome.status}: {outcome.reason}", err=True)
    if outcome.status == "interrupted":
        endings.after_part_of_a_run(folder, runs, caller.quiet)
    elif not caller.quiet:
        endings.after_run(folder, runs)
    say_path(folder.path)
    early = TIME_IS_OVER if outcome.signal is None else 128 + outcome.signal
    sys.exit({"completed": 0, "interrupted": early}.get(outcome.status, 1))
