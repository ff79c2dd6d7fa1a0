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


@pytest.mark.parametrize(
    "units",
    [Units((1, 2, 3)), Units((3, 1, 2), black=-1.0, white=1.0), Units((1, 2, 3), black=2.0, white=-0.5), Units((2,)),
     Units((3,), mean=(2000.0, -1.0, 0.5), std=(0.5, 3.0, 1.0))],
    ids=str,
)  # fmt: skip
def test_samples_go_from_their_own_units_to_what_is_seen_and_back(units: Units) -> None:
    own = np.random.default_rng(0).random((5, *units.shape))
    seen = units.seen(own)
    assert seen.shape == (5, own[0].size) and units.own(seen) == pytest.approx(own)
    if units.kind == "images":
        assert units.seen(np.zeros((1, *units.shape)))[0] == pytest.approx(units.black)
    if units.mean:
        assert units.seen(np.array([[2001.0, 2.0, 0.5]]))[0] == pytest.approx([2.0, 1.0, 0.0])
