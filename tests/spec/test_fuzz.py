"""Whatever a configuration holds, it is resolved or refused with a place and a reason; nothing else is raised."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gancli.spec import SpecError, is_sweep, load_sweep, resolve
from gancli.spec.overrides import apply
from gancli.spec.yaml import Document, dump, load_file, load_text

CONFIGS = Path(__file__).parents[2] / "configs"
BASES = [load_file(path).data for path in sorted(CONFIGS.rglob("*.yaml")) if not is_sweep(path)]
WORDS = [
    "name",
    "adam",
    "sgd",
    "similarity",
    "kernel",
    "concat",
    "softmax",
    "tanh",
    "pass",
    "full",
    "ring",
    "xor",
    "units",
]
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in inside for place in places(value, (*path, key)))][not path :]


@st.composite
def harmed(draw: st.DrawFn) -> dict[str, Any]:
    """A shipped configuration with some values replaced, removed or added."""
    data: Any = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 3))):
        *parents, last = draw(st.sampled_from(places(data)))
        at = data
        for key in parents:
            at = at[key]
        what = draw(st.sampled_from(["replace", "remove", "add"]))
        if what == "remove" and len(data) > 1:
            del at[last]
        elif what == "add" and isinstance(at, dict):
            at[draw(st.sampled_from(WORDS) | st.text(max_size=5))] = draw(plain)
        else:
            at[last] = draw(plain)
    assert isinstance(data, dict)
    return data


def resolved_or_refused(document: Document) -> None:
    try:
        resolved = resolve(document)
    except SpecError as error:
        assert error.problems and all(problem.where and problem.text for problem in error.problems)
    else:
        again = resolve(load_text(resolved.yaml(), "again"))
        assert again.experiment == resolved.experiment and again.sha256() == resolved.sha256()


@pytest.mark.slow
@settings(max_examples=150)
@given(harmed())
def test_a_harmed_configuration(data: dict[str, Any]) -> None:
    resolved_or_refused(Document(data, "here"))


@settings(max_examples=60)
@given(harmed())
def test_a_harmed_configuration_as_text(data: dict[str, Any]) -> None:
    try:
        document = load_text(dump(data), "here")
    except SpecError:
        return
    resolved_or_refused(document)


@settings(max_examples=100)
@given(
    st.sampled_from(BASES), st.lists(st.text(max_size=30) | st.text("abc.=0123[]{}:, -!&*", max_size=30), max_size=3)
)
def test_any_override(data: dict[str, Any], words: list[str]) -> None:
    document = Document(copy.deepcopy(data), "here")
    try:
        apply(document, words)
    except SpecError:
        return
    resolved_or_refused(document)


@settings(max_examples=60)
@given(plain, plain, plain)
def test_any_sweep(grid: Any, together: Any, seeds: Any) -> None:
    Path("base.yaml").write_text("kind: game2d\ntraining: {games: 2}\n", encoding="utf-8")
    data = {"sweep": {"base": "base.yaml", "grid": grid, "zip": together, "seeds": seeds}}
    Path("sweep.yaml").write_text(dump(data), encoding="utf-8")
    try:
        load_sweep(Path("sweep.yaml"))
    except SpecError as error:
        assert error.problems


@pytest.mark.parametrize("base", ["/etc/passwd", "../../../../etc/hostname", "sweep.yaml", ".", "none.yaml"])
def test_a_sweep_of_what_is_no_experiment(base: str) -> None:
    Path("sweep.yaml").write_text(dump({"sweep": {"base": base, "seeds": 2}}), encoding="utf-8")
    with pytest.raises(SpecError):
        load_sweep(Path("sweep.yaml"))
