"""A configuration that is a mapping is as one that was read of a file: plain data of its own."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from gancli.spec import SpecError, as_document, load
from gancli.spec.plain import plain, said

XOR = "kind: supervised\ndata: {set: xor}\nnetwork: {shape: [2, 3, 1], bias: false}\n"


def test_a_mapping_is_resolved_as_the_file_that_says_the_same() -> None:
    Path("c.yaml").write_text(XOR, encoding="utf-8")
    shape = np.array([2, 3, 1])
    given = {"kind": "supervised", "data": MappingProxyType({"set": "xor"}), "network": {"shape": shape, "bias": False}}
    settings = {"network.optimizer.eta": np.float64(0.25), "training": {"games": 7}, "test.every": np.int8(3)}
    words = ["network.optimizer.eta=0.25", "training={games: 7}", "test.every=3"]
    assert load(as_document(given), settings) == load(Path("c.yaml"), words)


def test_what_is_given_stays_as_it_is() -> None:
    given = {"a": {"b": [1, (2, 3)]}, "path": Path("x") / "y", "none": None, "text": np.str_("t")}
    copied = as_document(given).data
    assert copied == {"a": {"b": [1, [2, 3]]}, "path": str(Path("x") / "y"), "none": None, "text": "t"}
    assert type(copied["text"]) is str
    copied["a"]["b"].append(4)
    assert given["a"] == {"b": [1, (2, 3)]}


def test_relative_paths_are_from_where_one_stands() -> None:
    given = {"kind": "gan", "data": {"set": "images", "path": "pictures", "size": [2, 2], "channels": 1}}
    networks = {"generator": {"shape": [2, 3, 4]}, "discriminator": {"shape": [4, 3, 1]}}
    resolved = load(as_document({**given, **networks, "training": {"games": 1}}))
    assert resolved.data()["data"]["path"] == str(Path("pictures").absolute())


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1, {2}]}, "here: a.1: must be a mapping, a list, a text, a number, True, False or None; got set"),
        ({"a": {"b": {1: 2}}}, "here: a.b: a key must be text; got 1"),
        (1j, "here: must be a mapping, a list, a text, a number, True, False or None; got complex"),
    ],
)
def test_what_yaml_could_not_say_is_refused(value: Any, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        plain(value, "here")
    assert str(caught.value) == message


def test_every_wrong_override_is_named() -> None:
    with pytest.raises(SpecError) as caught:
        load(as_document({"kind": "supervised"}), {"eta": {1}, "mu.": 2, "seed": 0, "": 1})
    assert [problem.where.partition(":")[0] for problem in caught.value.problems] == [
        "set={'eta'",
        "set={'mu.'",
        "set={''",
    ]


def test_of_a_long_value_the_beginning_is_said() -> None:
    assert said("set", "key", "x" * 58) == f"set={{'key': '{'x' * 58}'}}"
    assert said("grid", "key", "x" * 59) == f"grid={{'key': '{'x' * 59}…}}"
