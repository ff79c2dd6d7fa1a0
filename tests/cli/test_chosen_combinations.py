"""Which combinations of a sweep are meant by the words after it."""

import pytest

from cli.tables import last, refused, rows
from runs.test_ranking import sweep

SETTINGS = (
    {"training.batch": 1, "init": "1.10", "shape": [2, 3]},
    {"training.batch": 2, "init": 1.1, "shape": [2, 4]},
    {"training.batch": 2, "init": "a,b", "shape": [2, 3]},
    {"training.batch": 4, "init": "x=y", "shape": [2, 5]},
)


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ([], [0, 1, 2, 3]),
        (["training.batch=2"], [1, 2]),
        (["batch=2.0"], [1, 2]),
        (["batch=2,init=1.1"], [1]),
        (["init=1.10"], [0]),
        (["init=1.1"], [1]),
        (["init=a,b"], [2]),
        (["init=a,b,batch=2"], [2]),
        (["init=x=y,batch=4"], [3]),
        (["shape=[2,3]"], [0, 2]),
        (["shape=[2, 3],batch=1"], [0]),
        (["init=1.1", "batch=1"], [1, 0]),
        (["batch=2", "shape=[2,3]"], [1, 2, 0]),
        (["atch=2"], None),
        (["batch=3"], None),
        (["batch=1,init=1.1"], None),
        (["batch=1", "init=b"], None),
        (["init=1.100"], [1]),
        (["shape=2"], None),
    ],
)
def test_words_choose_combinations_by_their_settings(words: list[str], places: list[int] | None) -> None:
    folder = sweep(SETTINGS, last("theta", [0.0], [1.0], [2.0], [3.0]))
    if places is not None:
        assert [row["theta.final"] for row in rows(folder, *words)] == places
    else:
        message = refused(folder, *words)
        assert repr(words[-1]) in message
        assert "training.batch=1, init=1.10, shape=[2, 3]; training.batch=2, init=1.1, shape=[2, 4];" in message
