"""Measures of tables: beside SciPy's and NumPy's, and where the answer is known."""

import math
import re
import sys

import numpy as np
import pytest

from gancli import installing
from gancli.evaluation.columns import correlation_difference, kolmogorov_smirnov
from gancli.evaluation.two_samples import MissingScikit, two_sample_accuracy

RNG = np.random.default_rng


@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_the_largest_gap_is_scipys_with_and_without_ties(decimals: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    a, b = RNG(0).normal(size=(70, 3)).round(decimals), RNG(1).normal(0.3, 1.2, size=(41, 3)).round(decimals)
    expected = [stats.ks_2samp(a[:, j], b[:, j]).statistic for j in range(3)]
    assert kolmogorov_smirnov(a, b) == pytest.approx(expected, abs=1e-12)


def test_gaps_at_the_ends_of_their_range() -> None:
    a = np.array([[1.0, 5.0], [2.0, 5.0]])
    assert kolmogorov_smirnov(a, a).tolist() == [0.0, 0.0]
    assert kolmogorov_smirnov(a, a + 10).tolist() == [1.0, 1.0]


def test_correlations_differ_by_what_is_known() -> None:
    x = RNG(2).normal(size=(5000, 1))
    same, against = np.hstack([x, x]), np.hstack([x, -x])
    assert correlation_difference(same, same) == pytest.approx(0.0, abs=1e-12)
    assert correlation_difference(same, against) == pytest.approx(2.0, abs=1e-12)
    three = np.hstack([x, x, -x])
    assert correlation_difference(three, np.hstack([x, x, x])) == pytest.approx(4 / 3, abs=1e-12)


def test_a_constant_column_has_no_correlation_and_one_column_no_pair() -> None:
    x = RNG(3).normal(size=(50, 1))
    assert correlation_difference(np.hstack([x, x]), np.hstack([x, 0 * x])) == pytest.approx(1.0, abs=1e-12)
    assert math.isnan(correlation_difference(x, x))


def test_a_classifier_tells_apart_what_is_apart_and_nothing_else() -> None:
    pytest.importorskip("sklearn")
    a, b = RNG(4).normal(size=(300, 2)), RNG(5).normal(size=(400, 2))
    same, far = two_sample_accuracy(a, b, RNG(0)), two_sample_accuracy(a, b + 9, RNG(0))
    assert abs(same.value - 0.5) < 2 * same.half and same.half == pytest.approx(0.04, abs=2e-3)
    assert far.value == 1.0 and far.half == pytest.approx(3 / 600)
    assert math.isnan(two_sample_accuracy(a[:4], b, RNG(0)).value)


def test_without_scikit_learn_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingScikit, match=re.escape(installing.command("evaluate"))):
        two_sample_accuracy(np.zeros((9, 1)), np.zeros((9, 1)), RNG(0))
