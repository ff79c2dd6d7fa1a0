"""The measures of a table against direct calls of what they are made of, on sets that are known."""

from typing import Any

import numpy as np
import pytest

from gancli.evaluation import neighbours, table
from gancli.evaluation.columns import correlation_difference, kolmogorov_smirnov
from gancli.evaluation.manifold import manifold
from gancli.evaluation.table import MOST_COLUMNS, SETS, Table, measure_rows
from gancli.evaluation.transport import wasserstein

pytest.importorskip("ot")
pytest.importorskip("sklearn")
RNG = np.random.default_rng
TRAIN, TEST = RNG(0).normal(size=(400, 3)), RNG(1).normal(size=(130, 3))
COLUMNS = ("a", "b", "c")


class Drawn:
    """Rows that are drawn once, each set anew, around 1 in the first column and twice as wide in the second."""

    def __init__(self) -> None:
        self.sets: list[Any] = []

    def __call__(self, count: int) -> Any:
        self.sets.append(RNG(100 + len(self.sets)).normal(size=(count, 3)) * [1, 2, 1] + [1, 0, 0])
        return self.sets[-1]


@pytest.fixture(scope="module")
def measured() -> tuple[Table, list[Any]]:
    draw = Drawn()
    return measure_rows(draw, TRAIN, TEST, COLUMNS, RNG(2), 50), draw.sets


def rows_of(found: Table) -> dict[str, Any]:
    return {row.name: row for row in found.rows}


def test_every_measure_has_its_row_and_every_set_its_size(measured: tuple[Table, list[Any]]) -> None:
    found, sets = measured
    assert found.count == 50 and [len(one) for one in sets] == [50] * SETS and found.notices == []
    assert {row.name for row in found.rows} == {
        "wasserstein", "sliced_wasserstein", "ks", "correlations", "ks_a", "ks_b", "ks_c", "precision", "recall",
        "density", "coverage", "duplicates", "nearest_train", "two_sample",
    }  # fmt: skip


def test_columns_are_measured_against_the_training_data(measured: tuple[Table, list[Any]]) -> None:
    found, sets = measured
    rows, gaps = rows_of(found), np.array([kolmogorov_smirnov(one, TRAIN) for one in sets])
    for number, name in enumerate(COLUMNS):
        assert rows[f"ks_{name}"].own.value == pytest.approx(gaps[:, number].mean())
    assert rows["ks"].own.value == pytest.approx(gaps.max(axis=1).mean())
    assert rows["correlations"].own.value == pytest.approx(np.mean([correlation_difference(x, TRAIN) for x in sets]))
    held_out = [TEST[rows] for rows in table._split(len(TRAIN), len(TEST), 50).held_out]
    assert len(held_out) == 2
    real = np.mean([kolmogorov_smirnov(x, TRAIN).max() for x in held_out])
    assert rows["ks"].real.value == pytest.approx(real)
    assert rows["ks_a"].real.value < 0.2 < rows["ks_a"].own.value


def test_distances_are_to_as_many_of_the_training_rows(measured: tuple[Table, list[Any]]) -> None:
    rows = rows_of(measured[0])
    near = np.mean([wasserstein(one, RNG(9).permutation(TRAIN)[:50]) for one in measured[1]])
    assert rows["wasserstein"].own.value == pytest.approx(near, rel=0.15)
    assert rows["wasserstein"].real.value < 0.8 * rows["wasserstein"].own.value
    assert rows["sliced_wasserstein"].real.value < 0.5 * rows["sliced_wasserstein"].own.value


def test_neighbours_are_of_the_rows_themselves(measured: tuple[Table, list[Any]]) -> None:
    rows = rows_of(measured[0])
    near = [manifold(RNG(8).permutation(TRAIN)[:50], one) for one in measured[1]]
    for name in ("precision", "recall", "density", "coverage"):
        assert rows[name].own.value == pytest.approx(np.mean([getattr(one, name) for one in near]), abs=0.12), name
        assert rows[name].real.value > rows[name].own.value, name
    alone = neighbours.nearest(measured[1][0], TRAIN)
    assert rows["nearest_train"].own.value == pytest.approx(alone.mean())
    assert rows["two_sample"].own.value > 0.65 and rows["two_sample"].real.value == pytest.approx(0.5, abs=0.1)


def test_copies_of_the_training_rows_are_seen() -> None:
    found = rows_of(
        measure_rows(lambda count: TRAIN[RNG(5).permutation(400)[:count]], TRAIN, TEST, COLUMNS, RNG(2), 50)
    )
    assert found["nearest_train"].own.value == 0.0 < found["nearest_train"].real.value
    assert found["ks"].own.value < 0.25 and found["precision"].own.value > 0.85


def test_one_row_again_and_again_is_seen() -> None:
    found = rows_of(measure_rows(lambda count: np.repeat(TRAIN[:1], count, axis=0), TRAIN, TEST, COLUMNS, RNG(2), 50))
    assert found["duplicates"].own.value == 1.0 and found["duplicates"].real.value < 0.05
    assert found["recall"].own.value < 0.2 and found["coverage"].own.value < 0.2
    assert found["two_sample"].own.value > 0.9


def test_sets_that_are_small_leave_out_what_needs_more() -> None:
    found = measure_rows(lambda count: RNG(3).normal(size=(count, 3)), TRAIN[:20], TEST[:20], COLUMNS, RNG(2), 50)
    assert found.count == 5 and not {"precision", "coverage"} & {row.name for row in found.rows}
    (notice,) = found.notices
    assert "5 rows (20 to train on, 20 held out)" in notice


@pytest.mark.slow
@pytest.mark.parametrize("columns", [1, MOST_COLUMNS, MOST_COLUMNS + 1])
def test_gaps_are_listed_one_by_one_where_they_are_few(columns: int) -> None:
    train, test = RNG(6).normal(size=(80, columns)), RNG(7).normal(size=(20, columns))
    names = [f"x{number}" for number in range(columns)]
    found = rows_of(measure_rows(lambda count: RNG(8).normal(size=(count, columns)), train, test, names, RNG(2), 20))
    assert sum(name.startswith("ks_") for name in found) == (columns if columns <= MOST_COLUMNS else 0)
    assert np.isnan(found["correlations"].own.value) == (columns == 1)
