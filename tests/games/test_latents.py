"""Ways between latents: their ends, their lengths, their steps."""

import numpy as np
import pytest

from gancli.games.latents import between

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((2, 5, 40))


@pytest.mark.parametrize("distribution", ["uniform", "gaussian"])
def test_a_way_has_both_ends(distribution: str) -> None:
    way = between(A.astype(np.float32), B.astype(np.float32), 7, distribution)
    assert way.shape == (5, 7, 40) and way.dtype == np.float32
    assert way[:, 0] == pytest.approx(A, abs=1e-6) and way[:, -1] == pytest.approx(B, abs=1e-6)


def test_uniform_latents_go_along_lines_in_equal_steps() -> None:
    way = between(A, B, 5, "uniform")
    assert np.diff(way, axis=1) == pytest.approx(np.repeat(((B - A) / 4)[:, None], 4, axis=1))


def test_gaussian_latents_go_along_great_circles_in_equal_angles() -> None:
    lengths = np.linalg.norm(A, axis=1)[:, None]
    b = B / np.linalg.norm(B, axis=1)[:, None] * lengths
    way = between(A, b, 9, "gaussian")
    assert np.linalg.norm(way, axis=2) == pytest.approx(np.repeat(lengths, 9, axis=1)), "none is nearer to 0"
    units = way / lengths[:, None]
    angles = np.arccos((units[:, 1:] * units[:, :-1]).sum(axis=2))
    assert angles == pytest.approx(np.repeat(angles[:, :1], 8, axis=1))
    plane = np.linalg.svd(way[0])[1]
    assert plane[2] == pytest.approx(0.0, abs=1e-9), "in the plane of both ends"


def test_where_there_is_no_great_circle_there_is_a_line() -> None:
    a = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 0.0]])
    b = np.array([[1.0, 2.0], [-1.0, -2.0], [5.0, 0.0]])
    assert between(a, b, 3, "gaussian")[:, 1] == pytest.approx(np.array([[1, 2], [0, 0], [3, 0]]))
    assert np.isfinite(between(np.zeros((1, 2)), b[:1], 3, "gaussian")).all()
