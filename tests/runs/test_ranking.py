"""What is ranked, in which order, and what is not: sweeps made by hand, whose right order is known."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from gancli.metrics import METRICS, in_order, main_metric, markdown, metric
from gancli.runs import RunFolder, SweepFolder
from gancli.runs.files import write_json
from gancli.runs.ranking import Combination, difference, ranked
from gancli.runs.summary import main_measure, summarize, write_csv
from gancli.runs.summary_table import table, varied
from helpers import gancli

NOISE = ({"noise": None}, {"noise": 50})


def sweep(
    settings: tuple[dict[str, Any], ...],
    rows: list[list[dict[str, Any]]],
    statuses: list[list[str]] | None = None,
    measures: list[list[dict[str, tuple[float, float]]]] | None = None,
) -> SweepFolder:
    """A sweep of these combinations; of each the last metrics, status and evaluation of each seed."""
    cells = [
        {"cell": f"{place}{seed:011d}", "values": values, "seed": seed, "spec": {}}
        for place, values in enumerate(settings)
        for seed in range(len(rows[place]))
    ]
    folder = SweepFolder.create(
        Path("runs"), "made", cells, {"status": "completed", "name": "made", "cells": len(cells)}, {}
    )
    folder.unlock()
    for cell in cells:
        place, seed = int(cell["cell"][0]), cell["seed"]
        status = statuses[place][seed] if statuses else "completed"
        run = RunFolder.create(folder.path / "cells", cell["cell"], "", {"status": status, "kind": "gan"}, exact=True)
        run.unlock()
        run.append_metrics({"game": 100, "seconds": 1.0, **rows[place][seed]})
        if measures:
            found = {
                name: {"value": v, "±": None, "real": r, "real ±": None}
                for name, (v, r) in measures[place][seed].items()
            }
            if found:
                write_json(run.path / "evaluation.json", {"measures": found, "findings": []})
    write_csv(folder.summary, table(cells, folder.results(cells)))
    made[:] = [str(folder.path)]
    return folder


made: list[str] = []
"""The sweep of a test that was made last: `latest` goes by seconds."""


def by(metric_name: str, *words: str) -> list[dict[str, Any]]:
    result = gancli("compare", *made, "--by", metric_name, "--format", "json", *words)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("name", "values", "real", "best"),
    [
        ("recall", (0.2, 0.9), 0.94, 1),
        ("parzen", (-900.0, 200.0), 240.0, 1),
        ("frechet", (177.0, 1.6), 0.3, 1),
        ("density", (3.0, 0.9), 1.0, 1),
        ("density", (0.1, 0.9), 1.0, 1),
        ("nearest_train", (0.0, 4.0), 5.0, 1),
        ("score", (2.0, 9.0), 9.8, 1),
        ("unsure", (0.5, 0.1), 0.02, 1),
        ("critic", (3.0, 0.2), 0.0, 1),
    ],
)
def test_the_best_is_first_whichever_way_a_metric_is_good(
    name: str, values: tuple[float, float], real: float, best: int
) -> None:
    measures = [[{name: (value + 0.001 * seed, real)} for seed in range(3)] for value in values]
    sweep(NOISE, [[{"sample_distance": 1.0}] * 3] * 2, measures=measures)
    first, second = by(name)
    assert first["noise"] == NOISE[best]["noise"] and (first["rank"], second["rank"]) == (1, 2)
    assert first["real data"] == real and first["seeds"] == first["of"] == 3
    assert by(name, "--top", "1") == [first], "--top cuts off the worst"


@pytest.mark.parametrize("name", ["sample_distance", "wasserstein_estimate", "real_score", "generator_loss"])
def test_what_says_nothing_of_quality_ranks_nothing_and_says_why(name: str) -> None:
    """The most collapsed combination had the smallest distance, the critic that never moved the smallest estimate."""
    rows = [[{name: 0.87, "real_distance": 8.6}] * 2, [{name: 2.36, "real_distance": 8.6}] * 2]
    folder = sweep(NOISE, rows)
    result = gancli("compare", *made, "--by", name)
    assert result.exit_code == 2 and metric(name).why in result.stderr
    assert f"gancli evaluate {folder.path.name}" in result.stderr
    plain = gancli("compare", *made, "--format", "json")
    assert "in the order of the plan" in plain.stderr and f"gancli evaluate {folder.path.name}" in plain.stderr
    assert [row["noise"] for row in json.loads(plain.stdout)] == ["null", 50]
    with folder.summary.open(newline="") as file:
        columns = next(csv.reader(file))
    assert f"{name}.final" in columns and not [column for column in columns if column.endswith(".best")]


def test_figures_have_a_best_only_where_one_value_is_better() -> None:
    rows = [
        {"game": 0, "seconds": 0, "accuracy": 0.3, "loss": 2.0, "wasserstein_estimate": -0.8, "frechet": 50.0},
        {"game": 9, "seconds": 0, "accuracy": 0.9, "loss": 0.5, "wasserstein_estimate": 3.0, "frechet": math.nan},
        {"game": 10, "seconds": 1, "accuracy": 0.8, "loss": 0.7, "wasserstein_estimate": 1.0},
    ]
    found = summarize(rows)
    assert found["accuracy.best"] == 0.9 and found["loss.best"] == 0.5 and found["frechet.best"] == 50.0
    assert "frechet.final" not in found, "the last state has none: 50 is the untrained generator's"
    assert "wasserstein_estimate.best" not in found and found["wasserstein_estimate.final"] == 1.0
    assert summarize([{"game": 0, "seconds": 0, "frechet": None}]) == {}


def test_seeds_that_collapsed_count_and_those_that_diverged_never_help() -> None:
    """With `stop.on_collapse`, dropping the collapsed cells reversed the order: 4 modes against 2.75."""
    modes = [[{"modes": m} for m in (4.0, 4.0, 1.0, 1.0)], [{"modes": m} for m in (3.0, 3.0, 2.0, 3.0)]]
    statuses = [["completed", "completed", "collapsed", "collapsed"], ["completed"] * 4]
    sweep(NOISE, modes, statuses)
    first, second = by("modes")
    assert first["noise"] == 50 and first["modes.final"] == 2.75 and second["modes.final"] == 2.5
    assert second["seeds"] == 4


def test_a_ranking_never_improves_because_a_seed_failed() -> None:
    frechet = [[{"frechet": f} for f in (1.0, 1.0, 90.0)], [{"frechet": f} for f in (5.0, 5.0, 5.0)]]
    sweep(NOISE, frechet)
    assert [row["noise"] for row in by("frechet")] == [50, "null"]
    for status in ("diverged", "failed", "interrupted", "waiting"):
        sweep(NOISE, frechet, [["completed", "completed", status], ["completed"] * 3])
        first, second = by("frechet")
        assert first["noise"] == 50, "though the mean of what is left is 1"
        assert second["seeds"] == 2 and second["of"] == 3 and second[status] == 1 and second["frechet.final"] == 1.0
    table = gancli("compare", *made, "--by", "frechet").stdout
    assert "2 of 3" in table and "so that none gains by a seed that diverged or failed" in table


def test_what_is_not_evaluated_is_not_ranked_and_not_called_not_completed() -> None:
    measures: list[list[dict[str, tuple[float, float]]]] = [[{}, {}], [{"coverage": (0.9, 0.95)}] * 2]
    sweep(NOISE, [[{"sample_distance": 1.0}] * 2] * 2, measures=measures)
    first, second = by("coverage")
    assert first["rank"] == 1 and second["rank"] is None and second["seeds"] == 0
    assert second["not evaluated"] == 2 and "not completed" not in second
    assert second["coverage.evaluated"] is None and "NaN" not in gancli("compare", *made, "--format", "json").stdout


def test_one_seed_has_no_interval_and_nothing_is_nan() -> None:
    sweep(NOISE, [[{"frechet": 3.0}], [{"frechet": 2.0}]])
    rows = by("frechet")
    assert [row["±"] for row in rows] == [None, None]
    for words in (
        ["compare", *made],
        ["compare", *made, "--format", "csv"],
        ["show", *made, "--format", "csv"],
    ):
        assert "nan" not in gancli(*words).stdout.lower().replace("nano", "")
    page = Path(gancli("report", *made).stdout.strip()).read_text(encoding="utf-8")
    text = page.split("<h2>Figures")[0]
    assert "nan" not in text and "± " not in text.split("<tbody>")[1]


def test_the_page_of_a_sweep_shows_what_was_varied_then_what_answers_the_question() -> None:
    rows = [[{"real_score": 0.9, "sample_distance": 1.0, "discriminator_loss": 0.1}] * 2] * 2
    measures = [
        [{"share_7": (1.0, 1.0), "score": (8.0, 9.8), "frechet": (f + s, 0.3)} for s in (0, 1)] for f in (9.0, 2.0)
    ]
    sweep(NOISE, rows, measures=measures)
    page = Path(gancli("report", *made).stdout.strip()).read_text(encoding="utf-8")
    head = page.split("<thead>")[1].split("</thead>")[0]
    columns = [part.split("</th>")[0] for part in head.split("<th>")[1:]]
    assert columns[:4] == ["noise", "seeds", "frechet", "score"]
    assert columns[4:] == ["share_7", "sample_distance", "real_score", "discriminator_loss"]
    assert "2 of 2" in page and "cells that completed" in page.lower()


def test_paired_differences_say_what_is_not_told_apart() -> None:
    settings = ({"eta": 0.1}, {"eta": 0.2}, {"eta": 0.3})
    values = ([1.0, 5.0, 9.0], [1.1, 5.2, 9.15], [4.0, 8.1, 12.05])
    sweep(settings, [[{"frechet": value} for value in row] for row in values])
    rows = by("frechet", "eta=0.1", "eta=0.2")
    assert [row["eta"] for row in rows] == [0.1, 0.2], "only what is named"
    assert rows[1]["to the first"] == pytest.approx(0.15) and rows[1]["to the first ±"] == pytest.approx(
        0.1242, abs=1e-4
    )
    alone = gancli("compare", *made, "eta=0.1", "eta=0.2", "--by", "frechet").stdout
    assert "+0.15 ± 0.12" in alone and "told apart where" in alone
    every = gancli("compare", *made, "--by", "frechet").stdout
    assert "+0.15 ± 0.22, not told apart" in every and "all 3 pairs together" in every
    assert "+3.05 ± 0.22" in every and "+3.05 ± 0.22, not" not in every, "paired: seeds differ by more than settings"
    wrong = gancli("compare", *made, "eta=7", "--by", "frechet")
    assert wrong.exit_code == 2 and "is no combination of the sweep; there is eta=0.1; eta=0.2; eta=0.3" in wrong.stderr


def test_differences_need_two_seeds_that_both_have() -> None:
    rows = [{"seed": 0, "status": "completed", "frechet.final": 1.0}, {"seed": 1, "status": "diverged"}]
    other = [{"seed": seed, "status": "completed", "frechet.final": 2.0} for seed in (0, 1)]
    one, two = Combination({}, rows), Combination({}, other)
    assert difference(one, two, "frechet.final") is None
    near = [
        {"seed": s, "status": "completed", "density.evaluated": v, "density.real": 1.0}
        for s, v in enumerate((0.5, 1.5))
    ]
    far = [{"seed": s, "status": "completed", "density.evaluated": 2.0, "density.real": 1.0} for s in (0, 1)]
    mean, half = difference(Combination({}, far), Combination({}, near), "density.evaluated") or (0.0, 1.0)
    assert mean == 0.5 and math.isnan(half), "of distances to the real data's; all seeds differ by the same"
    assert [rank for rank, _ in ranked([Combination({}, far), Combination({}, near)], "density.evaluated")] == [1, 2]
    assert ranked([Combination({}, far), Combination({}, near)], "density.evaluated")[0][1].rows is near


def test_settings_keep_their_text() -> None:
    settings = tuple({"name": name, "eta": eta} for name, eta in (("1.1", 0.1), ("1.10", 0.2)))
    sweep(settings, [[{"frechet": 1.0}], [{"frechet": 2.0}]])
    rows = by("frechet")
    assert [row["name"] for row in rows] == ["1.1", "1.10"] and [row["seeds"] for row in rows] == [1, 1]
    assert [row["name"] for row in by("frechet", "name=1.10")] == ["1.10"]
    mixed = tuple({"flag": value} for value in (1, 1.0, True, "true", None))
    sweep(mixed, [[{"frechet": float(place)}] for place in range(5)])
    assert [row["flag"] for row in by("frechet")] == [1, 1.0, "true", "true", "null"]
    assert varied([{"values": {"a": 1}}, {"values": {"a": True}}]) == ["a"]


def test_two_sweeps_side_by_side() -> None:
    one = sweep(({"eta": 0.1},), [[{"frechet": 1.0}, {"frechet": 2.0}]])
    two = sweep(({"eta": 0.1},), [[{"frechet": 4.0}, {"frechet": 5.0}]])
    result = gancli("compare", str(two.path), str(one.path), "--by", "frechet", "--format", "json")
    rows = json.loads(result.stdout)
    assert [row["sweep"] for row in rows] == [one.path.name, two.path.name] and rows[1]["to the first"] == 3.0


def test_runs_are_ranked_by_the_same_rule() -> None:
    folder = sweep(NOISE, [[{"recall": 0.2, "sample_distance": 1.0}], [{"recall": 0.9, "sample_distance": 2.0}]])
    cells = [str(folder.run(cell["cell"]).path) for cell in folder.cells()]
    rows = json.loads(gancli("compare", *cells, "--by", "recall", "--format", "json").stdout)
    assert [row["recall"] for row in rows] == [0.9, 0.2]
    refused = gancli("compare", *cells, "--by", "sample_distance")
    assert refused.exit_code == 2 and "as large for noise as for varied images" in refused.stderr


def test_every_metric_that_is_measured_is_in_the_table() -> None:
    assert set(in_order(["share_3", "frechet", "nothing", "accuracy"])) == {"accuracy", "frechet", "share_3", "nothing"}
    assert in_order(["nothing", "share_3", "frechet", "accuracy"]) == ["accuracy", "frechet", "share_3", "nothing"]
    assert main_metric(["sample_distance", "wasserstein_estimate"]) is None
    assert main_metric(["share_1", "coverage", "frechet"]) == "frechet"
    assert metric("share_3").better == "real" and metric("nothing").better is None
    assert all((one.better is None) == bool(one.why) for one in METRICS.values()), "what has no direction says why"
    assert all(one.low < one.high for one in METRICS.values())


def test_the_documentation_has_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert markdown() in page, "docs/evaluation.md: replace the table of metrics by gancli.metrics.markdown()"


def evaluated(folder: SweepFolder, seed: int, **facts: Any) -> None:
    """Change what stands in the evaluation of the first combination's cell."""
    path = folder.run(f"0{seed:011d}").path / "evaluation.json"
    write_json(path, {**json.loads(path.read_text(encoding="utf-8")), **facts})


def test_what_was_evaluated_in_another_way_or_before_is_not_ranked() -> None:
    measures = [[{"frechet": (f, 0.3)} for f in (1.0, 2.0)], [{"frechet": (f, 0.3)} for f in (5.0, 6.0)]]
    folder = sweep(NOISE, [[{"sample_distance": 1.0}] * 2] * 2, measures=measures)
    assert [row["rank"] for row in by("frechet")] == [1, 2]
    for place in (0, 1):
        for seed in (0, 1):
            path = folder.run(f"{place}{seed:011d}").path / "evaluation.json"
            write_json(path, {**json.loads(path.read_text(encoding="utf-8")), "way": "judge A, sets of 500"})
    assert [row["rank"] for row in by("frechet")] == [1, 2]
    evaluated(folder, 1, way="judge B, sets of 500")
    refused = gancli("compare", *made, "--by", "frechet")
    assert (
        refused.exit_code == 2 and "not evaluated alike: judge A, sets of 500; judge B, sets of 500" in refused.stderr
    )
    assert "Not evaluated alike" in Path(gancli("report", *made).stdout.strip()).read_text(encoding="utf-8")
    cells = [str(folder.run(cell["cell"]).path) for cell in folder.cells()]
    assert "not evaluated alike" in gancli("compare", *cells, "--by", "frechet").stderr
    evaluated(folder, 1, way="judge A, sets of 500", game=50)
    run = folder.run(f"0{1:011d}")
    run.write_record({**run.record(), "played": 100})
    late = by("frechet")[1]
    assert late["noise"] == "null" and late["seeds"] == 1 and late["not evaluated"] == 1, "it is of game 50"
    rows = json.loads(gancli("compare", *cells, "--by", "frechet", "--format", "json").stdout)
    assert [row["frechet"] for row in rows] == [1.0, 5.0, 6.0, None]


def test_a_sweep_without_a_last_state_of_a_metric_is_refused_and_one_in_part_is_drawn() -> None:
    sweep(NOISE, [[{"frechet": 3.0}, {"frechet": 4.0}], [{"sample_distance": 1.0}] * 2])
    drawn = gancli("plot", *made)
    assert drawn.exit_code == 0 and "curves-frechet.png" in drawn.stdout, drawn.output
    assert gancli("report", *made).exit_code == 0
    refused = gancli("plot", *made, "--metric", "coverage")
    assert refused.exit_code == 2 and "in its last state; there is frechet, sample_distance" in refused.stderr


def test_a_sweep_that_is_not_ranked_shows_no_nan_and_every_status_is_listed() -> None:
    rows = [[{"sample_distance": 1.0}] * 2] * 2
    sweep(NOISE, rows, [["completed", "collapsed"], ["diverged", "waiting"]])
    table = gancli("compare", *made).stdout
    assert "nan" not in table and "0 of 2" in table and "–" in table
    folder = SweepFolder(Path(made[0]))
    folder.write_record({**folder.record(), "counts": {"collapsed": 1, "completed": 1, "diverged": 1, "waiting": 1}})
    listed = gancli("ls").stdout
    assert "1 collapsed" in listed and "1 waiting" in listed


def test_counts_that_differ_by_the_same_in_every_seed_prove_nothing() -> None:
    sweep(NOISE, [[{"modes": 7.0}] * 2, [{"modes": 8.0}] * 2])
    assert "-1 in every seed, too few to tell" in gancli("compare", *made, "--by", "modes").stdout
    sweep(NOISE, [[{"modes": 7.0}], [{"modes": 8.0}]])
    assert "nothing can be told apart: that takes two combinations" in gancli("compare", *made, "--by", "modes").stdout


def test_settings_are_shown_as_they_are_given() -> None:
    settings = ({"eta": 0.12345678, "bias": True}, {"eta": 1.0, "bias": None})
    sweep(settings, [[{"frechet": 1.0}], [{"frechet": 2.0}]])
    table = gancli("compare", *made, "--by", "frechet").stdout
    assert "0.12345678  true" in table and "null" in table and "None" not in table
    assert [row["eta"] for row in by("frechet", "eta=1")] == [1.0] and [
        row["eta"] for row in by("frechet", "bias=true")
    ] == [0.12345678]


def test_games_in_the_plane_are_ranked_by_their_distance_and_sent_to_no_judge() -> None:
    folder = sweep(({"eta": 0.1}, {"eta": 0.2}), [[{"theta": 1.0, "distance": 1.0}], [{"theta": 2.0, "distance": 2.0}]])
    cells = folder.cells()
    for cell in cells:
        run = folder.run(cell["cell"])
        run.write_record({**run.record(), "kind": "game2d"})
    paths = [str(folder.run(cell["cell"]).path) for cell in cells]
    refused = gancli("compare", *paths, "--by", "theta")
    assert refused.exit_code == 2 and "rank by distance" in refused.stderr and "gancli evaluate" not in refused.stderr


@pytest.mark.parametrize(
    ("last", "evaluated", "expected"),
    [
        ({"sample_distance": 5.0, "coverage": 0.5}, {"precision": 0.9}, ("precision", 0.9)),
        ({"coverage": 0.5}, {"coverage": 0.6, "frechet": 9.0}, ("frechet", 9.0)),
        ({"coverage": 0.5}, {"frechet": None}, ("coverage", 0.5)), ({"frechet": math.nan, "loss": 1.0}, {}, ("loss", 1.0)),
        ({"coverage": 0.5}, {"lipschitz": 2.0}, ("coverage", 0.5)), ({"sample_distance": 5.0}, {}, ("sample_distance", 5.0)),
        ({"theta": 1.0}, {"lipschitz": 2.0}, ("lipschitz", 2.0)), ({}, {}, None),
    ],
)  # fmt: skip
def test_the_main_measure_is_an_evaluated_one_and_has_a_direction_where_any_has(
    last: dict[str, Any], evaluated: dict[str, Any], expected: Any
) -> None:
    measures = {name: {"value": value} for name, value in evaluated.items()}
    assert main_measure({"game": 5, "seconds": 1.0, **last}, {"measures": measures}) == expected
