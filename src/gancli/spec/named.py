"""A configuration by its name: a file first, then one that comes with gancli."""

from pathlib import Path

from gancli import shipped
from gancli.errors import did_you_mean
from gancli.spec.errors import Problem, SpecError
from gancli.spec.yaml import Document, load_file


def load_named(config: Path, folder: Path = Path()) -> Document:
    """What the file CONFIG of `folder` holds, or CONFIG.yaml, or the configuration of this name that comes with gancli.

    The last one's paths are from where one stands, as those of an option are. Raises SpecError.
    """
    here = [folder / config, *(folder / f"{config}{end}" for end in (".yaml", ".yml") if config.name)]
    found = next((path for path in here if path.exists() and not path.is_dir()), None)
    if found is not None:
        return load_file(found)
    source = shipped.find(config.as_posix())
    if source is not None:
        document = load_file(source)
        document.folder = document.folder if "sweep" in document.data else Path()
        return document
    if here[0].is_dir():
        return load_file(here[0])  # which is refused
    text = "no such file, nor does one of this name come with gancli; `gancli init` lists those that do"
    raise SpecError([Problem(str(folder / config), "", text + did_you_mean(config.with_suffix(""), shipped.names()))])
