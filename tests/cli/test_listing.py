"""`gancli ls`: a table that fits the terminal, and which runs are in it, in which order."""

import csv
import datetime
import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.measured import measure
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
    result = gancli("ls")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines == [
        ["run", "status", "age", "metric", "differs", "in"],
        [A, "completed", "2", "d", "frechet", "12.35", "bound=0.1", "seed=0"],
        [B, "completed", "3", "h", "frechet", "9.5", "bound=0.5", "seed=1"],
        [C, "completed", "0", "s", "loss", "2"],
    ]
    assert result.stderr == "(frechet, loss: lower is better)\n"


def test_csv_and_json_say_it_with_complete_keys_and_have_name_age_and_path(three: None) -> None:
    first, _, third = json.loads(gancli("ls", "--format", "json").stdout)
    assert first["differs in"] == {"seed": 0, "critic.clip.bound": 0.1} and third["differs in"] == {}
    assert first["name"] == "gan" and first["path"] == f"runs/{A}" and 50 * 3600 <= first["age"] < 50 * 3600 + 99
    row = next(csv.DictReader(io.StringIO(gancli("ls", "--format", "csv").stdout)))
    assert row["differs in"] == "seed=0 critic.clip.bound=0.1" and row["path"] == f"runs/{A}" and float(row["age"]) > 0


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
        (("--sort", "metric"), "bac"), (("--sort", "-metric"), "abc"), (("--sort", "differs in"), "abc"), (("--sort", "-run"), "cba"),
        (("--sort", "-differs in"), "bac"), (("--sort", "bound"), "acb"), (("--sort=-clip.bound",), "bac"), (("--sort", "status"), "abc"),
        (("--where", "bound=0.1", "--where", "critic.bound=0.1"), "ac"),
    ],
)  # fmt: skip
def test_those_that_are_asked_for_in_the_order_that_is_asked_for(
    words: tuple[str, ...], expected: str, three: None
) -> None:
    assert "".join(names(*words)) == expected


def test_a_key_that_no_run_has_is_an_error_that_says_what_there_is(three: None) -> None:
    for words in (("--where", "knd=gan"), ("--sort", "-knd")):
        result = gancli("ls", *words)
        assert (
            result.exit_code == 2
            and "no run has 'knd'; did you mean 'kind'? There is run, status, age" in result.stderr
        )
        assert ("metric, 'differs in', name" in result.stderr) == (words[0] == "--sort")
        assert result.stderr.endswith("frechet, loss; keys of configurations, such as critic.clip.bound\n")
    assert "did you mean 'metric'?" in gancli("ls", "--sort", "metrics").stderr
    assert "no run has 'zzz'. There is run" in gancli("ls", "--sort", "zzz").stderr
    assert "must be KEY=VALUE" in gancli("ls", "--where", "kind").stderr
    assert gancli("ls", "--runs", "none", "--where", "x=1").exit_code == 0


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("kind=game2d", "has kind=game2d; there is gan"),
        ("status=complete", "has status=complete; there is completed; did you mean 'completed'?"),
        ("bound=0.7", "has bound=0.7; there is 0.1, 0.5"), ("bias=false", "has bias=false; there is true"),
        ("name=other seed=1", "has name=other and seed=1 at once"), ("name=gan loss=9", "has loss=9; there is 2.0, 3.0"),
    ],
)  # fmt: skip
def test_of_a_value_that_no_run_has_those_that_there_are_are_said(where: str, said: str, three: None) -> None:
    words = [word for one in where.split() for word in ("--where", one)]
    for more in ((), ("--format", "json")):
        result = gancli("ls", *words, *more)
        assert (result.exit_code, result.stdout) == (0, "[]\n" if more else "")
        assert result.stderr.replace("there is 2, 3", "there is 2.0, 3.0") == f"none of the 3 in runs {said}\n"


def test_of_many_values_some_are_named() -> None:
    for seed in range(12):
        run(f"run-{seed:02d}", seed=seed)
    result = gancli("ls", "--where", "seed=99")
    assert result.stderr == "none of the 12 in runs has seed=99; there is 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … and 2 more\n"


def test_a_short_key_of_several_values_is_said() -> None:
    for name, own in (("a", {"generator": {"eta": 0.1}, "critic": {"eta": 0.3}}), ("b", {"generator": {"eta": 0.2}})):
        run(name, spec=own)
    result = gancli("ls", "--sort", "eta")
    assert result.exit_code == 2 and "--sort eta: it may be generator.eta, critic.eta; say which" in result.stderr
    assert names("--sort", "-generator.eta") == ["b", "a"] and names("--where", "eta=0.3") == ["a"]


def test_a_value_is_found_as_it_is_shown() -> None:
    run("a", spec={"eta": 0.30000000000000004})
    run("b", spec={"eta": 0.1})
    assert names("--where", "eta=0.3") == ["a"] and "eta=0.3\n" in gancli("ls").stdout


def evaluated(name: str, **values: float) -> None:
    path = Path("runs") / name / "evaluation.json"
    measures = {key: measure(value) for key, value in values.items()}
    path.write_text(json.dumps({"measures": measures, "findings": [], "way": "judged"}), encoding="utf-8")


def test_what_was_evaluated_is_shown_and_sorted_by() -> None:
    for name in "abc":
        run(name, [{"game": 30, "seconds": 1.0, "sample_distance": 5.0}], kind="gan")
    evaluated("a", coverage=0.75, frechet=30.0)
    evaluated("b", coverage=0.8, frechet=4.0)
    result = gancli("ls")
    lines = [line.split() for line in result.stdout.splitlines()[1:]]
    assert lines == [
        ["a", "completed", "frechet", "30"],
        ["b", "completed", "frechet", "4"],
        ["c", "completed", "sample_distance", "5"],
    ]
    assert result.stderr == "(frechet: lower is better; sample_distance: says nothing of quality)\n"
    first, *_, last = json.loads(gancli("ls", "--format", "json").stdout)
    assert first["frechet.evaluated"] == 30.0 and first["frechet.real"] == 1.0 and first["evaluated as"] == "judged"
    assert "frechet.evaluated" not in last and first["sample_distance"] == 5.0
    assert names("--sort", "frechet") == ["b", "a", "c"] and names("--sort", "metric") == ["b", "a", "c"]
    shown = gancli("ls", "--sort", "-coverage", "--limit", "1")
    assert (
        shown.stdout.splitlines()[1].split() == ["b", "completed", "coverage", "0.8"]
        and "higher is better" in shown.stderr
    )


def test_an_evaluation_that_is_damaged_or_of_an_earlier_state_is_not_shown() -> None:
    run("a")
    run("b")
    (Path("runs/a") / "evaluation.json").write_text("[]")
    (Path("runs/b") / "evaluation.json").write_text(json.dumps({"measures": {"frechet": measure(1.0)}, "game": 20}))
    result = gancli("ls")
    assert (
        result.stdout.count("completed  ") == 2 and "frechet" not in result.stdout and "accuracy 0.8" in result.stdout
    )
    assert result.stderr.startswith("warning: runs/a/evaluation.json: is no evaluation of gancli's")


def test_folders_without_a_record_are_said() -> None:
    run("good")
    assert gancli("ls").stderr == "(accuracy: higher is better)\n"
    for name in (A, "renamed", "plots", ".tmp-x", "swept"):
        (Path("runs") / name).mkdir()
    (Path("runs") / "renamed" / "metrics.jsonl").touch()
    (Path("runs") / "swept" / "cells.jsonl").touch()
    for form in ("table", "json"):
        said = gancli("ls", "--format", form).stderr.splitlines()
        assert said[:2] == [
            f"note: 2 folders hold no run.json: {A}, renamed",
            "note: 1 folder holds no sweep.json: swept",
        ]
    for number in range(5):
        (Path("runs") / f"20260102T00000{number}Z-x").mkdir()
    assert gancli("ls").stderr.splitlines()[0].endswith("20260102T000003Z-x, … and 2 more")


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


def in_terminal(columns: int, patch: pytest.MonkeyPatch, *words: str) -> list[str]:
    patch.setenv("COLUMNS", str(columns))
    patch.setattr(sys, "stdout", terminal := Terminal())
    with pytest.raises(SystemExit) as ended:
        main(["ls", *words])
    lines = terminal.getvalue().splitlines()
    assert ended.value.code == 0 and max(map(len, lines)) <= columns
    return lines


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (30, "gan-aaaaaa    bound=0.1 seed=0"),
        (44, "gan-aaaaaa    completed  bound=0.1 seed=0"),
        (50, "gan-aaaaaa    completed  frechet 12.3  seed=0 +1"),
        (51, "gan-aaaaaa    completed  frechet 12.3  bound=0.1 +1"),
        (60, "gan-aaaaaa    completed  2 d  frechet 12.3  bound=0.1 seed=0"),
        (61, "gan-aaaaaa    completed  2 d  frechet 12.35  bound=0.1 seed=0"),
        (200, "gan-aaaaaa    completed  2 d  frechet 12.35  bound=0.1 seed=0"),
    ],
)
def test_the_table_fits_the_terminal_and_cuts_no_value(
    columns: int, line: str, three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_terminal(columns, monkeypatch)[1] == line
    assert gancli("show", "gan-aaaaaa").exit_code == 0, "what the first column has is enough"


def called(name: str, number: int, rows: list[dict[str, Any]], **record: Any) -> None:
    made = run(f"20260101T0000{number:02d}Z-{name}-{number:06x}", rows, **record)
    made.write_record({**made.record(), "name": name})


@pytest.mark.parametrize("columns", [60, 80])
def test_of_many_runs_each_says_what_tells_it_apart(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(54):
        eta, seed, games = (0.005, 0.01, 0.02)[number // 18], number % 6, 123456 if number == 7 else 4000
        networks = {name: {"shape": [784, 20, 1], "optimizer": {"eta": eta}} for name in ("generator", "critic")}
        spec = {"seed": seed, **networks, "training": {"games": games}, "stop": {"patience": None if number else 5}}
        rows = [{"game": 4000, "seconds": 9.0, "sample_distance": 5.1234567, "wasserstein_estimate": 0.25}]
        start = datetime.datetime.now(datetime.UTC).isoformat()
        called("wgan_mnist7", number, rows, spec=spec, start=start)
    lines = in_terminal(columns, monkeypatch)
    assert len(lines) == 55 and not any("None" in line or "shape" in line for line in lines)
    assert lines[1].endswith("  patience=5 eta=0.005 seed=0" if columns == 80 else "  patience=5 +2")
    assert lines[2].endswith("  eta=0.005 seed=1") and lines[20].endswith("  eta=0.01 seed=1")
    assert lines[8].endswith("  games=123456 eta=0.005 +1" if columns == 80 else "  games=123456 +2")
    assert all("completed" in line and "5.12" in line for line in lines[1:])


def test_a_long_name_leaves_room_for_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"game": 1, "seconds": 1.0, "frechet": 12.345}]
    for number in range(2):
        called("wgan_gradient_penalty", number, rows, spec={"eta": 0.1 * (number + 1)})
    head, first, _ = in_terminal(60, monkeypatch)
    assert head.split() == ["run", "status", "frechet", "differs", "in"]
    assert first == "wgan_gradient_penalty-000000  completed  12.3     eta=0.1"


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
