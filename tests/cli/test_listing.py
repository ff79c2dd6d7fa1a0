"""`gancli ls`: a table that fits the terminal, and which runs are in it, in which order."""

import datetime
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.stand_ins import Terminal
from cli.test_results import run, sweep
from gancli.cli import main
from gancli.cli.listing import _time
from helpers import gancli

A, B, C = "20260101T000000Z-gan-aaaaaa", "20260102T000000Z-gan-bbbbbb", "20260103T000000Z-other-cccccc"


@pytest.fixture
def three() -> None:
    """Two runs of one name, and one of another."""
    now = datetime.datetime.now(datetime.UTC)
    for name, hours, eta, seed, frechet in ((A, 50, 0.1, 0, 12.345), (B, 3, 0.5, 1, 9.5), (C, 0, 0.1, 0, None)):
        start = (now - datetime.timedelta(hours=hours)).isoformat()
        spec = {"kind": "gan", "seed": seed, "critic": {"clip": {"bound": eta}}, "data": {"classes": [7]}, "bias": True}
        rows = [{"game": 5, "seconds": 1.0, "loss": 2.0 + seed, **({"frechet": frechet} if frechet else {})}]
        about: dict[str, Any] = {"kind": "gan", "seed": seed, "name": name.split("-")[1], "start": start, "spec": spec}
        made = run(name, rows)
        made.write_record({**made.record(), **about})


def names(*words: str) -> list[str]:
    result = gancli("ls", "--format", "json", *words)
    assert result.exit_code == 0, result.output
    return [row["run"][-1] for row in json.loads(result.stdout)]


def test_a_table_says_of_each_what_differs_among_those_of_its_name(three: None) -> None:
    lines = [line.split() for line in gancli("ls").stdout.splitlines()]
    assert lines == [
        ["run", "status", "age", "metric", "differs", "in"],
        [A, "completed", "2", "d", "frechet", "12.35", "seed=0", "critic.clip.bound=0.1"],
        [B, "completed", "3", "h", "frechet", "9.5", "seed=1", "critic.clip.bound=0.5"],
        [C, "completed", "0", "s", "loss", "2"],
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "abc"),
        (("--where", "critic.clip.bound=0.1"), "ac"),
        (("--where", "critic.clip.bound=1e-1", "--where", "name=gan"), "a"),
        (("--where", "data.classes=[7]"), "abc"), (("--where", "kind=wgan"), ""), (("--where", "seed=true"), ""),
        (("--where", "bias=true"), "abc"), (("--where", "status=completed", "--limit", "2"), "bc"),
        (("--where", f"run={B}"), "b"),
        (("--sort", "frechet"), "bac"), (("--sort", "-frechet"), "abc"), (("--sort", "-frechet", "--limit", "1"), "a"),
        (("--sort", "age"), "cba"), (("--sort", "name"), "abc"), (("--sort", "-critic.clip.bound"), "bac"),
        (("--limit", "1"), "c"), (("--limit", "9"), "abc"),
    ],
)  # fmt: skip
def test_those_that_are_asked_for_in_the_order_that_is_asked_for(
    words: tuple[str, ...], expected: str, three: None
) -> None:
    assert "".join(names(*words)) == expected


def test_a_key_that_no_run_has_is_an_error_and_a_value_that_none_has_is_none(three: None) -> None:
    for words in (("--where", "knd=gan"), ("--sort", "-knd")):
        result = gancli("ls", *words)
        assert result.exit_code == 2 and "no run has 'knd'; did you mean 'kind'?" in result.stderr
    assert "must be KEY=VALUE" in gancli("ls", "--where", "kind").stderr
    result = gancli("ls", "--where", "kind=game2d")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "none of the 3 in runs is so\n")
    assert gancli("ls", "--runs", "none", "--where", "x=1").exit_code == 0


def test_sweeps_are_chosen_too_and_what_cannot_be_read(three: None) -> None:
    made = sweep("20260104T000000Z-s-dddddd", [0.1], 1, {})
    (made.path.parent / A / "run.json").write_text("{")
    assert names("--where", "kind=sweep") == [made.path.name[-1]] and names("--where", "status=unreadable") == ["a"]
    assert names("--sort", "frechet")[0] == "b"


def test_what_cannot_be_read_has_its_place_in_time(three: None) -> None:
    for name, record in ((A, "{"), (B, "[]")):
        (Path("runs") / name / "run.json").write_text(record)
    assert names() == ["a", "b", "c"] and names("--limit", "1") == ["c"]
    (Path("runs") / C / "run.json").write_text("{")
    assert names("--limit", "1") == ["c"] and json.loads(gancli("ls", "--format", "json").stdout)[2]["kind"] == ""


def test_what_cannot_be_looked_into_is_not_the_newest(three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = Path("runs/zzz")
    why = {closed: "Permission denied"}
    monkeypatch.setattr("gancli.runs.unreadable", lambda runs: dict(why))
    assert names() == ["z", "a", "b", "c"] and names("--limit", "1") == ["c"]


def test_numbers_come_before_texts_in_both_directions() -> None:
    for name, value in zip("abcde", (2, "x", 10, "y", math.nan), strict=True):
        made = run(name)
        made.write_record({**made.record(), "spec": {"mixed": value}})
    run("f")
    assert "".join(names("--sort", "mixed")) == "acbdef"
    assert "".join(names("--sort", "-mixed")) == "cadbef"


@pytest.mark.parametrize(("columns", "cut"), [(50, False), (60, True), (70, True), (80, False), (200, False)])
def test_the_table_fits_the_terminal(columns: int, cut: bool, three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    with pytest.raises(SystemExit) as ended:
        main(["ls"])
    lines = terminal.getvalue().splitlines()
    assert ended.value.code == 0 and max(map(len, lines)) <= columns
    first = "gan-aaaaaa    completed  2 d  frechet 12.35"
    differs = "  seed=0 critic.clip.bound=0.1"
    if cut:
        assert lines[1].startswith(first) and lines[1].endswith("…") and len(lines[1]) == columns
    else:
        assert lines[1] == first + (differs if columns >= 80 else "")
    assert gancli("show", "gan-aaaaaa").exit_code == 0, "what the first column has is enough"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (7300, "2 h"),
        (86400, "1 d"),
        (9e6, "104 d"),
    ],
)
def test_an_age_has_one_unit(seconds: float | None, text: str) -> None:
    assert _time(seconds) == text
