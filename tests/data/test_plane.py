"""The sets of points that are made here."""

from typing import Any

import numpy as np
import pytest

from gancli import data
from gancli.evaluation.columns import kolmogorov_smirnov


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("name", ["xor", "line"])
def test_points_have_the_label_of_their_side(name: str) -> None:
    found = data.load(name, rng=rng(), **({"points": "square"} if name == "xor" else {}))
    for part in (found.train, found.test):
        x, y = part.samples.T
        label = x * y > 0 if name == "xor" else 0.6 * x + 0.8 * y > 0.2
        assert np.array_equal(part.labels, label.astype(int))
        assert np.abs(part.samples).max() <= 1 and 0.3 < part.labels.mean() < 0.7
    assert len(found.train.samples) == 10_000 and len(found.test.samples) == 400


REGIONS = {
    "square": (lambda x, y: (abs(x) < 0.6) & (abs(y) < 0.6), 0.36),
    "triangle": (lambda x, y: (y > -0.5) & (y < 0.9 - 2 * abs(x)), 1.4 * 0.7 / 4),
    "corner": (lambda x, y: (np.maximum(abs(x), abs(y)) < 0.7) & ((x <= 0) | (y <= 0)), 0.49 * 0.75),
}
"""What is inside, and its share of the square."""


@pytest.mark.parametrize("name", REGIONS)
def test_regions_have_the_label_of_their_inside(name: str) -> None:
    found, (inside, share) = data.load(name, rng=rng()), REGIONS[name]
    for part in (found.train, found.test):
        assert np.array_equal(part.labels, inside(*part.samples.T).astype(int))
        assert part.labels.mean() == pytest.approx(share, abs=0.03)


def test_xor_is_learned_from_its_four_corners_and_tested_beside_the_axes() -> None:
    for options in ({}, {"points": "corners"}):
        found = data.load("xor", **options)
        assert found.train.samples.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
        assert found.train.labels.tolist() == [1, 0, 0, 1]
        assert sorted({float(x) for x in found.test.samples[:, 0]}) == pytest.approx(
            [0.1 * i - 0.95 for i in range(20)], abs=1e-6
        )
        assert len(np.unique(found.test.samples, axis=0)) == 400 and found.test.labels.mean() == 0.5


@pytest.mark.parametrize(
    ("name", "options", "counts"),
    [("xor", {"points": "square", "samples": 7}, (7, 400)), ("line", {"samples": 7}, (7, 400)), ("ring", {"samples": 7}, (7, 7)),
     ("grid", {"samples": 7}, (7, 7)), ("swissroll", {"samples": 7}, (7, 7)), ("two_moons", {"samples": 7}, (7, 7)), ("xor", {}, (4, 400)), ("line", {}, (10_000, 400)), ("grid", {}, (10_000, 10_000))],
)  # fmt: skip
def test_as_many_points_are_drawn_as_asked_for(name: str, options: dict[str, Any], counts: tuple[int, int]) -> None:
    found = data.load(name, rng=rng(), **options)
    assert (len(found.train.samples), len(found.test.samples)) == counts and found.shape == (2,)


@pytest.mark.parametrize(("name", "modes", "std"), [("ring", 8, 0.01), ("grid", 25, 0.05)])
def test_mixtures_have_their_modes(name: str, modes: int, std: float) -> None:
    found = data.load(name, rng=rng(), samples=20_000)
    assert len(found.classes) == modes and found.train.samples.dtype == np.float32
    assert not np.array_equal(found.train.samples, found.test.samples)
    for label in range(modes):
        own = found.train.samples[found.train.labels == label]
        assert len(own) == pytest.approx(20_000 / modes, rel=0.15)
        centre = own.mean(axis=0)
        assert own.std(axis=0) == pytest.approx(std, rel=0.12)
        if name == "ring":
            assert centre == pytest.approx([np.cos(label * np.pi / 4), np.sin(label * np.pi / 4)], abs=0.002)
        else:
            assert centre == pytest.approx(np.round(centre / 2) * 2, abs=0.01) and np.abs(centre).max() < 4.1
        assert found.modes is not None and found.modes[label] == pytest.approx(centre, abs=0.01)
    assert found.modes is not None and len(np.unique(found.modes.round(9), axis=0)) == modes and found.std == std


def test_the_same_seed_gives_the_same_points() -> None:
    one, same, other = (data.load("ring", rng=np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert np.array_equal(one.train.samples, same.train.samples)
    assert not np.array_equal(one.train.samples, other.train.samples)
    assert one.facts == same.facts != other.facts, "by their checksum too"


def test_eight_gaussians_are_the_ring_of_the_literature() -> None:
    found = data.load("eight_gaussians", rng=rng(), samples=20_000)
    assert found.modes is not None and len(found.classes) == 8
    assert np.linalg.norm(found.modes, axis=1) == pytest.approx(1.41443, abs=1e-5)
    own = found.train.samples[found.train.labels == 2]
    assert own.std(axis=0) == pytest.approx(0.014144, rel=0.05) and own.mean(axis=0) == pytest.approx(
        [0, 1.41443], abs=0.002
    )


def test_the_swiss_roll_turns_once_and_a_half_around_the_middle() -> None:
    """Away from it by t / 7.5 at the angle t, but for the noise; scikit-learn's, of two of its axes."""
    datasets = pytest.importorskip("sklearn.datasets")
    found = data.load("swissroll", rng=rng(), samples=20_000)
    theirs = datasets.make_swiss_roll(20_000, noise=0.25, random_state=0)[0][:, [0, 2]] / 7.5
    assert found.classes == () and found.modes is None and not found.train.labels.any()
    assert kolmogorov_smirnov(found.train.samples, theirs).max() < 0.02
    assert np.quantile(np.linalg.norm(found.test.samples, axis=1), [0, 1]) == pytest.approx([0.6, 1.9], abs=0.2)


def test_two_moons_are_scikit_learns() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    found = data.load("two_moons", rng=rng(), samples=20_000)
    points, labels = datasets.make_moons(20_000, noise=0.1, random_state=0)
    assert found.classes == ("0", "1")
    for label in (0, 1):
        ours, theirs = found.train.samples[found.train.labels == label], points[labels == label]
        assert len(ours) == pytest.approx(10_000, rel=0.05)
        assert kolmogorov_smirnov(ours, theirs).max() < 0.03
