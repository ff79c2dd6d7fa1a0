"""Schedules: what an optimiser's η is multiplied by at each step, η(k) = η × factor(k), k steps after the first.

factor(k) = min((k + 1) / warmup, 1) × f(max(k − warmup, 0)), f being each schedule's own formula.
"""

from dataclasses import dataclass
from typing import ClassVar

from numpy import int64
from numpy.typing import NDArray

from gancli.engines import Array, Engine


@dataclass(frozen=True)
class Schedule:
    """Base; `warmup` steps in which η rises from η / warmup to η."""

    name: ClassVar[str]
    warmup: int = 0

    def write(self, engine: Engine, steps: NDArray[int64], out: Array) -> None:
        """The factor of the step that `steps` (1,), which count it, have come to, into `out` (1,)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """f = 1: a warm-up alone."""

    name = "constant"

    def write(self, engine: Engine, steps: NDArray[int64], out: Array) -> None:
        """1."""
        engine.schedule_constant(steps, out, self.warmup)


@dataclass(frozen=True)
class Step(Schedule):
    """f(k) = factor^⌊k / every⌋."""

    name = "step"
    every: int = 1
    factor: float = 0.1

    def write(self, engine: Engine, steps: NDArray[int64], out: Array) -> None:
        """Times `factor` after `every` steps, again and again."""
        engine.schedule_step(steps, out, self.warmup, self.every, self.factor)


@dataclass(frozen=True)
class Linear(Schedule):
    """f(k) = 1 + (end − 1) min(k / steps, 1)."""

    name = "linear"
    steps: int = 1
    end: float = 0.0

    def write(self, engine: Engine, steps: NDArray[int64], out: Array) -> None:
        """From 1 to `end`, on a line."""
        engine.schedule_linear(steps, out, self.warmup, self.steps, self.end)


@dataclass(frozen=True)
class Cosine(Schedule):
    """f(k) = end + (1 − end) (1 + cos(π min(k / steps, 1))) / 2 (Loshchilov and Hutter 2017, without restarts)."""

    name = "cosine"
    steps: int = 1
    end: float = 0.0

    def write(self, engine: Engine, steps: NDArray[int64], out: Array) -> None:
        """From 1 to `end`, slowly at both ends."""
        engine.schedule_cosine(steps, out, self.warmup, self.steps, self.end)


@dataclass(frozen=True)
class Inverse(Schedule):
    """f(k) = 1 / (1 + k / steps), whose sum over all steps is infinite and that of its square is not."""

    name = "inverse"
    steps: int = 1

    def write(self, engine: Engine, steps: NDArray[int64], out: Array) -> None:
        """A half after `steps` steps."""
        engine.schedule_inverse(steps, out, self.warmup, self.steps)


SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant, "step": Step, "linear": Linear, "cosine": Cosine, "inverse": Inverse,
}  # fmt: skip
