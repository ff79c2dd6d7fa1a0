"""What every command shares: errors as one message, options of the same name, progress."""

import contextlib
import functools
import gc
import itertools
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from gancli.cli import completion
from gancli.cli.failing import describe
from gancli.cli.output import say
from gancli.cli.streams import escaped
from gancli.leaving import Stopped, cleaning_up

runs_option = click.option(
    "--runs",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="Folder of the run folders.",
)
log_option = click.option(
    "--log",
    "loggers",
    multiple=True,
    metavar="NAME",
    shell_complete=completion.loggers,
    help="Log to tensorboard, mlflow or wandb too; may be given several times.",
)


def _format_option(what: str, *forms: str) -> Callable[..., Any]:
    return click.option("--format", "form", type=click.Choice(forms), default="table", show_default=True, help=what)


format_option = _format_option("For people, or for programs, which have all of it.", "table", "json", "csv")
"""Of what is rows."""
nested_format_option = _format_option("For people, or for programs.", "table", "json")
"""Of what is more than rows."""
force_option = click.option("--force", is_flag=True, help="With -o: replace what exists.")
checkpoint_option = click.option(
    "--checkpoint",
    "which",
    metavar="WHICH",
    default="last",
    show_default=True,
    shell_complete=completion.checkpoints,
    help="last, best by the run's checkpoint.best, or the game of one that is kept.",
)
debug_option = click.option("--debug", is_flag=True, help="Show the traceback of an error.")


def given(name: str) -> bool:
    """Was an option given on the command line, even with the value that it has by default?"""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def set_option(what: str) -> Callable[..., Any]:
    """`--set`, which is completed as `settings` are."""
    return click.option(
        "--set", "settings", multiple=True, metavar="KEY=VALUE", help=what, shell_complete=completion.settings
    )


def output_option(what: str) -> Callable[..., Any]:
    """`-o`, for a file or folder outside the run's."""
    return click.option("-o", "output", type=click.Path(path_type=Path), metavar="PATH", help=what)


def check_new(output: Path, endings: tuple[str, ...], force: bool) -> None:
    """Raises UsageError where `output` is not a file that may be made, or replaced where its user says so."""
    if output.suffix not in endings:
        raise click.UsageError(f"-o must end in {' or '.join(endings)}; got {str(output)!r}")
    if output.is_dir():
        raise click.UsageError(f"-o: {output} is a folder; give a file")
    if os.path.lexists(output) and not force:
        raise click.UsageError(f"{output} exists; choose another name, or --force to replace it")
    if not output.parent.is_dir():
        raise click.UsageError(f"-o: {output.parent} is not a folder; make it first")


def free_name(output: Path, force: bool) -> Path:
    """A name that nobody has chosen, or the next that is free: `samples-0.png`, `samples-0-2.png`, …"""
    numbered = (output.with_name(f"{output.stem}-{number}{output.suffix}") for number in itertools.count(2))
    return output if force or not os.path.lexists(output) else next(one for one in numbered if not os.path.lexists(one))


def one_thread() -> None:
    """Start BLAS with one thread, on however many cores; an engine that computes with more raises it by itself.

    It must be called before NumPy is imported.
    """
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Print an error as one message and exit with its code: 2 for wrong input, 1 for a failure."""

    @debug_option
    @functools.wraps(function)
    def wrapped(*args: Any, debug: bool, **kwargs: Any) -> Any:
        one_thread()
        try:
            with cleaning_up():
                return function(*args, **kwargs)
        except click.ClickException as error:
            error.message = escaped(error.message)  # type: ignore[misc]
            raise
        except (click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt as error:  # a run that has begun has its own way to stop
            say("interrupted", err=True)
            sys.exit(128 + (error.number if isinstance(error, Stopped) else signal.SIGINT))
        except Exception as error:
            if debug:
                traceback.print_exc()
            message, code = describe(error)
            say(f"gancli: {message}", err=True)
            sys.exit(code)

    return wrapped


@contextlib.contextmanager
def rare_collection() -> Iterator[None]:
    """Look for garbage rarely: a start makes many objects that stay, and looking at them took a tenth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Bar:
    """A bar on a terminal, where `_bar` is one; all that is said goes to standard error."""

    _bar: Any = None

    def line(self, text: str) -> None:
        """Something to read at once."""
        say(text, err=True)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()


class Reading(Bar):
    """How far the reading of one's own data is, where it takes longer than a moment. Standard error only."""

    SECONDS = 5.0
    """Between two plain lines."""
    MOMENT = 0.5
    """Seconds after which a bar is worth its place."""

    def __init__(self, quiet: bool = False):
        self._quiet = quiet
        self._start = time.monotonic()
        self._next = self._start + self.SECONDS

    def __call__(self, done: int, total: int) -> None:
        """So many pictures, or bytes, of so many are read."""
        now = time.monotonic()
        if self._bar is None and sys.stderr.isatty() and not self._quiet and now - self._start >= self.MOMENT:
            from tqdm import tqdm

            self._bar = tqdm(
                desc="reading data", total=total, initial=done, unit_scale=True, dynamic_ncols=True, leave=False
            )
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        elif now >= self._next and not self._quiet:
            self._next = now + self.SECONDS
            say(f"reading data: {done / max(total, 1):.0%}", err=True)


class Progress(Bar):
    """A bar on a terminal; elsewhere a plain line now and then. Standard error only."""

    SECONDS = 5.0
    """Between two plain lines."""

    def __init__(self, games: int, played: int, quiet: bool = False):
        self._games, self._quiet = games, quiet
        self._next = time.monotonic() + self.SECONDS
        self._game = self._reported = played
        self._metrics = ""
        if sys.stderr.isatty() and not quiet:
            from gancli.cli.bars import RoomyBar

            self._bar = RoomyBar(games, played, "game")

    def advance(self, game: int) -> None:
        """So many games are played in all; after the last of them there are metrics to come, and then `close`."""
        self._game = game
        if self._bar is not None:
            self._bar.update(game - self._bar.n)
        elif game < self._games and time.monotonic() >= self._next:
            self._say()

    def compiling(self) -> None:
        """The next game takes longer than others: it is told of where the bar was, and the time left is without it."""
        if self._bar is not None:
            self._bar.pause()

    def close(self) -> None:
        """Leave the bar as it stands; without one, say where the run ended, unless that has been said."""
        super().close()
        if self._bar is None and self._game != self._reported:
            self._say()

    def _say(self) -> None:
        self._next, self._reported = time.monotonic() + self.SECONDS, self._game
        if not self._quiet:
            say(f"game {self._game}/{self._games}  {self._metrics}".rstrip(), err=True)

    def metrics(self, row: dict[str, Any]) -> None:
        """Show the first few of the last metrics."""
        from gancli.runs.summary import in_short

        shown = in_short(row)
        self._metrics = "  ".join(shown)
        if self._bar is not None:
            self._bar.show(shown)
