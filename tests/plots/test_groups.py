"""The combinations of a sweep: what their labels say, which values they have, and which of them is best."""

from pathlib import Path
from typing import Any

import pytest

from gancli.plots.groups import best_first, called, groups_of, short
from gancli.runs import SweepFolder
from plots.by_hand import swept

COMBINATIONS: Any = [
    ({"network.optimizer.eta": 0.5, "bias": True}, [[{"game": 0, "loss": 9.0}, {"game": 3, "loss": 8.0}, {"game": 5, "loss": seed + 1.0}] for seed in range(3)]),
    ({"network.optimizer.eta": 1.0, "bias": False}, [[{"game": 5, "loss": 0.5}]] * 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [("critic.optimizer.eta", 0.5, "η 0.5"), ("mu", 1, "μ 1"), ("a.batch", 8, "batch 8"), ("a.b.c.batch", 8, "batch 8"),
     ("name", "wide", "wide"),
     ("shape", [2, 1], "shape [2, 1]"), ("bias", None, "bias null"), ("a", "$x$", r"a \$x\$"), ("a", "x\ny", "a x?y"),
     ("name", "x" * 200, "x" * 100)],
)  # fmt: skip
def test_a_setting_is_called_by_the_end_of_its_key(key: str, value: Any, text: str) -> None:
    assert called(key, value) == text and (key == "name" or text.startswith(short(key)))


def test_a_group_has_the_runs_that_count_in_the_order_of_their_seeds() -> None:
    made = swept(
        COMBINATIONS,
        measures=lambda place, seed: {"frechet": (10.0 * place + seed, 0.25)},
        statuses={(0, 1): "diverged", (0, 2): "collapsed"},
    )
    groups, keys = groups_of(SweepFolder(made))
    assert keys == ["network.optimizer.eta", "bias"]
    first, second = groups
    assert first.label(keys) == "η 0.5, bias true (2 of 3 seeds)" and second.label(keys[:1]) == "η 1.0 (2 seeds)"
    assert first.label([]) == "all (2 of 3 seeds)"
    assert first.finals("loss") == [1.0, 3.0] and first.finals("frechet.evaluated") == [0.0, 2.0]
    assert [rows[-1]["frechet.real"] for rows in first.rows] == [0.25, 0.25] and "frechet.real" not in first.rows[0][0]
    assert set(first.rows[0][-1]) == {"game", "seconds", "loss", "frechet.evaluated", "frechet.real"}
    assert [run.path.name[-1] for run in first.runs] == ["0", "2"] and first.rows[0][0]["loss"] == 9.0


@pytest.mark.parametrize(("metric", "order"), [("loss", [2, 0, 1]), ("accuracy", [1, 0, 2]), ("real_score", [0, 1, 2])])
def test_the_best_is_first_by_a_metric_that_has_a_direction(metric: str, order: list[int]) -> None:
    found = [
        ({"eta": eta}, [[{"game": 0, metric: 1 - value}, {"game": 1, metric: value}]])  # the last, not the best of all
        for eta, value in ((1, 0.5), (2, 0.75), (3, 0.25))
    ]
    groups, _ = groups_of(SweepFolder(swept(found)))
    assert [groups.index(group) for group in best_first(groups, metric)] == order


@pytest.mark.parametrize(("final", "first"), [("frechet", 1), ("frechet.evaluated", 2)])
def test_what_was_evaluated_has_an_order_of_its_own(final: str, first: int) -> None:
    found = [({"eta": eta}, [[{"game": 1, "frechet": value}]]) for eta, value in ((1, 9.0), (2, 5.0), (3, 7.0))]
    made = swept(found, measures=lambda place, seed: {"frechet": (3.0 - place, 0.5)})
    groups, _ = groups_of(SweepFolder(made))
    assert best_first(groups, final)[0] is groups[first]


def test_a_cell_without_metrics_is_in_no_group() -> None:
    groups, keys = groups_of(SweepFolder(swept([({"eta": 1}, [[{"game": 1, "loss": 1.0}], []])])))
    assert keys == [] and len(groups[0].runs) == len(groups[0].rows) == 1
    assert groups[0].label(keys) == "all (1 of 2 seeds)" and Path(groups[0].runs[0].path).name.endswith("0")
