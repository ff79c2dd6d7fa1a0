"""Sweep files: one experiment over a grid of settings and several seeds, written out cell by cell."""

import itertools
import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from gancli.spec import messages, overrides
from gancli.spec.base import Spec
from gancli.spec.errors import Problem, SpecError
from gancli.spec.load import Resolved, resolve
from gancli.spec.yaml import Document, load_file

Values = Annotated[tuple[Any, ...], Field(strict=False, min_length=1, max_length=1000)]
MAX_CELLS = 100_000


class Plan(Spec):
    """Every combination of `grid`, with the settings of `zip` side by side, for each seed."""

    base: str
    """A configuration file, from this file's folder."""
    grid: dict[str, Values] = {}  # noqa: RUF012 - pydantic copies it
    """Dotted keys and the values that each takes: {critic.clip.bound: [0.01, 0.1]}."""
    zip: dict[str, Values] = {}  # noqa: RUF012
    """Dotted keys whose values go together: the first of each, then the second of each, …"""
    seeds: Annotated[int, Field(ge=1, le=10_000)] = 1
    """Seeds 0, 1, … of each combination."""


class SweepFile(Spec):
    """A file that says what to sweep."""

    sweep: Plan


@dataclass(frozen=True)
class Cell:
    """One run of a sweep: what it overrides, as `key=value`, its seed, and its whole experiment."""

    settings: tuple[str, ...]
    seed: int
    resolved: Resolved


@dataclass(frozen=True)
class Sweep:
    """A sweep file, resolved."""

    base: Path
    cells: tuple[Cell, ...]


def is_sweep(path: Path) -> bool:
    """Does this file hold a sweep, rather than an experiment? Raises SpecError."""
    return "sweep" in load_file(path).data


def load_sweep(path: Path) -> Sweep:
    """Read a sweep file and resolve each of its cells. Raises SpecError with every problem of the first wrong cell."""
    document = load_file(path)
    try:
        plan = SweepFile.model_validate(document.data).sweep
    except ValidationError as error:
        found = messages.problems(error.errors(), document, SweepFile.model_json_schema())
        raise SpecError(list(found.values())) from None
    base = path.parent / plan.base
    start = load_file(base)
    return Sweep(base, tuple(_cell(start, *combination) for combination in _combinations(plan, document)))


def _combinations(plan: Plan, document: Document) -> list[tuple[tuple[str, ...], int]]:
    lengths = {key: len(values) for key, values in plan.zip.items()}
    if len(set(lengths.values())) > 1:
        text = f"needs lists of one length; got {', '.join(f'{key}: {count}' for key, count in lengths.items())}"
        raise SpecError([Problem(document.where(("sweep", "zip")), "sweep.zip", text)])
    axes: list[list[tuple[str, ...]]] = [
        [(_setting(key, value),) for value in values] for key, values in plan.grid.items()
    ]
    if plan.zip:
        together = zip(*plan.zip.values(), strict=True)
        axes.append([tuple(map(_setting, plan.zip, values)) for values in together])
    count = plan.seeds
    for axis in axes:
        count *= len(axis)
    if count > MAX_CELLS:
        text = f"makes {count:,d} cells; at most {MAX_CELLS:,d} are allowed"
        raise SpecError([Problem(document.where(("sweep",)), "sweep", text)])
    settings = [tuple(itertools.chain(*combination)) for combination in itertools.product(*axes)]
    return [(chosen, seed) for chosen in settings for seed in range(plan.seeds)]


def _setting(key: str, value: Any) -> str:
    return f"{key}={json.dumps(value, ensure_ascii=False)}"


def _cell(start: Document, settings: tuple[str, ...], seed: int) -> Cell:
    document = Document(deepcopy(start.data), start.source, dict(start.lines), dict(start.origins))
    overrides.apply(document, [*settings, f"seed={seed}"])
    return Cell(settings, seed, resolve(document))
