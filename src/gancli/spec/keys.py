"""Every dotted key of a configuration, and the values that it may have where those are few: for shell completion."""

import itertools
from collections.abc import Iterator
from typing import Any

from gancli.spec.schema import json_schema

Keys = dict[str, list[str]]
"""By key the values that it may have; none where they are too many to list."""


def keys_by_kind() -> dict[str, Keys]:
    """The keys of each kind of experiment, in the order of the models; what is in a list is left out."""
    schema = json_schema()
    found: dict[str, Keys] = {}
    for name in schema["$defs"]:
        kind = schema["$defs"][name].get("properties", {}).get("kind", {}).get("const")
        if kind is not None:
            keys: Keys = {}
            for key, values in _keys(schema["$defs"][name], schema, ""):
                keys[key] = list(dict.fromkeys([*keys.get(key, []), *values]))
            found[kind] = keys
    return found


def _keys(node: dict[str, Any], root: dict[str, Any], prefix: str) -> Iterator[tuple[str, list[str]]]:
    for variant in _variants(node, root):
        for name, child in variant.get("properties", {}).items():
            key = f"{prefix}{name}"
            yield key, list(itertools.chain.from_iterable(map(_values, _variants(child, root))))
            yield from _keys(child, root, f"{key}.")


def _variants(node: dict[str, Any], root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node's alternatives, with their references followed."""
    if "$ref" in node:
        yield from _variants(root["$defs"][node["$ref"].rsplit("/", 1)[1]], root)
        return
    alternatives = [*node.get("anyOf", []), *node.get("oneOf", []), *node.get("allOf", [])]
    yield from (variant for child in alternatives for variant in _variants(child, root)) if alternatives else [node]


def _values(node: dict[str, Any]) -> list[str]:
    if node.get("type") == "boolean":
        return ["true", "false"]
    return [str(value) for value in (*node.get("enum", []), *([node["const"]] if "const" in node else []))]
