"""`gancli plot`, `report`, `sample`, `ls` and `show`: where they write, and what they say of a folder written by hand."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.stand_ins import Terminal
from cli.test_results import ROWS, read, run, sweep
from gancli.cli import main
from gancli.runs import DIFF
from helpers import gancli


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("a", "-o", "new"), None),
        (("a", "-o", "empty"), None),
        (("a", "-o", "full", "--force"), None),
        (("a", "-o", "full"), "full is not empty"),
        (("a", "-o", "file"), "file is a file"),
        (("a", "-o", "file", "--force"), "file is a file"),
        (("a", "-o", "nowhere/new"), "nowhere is not a folder"),
        (("a", "b", "-o", "new"), "-o is for one RUN; got 2"),
        (("a", "b"), None),
    ],
)
def test_figures_go_into_a_new_or_empty_folder_or_by_force(
    words: tuple[str, ...], wrong: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []

    def plot_run(path: Path, form: str, target: Path | None = None, animation: bool = False, **more: Any) -> list[Path]:
        drawn.append((path.name, form, target, animation))
        return [(target or path) / "x.svg", (target or path) / "y.svg"]

    monkeypatch.setattr("gancli.plots.plot_run", plot_run)
    for name in "ab":
        run(name)
    Path("empty").mkdir()
    Path("full").mkdir()
    Path("full/mine").touch()
    Path("file").touch()
    result = gancli("plot", *words, "--format", "svg")
    if wrong is None:
        names = [word for word in words if word in "ab"]
        target = Path(words[2]) if "-o" in words else None
        assert drawn == [(name, "svg", target, False) for name in names] and result.exit_code == 0
        places = [target or Path("runs") / name for name in names]
        assert result.stdout.splitlines() == [f"{place}/{part}.svg" for place in places for part in "xy"]
    else:
        assert result.exit_code == 2 and wrong in result.stderr and drawn == [] and not Path("new").exists()


def test_a_sweep_is_drawn_by_its_metric_and_a_run_with_its_animation(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    for name in ("plot_run", "plot_sweep"):
        monkeypatch.setattr(
            f"gancli.plots.{name}", lambda *words, name=name, **more: drawn.append((name, words, more)) or []
        )
    swept = sweep("s", [0.1], 1, {(0.1, 0): ROWS})
    run("a")
    assert gancli("plot", "s", "a", "--gif", "--metric", "loss").exit_code == 0
    assert drawn == [
        ("plot_sweep", (swept.path, "png"), {"metric": "loss", "target": None}),
        ("plot_run", (Path("runs/a"), "png"), {"animation": True, "which": "last", "target": None}),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a", "--metric", "nonsense"), "--metric is for a sweep; runs/a is a run"),
        (("s", "--gif"), "--gif is for a run; runs/2"),
        (("s", "--maps", "0"), "--maps is for a run; runs/2"),
        (("s", "--checkpoint", "last"), "--checkpoint is for a run; runs/2"),
    ],
)
def test_an_option_that_is_for_nothing_is_refused_before_anything_is_drawn(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []
    for name in ("plot_run", "plot_sweep"):
        monkeypatch.setattr(f"gancli.plots.{name}", lambda *words, **more: drawn.append(words) or [])
    sweep("s", [0.1], 1, {(0.1, 0): ROWS})
    run("a")
    result = gancli("plot", *words)
    assert result.exit_code == 2 and said in result.stderr and drawn == []


def test_how_many_are_shown_is_for_a_ranking() -> None:
    run("a")
    run("b")
    result = gancli("compare", "a", "b", "--top", "1")
    assert result.exit_code == 2 and "--top is of a ranking: give --by too" in result.stderr


def test_each_folder_has_the_page_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []
    for name in ("report_run", "report_sweep"):

        def write(path: Path, output: Path | None, name: str = name) -> Path:
            written.append((name, path, output))
            return output or path / "report.html"

        monkeypatch.setattr(f"gancli.report.{name}", write)
    swept = sweep("s", [0.1], 1, {(0.1, 0): ROWS})
    run("a")
    result = gancli("report", "s", "a")
    assert result.stdout.splitlines() == [f"{swept.path}/report.html", "runs/a/report.html"] and result.exit_code == 0
    assert written == [("report_sweep", swept.path, None), ("report_run", Path("runs/a"), None)]
    assert gancli("report", "a", "-o", "x.html").stdout == "x.html\n" and written[2][2] == Path("x.html")
    for words, wrong in ((("a", "s"), "-o is for one RUN; got 2"), (("a", "--runs", "runs"), "must end in .html")):
        result = gancli("report", *words, "-o", "x.png" if "--runs" in words else "x.html")
        assert result.exit_code == 2 and wrong in result.stderr and len(written) == 3


def test_ls_counts_the_cells_of_a_sweep_whatever_its_record_says() -> None:
    new = sweep("new", [0.1], 2, {})
    new.write_record({"status": "running", "name": "s", "cells": 2})
    old = sweep("old", [0.1], 3, {})
    old.write_record({"status": "failed", "cells": 3, "counts": {"completed": 1, "failed": 2, "waiting": 4}})
    run("20260103T000000Z-one", [{"game": 5, "seconds": 1.5, "loss": 0.123456, "accuracy": 0.5}])
    third, *sweeps = read("ls", "--format", "json")
    first, second = sorted(sweeps, key=lambda row: row["cells"])
    for row in (first, second, third):
        assert row.pop("path") == f"runs/{row['run']}" and row.pop("differs in") == {} and row.pop("age") is None
    assert [row.pop("name") for row in (first, second, third)] == ["s", None, "x"] and first.pop("seed") is second.pop(
        "seed"
    ) is None
    none = {"completed": 0, "diverged": 0, "collapsed": 0, "failed": 0}
    assert first == {"run": new.path.name, "kind": "sweep", "status": first["status"], "cells": 2, **none}
    assert second == {
        "run": old.path.name, "kind": "sweep", "status": "failed", "cells": 3, "completed": 1, "diverged": 0,
        "collapsed": 0, "failed": 2, "waiting": 4,
    }  # fmt: skip
    assert list(third.items())[4:] == [("game", 5), ("seconds", 1.5), ("accuracy", 0.5), ("loss", 0.123456)]
    head, one, *others = gancli("ls").stdout.splitlines()
    assert head.split() == ["run", "status", "age", "metric", "differs", "in"] and one.endswith("  accuracy 0.5")
    of_new, of_old = sorted(others, key=lambda line: "3 cells" in line)
    assert of_new.endswith("  2 cells") and of_old.endswith("  3 cells: 1 completed, 2 failed, 4 waiting")


def test_what_cannot_be_read_is_listed_in_its_place_and_said() -> None:
    made = run("20260101T000000Z-bad")
    run("20260102T000000Z-good")
    (made.path / "run.json").write_text("{", encoding="utf-8")
    result = gancli("ls", "--format", "csv")
    assert [line.split(",")[:4] for line in result.stdout.splitlines()[1:]] == [
        ["20260101T000000Z-bad", "", "", "unreadable"],
        ["20260102T000000Z-good", "supervised", "3", "completed"],
    ]
    assert "20260101T000000Z-bad: unreadable: " in result.stderr
    assert gancli("ls", "--runs", "none").stderr == "no runs in none\n"
    assert gancli("ls", "--runs", "none", "--format", "json").stdout == "[]\n"


def test_show_has_one_line_for_each_value_that_is_there() -> None:
    record = {
        "kind": "gan",
        "data": {"origin": "here", "files": {"x": 1.23456789, "y": None}},
        "warnings": [],
        "resumed": ["t"],
        "seed": 0,
    }
    made = run("a", reason=None, git={"commit": "c"}, spec={"eta": 1}, **record)
    lines = [tuple(line.split(maxsplit=1)) for line in gancli("show", "a").stdout.splitlines()]
    shown = dict(lines)
    assert shown == {
        "run": "runs/a", "config": "runs/a/config.yaml", "metrics": "runs/a/metrics.jsonl", "status": "completed", "kind": "gan", "seed": "0", "name": "x", "played": "30", "engine": "numpy",
        "data.origin": "here", "data.files.x": "1.23457", "resumed": "t", "git.commit": "c",
        "last.game": "30", "last.seconds": "3.25", "last.loss": "2", "last.accuracy": "0.8",
    }  # fmt: skip
    assert f"{'data.files.x':34} 1.23457" in gancli("show", "a").stdout.splitlines()
    (made.path / DIFF).write_text("+1", encoding="utf-8")
    assert f"{'git.diff':34} {made.path / DIFF}" in gancli("show", "a").stdout.splitlines()
    assert "git.diff" not in gancli("show", "a", "--format", "json").stdout
    made.write_record({"status": "completed", "git": None})
    assert "git" not in gancli("show", "a").stdout


def test_show_of_a_sweep_and_of_a_run_that_has_measured_nothing() -> None:
    made = sweep("s", [0.1], 1, {(0.1, 0): ROWS})
    shown = read("show", "s", "--format", "json")
    assert shown.pop("paths") == {"runs": f"{made.path}/cells", "summary": f"{made.path}/summary.csv"}
    assert shown == {"sweep": str(made.path), **made.record(), "last": None}
    empty = run("a", [])
    shown = read("show", "a", "--format", "json")
    assert shown.pop("paths") == {"config": "runs/a/config.yaml", "metrics": "runs/a/metrics.jsonl"}
    assert shown == {"run": str(empty.path), **empty.record(), "last": None}


def test_show_says_first_where_everything_lies() -> None:
    made = run("a", params=np.zeros(3))
    for name in ("images/game-000010.png", "images/game-000020.png", "checkpoints/best-000020.npz", "plots/x.png", "report.html",
                 "evaluation.json", "log.txt"):  # fmt: skip
        path = made.path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    lines = [line.split(maxsplit=1) for line in gancli("show", "a").stdout.splitlines()][:10]
    assert lines == [
        ["run", "runs/a"], ["config", "runs/a/config.yaml"], ["metrics", "runs/a/metrics.jsonl"], ["log", "runs/a/log.txt"],
        ["pictures", "runs/a/images/game-000020.png, the last of 2"], ["checkpoints", "runs/a/checkpoints, of game 30"],
        ["plots", "runs/a/plots"], ["report", "runs/a/report.html"], ["evaluation", "runs/a/evaluation.json"],
        ["best", "runs/a/checkpoints/best-000020.npz"],
    ]  # fmt: skip
    assert read("show", "a", "--format", "json")["paths"]["checkpoints"] == {"30": "runs/a/checkpoints/game-000030.npz"}


@pytest.mark.parametrize("columns", [60, 80])
def test_show_fits_a_terminal_and_is_complete_elsewhere(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    argv = ["train", "c.yaml", "--set", "generator.shape=[1, 2]", "--set", "training.games=20"]
    facts: dict[str, Any] = {
        "sha256": {f"train-{part}-idx3-ubyte": "a1" * 32 for part in ("images", "labels")},
        "classes": list("0123456789"),
    }
    run("a", argv=argv, data=facts, spec_sha256="b2" * 32, process_start=1795843865.25, start="2026-11-28T05:31:05.086593+00:00",
        warnings=["one of many words " * 6, "and another"])  # fmt: skip
    piped = gancli("show", "a").stdout
    command = "gancli train c.yaml --set 'generator.shape=[1, 2]' --set training.games=20"
    assert command in piped and "a1" * 32 in piped and "e+09" not in piped
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "stdout", shown := Terminal())
    main(["show", "a"], standalone_mode=False)
    text = shown.getvalue()
    assert max(map(len, text.splitlines())) <= columns and "…/config.yaml" in text
    assert "2 checksums" in text and f"{'b2' * 6}…" in text and "2026-11-28 05:31:05 UTC" in text
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in text and command in " ".join(text.split())
