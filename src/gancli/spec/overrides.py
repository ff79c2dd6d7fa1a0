"""Dotted overrides, `critic.optimizer.eta=1e-3`, written into a document before it is validated."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from gancli.spec.errors import Problem, SpecError
from gancli.spec.plain import plain, said
from gancli.spec.yaml import Document, load_text

Settings = Sequence[str] | Mapping[str, Any]
"""Overrides, each `dotted.key=value` with the value in YAML; or values by dotted key, as Python has them."""


def apply(document: Document, settings: Settings) -> None:
    """Write each of `settings` into `document.data`. Raises SpecError with every problem."""
    problems: list[Problem] = []
    for read in _readings(settings):
        try:
            _write_at(document, *read())
        except SpecError as error:
            problems.extend(error.problems)
    if problems:
        raise SpecError(problems)


def _readings(settings: Settings) -> Iterator[Callable[[], tuple[list[str], Any, str]]]:
    """For each setting what reads it: its keys, its value, and how its user said it. They raise SpecError."""
    if isinstance(settings, Mapping):
        yield from (partial(_read_value, key, value) for key, value in settings.items())
    else:
        yield from (partial(_read_text, setting) for setting in settings)


def _read_text(setting: str) -> tuple[list[str], Any, str]:
    where = f"--set {setting}"
    name, equals, text = setting.partition("=")
    keys = name.strip().split(".")
    if not equals or not all(keys):
        raise SpecError([Problem(where, "", "must be key=value, with a dotted key: critic.optimizer.eta=1e-3")])
    return keys, text if _is_bytes(text) else load_text(text, where).data, where


def _read_value(name: Any, value: Any) -> tuple[list[str], Any, str]:
    where = said("set", name, value)
    keys = name.split(".") if isinstance(name, str) else []
    if not all(keys) or not keys:
        raise SpecError([Problem(where, "", "must be by dotted keys: {'critic.optimizer.eta': 1e-3}")])
    return keys, plain(value, where), where


def _write_at(document: Document, keys: list[str], value: Any, where: str) -> None:
    parent: Any = document.data
    for key in keys[:-1]:
        parent = _step(parent, key, where)
    _write(parent, keys[-1], value, where)
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
