"""What `gancli compare` prints of a sweep's combinations: their order, means, differences, and what it refuses."""

import csv
import io
import json
import re

import pytest

from cli.tables import cells, last, refused, rows
from gancli.runs import SweepFolder
from gancli.runs.files import write_json
from gancli.runs.ranking import RULE
from helpers import gancli
from runs.test_ranking import NOISE, sweep

ETAS = ({"eta": 0.1}, {"eta": 0.25}, {"eta": 0.123456})
FRECHET = ([4.0, 8.1, 12.05], [1.0, 5.0, 9.0], [1.1, 5.2, 9.15])
Measures = list[list[dict[str, tuple[float, float]]]]


def table(folder: SweepFolder, *words: str) -> tuple[list[str], list[list[str]]]:
    """The lines above a table, and its cells."""
    result = gancli("compare", str(folder.path), *words)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if "seeds" in re.split(r" {2,}", line))
    return lines[:start], cells(lines[start:])


def made_of(folder: SweepFolder, *kinds: str | None) -> None:
    """Have it in the plan of which kind the cells of each combination are."""
    cells = folder.cells()
    for cell in cells:
        kind = kinds[int(cell["cell"][0])]
        cell["spec"] = {"kind": kind} if kind else {}
    (folder.path / "cells.jsonl").write_text("".join(json.dumps(cell) + "\n" for cell in cells), encoding="utf-8")


def test_a_table_has_means_their_intervals_and_paired_differences_that_hold_together() -> None:
    """Student's t of two degrees of freedom is 4.3027; within 1 − 0.05 / 3, for three pairs, it is 7.6488."""
    folder = sweep(ETAS, last("frechet", *FRECHET))
    above, found = table(folder)
    assert found == [
        ["rank", "eta", "frechet.final", "±", "std", "min", "max", "seeds", "to the first"],
        ["1", "0.25", "5", "9.937", "4", "1", "9", "3 of 3", ""],
        ["2", "0.123456", "5.15", "9.999", "4.025", "1.1", "9.15", "3 of 3", "+0.15 ± 0.22, not told apart"],
        ["3", "0.1", "8.05", "9.999", "4.025", "4", "12.05", "3 of 3", "+3.05 ± 0.22"],
    ]
    by, rule, differences = above
    assert (
        by.startswith("by frechet.final, lower is better;") and rule == RULE and "all 3 pairs together" in differences
    )
    _, two = table(folder, "--top", "2")
    assert two == found[:3], "the best"
    assert table(folder, "--top", "1")[1] == [line[:-1] for line in found[:2]], "nothing is left in the last column"
    above, pair = table(folder, "eta=0.25", "eta=0.123456")
    assert pair[2][-1] == "+0.15 ± 0.12" and "together" not in above[2], "4.3027 × 0.05 / √3"


def test_other_forms_have_all_numbers_and_nothing_else() -> None:
    folder = sweep(ETAS, last("frechet", *FRECHET))
    first, second, third = rows(folder)
    assert first == {
        "rank": 1, "eta": 0.25, "frechet.final": 5.0, "±": pytest.approx(4.302653 * 4 / 3**0.5), "std": 4.0,
        "min": 1.0, "max": 9.0, "seeds": 3, "of": 3, "to the first": None, "to the first ±": None,
    }  # fmt: skip
    assert (third["to the first"], third["to the first ±"]) == (pytest.approx(3.05), pytest.approx(7.6488 * 0.05 / 3**0.5, rel=1e-4))  # fmt: skip
    assert rows(folder, "--top", "2") == [first, second]
    result = gancli("compare", str(folder.path), "--format", "csv")
    found = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [list(row) for row in found] == [list(first)] * 3 and found[0]["to the first"] == ""


def test_one_combination_or_one_seed_is_a_table_without_intervals() -> None:
    above, found = table(sweep(({"eta": 0.5, "mu": 1},), [[{"frechet": 3.0}]]))
    assert found == [["rank", "frechet.final", "min", "max", "seeds"], ["1", "3", "3", "3", "1 of 1"]]
    assert "nothing can be told apart" in above[-1]
    _, found = table(sweep(ETAS[:2], last("frechet", [3.0, 4.0], [1.5])))
    assert found[1:] == [
        ["1", "0.25", "1.5", "", "", "1.5", "1.5", "1 of 1"],
        ["2", "0.1", "3.5", "6.353", "0.7071", "3", "4", "2 of 2"],
    ]


@pytest.mark.parametrize(
    ("first", "other", "said"),
    [
        ([1.0, 2.0], [1.0, 2.0], "+0 ± 0, not told apart"),
        ([7.0, 7.0], [8.0, 8.0], "+1 in every seed, too few to tell"),
        ([1.0, 3.0], [2.0, 3.0], "+0.5 ± 6.4, not told apart"),
        ([1.0, 3.0], [11.0, 13.5], "+10.25 ± 3.2"),
    ],
)
@pytest.mark.parametrize("name", ["frechet", "modes"])
def test_a_difference_is_told_apart_where_zero_is_not_within(
    first: list[float], other: list[float], said: str, name: str
) -> None:
    worse = {"frechet": (first, other), "modes": (other, first)}[name]
    if name == "modes":
        said = said.replace("+", "-") if first != other else said
    _, found = table(sweep(NOISE, last(name, *worse)))
    assert found[2][-1] == said


def test_combinations_of_which_nothing_counts_stand_last_and_every_fate_has_a_column() -> None:
    statuses = [["failed", "diverged"], ["completed", "collapsed"], ["completed", "diverged"]]
    folder = sweep(ETAS, last("frechet", [1.0, 2.0], [3.0, 4.0], [1.0, 1.0]), statuses)
    _, found = table(folder)
    assert found[0] == ["rank", "eta", "frechet.final", "±", "std", "min", "max", "seeds", "failed", "diverged"]
    assert found[1:] == [
        ["1", "0.25", "3.5", "6.353", "0.7071", "3", "4", "2 of 2", "", ""],
        ["2", "0.123456", "1", "", "", "1", "1", "1 of 2", "", "1"],
        ["", "0.1", "", "", "", "", "", "0 of 2", "1", "1"],
    ]
    nothing = rows(folder)[2]
    assert (nothing["rank"], nothing["min"], nothing["max"], nothing["frechet.final"]) == (None,) * 4


def test_the_real_data_stand_beside_what_was_evaluated_and_beside_nothing_else() -> None:
    measures: Measures = [[{"coverage": (value, 0.95)}] * 2 for value in (0.5, 0.75)]
    folder = sweep(NOISE, last("loss", [1.0, 2.0], [3.0, 4.0]), measures=measures)
    above, found = table(folder)
    assert found[0][2:8] == ["coverage.evaluated", "±", "std", "min", "max", "real data"], (
        "before what training has measured"
    )
    assert [line[:8] for line in found[1:]] == [
        ["1", "50", "0.75", "0", "0", "0.75", "0.75", "0.95"], ["2", "null", "0.5", "0", "0", "0.5", "0.5", "0.95"],
    ]  # fmt: skip
    assert "higher is better" in above[0]
    trained = rows(folder, "--by", "loss")
    assert [row["loss.final"] for row in trained] == [1.5, 3.5] and "real data" not in trained[0]


def test_only_what_was_evaluated_in_one_way_is_ranked_by_it() -> None:
    measures: Measures = [[{"coverage": (value, 0.95)}] * 2 for value in (0.5, 0.75)]
    folder = sweep(NOISE, last("loss", [1.0, 2.0], [3.0, 4.0]), measures=measures)

    def judged(way: str, *cells: str) -> None:
        for cell in cells:
            path = folder.run(f"{cell[0]}{cell[1]:>011}").path / "evaluation.json"
            write_json(path, {**json.loads(path.read_text(encoding="utf-8")), "way": way})

    judged("judge A", "00", "01", "10", "11")
    assert [row["noise"] for row in rows(folder)] == [50, "null"]
    judged("judge B", "11")
    message = refused(folder)
    assert "not evaluated alike: judge A; judge B" in message
    assert [row["noise"] for row in rows(folder, "--by", "loss.final")] == ["null", 50], "which no judge has measured"


def test_several_sweeps_are_told_by_their_names_and_one_is_not() -> None:
    one = sweep(ETAS[:2], last("frechet", [2.0], [4.0]))
    other = sweep(ETAS[:2], last("frechet", [3.0], [1.0]))
    assert "sweep" not in rows(one)[0]
    found = rows(one, str(other.path))
    names = one.path.name, other.path.name
    assert [(row["sweep"], row["eta"], row["frechet.final"]) for row in found] == [
        (names[1], 0.25, 1.0), (names[0], 0.1, 2.0), (names[1], 0.1, 3.0), (names[0], 0.25, 4.0),
    ]  # fmt: skip
    assert list(found[0])[:3] == ["rank", "sweep", "eta"]


def test_what_is_ranked_by_is_what_is_asked_for_or_the_first_that_says_which_is_better() -> None:
    values = [[{"real_score": 1.0, "loss": 1.0, "accuracy": 0.5}], [{"real_score": 2.0, "loss": 2.0, "accuracy": 0.9}]]
    folder = sweep(NOISE, values)
    assert [row["accuracy.final"] for row in rows(folder)] == [0.9, 0.5]
    assert [row["loss.final"] for row in rows(folder, "--by", "loss")] == [1.0, 2.0]
    assert [row["loss.best"] for row in rows(folder, "--by", "loss.best")] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("kind", "judged"), [(None, True), ("gan", True), ("wgan", True), ("supervised", False), ("game2d", False)]
)
@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("by", ["real_score", "coverage"])
def test_a_refusal_says_what_there_is_to_rank_by(by: str, directed: bool, kind: str | None, judged: bool) -> None:
    known = {"loss": 1.0, "accuracy": 0.5} if directed else {}
    folder = sweep(({"eta": 0.1},), [[{"real_score": 1.0, **known}]])
    made_of(folder, kind)
    message = refused(folder, "--by", by)
    assert ("it was not measured" in message) is (by == "coverage")
    assert ("how one network stands against the other" in message) is (by == "real_score")
    assert ("rank by accuracy, loss" in message) is directed and ("rank by" in message) is directed
    assert (f"gancli evaluate {folder.path.name}" in message) is judged
    assert ("nothing that was measured" in message) is not (directed or judged)


def test_without_anything_to_rank_by_the_plan_is_shown_with_means() -> None:
    names = ["sample_distance", "real_score", "fake_score", "theta", "phi"]
    values = [[dict.fromkeys(names, seed + 10.0 * place) for seed in (1, 2, 6)] for place in (1, 0)]
    del values[0][1]["sample_distance"]
    folder = sweep(ETAS[:2], values, [["completed", "collapsed", "completed"], ["completed", "completed", "failed"]])
    result = gancli("compare", str(folder.path))
    assert f"gancli evaluate {folder.path.name}" in result.stderr and "gancli evaluate" not in result.stdout
    finals = [f"{name}.final" for name in names]
    above, found = table(folder)
    assert above == [] and found[0] == ["eta", "seeds", "undefined", *finals[:4], "failed"], "the first few"
    assert found[1:] == [
        ["0.1", "2 of 3", "1", "13.5", *["13"] * 3, ""],
        ["0.25", "2 of 3", "", *["1.5"] * 4, "1"],
    ], "counts are those of the first"
    assert rows(folder) == [
        {"eta": 0.1, "seeds": 2, "of": 3, "undefined": 1, **dict.fromkeys(finals, 13.0), finals[0]: 13.5},
        {"eta": 0.25, "seeds": 2, "of": 3, "failed": 1, **dict.fromkeys(finals, 1.5)},
    ]


def test_a_sweep_that_has_measured_nothing_counts_no_seed() -> None:
    folder = sweep(ETAS[:2], [[{}] * 2] * 2, [["waiting", "failed"], ["failed", "failed"]])
    assert table(folder) == ([], [["eta", "seeds"], ["0.1", "0 of 2"], ["0.25", "0 of 2"]])
    assert rows(folder) == [{"eta": 0.1, "seeds": 0, "of": 2}, {"eta": 0.25, "seeds": 0, "of": 2}]
