"""The vocabulary of schedules: η(k) = η × factor(k), k the steps that a network took before."""

from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Count, Spec, named

End = Annotated[float, Field(ge=0, le=1)]


class _Schedule(Spec):
    warmup: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """Steps in which η rises first: factor(k) = min((k + 1) / warmup, 1) × f(max(k − warmup, 0)), k from 0."""


class ConstantRate(_Schedule):
    """f = 1: a warm-up alone."""

    name: Literal["constant"] = "constant"


class StepRate(_Schedule):
    """f(k) = factor^⌊k / every⌋."""

    name: Literal["step"]
    every: Count
    """Steps from one fall of η to the next."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """What η is multiplied by each time."""


class LinearRate(_Schedule):
    """f(k) = 1 + (end − 1) min(k / steps, 1)."""

    name: Literal["linear"]
    steps: Count
    """Steps in which η falls."""
    end: End = 0.0
    """The share of η that is left after `steps`."""


class CosineRate(_Schedule):
    """f(k) = end + (1 − end) (1 + cos(π min(k / steps, 1))) / 2."""

    name: Literal["cosine"]
    steps: Count
    """Steps in which η falls."""
    end: End = 0.0
    """The share of η that is left after `steps`."""


class InverseRate(_Schedule):
    """f(k) = 1 / (1 + k / steps)."""

    name: Literal["inverse"]
    steps: Count
    """After which η is halved."""


AnySchedule = Annotated[
    Annotated[ConstantRate | StepRate | LinearRate | CosineRate | InverseRate, Field(discriminator="name")],
    named("constant"),
]
