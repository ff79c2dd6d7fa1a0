"""Turn pydantic's errors into problems a user can act on: place, allowed values, value received, did you mean."""

import itertools
from collections.abc import Iterable
from typing import Any

from pydantic_core import ErrorDetails

from gancli.errors import did_you_mean
from gancli.spec import foreign
from gancli.spec.base import DEFAULT_NAME
from gancli.spec.errors import Problem
from gancli.spec.yaml import Document, KeyPath

MAX_PROBLEMS = 100
"""Problems that are put into words; a file with more is no configuration."""
_TYPES = {
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "finite_number": "a finite number",
}
_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def problems(errors: Iterable[ErrorDetails], document: Document, schema: dict[str, Any]) -> dict[KeyPath, Problem]:
    """One problem for each path that is wrong."""
    by_path: dict[KeyPath, list[ErrorDetails]] = {}
    for error in itertools.islice(errors, MAX_PROBLEMS):
        by_path.setdefault(_path_in_data(error["loc"], document.data), []).append(error)
    problems_by_path = {}
    for path, alternatives in by_path.items():
        if any(other[: len(path)] == path for other in by_path if other != path):
            alternatives = [error for error in alternatives if _is_too_short(error)]
        if alternatives:
            text = _text(alternatives, path, schema, document.data)
            problems_by_path[path] = Problem(document.where(path), ".".join(map(str, path)), text)
    return problems_by_path


def _is_too_short(error: ErrorDetails) -> bool:
    """Has a list too few entries, whatever they are?

    pydantic counts the valid ones alone, so that it calls a list too short whose entries are wrong. Where entries are
    wrong, that and what other members of a union want in the list's place say nothing of them.
    """
    return error["type"] == "too_short" and len(error["input"]) < error["ctx"]["min_length"]


def _text(alternatives: list[ErrorDetails], path: KeyPath, schema: dict[str, Any], data: Any) -> str:
    """What is wanted at `path`, by one of the alternatives, and what was received."""
    texts = list(dict.fromkeys(_requirement(error, path, schema, data) for error in alternatives))
    text = " or ".join([texts[0], *(text.removeprefix("must ").removeprefix("be ") for text in texts[1:])])
    value = _received(alternatives[0])
    if alternatives[0]["type"] == "extra_forbidden" or _is_missing_key(alternatives[0]):
        return text
    choices = _choices(alternatives)
    return text + f"; got {_shown(value)}" + (foreign.choice(value, choices) or did_you_mean(value, choices))


def _is_missing_key(error: ErrorDetails) -> bool:
    """Is a key missing, rather than an entry of a list of so many?"""
    return error["type"] == "missing" and not isinstance(error["loc"][-1], int)


def _path_in_data(loc: tuple[int | str, ...], data: Any) -> KeyPath:
    """`loc` without the names that pydantic adds for unions and tags."""
    path: list[int | str] = []
    for depth, key in enumerate(loc):
        inside_dict = isinstance(data, dict) and key in data
        inside_list = isinstance(data, list) and isinstance(key, int) and key < len(data)
        if inside_dict or inside_list:
            data = data[key]
            path.append(key)
        elif depth == len(loc) - 1 and isinstance(data, dict) and str(key).isidentifier():
            path.append(key)  # a key that is missing
    return tuple(path)


def _requirement(error: ErrorDetails, path: KeyPath, schema: dict[str, Any], data: Any) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        if meant := foreign.translation(*map(str, path)):
            return f"unknown key{meant}"
        allowed = sorted(_properties(schema, path[:-1], data))
        return f"unknown key; allowed here: {', '.join(allowed)}{did_you_mean(path[-1], allowed)}"
    if kind in ("model_type", "model_attributes_type") and path[-2:-1] == ("layers",):
        return "must be a mapping, such as {units: 300}: a list of widths is a network's `shape`"
    if kind == "missing" and _is_missing_key(error):
        return "is required and not given"
    if kind in ("missing", "too_short", "too_long"):
        return f"must have {_length(error, path, schema, data)}"
    if kind == "tuple_type" and path[-1] == "shape":
        return "must be a list, such as [784, 20, 1]"
    if kind in _TYPES:
        return f"must be {_TYPES[kind]}"
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {error['ctx'][key]}"
    if kind in ("literal_error", "union_tag_invalid"):
        return f"must be {error['ctx'].get('expected') or error['ctx']['expected_tags']}"
    if kind == "union_tag_not_found":
        return "must be a mapping with a `name`"
    if kind == "string_too_long":
        return f"must have at most {error['ctx']['max_length']} characters"
    if kind == "string_pattern_mismatch":
        return "must be letters, digits, `_`, `-` and `.`, and begin with a letter or a digit"
    return error["msg"].removeprefix("Value error, ").replace("Input should", "must")


def _length(error: ErrorDetails, path: KeyPath, schema: dict[str, Any], data: Any) -> str:
    """How many entries the list at `path` must have: of those of a fixed length, the JSON Schema knows it."""
    fixed = [node["minItems"] for node in _nodes(schema, path, data) if "prefixItems" in node]
    if fixed:
        return f"{fixed[0]} entries"
    bound, words = ("min_length", "at least") if error["type"] == "too_short" else ("max_length", "at most")
    count = error["ctx"][bound]
    return f"{words} {count} {'entry' if count == 1 else 'entries'}"


def _received(error: ErrorDetails) -> Any:
    """The value that is wrong: of `optimizer: {name: rmspop, …}`, its name."""
    value = error["input"]
    wrong_name = error["type"] == "union_tag_invalid" or (isinstance(value, dict) and set(value) == {"name"})
    return value["name"] if wrong_name else value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _choices(errors: list[ErrorDetails]) -> list[str]:
    texts = [str(error.get("ctx", {}).get(key, "")) for error in errors for key in ("expected", "expected_tags")]
    return [
        choice.strip(" '") for text in texts for choice in text.replace(" or ", ",").split(",") if choice.strip(" '")
    ]


def _properties(schema: dict[str, Any], path: KeyPath, data: Any) -> set[str]:
    """The keys that the JSON Schema allows at `path`, following the names chosen in `data`."""
    return {key for node in _nodes(schema, path, data) for key in node.get("properties", {})}


def _nodes(schema: dict[str, Any], path: KeyPath, data: Any) -> list[dict[str, Any]]:
    """What the JSON Schema says of `path`, each alternative of it, following the names chosen in `data`."""
    nodes = _variants(schema, schema, data)
    for key in path:
        data = data[key]
        children = [
            node.get("items", {}) if isinstance(key, int) else node.get("properties", {}).get(key, {}) for node in nodes
        ]
        nodes = [variant for child in children for variant in _variants(child, schema, data)]
    return nodes


def _variants(node: dict[str, Any], root: dict[str, Any], data: Any) -> list[dict[str, Any]]:
    """`node` with its references followed and, of its alternatives, the one that `data` names."""
    if "$ref" in node:
        return _variants(root["$defs"][node["$ref"].rsplit("/", 1)[1]], root, data)
    mapping = node.get("discriminator", {}).get("mapping")
    name = data.get("name") if isinstance(data, dict) else None
    if mapping:
        default = mapping.get(node.get(DEFAULT_NAME))
        chosen = [mapping[name]] if name in mapping else mapping.values() if default is None else [default]
        return [variant for ref in chosen for variant in _variants({"$ref": ref}, root, data)]
    alternatives = [*node.get("anyOf", []), *node.get("oneOf", []), *node.get("allOf", [])]
    if alternatives:
        return [variant for child in alternatives for variant in _variants(child, root, data)]
    return [node]
