"""Three digits of MNIST as the channels of one image: 1,000 modes, which a generator may miss (Metz et al. 2016)."""

import hashlib

import numpy as np

from gancli.data import mnist
from gancli.data.dataset import Dataset, Rng, Split
from gancli.data.units import Units

SAMPLES = 60_000
"""Images where it is not said how many."""
TESTS = 10_000
"""Held out, at most."""


def load(rng: Rng, samples: int | None = None, path: str | None = None) -> Dataset:
    """Images (3, 28, 28) of digits drawn independently; the class is the number that they spell. Raises DataError."""
    digits = mnist.load(path=path)
    count = samples or SAMPLES
    train, test = _stacked(digits.train, count, rng), _stacked(digits.test, min(count, TESTS), rng)
    digest = hashlib.sha256()
    for split in (train, test):
        digest.update(split.samples.data)
    names = tuple(f"{number:03d}" for number in range(1000))
    facts = {"sha256": digest.hexdigest(), "pictures": f"three of {digits.facts['pictures']}"}
    described = {"origin": digits.origin, "notice": digits.notice, "facts": facts, "source": digits.source}
    return Dataset("stacked_mnist", Units((3, 28, 28)), names, train, test, **described)


def _stacked(digits: Split, count: int, rng: Rng) -> Split:
    rows = rng.integers(len(digits.samples), size=(count, 3))
    labels = digits.labels[rows] @ [100, 10, 1]
    return Split(digits.samples[rows].reshape(count, -1), labels.astype(np.intp), digits.factor)
