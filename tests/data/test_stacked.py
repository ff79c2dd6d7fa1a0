"""Three digits in one image: which they are, and that its class is the number they spell."""

import numpy as np
import pytest

from gancli import data
from gancli.data import Dataset, mnist
from gancli.data.stacked import TESTS


def load(seed: int = 3, **options: object) -> Dataset:
    return data.load("stacked_mnist", rng=np.random.default_rng(seed), **options)  # type: ignore[arg-type]


def test_labels_spell_the_digits_of_the_three_channels() -> None:
    digits, found = mnist.load(), load(samples=300)
    assert found.shape == (3, 28, 28) and found.kind == "images"
    assert found.classes[:2] == ("000", "001") and found.classes[742] == "742" and len(found.classes) == 1000
    for split, source in ((found.train, digits.train), (found.test, digits.test)):
        assert split.samples.shape == (300, 3 * 784) and split.samples.dtype == np.uint8
        assert (split.factor, split.shift) == (source.factor, 0.0)
        known = {row.tobytes(): label for row, label in zip(source.samples, source.labels, strict=True)}
        spelled = [[known[channel.tobytes()] for channel in one.reshape(3, 784)] for one in split.samples]
        assert split.labels.tolist() == [100 * a + 10 * b + c for a, b, c in spelled]
        assert split.labels.dtype == np.intp


def test_channels_are_drawn_independently_and_evenly() -> None:
    labels = load(samples=20_000).train.labels
    digits = np.stack([labels // 100, labels // 10 % 10, labels % 10], axis=1)
    of_mnist = np.bincount(mnist.load().train.labels, minlength=10) / len(mnist.load().train.labels)
    for channel in digits.T:
        assert np.bincount(channel, minlength=10) / 20_000 == pytest.approx(of_mnist, abs=0.015)
    assert np.abs(np.corrcoef(digits.T) - np.eye(3)).max() < 0.03


def test_the_same_seed_stacks_the_same_and_another_does_not() -> None:
    one, same, other = (load(seed, samples=50) for seed in (0, 0, 1))
    assert np.array_equal(one.train.samples, same.train.samples) and np.array_equal(one.test.labels, same.test.labels)
    assert not np.array_equal(one.train.samples, other.train.samples)
    assert one.facts == same.facts and one.facts["sha256"] != other.facts["sha256"]
    assert one.facts["pictures"] == "three of MNIST" and one.notice == mnist.load().notice


@pytest.mark.parametrize("samples", [1, TESTS + 1])
def test_no_more_are_held_out_than_there_are_to_learn(samples: int) -> None:
    found = load(samples=samples)
    assert (len(found.train.samples), len(found.test.samples)) == (samples, min(samples, TESTS))
