"""What tells runs of one name apart, in few words: which keys, how they are called, and what has room."""

from typing import Any

import pytest

from gancli.cli.differing import Difference, differences, in_words, stands_for


def items(*specs: dict[str, Any]) -> list[str]:
    return [" ".join(one.items) for one in differences([("a", spec) for spec in specs])]


def test_only_what_most_do_not_have_is_said() -> None:
    assert items({"eta": 0.1, "mu": 1}, {"eta": 0.1, "mu": 1}, {"eta": 0.5, "mu": 1}) == ["", "", "eta=0.5"]
    assert items({"eta": 0.1}, {"eta": 0.5}) == ["eta=0.1", "eta=0.5"], "neither is what most have"
    assert items({"eta": 0.1}) == [""]


def test_those_of_another_name_are_not_compared() -> None:
    found = differences([("a", {"x.eta": 1}), ("b", {"y.eta": 2}), ("a", {"x.eta": 3}), ("b", {"y.eta": 2})])
    assert [one.items for one in found] == [["eta=1"], [], ["eta=3"], []]
    assert found[0].values == {"x.eta": 1}


def test_keys_are_as_short_as_tells_them_apart() -> None:
    generator, critic, other = "generator.optimizer.eta", "critic.optimizer.eta", "training.games"
    assert items({generator: 0.1, critic: 0.2, other: 5}, {generator: 0.3, critic: 0.3, other: 6}) == [
        "generator.eta=0.1 critic.eta=0.2 games=5",
        "generator.eta=0.3 critic.eta=0.3 games=6",
    ]
    assert items({"eta": 1, generator: 2}, {"eta": 3, generator: 3}) == [
        "eta=1 generator.eta=2",
        "eta=3 generator.eta=3",
    ]
    first, second = "g.layers.0.units", "g.layers.1.units"
    assert items({first: 1, second: 1}, {first: 2, second: 1}, {first: 3, second: 2}) == [
        "g.0.units=1", "g.0.units=2", "g.0.units=3 g.1.units=2"]  # fmt: skip
    assert items({"a.0": 1}, {"a.0": 2}) == ["a.0=1", "a.0=2"]


def test_a_value_that_stands_at_several_keys_is_said_once() -> None:
    keys = ("network.optimizer.eta", "eta", "other.eta")
    assert items(dict.fromkeys(keys, 0.1), dict.fromkeys(keys, 0.2)) == ["eta=0.1", "eta=0.2"]


def test_what_is_not_given_is_null_or_nothing() -> None:
    clip = {"critic.clip.bound": 0.1, "critic.clip.mode": "clamp"}
    assert items(clip, clip, {"critic.clip": None}) == ["", "", "clip=null"]
    assert items({"critic.clip": None}, {}, clip) == ["", "", "bound=0.1 mode=clamp"], "null is the same as nothing"
    adam = {"name": "adam", "beta1": 0.9}
    assert items(adam, adam, {"name": "sgd"}) == ["", "", "name=sgd"]
    assert items(adam, adam, {"name": "adam"}) == ["", "", "beta1=null"], "where there is nothing else to say"


def test_what_fewest_have_is_said_first_and_the_seed_last() -> None:
    specs = [{"seed": seed, "eta": eta, "games": 5} for seed, eta in enumerate((1, 1, 2, 2))]
    assert items(*specs, {"seed": 9, "eta": 1, "games": 6})[2:] == ["eta=2 seed=2", "eta=2 seed=3", "games=6 seed=9"]
    assert items(*specs[:3], {"seed": 0, "eta": 2, "games": 6})[3] == "games=6 eta=2 seed=0"


def test_numbers_are_short_unless_they_would_look_the_same() -> None:
    assert items({"eta": 0.30000000000000004}, {"eta": 0.5}) == ["eta=0.3", "eta=0.5"]
    assert items({"eta": 0.123456}, {"eta": 0.123457}) == ["eta=0.123456", "eta=0.123457"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123456, "123456"), (1e-5, "1e-05"), (1.0, "1"), (True, "true"), (None, "null"), ([100, 300], "[100,300]"), ("é", "é"),
        ("a b", '"a b"'), ("", '""'), ("a\x1b", '"a\\u001b"'), (["é"], '["é"]'),
    ],
)  # fmt: skip
def test_values_are_as_yaml_has_them(value: Any, text: str) -> None:
    assert in_words(value) == text


@pytest.mark.parametrize(
    ("room", "text"),
    [(40, "shape=[1,2] eta=0.1 seed=3"), (26, "shape=[1,2] eta=0.1 seed=3"), (25, "shape=[1,2] eta=0.1 +1"),
     (14, "shape=[1,2] +2"), (13, "eta=0.1 +2"), (9, "seed=3 +2"), (8, "+3")],
)  # fmt: skip
def test_items_are_left_out_but_never_cut(room: int, text: str) -> None:
    difference = Difference({}, ["shape=[1,2]", "eta=0.1", "seed=3"])
    assert difference.text(room) == text and difference.least() == 14
    assert Difference().text(room) == "" and Difference().least() == 0


@pytest.mark.parametrize(
    ("short", "stands"),
    [("eta", True), ("critic.eta", True), ("optimizer.eta", True), ("critic.optimizer.eta", True), ("critic", False),
     ("generator.eta", False), ("optimizer.critic.eta", False), ("ta", False)],
)  # fmt: skip
def test_a_short_key_ends_as_the_key_does(short: str, stands: bool) -> None:
    assert stands_for(short, "critic.optimizer.eta") is stands
