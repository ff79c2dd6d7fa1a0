"""Read YAML without surprises: plain data, the line of every key, and no type changed behind the user's back.

On top of PyYAML's safe loader (no tags, nothing constructed), with the scalars of YAML 1.2's core schema:
`1e-3`, `2e5` and `1.0e3` are floats; `on`, `yes`, `012`, `1:30`, `1_000`, `0x1F` and dates stay text; a key
given twice is an error.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gancli.spec.errors import Problem, SpecError

KeyPath = tuple[str | int, ...]

MAX_BYTES = 200_000
MAX_NODES = 10_000
"""Values in a file, as it is written and with its aliases written out: an alias bomb is refused before it is expanded.
PyYAML reads 15,000 a second on a slow machine, and what is refused is refused in less than two."""
MAX_DEPTH = 50
"""Of lists and mappings within one another; a configuration has five."""

_SCALARS = [  # (tag, pattern, the characters it can start with)
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:(?:0|[1-9][0-9]*)\.[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?"
        r"|(?:0|[1-9][0-9]*)[eE][-+]?[0-9]+|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
    ),
]


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own attribute, made afresh
    source = ""
    _nodes = _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose one node, unless it is one too many: nothing is read further than that."""
        self._nodes += 1
        self._depth += 1
        if self._nodes > MAX_NODES:
            raise _refusal(self.source, f"holds more than {MAX_NODES:,d} values")
        if self._depth > MAX_DEPTH:
            raise _refusal(self.source, f"is nested too deeply: over {MAX_DEPTH} levels")
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)

_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map")}


@dataclass
class Document:
    """Plain data read from `source`.

    `lines` gives the line of each path, ('critic', 'clip') for instance; `origins` the option that set it instead;
    relative paths in it are from `folder`.
    """

    data: Any
    source: str
    lines: dict[KeyPath, int] = field(default_factory=dict)
    origins: dict[KeyPath, str] = field(default_factory=dict)
    folder: Path = Path()

    def where(self, path: KeyPath) -> str:
        """`file:line` of a path, or of its nearest ancestor that stands in the file, or the option that set it."""
        inside = [origin for known, origin in self.origins.items() if known[: len(path)] == path]
        if path and path not in self.lines and inside:
            return inside[0]
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
            if path[:length] in self.lines:
                return f"{self.source}:{self.lines[path[:length]]}"
        return self.source


def load_file(path: Path) -> Document:
    """Read a YAML file whose top level is a mapping. Raises SpecError."""
    source = str(path)
    try:
        if path.is_dir():
            raise _refusal(source, "is a folder; give a YAML file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise _refusal(source, f"is larger than {MAX_BYTES:,d} bytes; a configuration is a few kilobytes")
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise _refusal(source, "no such file") from None
    except OSError as error:
        raise _refusal(source, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise _refusal(source, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    document = load_text(text, source)
    if not isinstance(document.data, dict):
        got = "nothing" if document.data is None else type(document.data).__name__
        raise _refusal(source, f"must hold `key: value` lines (a mapping); got {got}")
    streams = ("/dev/", "/proc/")
    if path.is_file() and not str(path.absolute()).startswith(streams):  # those have the system's folder
        document.folder = path.parent
    return document


def load_text(text: str, source: str) -> Document:
    """Parse YAML text; `data` is whatever its top level is. Raises SpecError."""
    loader = None
    try:
        loader = _Loader(text)
        loader.source = source
        node = loader.get_single_node()
        if node is None:
            return Document(data=None, source=source)
        problems: list[Problem] = []
        lines: dict[KeyPath, int] = {}
        _count(node, {}, source)
        _inspect(node, (), lines, problems, source)
        if problems:
            raise SpecError(problems)
        return Document(data=loader.construct_document(node), source=source, lines=lines)
    except SpecError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{source}:{mark.line + 1}" if mark else source
        detail = ", ".join(words for words in (error.context, error.problem) if words)
        raise SpecError([Problem(where, "", f"is not valid YAML: {detail}")]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise _refusal(source, f"is not valid YAML: {str(error).splitlines()[0]}") from None
    finally:
        if loader is not None:
            loader.dispose()


def _count(node: yaml.Node, sizes: dict[int, int], source: str) -> int:
    """Nodes under `node` with its aliases written out; refuses loops and floods."""
    if id(node) in sizes:
        if sizes[id(node)] == 0:
            raise _refusal(f"{source}:{node.start_mark.line + 1}", "refers to itself through an alias")
        return sizes[id(node)]
    sizes[id(node)] = 0
    total = 1
    if isinstance(node, yaml.CollectionNode):
        for child in node.value:
            total += sum(_count(item, sizes, source) for item in (child if isinstance(child, tuple) else [child]))
    if total > MAX_NODES:
        raise _refusal(source, f"holds more than {MAX_NODES:,d} values")
    sizes[id(node)] = total
    return total


def _inspect(
    node: yaml.Node,
    path: KeyPath,
    lines: dict[KeyPath, int],
    problems: list[Problem],
    source: str,
) -> None:
    """Record the line of every path; find tags, keys that are not text, and keys given twice."""
    lines.setdefault(path, node.start_mark.line + 1)
    here = f"{source}:{node.start_mark.line + 1}"
    name = ".".join(map(str, path))
    if node.tag not in _PLAIN:
        problems.append(Problem(here, name, f"YAML tags are not allowed; got {node.tag!r}"))
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _inspect(child, (*path, index), lines, problems, source)
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or not key_node.tag.endswith(":str"):
                problems.append(Problem(f"{source}:{line}", name, f"a key must be text; got {key!r:.60}"))
                continue
            if key in seen:
                text = f"is given twice, first on line {seen[key]}; remove one"
                problems.append(Problem(f"{source}:{line}", ".".join(map(str, (*path, key))), text))
                continue
            seen[key] = line
            lines[(*path, key)] = line
            _inspect(child, (*path, key), lines, problems, source)


def _refusal(where: str, text: str) -> SpecError:
    return SpecError([Problem(where, "", text)])


_FastDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""The one of libyaml, where PyYAML was built with it: five times faster, the same text."""


class _Quoting:
    """Has a dumper write what `load_text` reads back: text that looks like a number in either YAML is quoted."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own attribute
        first: yaml.SafeDumper.yaml_implicit_resolvers.get(first, []) + _Loader.yaml_implicit_resolvers.get(first, [])
        for first in {*yaml.SafeDumper.yaml_implicit_resolvers, *_Loader.yaml_implicit_resolvers}
    }

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out."""
        return True


class _Dumper(_Quoting, _FastDumper):  # type: ignore[misc]
    """What writes all but what it cannot."""


class _SlowDumper(_Quoting, yaml.SafeDumper):
    """Which can."""


def dump(data: Any) -> str:
    """YAML text of plain data: keys in their order, lists of plain values on one line."""
    try:
        return _dump(data, _Dumper)
    except UnicodeEncodeError:  # bytes of a path that are no text, which libyaml cannot write
        return _dump(data, _SlowDumper)


def _dump(data: Any, dumper: Any) -> str:
    return str(yaml.dump(data, Dumper=dumper, sort_keys=False, default_flow_style=None, width=100))
