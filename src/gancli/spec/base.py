"""The base of every specification model: strict, frozen, nothing unknown, nothing infinite."""

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
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
