"""The base of every specification model: strict, frozen, nothing unknown, nothing infinite."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Spec(BaseModel):
    """Base model."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True, serialize_by_alias=True
    )


def named(default: str | None = None) -> BeforeValidator:
    """Let `adam` stand for `{name: adam}` and, given a default, a mapping do without its name."""

    def spread(value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if default is not None and isinstance(value, dict) and "name" not in value:
            return {"name": default, **value}
        return value

    return BeforeValidator(spread)


Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
"""A share or a decay rate: from 0, below 1."""
Decay = Annotated[float, Field(ge=0)]
"""Of weights, λ."""


def seconds(value: Any) -> Any:
    """90, `90s`, `10m`, `1.5h` or `2d` as seconds; anything else as it is, for the field to refuse."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", value) if isinstance(value, str) else None
    return value if match is None else float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]


Seconds = Annotated[float, Field(gt=0), BeforeValidator(seconds, json_schema_input_type=float | str)]
"""A time; `10m` is 600."""
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
