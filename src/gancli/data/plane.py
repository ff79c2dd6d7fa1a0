"""Points of the plane: XOR and a line to learn, rings and grids of Gaussians to imitate. All are made here."""

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


def ring(rng: Rng, samples: int | None = None) -> Dataset:
    """8 Gaussians of σ 0.01 on the circle of radius 1."""
    angles = np.arange(8) * (np.pi / 4)
    return _mixture("ring", np.stack([np.cos(angles), np.sin(angles)], axis=1), 0.01, rng, samples)


def grid(rng: Rng, samples: int | None = None) -> Dataset:
    """25 Gaussians of σ 0.05 at {−4, −2, 0, 2, 4}²."""
    axis = np.arange(-4.0, 5.0, 2.0)
    return _mixture("grid", np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2), 0.05, rng, samples)


SETS = {"xor": xor, "line": line, "ring": ring, "grid": grid}


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
