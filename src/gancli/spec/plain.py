"""A configuration that is a mapping of Python's, as YAML would have given it: plain data, copied."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gancli.spec.errors import Problem, SpecError
from gancli.spec.yaml import MAX_DEPTH, Document

SOURCE = "config"
"""What messages call it."""
LONGEST = 60
"""Letters of a value in a message."""


def as_document(config: Mapping[str, Any]) -> Document:
    """A mapping as if it had been read of a file; relative paths in it are from where one stands. Raises SpecError."""
    return Document(plain(config, SOURCE), SOURCE)


def plain(value: Any, where: str, path: tuple[str, ...] = ()) -> Any:
    """A copy of mappings, sequences, texts, numbers, None, paths, and NumPy's arrays and numbers. Raises SpecError.

    `where` and `path` are where it stands, for messages.
    """
    if len(path) > MAX_DEPTH:
        raise SpecError([Problem(where, "", f"is nested too deeply: over {MAX_DEPTH} levels")])
    if hasattr(value, "tolist"):  # of NumPy, which is not imported here
        value = value.tolist()
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise SpecError([Problem(where, ".".join(path), f"a key must be text; got {key!r:.60}")])
        return {str(key): plain(item, where, (*path, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, where, (*path, str(index))) for index, item in enumerate(value)]
    if isinstance(value, Path):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    kinds = "a mapping, a list, a text, a number, True, False or None"
    raise SpecError([Problem(where, ".".join(path), f"must be {kinds}; got {type(value).__name__}")])


def said(argument: str, key: Any, value: Any) -> str:
    """An entry of a function's argument as its user wrote it, for messages; of a long value, the beginning."""
    text = repr(value)
    return f"{argument}={{{key!r}: {text if len(text) <= LONGEST else f'{text[:LONGEST]}…'}}}"
