"""YAML without surprises, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gancli.spec import SpecError
from gancli.spec.yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, dump, load_file, load_text


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


def test_what_is_written_is_laid_out_for_people() -> None:
    same = [1, 2]
    words = ["x" * 8] * 9 + ["x" * 6]  # and a bracket, a key: 100 letters with the comma
    data = {
        "b": same,
        "a": {"c": same, "d": [same, [3]]},
        "w": [*words, "y"],
        "path": "\udcff/é",
        "number": "1_0",
        "n": "1e3",
    }
    text = (
        "b: [1, 2]\na:\n  c: [1, 2]\n  d:\n  - [1, 2]\n  - [3]\n"
        f"w: [{', '.join(words)},\n  y]\n"
        "path: \"\\uDCFF/\\xE9\"\nnumber: '1_0'\nn: '1e3'\n"
    )
    assert dump(data) == text and load_text(text, "here").data == data
    assert dump({**data, "path": "p"}) == text.replace('"\\uDCFF/\\xE9"', "p")


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
        ("a: 1\nb: {c: 1,\n  d: 1,\n  c: 2}\n", "here:4: b.c: is given twice, first on line 2"),
        ("a: 1\nb:\n  2: 3\n", "here:3: b: a key must be text"),
        ("a: 1\nb: !mine 1\n", "here:2: b: YAML tags"),
        ("a: 1\nb: 2\n  c: 3\nd: 4\n", "here:3: is not valid YAML"),
        ("a: 1\nb: &x [*x]\n", "here:2: refers to itself"),
        ("a:\tb: c: d\n", "is not valid YAML"),
        ("a: *missing\n", "is not valid YAML"),
        ("a: &a [*a]\n", "refers to itself"),
        ("--- a\n--- b\n", "is not valid YAML"),
        ("a: \x00\n", "is not valid YAML"),
        (BOMB, "more than 10,000 values"),
        ("a: [" + "x," * 20_000 + "]", "more than 10,000 values"),
        ("a: [" + "x," * 20_000 + "}", "more than 10,000 values"),  # and is read no further
        ("[" * 5000, "nested too deeply"),
        ("a: " + "9" * 5000, "is not valid YAML"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    with pytest.raises(SpecError, match="^here") as caught:
        load_text(text, "here")
    assert message in str(caught.value)
    assert all(problem.where.startswith("here") for problem in caught.value.problems)


def test_every_key_that_is_wrong_is_told() -> None:
    with pytest.raises(SpecError) as caught:
        load_text("a: 1\na: 2\n3: x\nb: {c: !mine 1, 4: x, c: 2}\na: 3\n", "here")
    assert [(problem.where, problem.key) for problem in caught.value.problems] == [
        ("here:2", "a"), ("here:3", ""), ("here:4", "b.c"), ("here:4", "b"), ("here:4", "b.c"), ("here:5", "a"),
    ]  # fmt: skip


def test_each_key_and_entry_has_its_line() -> None:
    document = load_text("a: 1\nb:\n  c: {d: 1,\n    e: 2}\n  f:\n    - 1\n    - {g: 2}\n", "here")
    places = [
        ("a",),
        ("b",),
        ("b", "c"),
        ("b", "c", "d"),
        ("b", "c", "e"),
        ("b", "f"),
        ("b", "f", 0),
        ("b", "f", 1, "g"),
    ]
    assert [document.where(place) for place in places] == [f"here:{line}" for line in (1, 2, 3, 3, 4, 5, 6, 7)]
    assert document.where(("b", "c", "missing")) == "here:3" and document.where(("missing",)) == "here"


def test_as_much_is_read_as_is_allowed_and_not_one_more(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: " + b"x" * (MAX_BYTES - 3))
    assert len(load_file(path).data["a"]) == MAX_BYTES - 3
    path.write_bytes(b"a: " + b"x" * (MAX_BYTES - 2))
    with pytest.raises(SpecError):
        load_file(path)
    values = "[" + "1," * (MAX_NODES - 1) + "]"  # and the list itself
    assert len(load_text(values, "here").data) == MAX_NODES - 1
    assert load_text("[" * MAX_DEPTH + "]" * MAX_DEPTH, "here").data
    assert load_text("[1, " * (MAX_DEPTH - 1) + "[]" + "]" * (MAX_DEPTH - 1), "here").data
    twice = "a: &a [" + "1," * 4996 + "]\nb: *a\n"  # written out: a mapping, two keys, two lists, their entries
    assert len(load_text(twice.replace("1,", "", 1), "here").data["b"]) == 4995
    for text in (
        values.replace("1,", "1,1,", 1),
        "[1, " * MAX_DEPTH + "[]" + "]" * MAX_DEPTH,
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        twice.replace("1,", "1,1,1,", 1),
    ):
        with pytest.raises(SpecError):
            load_text(text, "here")


def test_files(tmp_path: Path) -> None:
    cases = {"large": b"ab: " + "é".encode() * 200_000, "latin": "a: é".encode("latin-1"), "list": b"[1]", "empty": b""}
    expected = {"large": "larger than", "latin": "not UTF-8", "list": "a mapping.*got list", "empty": "got nothing"}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SpecError, match=expected[name]):
            load_file(tmp_path / name)
    (tmp_path / "good").write_bytes(b"a: 1")
    assert load_file(tmp_path / "good").folder == tmp_path
    with (tmp_path / "good").open("rb") as file:  # what a shell hands on has the system's folder
        assert load_file(Path(f"/dev/fd/{file.fileno()}")).folder == Path()
    with pytest.raises(SpecError, match="no such file"):
        load_file(tmp_path / "none")
    with pytest.raises(SpecError, match="is a folder"):
        load_file(tmp_path)
