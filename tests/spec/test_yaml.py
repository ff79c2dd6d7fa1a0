"""YAML without surprises, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gancli.spec import SpecError
from gancli.spec.yaml import dump, load_file, load_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3), ("2e5", 2e5), ("1.0e3", 1000.0), ("-.5", -0.5), ("1.", 1.0), ("12", 12), ("-3", -3), ("0", 0),
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("no", "no"), ("y", "y"), ("012", "012"), ("1:30", "1:30"),
        ("1_000", "1_000"), ("0x1F", "0x1F"), ("0o17", "0o17"), ("2026-01-01", "2026-01-01"), ("<<", "<<"), ("=", "="),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("'12'", "12"), ("1e3x", "1e3x"),
    ],
)  # fmt: skip
def test_scalars_keep_their_type(text: str, value: Any) -> None:
    found = load_text(f"key: {text}\n", "here").data["key"]
    assert found == value and type(found) is type(value)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), values, max_size=5))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    found = load_text(dump(data), "here").data
    assert found == data and repr(found) == repr(data)


@given(st.text(max_size=200) | st.text("{}[]:,&*!-\n '\"|>%@`#01e.", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        load_text(text, "here")
    except SpecError as error:
        assert str(error).startswith("here")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "here:3: a: is given twice, first on line 1"),
        ("a: {b: 1, b: 2}\n", "a.b: is given twice"),
        ("a: !!python/object/apply:os.system [ls]\n", "YAML tags are not allowed"),
        ("a: !mine 1\n", "YAML tags are not allowed"),
        ("1: a\n", "a key must be text"),
        ("[a]: b\n", "a key must be text"),
        ("a: [1\n", "is not valid YAML"),
        ("a:\tb: c: d\n", "is not valid YAML"),
        ("a: *missing\n", "is not valid YAML"),
        ("a: &a [*a]\n", "refers to itself"),
        ("--- a\n--- b\n", "is not valid YAML"),
        ("a: \x00\n", "is not valid YAML"),
        (BOMB, "more than 10,000 values"),
        ("a: [" + "x," * 20_000 + "]", "more than 10,000 values"),
        ("[" * 5000, "nested too deeply"),
        ("a: " + "9" * 5000, "is not valid YAML"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    with pytest.raises(SpecError, match="^here") as caught:
        load_text(text, "here")
    assert message in str(caught.value)


def test_files(tmp_path: Path) -> None:
    cases = {"large": b"a: " + b"x" * 200_000, "latin": "a: é".encode("latin-1"), "list": b"[1]", "empty": b""}
    expected = {"large": "larger than", "latin": "not UTF-8", "list": "a mapping", "empty": "got nothing"}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SpecError, match=expected[name]):
            load_file(tmp_path / name)
    with pytest.raises(SpecError, match="no such file"):
        load_file(tmp_path / "none")
    with pytest.raises(SpecError, match="is a folder"):
        load_file(tmp_path)
