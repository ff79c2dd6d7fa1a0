"""The configuration that a command is given: a file or, where there is none of that name, one that comes along."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from gancli import shipped
from gancli.cli.output import say
from gancli.errors import did_you_mean

if TYPE_CHECKING:
    from gancli.spec import Document


def read(config: Path) -> "Document":
    """What CONFIG holds; says so where it is one that comes with gancli. Raises SpecError."""
    from gancli.spec import Problem, SpecError, load_file

    source = None if os.path.exists(config) and not config.is_dir() else shipped.find(config.as_posix())  # noqa: PTH110
    if source is not None:
        name = shipped.name_of(source)
        say(f"note: {name} comes with gancli; `gancli init {name}` makes a copy to change", err=True)
    elif not os.path.lexists(config):
        text = "no such file, nor does one of this name come with gancli; `gancli init` lists those that do"
        raise SpecError([Problem(str(config), "", text + did_you_mean(config.with_suffix(""), shipped.names()))])
    return load_file(source or config)


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
