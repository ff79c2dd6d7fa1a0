"""`gancli init`: the configurations that come with gancli, to list and to copy."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli import shipped
from gancli.cli.completion import shipped_names
from gancli.cli.configurations import command as typed
from gancli.cli.output import print_rows, say, say_path, shortened, width
from gancli.cli.support import command, format_option
from gancli.errors import did_you_mean

if TYPE_CHECKING:
    from gancli.spec import Document

LEAST = 30
"""Columns for what a configuration is, beside the others."""


@click.command()
@click.argument("name", required=False, shell_complete=shipped_names)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace files that exist.")
@format_option
@command
def init(name: str | None, file: Path | None, force: bool, form: str) -> None:
    """Copy the configuration NAME, with its comments, to FILE, for you to change; without NAME, list them all.

    \b
    gancli init
    gancli init wgan_mnist7
    gancli init report/fig1_6_xor_eta my_sweep.yaml

    FILE is NAME.yaml in this folder by default, and may be a folder. A sweep's base is copied beside it. `gancli train
    NAME` and `gancli sweep NAME` play one as it is.
    """
    if name is None:
        if form == "table":
            _print(_listed())
            say("\ngancli init NAME makes a copy to change; gancli train NAME, or sweep, plays one as it is", err=True)
        else:
            print_rows(_listed(), form)
        return
    source = shipped.find(name)
    if source is None:
        meant = did_you_mean(name, shipped.names())
        raise click.UsageError(f"{name!r} does not come with gancli{meant}; `gancli init` lists what does")
    target = _target(source, file)
    copies = shipped.copies(source, target)
    _write(copies, force)
    for path in copies:
        say_path(path)
    say(f"next: {typed('sweep' if len(copies) > 1 else 'train', target)}", err=True)


def _target(source: Path, file: Path | None) -> Path:
    """Raises UsageError where the copy may not go there."""
    target = Path(source.name) if file is None else file / source.name if file.is_dir() else file
    if target.suffix not in (".yaml", ".yml"):
        raise click.UsageError(f"FILE must end in .yaml, or be a folder that exists; got {str(file)!r}")
    if not target.parent.is_dir():
        raise click.UsageError(f"{target.parent} is not a folder; make it first")
    return target


def _write(copies: dict[Path, bytes], force: bool) -> None:
    """Write those that are not there already. Raises UsageError where another file is in the way of any."""
    from gancli.runs.files import write_bytes

    new = {path: content for path, content in copies.items() if not _holds(path, content)}
    for path in new:
        if path.is_dir():
            raise click.UsageError(f"{path} is a folder; give a file")
        if os.path.lexists(path) and not force:
            raise click.UsageError(f"{path} exists; choose another name or folder, or --force to replace it")
    for path, content in new.items():
        write_bytes(path, content)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content


def _listed() -> list[dict[str, Any]]:
    """Of each its name, the command that plays it, how long that takes, which data it needs, and what it is."""
    from gancli import spec

    rows = []
    for name, path in shipped.names().items():
        text, document = path.read_text(encoding="utf-8"), spec.load_file(path)
        does = "sweep" if spec.is_sweep(document) else "train"
        about = {"takes": shipped.takes(text), "data": _needed(document), "what it is": shipped.sentence(text)}
        rows.append({"name": name, "with": does, **about})
    return rows


def _needed(document: "Document") -> str:
    """`offline` where gancli has the data, or some of them, by itself; else the set to fetch, or one's own."""
    from gancli import spec
    from gancli.data import SETS

    sweep = document.data.get("sweep", {})
    start = spec.load_file(document.folder / sweep["base"]) if sweep else document
    axes = {**sweep.get("grid", {}), **sweep.get("zip", {})}
    own = start.data.get("data", {}).get("set", "mnist")
    needed = [name for name in axes.get("data.set", [own]) if name not in SETS or SETS[name].fetched]
    missing = [name for name in needed if name != "mnist"]  # of which a part is bundled
    return "offline" if not missing else missing[0] if missing[0] in SETS else "your own"


def _print(rows: list[dict[str, Any]]) -> None:
    """A table; on a terminal that is narrow, what each is stands below it."""
    columns = width()
    about = [str(row.pop("what it is")) for row in rows]
    widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    left = sum(widths.values()) + 2 * len(widths)
    beside = columns - left >= LEAST
    room = columns - (left if beside else 4)
    for row, text in zip([dict(zip(widths, widths, strict=True)), *rows], ["what it is", *about], strict=True):
        line = "  ".join(row[key].ljust(width) for key, width in widths.items())
        shown = shortened(text, room)
        say(f"{line}  {shown}" if beside else f"{line.rstrip()}\n    {shown}")
