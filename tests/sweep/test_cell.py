"""The data of cells that one worker plays one after the other."""

from collections.abc import Iterator

import numpy as np
import pytest

from gancli import spec
from gancli.spec.overrides import apply
from gancli.spec.yaml import load_text
from gancli.sweep import cell

RING = "kind: gan\ndata: {set: ring, samples: 50}\ngenerator: {shape: [2, 3, 2]}\ndiscriminator: {shape: [2, 3, 1]}\ntraining: {games: 1}\n"
MNIST = "kind: supervised\ndata: {classes: [7]}\nnetwork: {shape: [784, 10]}\ntraining: {games: 1}\n"


def resolved(text: str, *settings: str) -> spec.Resolved:
    document = load_text(text, "f")
    apply(document, list(settings))
    return spec.resolve(document)


@pytest.fixture(autouse=True)
def nothing_loaded() -> Iterator[None]:
    cell._loaded.clear()
    yield
    cell._loaded.clear()


def test_points_that_are_drawn_are_those_of_the_cells_own_seed() -> None:
    first, other, again = (cell._dataset(resolved(RING, f"seed={seed}")) for seed in (0, 1, 0))
    assert first is not None and other is not None and again is not None
    assert not np.array_equal(first.train.samples, other.train.samples)
    assert np.array_equal(first.train.samples, again.train.samples)
    assert cell._dataset(resolved(RING, "seed=0", "eta=0.5")) is again, "loaded once where nothing of it differs"


def test_images_are_loaded_once_for_all_seeds_and_anew_for_other_classes() -> None:
    first = cell._dataset(resolved(MNIST))
    assert first is not None and cell._dataset(resolved(MNIST, "seed=1", "eta=0.5")) is first
    other = cell._dataset(resolved(MNIST, "data.classes=[3]"))
    assert other is not None and set(other.train.labels) == {3} and set(first.train.labels) == {7}
    assert len(cell._loaded) == 1, "one at a time"


def test_a_game_without_data_has_none() -> None:
    assert cell._dataset(resolved("kind: game2d\ntraining: {games: 1}\n")) is None and not cell._loaded
