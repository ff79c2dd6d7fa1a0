"""The configuration that a command is given: a file or, where there is none of that name, one that comes along."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from gancli import shipped
from gancli.cli.output import say

if TYPE_CHECKING:
    from gancli.spec import Document


def read(config: Path) -> "Document":
    """What CONFIG holds; says so where it is one that comes with gancli. Raises SpecError."""
    from gancli.spec import load_named

    document = load_named(config)
    source = Path(document.source)
    if source != config:
        name = shipped.name_of(source)
        comes = f"{name} comes with gancli; `gancli init {name}` makes a copy to change"
        say(f"note: {source}, as there is no file {config}" if name is None else f"note: {comes}", err=True)
    return document


def experiment(config: Path) -> "Document":
    """What CONFIG holds, which is one experiment. Raises SpecError, of a sweep with the command that plays it."""
    from gancli.spec import Problem, SpecError, is_sweep

    document = read(config)
    if is_sweep(document) and "kind" not in document.data:
        text = f"holds a sweep of many runs; this plays them: {command('sweep', config)}"
        raise SpecError([Problem(str(config), "", text)])
    return document


def command(*words: str | Path) -> str:
    """A command to type, quoted where a shell needs it."""
    return shlex.join(["gancli", *map(str, words)])
