"""Points of the plane: XOR, a line and moons to learn, Gaussians and a spiral to imitate. All are drawn here."""

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.data.dataset import Dataset, Rng, Split
from gancli.data.units import Units

GRID = 20
"""Test points along each side of [−1, 1]²; none lies on an axis, where XOR is not defined."""
SAMPLES = 10_000
"""Points drawn where it is not said how many."""
LINE = (0.6, 0.8, 0.2)
"""a, b and c of the line a x + b y = c, which a single neuron can draw."""
Points = NDArray[np.float32]


def xor(rng: Rng, points: str | None = None, samples: int | None = None) -> Dataset:
    """Label 1 where x·y > 0: learn from the four corners of {−1, 1}², or from points of the square (report, 1.4)."""
    corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32)
    learned = corners if points != "square" else _square(rng, samples)
    return _labelled("xor", learned, lambda x: x[:, 0] * x[:, 1] > 0)


def line(rng: Rng, samples: int | None = None) -> Dataset:
    """Label 1 on one side of a line, for points of the square (report, 1.2.1)."""
    a, b, c = LINE
    return _labelled("line", _square(rng, samples), lambda x: a * x[:, 0] + b * x[:, 1] > c)


def square(rng: Rng, samples: int | None = None) -> Dataset:
    """Label 1 in a square within the square of points: four lines' intersection (report, 1.2.2)."""
    return _labelled("square", _square(rng, samples), lambda x: np.abs(x).max(axis=1) < 0.6)


def triangle(rng: Rng, samples: int | None = None) -> Dataset:
    """Label 1 in a triangle, the least that is convex and bounded (report, 1.2.2)."""
    return _labelled(
        "triangle", _square(rng, samples), lambda x: (x[:, 1] > -0.5) & (2 * np.abs(x[:, 0]) < 0.9 - x[:, 1])
    )


def corner(rng: Rng, samples: int | None = None) -> Dataset:
    """Label 1 in a square less a quarter of it, which is not convex: a union of convex regions (report, 1.2.2)."""

    def label(x: Points) -> Any:
        return (np.abs(x).max(axis=1) < 0.7) & ~((x[:, 0] > 0) & (x[:, 1] > 0))

    return _labelled("corner", _square(rng, samples), label)


def ring(rng: Rng, samples: int | None = None) -> Dataset:
    """8 Gaussians of σ 0.01 on the circle of radius 1."""
    angles = np.arange(8) * (np.pi / 4)
    return _mixture("ring", np.stack([np.cos(angles), np.sin(angles)], axis=1), 0.01, rng, samples)


def grid(rng: Rng, samples: int | None = None) -> Dataset:
    """25 Gaussians of σ 0.05 at {−4, −2, 0, 2, 4}²."""
    axis = np.arange(-4.0, 5.0, 2.0)
    return _mixture("grid", np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2), 0.05, rng, samples)


def eight_gaussians(rng: Rng, samples: int | None = None) -> Dataset:
    """8 Gaussians on the circle of radius 2 / 1.414, of σ 0.02 / 1.414 (Gulrajani et al. 2017)."""
    angles = np.arange(8) * (np.pi / 4)
    modes = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (2 / 1.414)
    return _mixture("eight_gaussians", modes, 0.02 / 1.414, rng, samples)


def swissroll(rng: Rng, samples: int | None = None) -> Dataset:
    """A spiral (t cos t, t sin t), t uniform in [1.5 π, 4.5 π), with noise of σ 0.25, / 7.5 (Gulrajani et al. 2017)."""

    def draw() -> Split:
        t = 1.5 * np.pi * (1.0 + 2.0 * rng.random(samples or SAMPLES))
        points = np.stack([t * np.cos(t), t * np.sin(t)], axis=1)
        points = (points + 0.25 * rng.standard_normal(points.shape)) / 7.5
        return Split(points.astype(np.float32), np.zeros(len(t), np.intp))

    return _dataset("swissroll", 0, draw(), draw())


def two_moons(rng: Rng, samples: int | None = None) -> Dataset:
    """Two half circles of radius 1 that reach into each other, with noise of σ 0.1: labels 0 above and 1 below.

    The upper one is around (0, 0), the lower around (1, ½), as scikit-learn's `make_moons` has them.
    """

    def draw() -> Split:
        labels, angles = rng.integers(2, size=samples or SAMPLES), np.pi * rng.random(samples or SAMPLES)
        sign = 1.0 - 2.0 * labels
        points = np.stack([labels + sign * np.cos(angles), 0.5 * labels + sign * np.sin(angles)], axis=1)
        points += 0.1 * rng.standard_normal(points.shape)
        return Split(points.astype(np.float32), labels.astype(np.intp))

    return _dataset("two_moons", 2, draw(), draw())


SETS = {
    "xor": xor, "line": line, "square": square, "triangle": triangle, "corner": corner,
    "ring": ring, "grid": grid, "eight_gaussians": eight_gaussians, "swissroll": swissroll,
    "two_moons": two_moons,
}  # fmt: skip


def _square(rng: Rng, samples: int | None) -> Points:
    return rng.uniform(-1.0, 1.0, (samples or SAMPLES, 2)).astype(np.float32)


def _labelled(name: str, learned: Points, label: Callable[[Points], Any]) -> Dataset:
    axis = (np.arange(GRID, dtype=np.float32) + 0.5) * (2 / GRID) - 1
    test = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    train, held_out = (Split(points, label(points).astype(np.intp)) for points in (learned, test))
    return _dataset(name, 2, train, held_out)


def _mixture(name: str, modes: NDArray[np.float64], std: float, rng: Rng, samples: int | None) -> Dataset:
    splits = []
    for _ in range(2):  # to learn from, and others
        labels = rng.integers(len(modes), size=samples or SAMPLES)
        points = modes[labels] + std * rng.standard_normal((len(labels), 2))
        splits.append(Split(points.astype(np.float32), labels))
    return dataclasses.replace(_dataset(name, len(modes), *splits), modes=modes, std=std)


def _dataset(name: str, classes: int, train: Split, held_out: Split) -> Dataset:
    """With a checksum, by which a run that goes on knows that its points are the same."""
    digest = hashlib.sha256()
    for split in (train, held_out):
        digest.update(split.samples.data)
        digest.update(split.labels.data)
    names, facts = tuple(map(str, range(classes))), {"sha256": digest.hexdigest()}
    return Dataset(name, Units((2,)), names, train, held_out, "made here", facts=facts)
