"""Where each problem is said to be, in what order, and the names of what is right."""

import hashlib
import json
from typing import Annotated, Any

import jsonschema
import pytest
from pydantic import TypeAdapter

from gancli import spec
from gancli.spec import base, networks, overrides
from gancli.spec.yaml import Document, load_text


def refusal(text: str, *settings: str, source: str = "f.yaml") -> list[tuple[str, str]]:
    document = load_text(text, source)
    with pytest.raises(spec.SpecError) as caught:
        spec.load(document, list(settings))
    return [(problem.where, problem.key) for problem in caught.value.problems]


def test_problems_stand_in_the_order_of_the_lines_and_those_of_options_first() -> None:
    text = "{kind: game2d, seed: -1,\nstart: [1],\n\n\n\n\n\n\n\ndtype: 3,\nname: 5}\n"
    assert refusal(text, "training.games=0", source="a:b.yaml") == [
        ("--set training.games=0", "training.games"),
        ("a:b.yaml:1", "seed"),
        ("a:b.yaml:2", "start"),
        ("a:b.yaml:10", "dtype"),
        ("a:b.yaml:11", "name"),
    ]


def test_an_override_is_the_place_of_what_it_says_and_of_nothing_else() -> None:
    document = load_text("a: [1,\n  2]\nb:\n  c:\n    d: 1\n  e: 2\n", "f")
    overrides.apply(document, ["a.1=3", "b.c={d: 2}", "x.y=4"])
    places: dict[tuple[str | int, ...], str] = {
        ("a",): "f:1", ("a", 0): "f:1", ("a", 1): "--set a.1=3", ("b",): "f:3", ("b", "e"): "f:6",
        ("b", "c"): "--set b.c={d: 2}", ("b", "c", "d"): "--set b.c={d: 2}", ("x", "y"): "--set x.y=4",
    }  # fmt: skip
    assert {path: document.where(path) for path in places} == places


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("sweep: {base: x}", ["sweep"]),
        ("sweep: {base: x}\nseed: 1", ["sweep"]),
        ("seed: 1", ["kind"]),
        ("kind: game2d\nsweep: {base: x}", ["training", "sweep"]),
    ],
)
def test_a_sweep_is_no_experiment(text: str, keys: list[str]) -> None:
    assert sorted(key for _, key in refusal(text)) == sorted(keys)


@pytest.mark.parametrize(
    ("default", "value", "expected"),
    [
        (None, "adam", {"name": "adam"}),
        (None, {"eta": 1}, {"eta": 1}),
        (None, 3, 3),
        (None, None, None),
        ("sgd", "adam", {"name": "adam"}),
        ("sgd", {"eta": 1}, {"name": "sgd", "eta": 1}),
        ("sgd", {"name": "adam", "eta": 1}, {"name": "adam", "eta": 1}),
        ("sgd", 3, 3),
    ],
)
def test_a_name_stands_for_a_mapping_and_may_be_left_out_where_one_is_usual(
    default: str | None, value: Any, expected: Any
) -> None:
    assert TypeAdapter(Annotated[Any, base.named(default)]).validate_python(value) == expected


def test_the_name_of_an_experiment_is_that_of_its_sorted_data() -> None:
    def digest(data: dict[str, Any]) -> str:
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

    one, longer, other = (
        spec.resolve(Document({"kind": "game2d", "training": {"games": games}, "seed": seed}, "here"))
        for games, seed in ((10, 0), (20, 0), (10, 1))
    )
    assert one.sha256() == digest(one.data()) and len({one.sha256(), longer.sha256(), other.sha256()}) == 3
    of_any_length = {**one.data(), "training": {"batch": 1}}
    assert spec.identity(one.experiment) == spec.identity(longer.experiment) == digest(of_any_length)
    assert spec.identity(other.experiment) == digest({**of_any_length, "seed": 1})


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ({}, 10),
        ({"noise": {"mode": "add"}}, 10),
        ({"noise": {"size": 3}}, 13),
        ({"minibatch": "similarity"}, 14),
        ({"minibatch": {"name": "kernel", "kernels": 7}}, 17),
        ({"minibatch": "similarity", "noise": {"size": 3}}, 17),
        ({"minibatch": {"name": "kernel", "kernels": 7}, "noise": {"size": 3}}, 20),
    ],
)
def test_the_inputs_of_a_product_are_those_from_below_and_what_is_added(layer: dict[str, Any], expected: int) -> None:
    assert spec.width(10, networks.Layer(units=1, **layer), 4) == expected


def test_the_schema_allows_a_name_alone_and_says_what_each_key_is() -> None:
    schema = spec.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    fits = jsonschema.Draft202012Validator(schema)
    gan = {
        "kind": "gan",
        "generator": {"shape": [1, 2], "activation": "relu", "init": "he", "optimizer": "adam"},
        "discriminator": {"inputs": 2, "layers": [{"units": 1, "activation": "tanh", "minibatch": "kernel"}]},
        "training": {"games": 1},
    }
    assert fits.is_valid(gan) and not fits.is_valid({**gan, "generator": {"shape": [1, 2], "activation": "rleu"}})
    of = {name: definition["properties"] for name, definition in schema["$defs"].items()}
    assert of["Clip"]["mode"]["description"].startswith("clamp: each parameter to [−bound, bound]; rescale")
    assert of["Gan"]["eta"]["description"].startswith("Learning rate of every optimiser that")  # inherited
    assert of["Plan"]["base"]["description"] == "A configuration file, from this file's folder."
    assert of["GradientPenalty"]["lambda"]["description"] == "λ, the weight of the penalty.", "by the name in the file"
