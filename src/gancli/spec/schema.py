"""The JSON Schema of a configuration file, for editors."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from gancli.spec.models import Experiment


def json_schema() -> dict[str, Any]:
    """Schema (draft 2020-12) of all kinds, told apart by `kind`."""
    schema = TypeAdapter(Annotated[Experiment, Field(discriminator="kind")]).json_schema()
    _allow_short_forms(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gancli configuration",
        **schema,
    }


def _allow_short_forms(node: Any) -> None:
    """Where a mapping with a `name` is allowed, so is the name alone (`activation: relu`)."""
    if isinstance(node, list):
        for child in node:
            _allow_short_forms(child)
    elif isinstance(node, dict):
        for child in list(node.values()):
            _allow_short_forms(child)
        discriminator = node.get("discriminator", {})
        if discriminator.get("propertyName") == "name":
            names = {"type": "string", "enum": sorted(discriminator["mapping"])}
            node["anyOf"] = [names, *node.pop("oneOf")]
            del node["discriminator"]
