"""The base of every specification model: strict, frozen, nothing unknown, nothing infinite."""

import functools
import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)  # fmt: skip
from pydantic_core import core_schema

DEFAULT_NAME = "default_name"
"""In the JSON Schema of a choice that may do without its name: the name that it then has."""


class Spec(BaseModel):
    """Base model."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True, serialize_by_alias=True
    )

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, data: Any) -> Any:
        """1e3 is 1000 where a whole number is asked for."""
        if not isinstance(data, dict):
            return data
        return {key: _whole(value) if key in _asking_for_whole_ones(cls) else value for key, value in data.items()}


@functools.cache
def _asking_for_whole_ones(cls: type[BaseModel]) -> frozenset[str]:
    """Fields of whole numbers, or of lists of them, and of no others."""
    kinds = {name: set(_kinds(one.annotation)) for name, one in cls.model_fields.items()}
    return frozenset(name for name, there in kinds.items() if int in there and float not in there)


def _kinds(annotation: Any) -> list[Any]:
    """All types in an annotation."""
    return [annotation, *(kind for one in get_args(annotation) for kind in _kinds(one))]


def _whole(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True)
class named:
    """Let `adam` stand for `{name: adam}` and, given a default, a mapping do without its name."""

    default: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Spread out what is given before it is validated."""
        return core_schema.no_info_before_validator_function(self._spread, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """With the default's name, for messages."""
        return handler(schema) | ({} if self.default is None else {DEFAULT_NAME: self.default})

    def _spread(self, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if self.default is not None and isinstance(value, dict) and "name" not in value:
            return {"name": self.default, **value}
        return value


Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
"""A share or a decay rate: from 0, below 1."""
Decay = Annotated[float, Field(ge=0)]
"""Of weights, λ."""


def seconds(value: Any) -> Any:
    """90, `90s`, `10m`, `1.5h` or `2d` as seconds; what is no text as it is, for the field to refuse."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", value)
    if match is None:
        raise ValueError("must be seconds, or a time such as 30s, 10m, 1.5h, 2d")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]


def time_limit(value: float | str) -> float:
    """A time as a configuration has them, or a number of seconds as text, `90`. Raises ValueError."""
    try:
        found = float(value)
    except ValueError:
        found = seconds(value)
    if not 0.0 < found < math.inf:
        raise ValueError("must be more than 0 seconds")
    return found


Seconds = Annotated[float, Field(gt=0), BeforeValidator(seconds, json_schema_input_type=float | str)]
"""A time; `10m` is 600."""
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
