"""Intervals by hand: t of Student's tables, and the wider ones of several comparisons at once."""

import math

import pytest

from gancli.intervals import mean_and_half, paired, text

# the quantiles 1 − 0.025 / comparisons of Student's distribution with 4 degrees of freedom (scipy, stats.t.ppf)
QUANTILES = {1: 2.7764451052, 2: 3.4954059325, 3: 3.9607864828, 10: 5.5975683671}


@pytest.mark.parametrize("comparisons", QUANTILES)
def test_several_comparisons_hold_together(comparisons: int) -> None:
    one, other = [3.0, 5.0, 4.0, 8.0, 5.0], [1.0, 2.0, 3.0, 4.0, 0.0]  # differences 2 3 1 4 5: s² = 2.5
    mean, half = paired(one, other, comparisons)
    assert mean == 3.0
    assert half == pytest.approx(QUANTILES[comparisons] * math.sqrt(2.5 / 5), rel=1e-9)
    assert paired(other, one, comparisons) == (-3.0, half)


def test_one_value_has_a_mean_and_no_interval_and_none_has_neither() -> None:
    assert mean_and_half([7.0])[0] == 7.0 and math.isnan(mean_and_half([7.0])[1])
    assert all(math.isnan(number) for number in mean_and_half([]))
    assert paired([2.0], [1.0], 3)[0] == 1.0 and math.isnan(paired([2.0], [1.0], 3)[1])
    with pytest.raises(ValueError):
        paired([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("value", "half", "said"),
    [(76.0512, 110.4, "76.05 ± 110"), (0.00123456, 0.000123, "0.001235 ± 0.00012"), (5.0, None, "5"), (5.0, math.nan, "5"),
     (None, 1.0, "–"), (math.nan, 1.0, "–"), (math.inf, 1.0, "–"), (5.0, math.inf, "5")],
)  # fmt: skip
def test_numbers_are_said_with_two_digits_of_their_interval(value: float | None, half: float | None, said: str) -> None:
    assert text(value, half) == said
