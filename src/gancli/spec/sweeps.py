"""Sweep files: one experiment over a grid of settings and several seeds, written out cell by cell."""

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from gancli.spec import messages, overrides, paths, ranges
from gancli.spec.base import Spec
from gancli.spec.errors import Problem, SpecError
from gancli.spec.load import Resolved, resolve
from gancli.spec.named import load_named
from gancli.spec.overrides import Settings
from gancli.spec.plain import plain, said
from gancli.spec.yaml import Document, dump, load_file, load_text

MAX_VALUES = 1000
MAX_CELLS = 100_000
IS_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
Values = Annotated[
    tuple[Any, ...], BeforeValidator(ranges.spread), Field(strict=False, min_length=1, max_length=MAX_VALUES)
]


class Plan(Spec):
    """Every combination of `grid`, with the settings of `zip` side by side, for each seed."""

    base: str
    """A configuration file, from this file's folder."""
    grid: dict[str, Values] = {}  # noqa: RUF012 - pydantic copies it
    """Dotted keys and the values that each takes: {critic.clip.bound: [0.01, 0.1]}, or a range: 0.001..10:log:9."""
    zip: dict[str, Values] = {}  # noqa: RUF012
    """Dotted keys whose values go together: the first of each, then the second of each, …"""
    seeds: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Seeds 0, 1, … of each combination; the base's own seed where it is not given."""


class SweepFile(Spec):
    """A file that says what to sweep."""

    sweep: Plan


@dataclass(frozen=True)
class Cell:
    """One run of a sweep: what it overrides, its seed, and its complete experiment."""

    values: dict[str, Any]
    seed: int
    resolved: Resolved

    @property
    def settings(self) -> tuple[str, ...]:
        """What it overrides, as `key=value`."""
        return tuple(_setting(key, value) for key, value in self.values.items())

    @property
    def name(self) -> str:
        """Two cells have the same name only if they are the same experiment with the same seed."""
        return self.resolved.sha256()[:12]


@dataclass(frozen=True)
class Sweep:
    """A plan, its base as plain data, and its cells, resolved."""

    base: Path
    plan: Plan
    start: dict[str, Any]
    cells: tuple[Cell, ...]

    def logged(self, names: Sequence[str]) -> "Sweep":
        """The same, each cell logged by these loggers too."""
        if not names:
            return self
        cells = tuple(replace(cell, resolved=cell.resolved.logged(names)) for cell in self.cells)
        there = self.start.get("log") or []
        known = {one["name"] if isinstance(one, dict) else one for one in there}
        log = [*there, *(name for name in dict.fromkeys(names) if name not in known)]
        return replace(self, cells=cells, start={**self.start, "log": log})

    def yaml(self, base: str) -> str:
        """A sweep file that gives the same cells again; `base` is the name of the file that holds `start`."""
        sections = {"grid": self.plan.grid, "zip": self.plan.zip}
        written = {
            key: {name: list(values) for name, values in section.items()}
            for key, section in sections.items()
            if section
        }
        seeds = {"seeds": self.plan.seeds} if self.plan.seeds is not None else {}
        return dump({"sweep": {"base": base, **written, **seeds}})


def is_sweep(source: Path | Document) -> bool:
    """Does a file, or what was read of one, hold a sweep, rather than an experiment? Raises SpecError."""
    return "sweep" in (load_file(source) if isinstance(source, Path) else source).data


def load_sweep(
    source: Path | Document,
    grid: Settings | None = None,
    together: Settings | None = None,
    seeds: int | None = None,
    settings: Settings | None = None,
) -> Sweep:
    """Read a sweep file, or an experiment to sweep over, where it is not read yet, and resolve each cell.

    `grid` and `together` are more of `grid` and `zip`, as `key=value,value,…`, or lists or ranges by key; `seeds`
    overrides the file's; `settings` are overrides of the base. Raises SpecError with every problem of the first wrong
    cell.
    """
    document = start = load_file(source) if isinstance(source, Path) else source
    if "sweep" not in start.data:
        document = Document({"sweep": {"base": Path(start.source).name}}, start.source)
    _add(document, "grid", grid or [])
    _add(document, "zip", together or [])
    if seeds is not None and isinstance(document.data["sweep"], dict):
        document.data["sweep"]["seeds"] = seeds
    paths.settle_sweep(document)
    try:
        plan = SweepFile.model_validate(document.data).sweep
    except ValidationError as error:
        problems = messages.problems(error.errors(), document, SweepFile.model_json_schema())
        raise SpecError(list(problems.values())) from None
    if start is document:
        start = load_named(Path(plan.base), document.folder)
    if "sweep" in start.data:
        raise SpecError([Problem(start.source, "sweep", "is a sweep itself; `base` must be an experiment")])
    overrides.apply(start, settings or [])
    paths.settle(start)
    return Sweep(Path(start.source), plan, start.data, tuple(_cells(start, _combinations(plan, document), plan.seeds)))


def _add(document: Document, section: str, more: Settings) -> None:
    """Write what a command line or a program has `more` of into a section of the plan."""
    for key, values, where in _named_values(section, more):
        plan = document.data["sweep"]
        axis = plan.setdefault(section, {}) if isinstance(plan, dict) else None
        if not isinstance(axis, dict):
            return  # what stands in its place is refused
        if key in axis:
            raise SpecError([Problem(where, key, "is given twice")])
        axis[key] = values
        document.origins["sweep", section, key] = where


def _named_values(section: str, more: Settings) -> Iterator[tuple[str, Any, str]]:
    """Keys, their values, and how their user said them; on the command line, `key=value,value` in YAML."""
    if isinstance(more, Mapping):
        for key, values in more.items():
            where = said(section, key, values)
            (name, listed), *_ = plain({key: values}, where).items()
            yield name.strip(), listed, where
        return
    for word in more:
        key, equals, text = word.partition("=")
        where = f"--{section} {word}"
        if not equals or not key.strip():
            raise SpecError(
                [Problem(where, "", "must be key=value,value, with a dotted key: critic.clip.bound=0.01,0.1")]
            )
        yield key.strip(), load_text(f"[{text}]", where).data, where


def _combinations(plan: Plan, document: Document) -> list[dict[str, Any]]:
    lengths = {key: len(values) for key, values in plan.zip.items()}
    if len(set(lengths.values())) > 1:
        text = f"needs lists of one length; got {', '.join(f'{key}: {count}' for key, count in lengths.items())}"
        raise SpecError([Problem(document.where(("sweep", "zip")), "sweep.zip", text)])
    for section, key in [("grid", key) for key in plan.grid] + [("zip", key) for key in plan.zip]:
        if wrong := _wrong(key, section == "zip" and key in plan.grid):
            raise SpecError([Problem(document.where(("sweep", section, key)), f"sweep.{section}.{key}", wrong)])
    axes: list[list[dict[str, Any]]] = [[{key: value} for value in values] for key, values in plan.grid.items()]
    if plan.zip:
        axes.append([dict(zip(plan.zip, values, strict=True)) for values in zip(*plan.zip.values(), strict=True)])
    count = (plan.seeds or 1) * math.prod(map(len, axes))
    if count > MAX_CELLS:
        text = f"makes {count:,d} cells; at most {MAX_CELLS:,d} are allowed"
        raise SpecError([Problem(document.where(("sweep",)), "sweep", text)])
    return [
        {key: value for settings in chosen for key, value in settings.items()} for chosen in itertools.product(*axes)
    ]


def _wrong(key: str, twice: bool) -> str | None:
    """What is wrong with a key of the plan, by which columns, files and messages call a setting."""
    if not IS_KEY.fullmatch(key):
        return f"must be a dotted key of letters, digits and `_`, such as critic.clip.bound; got {key!r}"
    if key == "seed":
        return "use `seeds`: seeds 0, 1, … of each combination"
    return "is in `grid` too" if twice else None


def _setting(key: str, value: Any) -> str:
    return f"{key}={json.dumps(value, ensure_ascii=False)}"


def _cells(start: Document, combinations: list[dict[str, Any]], seeds: int | None) -> Iterator[Cell]:
    """Every cell; nothing but the seed differs between those of one combination, which is resolved once."""
    known: dict[str, dict[str, Any]] = {}
    for values in combinations:
        document = Document(deepcopy(start.data), start.source, dict(start.lines), dict(start.origins))
        overrides.apply(document, [_setting(key, value) for key, value in values.items()])
        first = resolve(document)
        own = first.experiment.seed
        name = Cell(values, own, first).name
        if name in known:
            text = f"makes the same experiment twice: {known[name]} and {values}; leave one out"
            raise SpecError([Problem(start.source, "sweep", text)])
        known[name] = values
        for seed in [own] if seeds is None else range(seeds):
            experiment = first.experiment.model_copy(update={"seed": seed})
            yield Cell(values, seed, Resolved(experiment, first.warnings))
