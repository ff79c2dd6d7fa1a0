"""The configurations that come with gancli: in a wheel beside the code, in a clone in its folder `configs`."""

import os
import re
from pathlib import Path

PLACES = (Path(__file__).parent / "configs", Path(__file__).parents[2] / "configs")
_NUMBERS = re.compile(r"(\d+)")
_BASE = re.compile(r"^( +base: *)(\S+)", re.MULTILINE)
_SENTENCE = re.compile(r".*?(?<!et al)[.?!](?= |$)")
_TAKES = re.compile(r"Takes (?:about )?(.+?)(?= on (?:\d|one)| with | of one |[.,:;(]|$)")


def names() -> dict[str, Path]:
    """Each one's file by its name: `wgan_mnist7`, `report/fig1_3_neuron`; those in no folder come first."""
    folder = next((place for place in PLACES if place.is_dir()), None)
    files = folder.rglob("*.yaml") if folder else ()
    known = {path.relative_to(folder).with_suffix("").as_posix(): path for path in files if folder}
    return {name: known[name] for name in sorted(known, key=_order)}


def _order(name: str) -> tuple[int, list[str | int]]:
    """Sorts `fig1_10` after `fig1_9`."""
    parts = [int(part) if part.isdecimal() else part for part in _NUMBERS.split(name)]
    return name.count("/"), parts


def find(name: str) -> Path | None:
    """The file of a name, which may end in `.yaml` and begin with `configs/`, as documentation writes it."""
    return names().get(name.removeprefix("configs/").removesuffix(".yaml"))


def name_of(path: Path) -> str | None:
    """The name of a file; None where it does not come with gancli."""
    return next((name for name, known in names().items() if known == Path(os.path.normpath(path))), None)


def comment(text: str) -> str:
    """The first lines of a configuration, up to the first that is no comment, as paragraphs."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line[1:].strip())
    paragraphs = "\n".join(lines).split("\n\n")
    return "\n\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)


def sentence(text: str) -> str:
    """What a configuration does: the first sentence of its comment."""
    first = comment(text).partition("\n\n")[0]
    match = _SENTENCE.match(first)
    return (match.group() if match else first).removesuffix(".")


def takes(text: str) -> str:
    """How long it takes, `10 to 30 s`; empty where its comment does not say."""
    match = _TAKES.search(comment(text))
    return re.sub(r"minutes?", "min", match[1]) if match else ""


def copies(source: Path, target: Path) -> dict[Path, bytes]:
    """What a copy of one at `target` takes, by file: itself and, of a sweep, the base that it names, beside it."""
    text = source.read_text(encoding="utf-8")
    match = _BASE.search(text)
    if match is None:
        return {target: text.encode("utf-8")}
    base = source.parent / match[2]
    beside = target.with_name(base.name)
    if beside == target:  # configs/tuning/wgan_mnist7.yaml, whose base is configs/wgan_mnist7.yaml
        beside = target.with_name(f"{base.stem}_base.yaml")
    text = text[: match.start(2)] + beside.name + text[match.end(2) :]
    return {beside: base.read_bytes(), target: text.encode("utf-8")}
