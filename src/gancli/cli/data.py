"""`gancli data list|info|fetch`."""

import os
import sys
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from gancli.cli import completion
from gancli.cli.output import print_cells, print_json, say, say_path
from gancli.cli.support import command, nested_format_option
from gancli.errors import did_you_mean

if TYPE_CHECKING:
    from gancli.data.sets import SetInfo

SECONDS = click.FloatRange(min=0, max=1e6, min_open=True)


class SetName(click.ParamType):  # type: ignore[type-arg]
    """A name of the table of data sets, which is not read before it is needed."""

    name = "set"

    def __init__(self, fetched: bool = False):
        self.fetched = fetched
        """Only those that are made of files?"""

    def names(self) -> list[str]:
        """All that are allowed."""
        from gancli.data import SETS

        return [name for name, info in SETS.items() if info.fetched or not self.fetched]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """One of the names."""
        names = self.names()
        if value not in names:
            meant = did_you_mean(str(value), names)
            self.fail(f"must be one of {', '.join(names)}; got {value!r}{meant}", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so."""
        return [CompletionItem(name) for name in self.names() if name.startswith(incomplete)]


@click.group()
def data() -> None:
    """The data sets that gancli knows: which are on this machine, what is known of them, and what brings them."""


@data.command("list")
@command
def list_sets() -> None:
    """List the data sets, and where each would be taken from."""
    from gancli.data import summary

    every = list(summary.overview())
    if sys.stdout.isatty():
        _print_sets(every)
        return
    for info, counts, place in every:
        shape = "×".join(map(str, info.shape))
        number = f"{counts[0]:,d} + {counts[1]:,d}"
        say(f"{info.name:15} {info.kind:7} {shape:8} {number:>16} samples   {place}")


def _print_sets(every: "list[tuple[SetInfo, tuple[int, int], str]]") -> None:
    """For a terminal: what brings those that are not here is said once, below."""
    from gancli.data.summary import NOT_HERE

    cells = [["set", "kind", "shape", "samples", "from"]]
    for info, counts, place in every:
        shape, number = "×".join(map(str, info.shape)), f"{counts[0]:,d} + {counts[1]:,d}"
        cells.append([info.name, info.kind, shape, number, NOT_HERE if place.startswith(NOT_HERE) else place])
    print_cells(cells, spare=("kind", "shape"))
    if any(row[-1] == NOT_HERE for row in cells):
        say(f"(what is {NOT_HERE}: gancli data fetch NAME)", err=True)


@data.command()
@click.argument("name", type=SetName(), metavar="NAME")
@click.option("--path", shell_complete=completion.files, help="Folder to look in, as `data.path` in a configuration.")
@nested_format_option
@command
def info(name: str, path: str | None, form: str) -> None:
    """Say all that is known of a data set: what it is, where it is taken from, licence, addresses, checksums.

    NAME is one that `gancli data list` shows.
    """
    from gancli.data import summary

    facts = summary.facts(name, path)
    if form == "json":
        print_json(facts)
        return
    for key, value in facts.items():
        for file, text in value.items() if isinstance(value, dict) else [("", value)]:
            shown = ", ".join(map(str, text)) if isinstance(text, list) else text
            say(f"{' '.join(filter(None, (key, file))):32} {shown}")


@data.command()
@click.argument("names", type=SetName(fetched=True), metavar="NAME...", nargs=-1, required=True)
@click.option("--mirror", "mirrors", multiple=True, metavar="URL", help="Try this address instead; may be repeated.")
@click.option(
    "--timeout",
    type=SECONDS,
    default=30.0,
    show_default=True,
    help="Give a mirror up when it is silent for so many seconds.",
)
@click.option(
    "--total", type=SECONDS, help="And when a file takes so many; by default a minute and its size at 20 kB a second."
)
@command
def fetch(names: tuple[str, ...], mirrors: tuple[str, ...], timeout: float, total: float | None) -> None:
    """Download data sets into this user's cache, verified; each one's folder is printed, the last one's last.

    NAME is mnist, fashion_mnist, kmnist, emnist_letters, emnist_digits, cifar10 or sheep. A download that breaks off is
    gone on with by the next one, where the server can do that.
    """
    from gancli.data import fetch as fetching

    addresses = tuple(mirror.rstrip("/") + "/" for mirror in mirrors)
    bar = os.isatty(2)
    for name in names:
        say_path(fetching.fetch(name, lambda line: say(line, err=True), addresses, timeout, total, bar))
