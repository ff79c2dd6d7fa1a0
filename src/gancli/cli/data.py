"""`gancli data list|info|fetch`."""

import os

import click

from gancli.cli.output import print_json, say, say_path
from gancli.cli.support import command

SECONDS = click.FloatRange(min=0, max=1e6, min_open=True)


@click.group()
def data() -> None:
    """The data sets on this machine."""


@data.command("list")
@command
def list_sets() -> None:
    """List the data sets, and where each would be taken from."""
    from gancli import data as sets

    for name in sets.SETS:
        found = sets.load(name)
        counts = f"{len(found.train.samples):,d} + {len(found.test.samples):,d}"
        say(f"{name:8} {counts:>18} samples   {found.origin}")


@data.command()
@click.argument("name", type=click.Choice(["mnist", "xor", "line", "ring", "grid"]))
@click.option("--path", help="Folder to look in, as `data.path` in a configuration.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@command
def info(name: str, path: str | None, form: str) -> None:
    """Say where a data set is taken from, how large it is, and its checksums."""
    from gancli import data as sets

    found = sets.load(name, path=path) if name == "mnist" else sets.load(name)
    facts = {
        "set": found.name,
        "from": found.origin,
        "sample_shape": list(found.shape),
        "train": len(found.train.samples),
        "test": len(found.test.samples),
        **found.facts,
    }
    if form == "json":
        print_json(facts)
        return
    for key, value in facts.items():
        for part, text in value.items() if isinstance(value, dict) else [("", value)]:
            say(f"{' '.join(filter(None, (key, part))):32} {text}")


@data.command()
@click.argument("name", type=click.Choice(["mnist"]))
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
def fetch(name: str, mirrors: tuple[str, ...], timeout: float, total: float | None) -> None:
    """Download a data set into this user's cache, verified; its folder is the last line printed."""
    from gancli.data import fetch as fetching

    addresses = tuple(mirror.rstrip("/") + "/" for mirror in mirrors) or fetching.MIRRORS
    bar = os.isatty(2)
    say_path(fetching.fetch_mnist(lambda line: say(line, err=True), addresses, timeout, total, bar))
