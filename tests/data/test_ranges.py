"""What networks see of black and of white, and that a set's own units undo it."""

from typing import Any

import numpy as np
import pytest

from gancli import data
from gancli.data import DataError, Dataset, Split, Units

STORED = np.array([[0, 51, 204, 255]], np.uint8)
BYTES = Split(STORED, np.zeros(1, np.intp), factor=1 / 255)
IMAGES = Dataset("some", Units((1, 2, 2), ink=True), ("a",), BYTES, BYTES, "here", facts={"sha256": "x"})
CASES: list[tuple[tuple[float, float], bool, list[float]]] = [
    ((0.0, 1.0), False, [0.0, 0.2, 0.8, 1.0]),
    ((0.0, 1.0), True, [1.0, 0.8, 0.2, 0.0]),
    ((-1.0, 1.0), False, [-1.0, -0.6, 0.6, 1.0]),
    ((-1.0, 1.0), True, [1.0, 0.6, -0.6, -1.0]),
    ((2.0, 7.0), False, [2.0, 3.0, 6.0, 7.0]),
    ((2.0, 7.0), True, [7.0, 6.0, 3.0, 2.0]),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("value_range", "invert", "expected"), CASES)
def test_black_and_white_are_the_ends_of_the_range(value_range: Any, invert: bool, expected: Any, dtype: str) -> None:
    found = IMAGES.between(value_range, invert)
    for split in (found.train, found.test):
        seen = split.seen(split.samples, dtype)
        assert seen.dtype == dtype and seen[0] == pytest.approx(expected, abs=1e-6)
        assert split.samples is STORED, "pixels stay as they are stored"
        assert found.units.own(seen).reshape(-1) == pytest.approx([0.0, 0.2, 0.8, 1.0], abs=1e-6)
    assert (found.units.black, found.units.white) == (expected[0], expected[-1])
    assert found.units.ink and found.facts == IMAGES.facts and found.classes == IMAGES.classes


def test_what_is_so_already_is_left_alone() -> None:
    assert IMAGES.between((0.0, 1.0), False) is IMAGES


@pytest.mark.parametrize("value_range", [(1.0, -1.0), (0.5, 0.5), (0.0, float("inf")), (float("nan"), 1.0)])
@pytest.mark.parametrize("invert", [True, False])
def test_a_range_has_two_ends_the_lower_first(value_range: Any, invert: bool) -> None:
    with pytest.raises(DataError, match=r"^data.range: must be two numbers, the lower first, e.g. \[-1, 1\]; got \["):
        IMAGES.between(value_range, invert)


def test_the_bundled_digits_between_minus_one_and_one() -> None:
    plain, found = data.load("mnist"), data.load("mnist", value_range=(-1.0, 1.0))
    few = plain.train.samples[:20]
    np.testing.assert_allclose(found.train.seen(few), 2 * plain.train.seen(few) - 1, atol=1e-6)
    np.testing.assert_allclose(
        found.units.own(found.train.seen(few)), plain.units.own(plain.train.seen(few)), atol=1e-6
    )
