"""Specs side by side, and overrides of what is in lists."""

import pytest

from gancli import spec
from gancli.spec.overrides import apply
from gancli.spec.yaml import load_text


def test_a_spec_is_flat_by_dotted_keys_and_a_list_of_numbers_is_one_value() -> None:
    data = {"a": 1, "b": {"c": [1, 2], "d": {"e": None}}, "f": [{"g": 1}, {"g": 2, "h": []}]}
    assert spec.flat(data) == {"a": 1, "b.c": [1, 2], "b.d.e": None, "f.0.g": 1, "f.1.g": 2, "f.1.h": []}


def test_differences_are_what_was_expected_and_what_there_is() -> None:
    expected = {"a": 1, "b": {"c": [1, 2], "d": 3}, "only": 4}
    got = {"a": 1, "b": {"c": [1, 3], "d": 3}, "new": {"x": 5}}
    assert spec.differences(expected, got) == {"b.c": ([1, 2], [1, 3]), "only": (4, None), "new.x": (None, 5)}
    assert spec.differences(expected, expected) == {}


@pytest.mark.parametrize(
    ("setting", "data"),
    [
        ("a.0=9", {"a": [9, 2, 3], "b": None}),
        ("a.2=1e-3", {"a": [1, 2, 0.001], "b": None}),
        ("a.3=9", None), ("a.-1=9", None), ("a.x=9", None), ("a.0.x=9", None),
        ("b.c.d=[1, x]", {"a": [1, 2, 3], "b": {"c": {"d": [1, "x"]}}}),
        ("b=", {"a": [1, 2, 3], "b": None}),
        ("b=x=y", {"a": [1, 2, 3], "b": "x=y"}),
        ("a={b: on}", {"a": {"b": "on"}, "b": None}),
        ("b=\ud800: x", {"a": [1, 2, 3], "b": "\ud800: x"}),  # bytes of a path that are no text are not read as YAML
        ("b=[\udfff", {"a": [1, 2, 3], "b": "[\udfff"}),
        (".a=1", None), ("a.=1", None), ("=1", None), ("a", None),
    ],
)  # fmt: skip
def test_an_override_is_written_where_its_key_leads(setting: str, data: object) -> None:
    document = load_text("a: [1, 2, 3]\nb:\n", "f")
    if data is None:
        with pytest.raises(spec.SpecError):
            apply(document, [setting])
    else:
        apply(document, [setting])
        assert document.data == data
