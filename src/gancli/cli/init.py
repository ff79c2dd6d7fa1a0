"""`gancli init`: the configurations that come with gancli, to list and to copy."""

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli import shipped
from gancli.cli import layout
from gancli.cli.completion import shipped_names
from gancli.cli.configurations import command as typed
from gancli.cli.output import NO_END, print_rows, say, say_path, width
from gancli.cli.support import command, format_option
from gancli.errors import did_you_mean

if TYPE_CHECKING:
    from gancli.spec import Document

OFFLINE = "offline"
FOLDERS = {
    "": "to begin with:",
    "collapse": "mode collapse:",
    "report": "the report, figure by figure:",
    "tuning": "how they were tuned:",
}
"""What is said of the configurations of a folder."""


@click.command()
@click.argument("name", required=False, shell_complete=shipped_names)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace files that exist.")
@format_option
@command
def init(name: str | None, file: Path | None, force: bool, form: str) -> None:
    """Copy the configuration NAME, with its comments, to FILE, for you to change; without NAME, list them all.

    With a part of names, list those that have it.

    \b
    gancli init
    gancli init report
    gancli init wgan_mnist7
    gancli init report/fig1_6_xor_eta my_sweep.yaml

    FILE is NAME.yaml in this folder by default, and may be a folder. A sweep's base is copied beside it. `gancli train
    NAME` and `gancli sweep NAME` play one as it is.
    """
    source = shipped.find(name) if name is not None else None
    if source is None:
        _list(name, file, form)
        return
    target = _target(source, file)
    copies = shipped.copies(source, target)
    _write(copies, force)
    for path in copies:
        say_path(path)
    say(f"next: {typed('sweep' if len(copies) > 1 else 'train', target)}", err=True)


def _list(part: str | None, file: Path | None, form: str) -> None:
    """Those whose name has a part. Raises UsageError where there are none, or where one was to be copied."""
    names = [name for name in shipped.names() if (part or "").lower() in name.lower()]
    if not names or file is not None:
        meant = did_you_mean(part, [*shipped.names(), *{name.rpartition("/")[0] for name in shipped.names()} - {""}])
        raise click.UsageError(f"{part!r} does not come with gancli{meant}; `gancli init` lists what does")
    if form != "table":
        print_rows(_listed(names), form)
        return
    _print(_listed(names))
    say("gancli init NAME makes a copy to change; gancli train NAME, or sweep, plays one as it is", err=True)


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


def _listed(names: list[str]) -> list[dict[str, Any]]:
    """Of each its name, the command that plays it, how long that takes, which data it needs, and what it is."""
    from gancli import spec

    rows = []
    known = shipped.names()
    for name in names:
        text, document = known[name].read_text(encoding="utf-8"), spec.load_file(known[name])
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
    return OFFLINE if not missing else missing[0] if missing[0] in SETS else "your own"


def _print(rows: list[dict[str, Any]]) -> None:
    """A line for each; in a terminal one that fits, by folders, those for a first try before the report's."""
    room = width(NO_END)
    if room == NO_END:
        print_rows(rows, "table")
        return
    for number, (folder, own) in enumerate(_by_folder(rows).items()):
        say(f"{chr(10) * (number > 0)}{FOLDERS.get(folder, folder)}")
        _print_folder(own, room)
    if any(row["data"] != OFFLINE for row in rows):
        say("(* of data that are to be fetched, or your own)", err=True)
    if len(rows) > shutil.get_terminal_size().lines:
        say("(gancli init PART lists those whose name has it: report, collapse, wgan)", err=True)


def _by_folder(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["name"].rpartition("/")[0], []).append(row)
    return groups


def _print_folder(rows: list[dict[str, Any]], room: int) -> None:
    """Name, what it is as far as there is room, how long it takes, and whether that is of other data."""
    times = [row["takes"] + " *" * (row["data"] != OFFLINE) for row in rows]
    names, ends = (max(map(len, texts)) for texts in ([row["name"] for row in rows], times))
    left = max(layout.LEAST, room - names - ends - 6)
    for row, time in zip(rows, times, strict=True):
        say(f"  {row['name']:{names}}  {brief(row['what it is'], left):{left}}  {time}".rstrip())


def brief(text: str, most: int) -> str:
    """A sentence of at most so many letters: up to a comma, colon or bracket, or else up to a word."""
    if len(text) <= most:
        return text
    ends = [match.start() for match in re.finditer(r"[:;,] | \(", text) if most // 2 <= match.start() <= most]
    ends = [end for end in ends if text.count("(", 0, end) == text.count(")", 0, end)]
    return text[: ends[-1]] if ends else f"{text[: most - 1].rpartition(' ')[0] or text[: most - 1]}…"
