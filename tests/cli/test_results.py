"""What `ls`, `show`, `compare`, `check` and `data` say, of runs whose numbers were written by hand."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gancli.cli import output
from gancli.cli.output import print_rows
from gancli.cli.sweep_progress import SweepProgress
from gancli.runs import RunFolder, SweepFolder, checkpoint
from gancli.runs.files import write_json
from gancli.runs.summary import write_csv
from gancli.runs.summary_table import table
from gancli.sweeps import Counts
from helpers import gancli

ROWS = [
    {"game": 0, "seconds": 0.0, "loss": 4.0, "accuracy": 0.5},
    {"game": 10, "seconds": 1.5, "loss": 1.0, "accuracy": 1.0},
    {"game": 30, "seconds": 3.25, "loss": 2.0, "accuracy": 0.8},
]


def run(
    name: str, rows: list[dict[str, Any]] = ROWS, place: Path = Path("runs"), params: Any = None, **record: Any
) -> RunFolder:
    about = {"status": "completed", "kind": "supervised", "seed": 3, "name": "x", "played": 30, "engine": "numpy"}
    made = RunFolder.create(place, name, "", {**about, **record}, exact=True)
    made.unlock()
    for row in rows:
        made.append_metrics(row)
    if params is not None:
        arrays = {"a.params": params, "a.state": np.random.default_rng().random(3)}
        checkpoint.save(made.checkpoints, 30, arrays, {"game": 30})
    return made


def sweep(name: str, etas: list[float], seeds: int, rows: dict[tuple[float, int], list[dict[str, Any]]]) -> SweepFolder:
    cells = [
        {"cell": f"{number:012x}", "values": {"eta": eta}, "seed": seed, "spec": {"kind": "supervised"}}
        for number, (eta, seed) in enumerate((eta, seed) for eta in etas for seed in range(seeds))
    ]
    record = {"status": "completed", "name": "s", "cells": len(cells), "counts": {"completed": len(rows)}}
    made = SweepFolder.create(Path("runs"), name, cells, record, {})
    made.unlock()
    for cell in cells:
        if own := rows.get((cell["values"]["eta"], cell["seed"])):
            run(cell["cell"], own, made.path / "cells")
    write_csv(made.summary, table(cells, made.results(cells)))
    return made


def read(*words: str) -> Any:
    result = gancli(*words)
    assert result.exit_code == 0, result.output
    form = words[words.index("--format") + 1]
    return json.loads(result.stdout) if form == "json" else list(csv.reader(io.StringIO(result.stdout)))


def test_ls_has_the_last_test_of_each_run_what_says_most_first() -> None:
    run("20260102T000000Z-b-111111", ROWS[:2], status="diverged", kind="gan", seed=7)
    run("20260101T000000Z-a-222222")
    run("20260103T000000Z-c-333333", [])
    first, second, third = read("ls", "--format", "json")
    assert first == {
        "run": "20260101T000000Z-a-222222", "kind": "supervised", "seed": 3, "status": "completed", "name": "x", "age": None,
        "path": "runs/20260101T000000Z-a-222222", "differs in": {}, "game": 30, "seconds": 3.25, "accuracy": 0.8, "loss": 2.0,
    }  # fmt: skip
    assert list(first)[10:] == ["accuracy", "loss"]
    assert (second["status"], second["seed"], second["game"], second["loss"]) == ("diverged", 7, 10, 1.0)
    assert third == {
        "run": "20260103T000000Z-c-333333",
        "kind": "supervised",
        "seed": 3,
        "status": "completed",
        "name": "x",
        "path": "runs/20260103T000000Z-c-333333",
        "differs in": {},
    } | dict.fromkeys(("age", "game", "seconds"))
    head, *rows = read("ls", "--format", "csv")
    assert head == list(first) and rows[0][1:6] == ["supervised", "3", "completed", "x", ""]
    assert rows[0][7:] == ["", "30", "3.25", "0.8", "2.0"] and rows[2][7:] == [""] * 5
    lines = gancli("ls").stdout.splitlines()
    assert lines[0].split() == ["run", "status", "age", "metric", "differs", "in"]
    assert lines[1].split() == ["20260101T000000Z-a-222222", "completed", "accuracy", "0.8"]


def test_show_has_all_tests_or_the_record_and_the_last() -> None:
    made = run("20260101T000000Z-a-222222", spec={"eta": 0.5})
    head, *rows = read("show", "latest", "--format", "csv")
    assert head == ["game", "seconds", "loss", "accuracy"]
    assert [[float(value) for value in row] for row in rows] == [list(row.values()) for row in ROWS]
    shown = read("show", "latest", "--format", "json")
    paths = shown.pop("paths")
    assert paths == {"config": f"{made.path}/config.yaml", "metrics": f"{made.path}/metrics.jsonl"}
    assert shown == {"run": str(made.path), **made.record(), "last": ROWS[-1]} and shown["spec"] == {"eta": 0.5}
    lines = dict(line.split(maxsplit=1) for line in gancli("show", "latest").stdout.splitlines())
    assert (
        lines["last.loss"] == "2"
        and lines["last.seconds"] == "3.25"
        and lines["seed"] == "3"
        and "spec.eta" not in lines
    )


def test_the_summary_of_a_sweep_in_numbers() -> None:
    made = sweep("s", [0.1, 0.5], 2, {(0.1, 0): ROWS, (0.1, 1): ROWS[:2], (0.5, 0): ROWS[:1]})
    head, *rows = read("show", "latest", "--format", "csv")
    assert head == [
        "cell", "eta", "seed", "status", "seconds", "accuracy.final", "accuracy.best", "accuracy.area",
        "loss.final", "loss.best", "loss.area",
    ]  # fmt: skip
    found = [[float(value) if value else None for value in row[5:]] for row in rows]
    assert found[0] == pytest.approx([0.8, 1.0, (10 * 0.75 + 20 * 0.9) / 30, 2.0, 1.0, (10 * 2.5 + 20 * 1.5) / 30])
    assert found[1] == pytest.approx([1.0, 1.0, 0.75, 1.0, 1.0, 2.5])
    assert found[2] == [0.5, 0.5, 0.5, 4.0, 4.0, 4.0] and found[3] == [None] * 6
    assert [row[1:5] for row in rows] == [
        ["0.1", "0", "completed", "3.25"], ["0.1", "1", "completed", "1.5"], ["0.5", "0", "completed", "0.0"], ["0.5", "1", "waiting", ""],
    ]  # fmt: skip
    made.summary.unlink()
    assert read("show", "latest", "--format", "csv") == [head, *rows], "the same of the runs themselves"
    (listed,) = read("ls", "--format", "json")
    assert (listed["kind"], listed["status"], listed["cells"], listed["completed"]) == ("sweep", "completed", 4, 3)


def test_the_combinations_of_a_sweep_have_the_means_of_their_seeds() -> None:
    last = {(0.1, 0): 1.0, (0.1, 1): 2.0, (0.1, 2): 6.0, (0.5, 0): 2.0, (0.5, 1): 3.0, (0.5, 2): 2.5}
    sweep("s", [0.1, 0.5], 3, {key: [{"game": 1, "seconds": 1.0, "loss": value}] for key, value in last.items()})
    first, second = read("compare", "latest", "--by", "loss", "--format", "json")
    assert (first["rank"], first["eta"], first["loss.final"], first["min"], first["max"]) == (1, 0.5, 2.5, 2.0, 3.0)
    assert (second["rank"], second["eta"], second["loss.final"], second["min"], second["max"]) == (
        2,
        0.1,
        3.0,
        1.0,
        6.0,
    )
    # Student's t for 2 degrees of freedom is 4.30265 (any table); s is 0.5, and √7
    assert first["±"] == pytest.approx(4.30265 * 0.5 / 3**0.5, rel=1e-5)
    assert second["±"] == pytest.approx(4.30265 * 7**0.5 / 3**0.5, rel=1e-5)
    assert (first["std"], second["std"]) == pytest.approx((0.5, 7**0.5))
    # the differences are −1, −1 and 3.5: their mean is 0.5, their variance 6.75
    assert second["to the first"] == pytest.approx(0.5)
    assert second["to the first ±"] == pytest.approx(4.30265 * (6.75 / 3) ** 0.5, rel=1e-5)
    (best,) = read("compare", "latest", "--by", "loss", "--top", "1", "--format", "json")
    assert best["eta"] == 0.5
    (chosen,) = read("compare", "latest", "eta=0.1", "--by", "loss", "--format", "json")
    assert chosen["eta"] == 0.1 and chosen["rank"] == 1


def test_compare_says_in_what_two_runs_differ_and_in_what_not() -> None:
    same = np.arange(4.0)
    one = run("a", params=same, spec={"eta": 0.1, "network": {"shape": [2, 1]}}, versions={"numpy": "1"})
    slower = [{**row, "seconds": row["seconds"] * 2} for row in ROWS]
    two = run("b", slower, params=same, spec={"eta": 0.2, "network": {"shape": [2, 1]}}, versions={"numpy": "2"})
    found = read("compare", "a", "b", "--format", "json")
    assert found["runs"] == [str(one.path), str(two.path)] and found["same"] == ["metrics", "weights"]
    assert found["different"] == {"spec.eta": [0.1, 0.2], "versions.numpy": ["1", "2"]}
    run(
        "c",
        [*ROWS[:2], {**ROWS[2], "loss": 2.5}],
        params=np.nextafter(same, 9.0),
        spec={"eta": 0.1, "network": {"shape": [2, 2]}},
    )
    found = read("compare", "a", "c", "--format", "json")["different"]
    assert found.pop("metrics") and found.pop("weights")
    assert found == {"spec.network.shape": [[2, 1], [2, 2]], "versions.numpy": ["1", None], "last.loss": [2.0, 2.5]}


@pytest.mark.parametrize(
    ("by", "order"),
    [("accuracy", ["b", "a", "c", "d"]), ("loss", ["a", "b", "c", "d"]), ("density", ["b", "a", "c", "d"])],
)
def test_runs_are_ranked_the_best_first(by: str, order: list[str]) -> None:
    values = {"a": (0.5, 1.0, 3.0), "b": (0.9, 2.0, 0.8), "c": (1.0, 0.0, 1.0)}
    for name, (accuracy, loss, density) in values.items():
        row = {"game": 1, "seconds": 1.0, "accuracy": accuracy, "loss": loss}
        made = run(name, [row], status="diverged" if name == "c" else "completed")
        if by == "density":
            measure = {"value": density, "±": None, "real": 1.0, "real ±": None}
            write_json(made.path / "evaluation.json", {"measures": {"density": measure}})
    run("d", [{"game": 1, "seconds": 1.0}])
    rows = read("compare", "d", "c", "b", "a", "--by", by, "--format", "json")
    assert [row["run"] for row in rows] == order, "those that diverged, then those without a value, at the end"
    place = ["accuracy", "loss", "density"].index(by)
    assert [row[by] for row in rows] == [values[name][place] if name in values else None for name in order]
    assert len(read("compare", *"abcd", "--by", by, "--top", "2", "--format", "json")) == 2


def test_rows_as_a_table_as_csv_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"a": 1, "long name": "x\ny"}, {"a": float("nan"), "b": 0.5}]
    print_rows(rows, "table")
    assert capsys.readouterr().out == "a  long name  b\n1  x\\ny\n              0.5\n"
    print_rows(rows, "csv")
    assert capsys.readouterr().out == 'a,long name,b\n1,"x\ny",\n,,0.5\n'
    print_rows(rows, "json")
    assert json.loads(capsys.readouterr().out) == [{"a": 1, "long name": "x\ny"}, {"a": None, "b": 0.5}]
    print_rows([], "table")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("network", "batch", "counts"),
    [
        ("shape: [784, 5, 1]", 4, [784 * 5 + 5, 5 + 1]),
        ("shape: [784, 5, 1], bias: false", 4, [784 * 5, 5]),
        ("shape: [784, 5, 1], batch_norm: true", 4, [784 * 5 + 2 * 5, 5 + 1]),
        ("shape: [784, 5, 1], noise: {size: 3}", 4, [784 * 5 + 5, 8 + 1]),
        ("shape: [784, 5, 1], noise: {mode: add}", 4, [784 * 5 + 5, 5 + 1]),
        ("shape: [784, 5, 1], minibatch: similarity", 4, [784 * 5 + 5, 5 + 4 + 1]),
        ("shape: [784, 5, 1], minibatch: {name: kernel, kernels: 6, size: 7}", 4, [784 * 5 + 5, 5 + 6 + 1 + 5 * 6 * 7]),
    ],
)
def test_check_counts_the_parameters_of_each_layer_as_a_run_has_them(
    network: str, batch: int, counts: list[int]
) -> None:
    text = f"kind: gan\nname: c\ngenerator: {{shape: [2, 784]}}\ndiscriminator: {{{network}}}\ntraining: {{games: 1, batch: {batch}}}\n"
    Path("c.yaml").write_text(f"{text}engine: numpy\npictures: {{every: 1000}}\n", encoding="utf-8")
    lines = gancli("check", "c.yaml").stdout.split("# discriminator\n")[1].splitlines()
    printed = [int(line.split()[-2].replace(",", "")) for line in lines]
    assert printed == [*counts, sum(counts)]
    made = RunFolder(Path(gancli("train", "c.yaml", "-q").stdout.strip()))
    assert made.record()["parameters"]["discriminator"] == sum(counts)
    assert checkpoint.newest(made.checkpoints).arrays["discriminator.params"].size == sum(counts)


SETS = {
    "mnist": ("4,500 + 500", [1, 28, 28]), "xor": ("4 + 400", [2]), "line": ("10,000 + 400", [2]), "ring": ("10,000 + 10,000", [2]),
    "grid": ("10,000 + 10,000", [2]),
}  # fmt: skip


def test_the_sizes_of_the_data_sets() -> None:
    lines = {line.split()[0]: line.split() for line in gancli("data", "list").stdout.splitlines()}
    for name, (size, shape) in SETS.items():
        assert lines[name][2:6] == ["×".join(map(str, shape)), *size.split()], name
    for name, (size, shape) in SETS.items():
        found = read("data", "info", name, "--format", "json")
        assert f"{found['train']:,d} + {found['test']:,d}" == size and found["sample_shape"] == shape
        assert found["set"] == name and found["sha256"]


def test_the_time_that_is_left_goes_by_the_cells_that_were_played(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [100.0]
    monkeypatch.setattr("gancli.cli.sweep_progress.time.monotonic", lambda: clock[0])
    progress = SweepProgress(quiet=False)
    counts = Counts(10)
    counts.by_status.update({"completed": 2, "failed": 1})
    progress.counts(counts)
    counts.by_status.update({"completed": 1, "collapsed": 1})
    counts.running = 2
    clock[0] = 104.9
    progress.counts(counts)
    clock[0] = 106.0
    progress.counts(counts)
    first, last = capsys.readouterr().err.splitlines()
    assert first == "done 3/10, running 0, failed 1", "nothing is known yet"
    assert last == "done 5/10, running 2, failed 1, about 15 s left", "two in six seconds, five to go"


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_two_runs_stand_side_by_side_in_a_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancli.cli.output.width", lambda: columns)
    shown: list[str] = []
    monkeypatch.setattr("gancli.cli.output.say", shown.append)
    key, one, other = "spec.network.optimizer.eta", "20261128T030049Z-xor-994bc5", "20261128T030052Z-xor-6302da"
    output.print_side_by_side([{"key": key, one: "0.22", other: "x" * 300}, {"key": "seed", one: "22", other: "23"}])
    assert max(map(len, shown)) <= columns
    head, first, second = (line.split() for line in shown)
    assert len(head) == len(first) == len(second) == 3 and first[1] == "0.22" and second == ["seed", "22", "23"]
    assert (first[0] == key) == (columns > 60) and first[2].endswith("…") and (head[1] == one) == (columns == 200)
