"""The data's own units: what networks see, undone; and the record of it, which may come from elsewhere."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gancli.data import Units


def test_images_lie_between_black_and_white_and_are_cut_off_there() -> None:
    seen = np.array([[-1.0, 0.0, 1.0, 3.0]], np.float32)
    assert Units((1, 2, 2), black=-1.0, white=1.0).own(seen).tolist() == [[[[0.0, 0.5], [1.0, 1.0]]]]
    assert Units((1, 2, 2), black=1.0, white=-1.0).own(seen).tolist() == [[[[1.0, 0.5], [0.0, 0.0]]]]
    assert Units((1, 2, 2)).own(seen).dtype == np.float32


def test_columns_get_their_means_and_deviations_back() -> None:
    units = Units((2,), columns=("a", "b"), mean=(10.0, -1.0), std=(2.0, 0.5))
    assert units.own(np.array([[0.0, 0.0], [1.0, 2.0]])).tolist() == [[10.0, -1.0], [12.0, 0.0]]
    assert units.kind == "vectors" and Units((2,)).kind == "points" and Units((3,)).kind == "vectors"


finite = st.floats(-1e6, 1e6)


@given(st.integers(1, 5), st.booleans(), st.tuples(finite, finite).filter(lambda pair: pair[0] != pair[1]), st.data())
def test_a_record_gives_the_units_back(size: int, ink: bool, ends: tuple[float, float], data: Any) -> None:
    numbers = data.draw(st.lists(finite, min_size=size, max_size=size).map(tuple) | st.just(()))
    units = Units((size,), *ends, ink, tuple("abcde"[:size]), numbers, numbers)
    assert Units.of_record(units.as_data(), size) == units


@pytest.mark.parametrize(
    "record",
    [
        None, [], {}, {"shape": None}, {"shape": "ab"}, {"shape": [5]}, {"shape": [-2, -2]}, {"shape": []},
        {"shape": [4], "black": "x"}, {"shape": [4], "black": 1.0}, {"shape": [4], "white": float("nan")},
        {"shape": [4], "mean": [1.0]}, {"shape": [4], "mean": 3}, {"shape": [4], "std": [float("inf")] * 4},
        {"shape": [4], "columns": ["a"]}, {"shape": [1e999]},
    ],
    ids=str,
)  # fmt: skip
def test_a_record_that_does_not_fit_is_refused(record: Any) -> None:
    with pytest.raises(ValueError, match="its record"):
        Units.of_record(record, 4)
