"""What every command shares: errors as one message, options of the same name, progress."""

import contextlib
import functools
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from gancli.leaving import as_usual

runs_option = click.option(
    "--runs",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="Folder of the run folders.",
)
format_option = click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
)
debug_option = click.option("--debug", is_flag=True, help="Show the traceback of an error.")


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
            with as_usual():
                return function(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:  # a run that has begun has its own way to stop
            click.echo("interrupted", err=True)
            sys.exit(128 + signal.SIGINT)
        except BrokenPipeError:  # whoever reads has read enough (`gancli show RUN | head`): click ends in silence
            raise
        except Exception as error:
            if debug:
                traceback.print_exc()
            message, code = describe(error)
            click.echo(f"gancli: {message}", err=True)
            sys.exit(code)

    return wrapped


def describe(error: Exception) -> tuple[str, int]:
    """The message and the exit code of an error."""
    from gancli.data import DataError
    from gancli.runs import RunError
    from gancli.spec import SpecError

    if isinstance(error, SpecError | DataError | RunError):
        return str(error), 2
    if isinstance(error, OSError):
        place = error.filename or "the disk"
        remedy = "free space or choose a folder you can write to (--runs)"
        if isinstance(error, FileNotFoundError):
            remedy = "was it moved or deleted while gancli ran? Else choose a folder you can write to (--runs)"
        return f"{place}: {error.strerror or error}; {remedy}", 1
    if isinstance(error, MemoryError):
        return "not enough memory; use smaller networks or a smaller batch", 1
    from gancli.evaluation.transport import MissingPot
    from gancli.experiment import MissingEngine
    from gancli.sweep import MissingDask

    if isinstance(error, MissingEngine | MissingDask | MissingPot):
        return str(error), 2
    return f"{type(error).__name__}: {error} (please report this; --debug shows where)", 1


def warn(warnings: Iterable[Any]) -> None:
    """Print warnings to standard error, each text once."""
    for text in dict.fromkeys(map(str, warnings)):
        click.echo(f"warning: {text}", err=True)


def print_rows(rows: list[dict[str, Any]], form: str) -> None:
    """Print `rows`, which need not have the same keys, as a table, JSON or CSV."""
    from gancli.runs.files import finite

    if form == "json":
        print_json(rows)
        return
    rows = finite(rows)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if form == "csv":
        import csv
        import io

        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        click.echo(buffer.getvalue(), nl=False)
    elif rows:
        cells = [columns, *(["" if row.get(key) is None else str(row[key]) for key in columns] for row in rows)]
        widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
        for line in cells:
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def print_json(data: Any) -> None:
    """Print plain data as JSON, null for what is no finite number."""
    from gancli.runs.files import json_text

    click.echo(json_text(data))


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
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)
        else:
            click.echo(text, err=True)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()


class Progress(Bar):
    """A bar on a terminal; elsewhere a plain line now and then. Standard error only."""

    SECONDS = 5.0
    """Between two plain lines."""

    def __init__(self, games: int, played: int, quiet: bool = False):
        self._games, self._quiet = games, quiet
        self._next = time.monotonic() + self.SECONDS
        self._game = self._said = played
        self._figures = ""
        if sys.stderr.isatty() and not quiet:
            from tqdm import tqdm

            self._bar = tqdm(total=games, initial=played, unit="game", dynamic_ncols=True)

    def advance(self, game: int) -> None:
        """So many games are played in all; after the last of them there are figures to come, and then `close`."""
        self._game = game
        if self._bar is not None:
            self._bar.update(game - self._bar.n)
        elif game < self._games and time.monotonic() >= self._next:
            self._say()

    def close(self) -> None:
        """Leave the bar as it stands; without one, say where the run ended, unless that has been said."""
        super().close()
        if self._bar is None and self._game != self._said:
            self._say()

    def _say(self) -> None:
        self._next, self._said = time.monotonic() + self.SECONDS, self._game
        if not self._quiet:
            click.echo(f"game {self._game}/{self._games}  {self._figures}".rstrip(), err=True)

    def figures(self, row: dict[str, Any]) -> None:
        """Show the first few of the last figures."""
        shown = [f"{key} {value:.4g}" for key, value in row.items() if key not in ("game", "seconds")][:3]
        self._figures = "  ".join(shown)
        if self._bar is not None:
            self._bar.set_postfix_str(self._figures)
