"""Write the reference pages from the code itself: `python scripts/reference.py`; with --check, only say what differs.

docs/reference/commands.md is made from the Click commands, docs/reference/keys.md from configurations' JSON Schema.
"""

import functools
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gancli.cli import main as gancli
from gancli.spec import json_schema

DOCS = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTE = "<!-- Written by scripts/reference.py: change what it reads, and run it again. -->\n"
EXIT_CODES = """\
Exit codes: 0 done; 1 the run failed, diverged or collapsed, or the system refused something (a full disk); 2 the
configuration or the command line is wrong; 3 a sweep ended with failed cells, before all were played, or some could not
be evaluated; 124 `--max-time` was over; 129, 130, 143 ended by SIGHUP, Ctrl-C, SIGTERM."""
"""In all pages that have them; a test compares them."""
DEBUG = "`--debug` shows the traceback of an error."
ABOUT_KEYS = """\
A file is one of the first five sections: the key `kind` says which of four, and a sweep has `sweep`. The other
sections are what their keys hold; where several are allowed, `name` says which, and a name alone stands for a
mapping of it (`activation: relu`). [configuration.md](../configuration.md) explains them in their order; `gancli
schema` prints the same for editors."""
CALLED = {
    "SweepFile": "A sweep file",
    "Network": "A network: network, generator, discriminator, critic",
    "Layer": "One of a network's layers",
    "OtherLogger": "log: another package's",
    "OfDiscriminator": "condition of a GAN",
    "OfCritic": "condition of a WGAN",
}
"""Sections that no key alone says."""
KINDS = ("Supervised", "Gan", "Wgan", "Game2d", "SweepFile")
"""The sections that a file can be, which come first."""


def commands() -> str:
    """The page of all commands."""
    sections = [section for command in gancli.commands.values() for section in _command(command, "gancli")]
    head = f"# Commands\n\n{NOTE}\n{_help(gancli)}\n\n{EXIT_CODES} {DEBUG}\n"
    return "\n".join([head, *sections])


def _command(command: click.Command, parent: str) -> Iterator[str]:
    name = f"{parent} {command.name}"
    parameters = [one for one in command.params if not getattr(one, "hidden", False)]
    words = [_word(one) for one in parameters if isinstance(one, click.Argument)]
    options = [one for one in parameters if isinstance(one, click.Option) and one.name not in ("help", "debug")]
    group = isinstance(command, click.Group)
    usage = " ".join([name, *(["[OPTIONS]"] if options else []), *words, *(["COMMAND"] if group else [])])
    lines = [f"## {name}", "", f"```text\n{usage}\n```", "", _help(command), ""]
    if options:
        lines += ["| option | does | default |", "| --- | --- | --- |", *map(_option, options), ""]
    yield "\n".join(lines)
    for child in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _command(child, name)


def _word(argument: click.Argument) -> str:
    if argument.metavar:
        return argument.metavar
    name = str(argument.name).upper() + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _option(option: click.Option) -> str:
    value = "" if option.is_flag or option.count else f" {option.metavar or _type(option.type)}"
    value = value.replace("|", "\\|")  # in a table, in code too
    names = ", ".join(sorted([*option.opts, *option.secondary_opts], key=len))
    words = option.help or ""
    more = " Several times." if option.multiple and "several times" not in str(option.help) else ""
    default = option.default if option.show_default and not option.is_flag else None
    shown = "" if default is None else f"`{default}`"
    return f"| `{names}{value}` | {_cell(words + more)} | {shown} |".replace("  |", " |")


def _type(kind: Any) -> str:
    if isinstance(kind, click.Choice):
        return " or ".join(map(str, kind.choices))
    return {"integer": "N", "integer range": "N", "float": "X", "float range": "X"}.get(
        kind.name, str(kind.name).upper()
    )


def _help(command: click.Command) -> str:
    r"""Its docstring; a paragraph that begins with \b is one of lines as they are."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(command.help or ""))
    texts = [f"```text\n{one[2:].strip()}\n```" if one.startswith("\b") else _joined(one) for one in paragraphs if one]
    return "\n\n".join(texts)


def keys() -> str:
    """The page of all keys."""
    definitions = _definitions()
    order = [*KINDS]
    for name in order:  # what a section names comes after it
        order += [other for other in dict.fromkeys(_references(definitions[name])) if other not in order]
    missing = definitions.keys() - set(order)
    assert not missing, missing
    head = f"# Keys of a configuration\n\n{NOTE}\n{ABOUT_KEYS}\n"
    return "\n".join([head, *(_section(name, definitions[name]) for name in order)])


@functools.cache
def _definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = json_schema()["$defs"]
    return definitions


@functools.cache
def _headings() -> dict[str, str]:
    """By definition, what its user writes: `optimizer: adam`; where several are the same, with the kinds as well."""
    found = {name: _words(name) for name in _definitions()}
    kinds = {name: _kinds(name) for name in found}
    return {
        name: text if list(found.values()).count(text) == 1 else f"{text} (kind: {', '.join(kinds[name])})"
        for name, text in found.items()
    }


def _words(name: str) -> str:
    """The keys that hold a section, and its own name where it has one."""
    if name in CALLED:
        return CALLED[name]
    own = _definitions()[name]["properties"]
    if "kind" in own:
        return f"kind: {own['kind']['const']}"
    places = [(of, key) for of, one in _definitions().items() for key in _holders(one, name)]
    inner = all(of.endswith("Training") for of, _ in places)
    words = dict.fromkeys(f"training.{key}" if inner else key for _, key in places)
    if "const" in own.get("name", {}):
        return f"{next(iter(words))}: {own['name']['const']}"
    return ", ".join(words)


def _holders(definition: dict[str, Any], name: str) -> list[str]:
    return [key for key, value in definition["properties"].items() if name in _references(value)]


def _kinds(name: str) -> list[str]:
    """The kinds of experiment in which a section can be."""
    return [kind.lower() for kind in KINDS[:-1] if name in _reached(kind)]


@functools.cache
def _reached(name: str) -> frozenset[str]:
    below = set(_references(_definitions()[name]))
    return frozenset(below.union(*map(_reached, below)))


def _section(name: str, definition: dict[str, Any]) -> str:
    required = set(definition.get("required", []))
    rows = [_key(key, value, key in required) for key, value in definition["properties"].items()]
    text = _joined(definition.get("description", "")).replace("{", "&#123;")
    head = [f"## {_headings()[name]}", "", *([text, ""] if text else [])]
    return "\n".join([*head, "| key | value | default | is |", "| --- | --- | --- | --- |", *rows, ""])


def _key(key: str, value: dict[str, Any], required: bool) -> str:
    default = "" if value.get("default") is None else _plain(value["default"])
    about = _cell(value.get("description") or _fallback(value))
    return f"| `{key}` | {_cell(_value(value))} | {'*required*' if required else default} | {about} |".replace(
        "|  |", "| |"
    )


def _fallback(value: dict[str, Any]) -> str:
    """Of a key without words of its own: the first sentence of the only section that it may hold."""
    if "const" in value:
        return "Says that it is this section."
    sections = dict.fromkeys(_references(value))
    text = " ".join(_definitions()[next(iter(sections))].get("description", "").split()) if len(sections) == 1 else ""
    return re.split(r"(?<=\w[.?])\s(?=[A-Z])", text)[0]


def _plain(value: Any) -> str:
    """A default; of a mapping the keys that are given."""
    if isinstance(value, dict):
        return "`{" + ", ".join(f"{key}: {_yaml(one)}" for key, one in value.items() if one is not None) + "}`"
    return f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _value(node: dict[str, Any]) -> str:
    """What a value may be, in words; other sections as links."""
    if "$ref" in node:
        return _link(node["$ref"].rsplit("/", 1)[1])
    for word in ("anyOf", "oneOf"):
        if word in node:
            parts = [
                _value(one) for one in node[word] if one.get("type") != "null" and not _stands_for(one, node[word])
            ]
            return " or ".join(dict.fromkeys(parts))
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        return ", ".join(f"`{one}`" for one in node["enum"])
    return _simple(node)


def _stands_for(one: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """Is it the names of the sections beside it?"""
    sections = [_definitions()[name]["properties"] for other in others for name in _references(other)]
    return "enum" in one and set(one["enum"]) <= {section.get("name", {}).get("const") for section in sections}


def _simple(node: dict[str, Any]) -> str:
    kind = node.get("type")
    if kind == "array":
        if "prefixItems" in node:
            return f"list of {len(node['prefixItems'])}: {_value(node['prefixItems'][0])}"
        return "list of " + (_value(node["items"]) if node.get("items") else "values")
    if kind == "object":
        return "mapping"
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true`, `false`"}
    return words.get(str(kind), "any value") + _bounds(node)


def _bounds(node: dict[str, Any]) -> str:
    low, above = node.get("minimum"), node.get("exclusiveMinimum")
    high, under = node.get("maximum"), node.get("exclusiveMaximum")
    ends = [
        *([f"from {_number(low)}"] if low is not None else [f"above {_number(above)}"] if above is not None else []),
        *([f"to {_number(high)}"] if high is not None else [f"below {_number(under)}"] if under is not None else []),
    ]
    return f" {' '.join(ends)}" if ends else ""


def _number(value: float) -> str:
    return "2⁶³" if value == 2**63 else f"{value:,.10g}"


def _link(name: str) -> str:
    heading = _headings()[name]
    text = heading.partition(" (")[0]
    own = "const" in _definitions()[name]["properties"].get("name", {})
    return f"[{text.partition(': ')[2] if own else text}](#{_slug(heading)})"


def _slug(heading: str) -> str:
    """The anchor of a heading, as the site and those who show the repository make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _references(node: Any) -> list[str]:
    """The sections that a node names, in order."""
    if isinstance(node, dict):
        own = [node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else []
        return own + [name for key, child in node.items() if key != "discriminator" for name in _references(child)]
    return [name for child in node for name in _references(child)] if isinstance(node, list) else []


def _joined(text: str) -> str:
    """Paragraphs of one line each."""
    return "\n\n".join(" ".join(one.split()) for one in re.split(r"\n\s*\n", text.strip()))


def _cell(text: str) -> str:
    """Of a table."""
    return " ".join(text.split()).replace("|", "\\|")


PAGES = {"commands.md": commands, "keys.md": keys}


def main(folder: Path = DOCS, check: bool = False) -> list[str]:
    """Write the pages, or with `check` nothing; returns the names of those that are, or would be, changed."""
    made = {name: make() for name, make in PAGES.items()}
    there = {name: (folder / name).read_text("utf-8") if (folder / name).exists() else None for name in made}
    changed = [name for name in made if made[name] != there[name]]
    for name in [] if check else changed:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(made[name], encoding="utf-8")
    return changed


if __name__ == "__main__":
    only_check = sys.argv[1:] == ["--check"]
    names = main(check=only_check)
    print("\n".join(f"{DOCS / name}: {'is not as it would be written' if only_check else 'written'}" for name in names))
    sys.exit(1 if only_check and names else 0)
