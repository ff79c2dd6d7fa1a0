"""Dotted overrides, `critic.optimizer.eta=1e-3`, written into a document before it is validated."""

from typing import Any

from gancli.spec.errors import Problem, SpecError
from gancli.spec.yaml import Document, load_text


def apply(document: Document, settings: list[str]) -> None:
    """Write each `key=value` of `settings` into `document.data`; the value is read as YAML. Raises SpecError."""
    problems: list[Problem] = []
    for setting in settings:
        try:
            _apply_one(document, setting)
        except SpecError as error:
            problems.extend(error.problems)
    if problems:
        raise SpecError(problems)


def _apply_one(document: Document, setting: str) -> None:
    where = f"--set {setting}"
    name, equals, text = setting.partition("=")
    keys = name.strip().split(".")
    if not equals or not all(keys):
        raise SpecError([Problem(where, "", "must be key=value, with a dotted key: critic.optimizer.eta=1e-3")])
    parent: Any = document.data
    for key in keys[:-1]:
        parent = _step(parent, key, where)
    _write(parent, keys[-1], text if _is_bytes(text) else load_text(text, where).data, where)
    path = tuple(int(key) if key.isdecimal() else key for key in keys)
    for known in [known for known in document.lines if known[: len(path)] == path]:
        del document.lines[known]
    document.origins[path] = where


def _is_bytes(text: str) -> bool:
    """Does it hold bytes of the command line that are no text, as a path may? YAML has no such thing."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _step(parent: Any, key: str, where: str) -> Any:
    if isinstance(parent, list):
        return parent[_index(parent, key, where)]
    if not isinstance(parent, dict):
        raise SpecError([Problem(where, "", f"cannot set a key inside {parent!r}; write the whole mapping")])
    if parent.get(key) is None:
        parent[key] = {}
    return parent[key]


def _write(parent: Any, key: str, value: Any, where: str) -> None:
    if isinstance(parent, list):
        parent[_index(parent, key, where)] = value
    elif isinstance(parent, dict):
        parent[key] = value
    else:
        raise SpecError([Problem(where, "", f"cannot set a key inside {parent!r}; write the whole mapping")])


def _index(parent: list[Any], key: str, where: str) -> int:
    if not key.isdecimal() or int(key) >= len(parent):
        raise SpecError([Problem(where, "", f"{key!r} must be a position from 0 to {len(parent) - 1}")])
    return int(key)
