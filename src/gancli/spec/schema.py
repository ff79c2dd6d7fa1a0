"""The JSON Schema of a configuration file, for editors."""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from gancli.spec.base import DEFAULT_NAME, Spec
from gancli.spec.models import Experiment
from gancli.spec.sweeps import SweepFile


def json_schema() -> dict[str, Any]:
    """Schema (draft 2020-12) of all kinds, distinguished by `kind`, and of sweep files."""
    schema = TypeAdapter(Annotated[Experiment, Field(discriminator="kind")] | SweepFile).json_schema()
    _describe(schema["$defs"])
    _allow_short_forms(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gancli configuration",
        **schema,
    }


def _describe(definitions: dict[str, Any]) -> None:
    """Add the docstrings of the models' attributes. (pydantic can, but at each start, which it makes slower.)"""
    classes = {cls.__name__: cls for cls in _models(Spec)}
    for name, definition in definitions.items():
        for cls in classes[name].__mro__:
            for key, text in _attribute_docstrings(cls) if issubclass(cls, Spec) else ():
                definition["properties"][key].setdefault("description", text)


def _models(cls: type[Spec]) -> Iterator[type[Spec]]:
    for child in cls.__subclasses__():
        yield child
        yield from _models(child)


def _attribute_docstrings(cls: type[Spec]) -> Iterator[tuple[str, str]]:
    """Attributes that a string follows, and that string."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(definition, ast.ClassDef)
    for node, after in itertools.pairwise(definition.body):
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            assert isinstance(node.target, ast.Name)
            yield node.target.id, inspect.cleandoc(str(after.value.value))


def _allow_short_forms(node: Any) -> None:
    """Where a mapping with a `name` is allowed, so is the name alone (`activation: relu`)."""
    if isinstance(node, list):
        for child in node:
            _allow_short_forms(child)
    elif isinstance(node, dict):
        for child in list(node.values()):
            _allow_short_forms(child)
        discriminator = node.get("discriminator", {})
        node.pop(DEFAULT_NAME, None)
        if discriminator.get("propertyName") == "name":
            names = {"type": "string", "enum": sorted(discriminator["mapping"])}
            names = {"type": "string"} if discriminator.get("open") else names
            node["anyOf"] = [names, *node.pop("oneOf")]
            del node["discriminator"]
