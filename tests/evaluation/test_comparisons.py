"""What each column of the evaluation compares with what: pictures that are known by a number of their own."""

import math
from typing import Any

import numpy as np
import pytest

from gancli.evaluation import table
from gancli.evaluation.estimate import Array
from gancli.evaluation.judge import Judgement
from gancli.evaluation.parzen import Parzen

TRAIN, TEST, OWN = 0, 1000, 5000
"""From where the numbers of the images go on, of each kind."""
COUNT, CLASSES = 20, 3
Call = tuple[set[int], ...]


def images(first: int, count: int) -> Array:
    """Of two pixels, the first of which is the image's number."""
    numbers = np.arange(first, first + count, dtype=np.float64)
    return np.stack([numbers, np.zeros(count)], axis=1)


def ids(x: Array) -> set[int]:
    return set(x[:, 0].astype(int).tolist())


class Eye:
    """A judge whose features are what it is shown, and who takes all for class 0 but some that are of class 1."""

    def predict(self, x: Array) -> Judgement:
        sure = np.tile([0.9, 0.1, 0.0], (len(x), 1))
        sure[x[:, 0] % 4 == 0] = [0.0, 0.8, 0.2]
        return Judgement(x, sure)


class Watched:
    """The measures of a table, and what each has been called with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: dict[str, list[Call]] = {}
        for module, name, found in (
            (table, "wasserstein", None),
            (table, "sliced_wasserstein", 2.0),
            (table, "parzen", Parzen(3.0, 1.0)),
            (table, "gaussian", None),
            (table, "frechet_distance", 4.0),
            (table.neighbours, "nearest", np.array([5.0, 6.0])),
            (table.neighbours, "nearest_other", None),
        ):
            self._watch(monkeypatch, module, name, found)
        real = table.manifold

        def manifold(real_features: Array, own: Array) -> Any:
            self.calls.setdefault("manifold", []).append((ids(real_features), ids(own)))
            return real(real_features, own)

        monkeypatch.setattr(table, "manifold", manifold)

    def _watch(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, found: Any) -> None:
        def call(*words: Any) -> Any:
            sets = tuple(ids(word) for word in words if isinstance(word, np.ndarray))
            self.calls.setdefault(name, []).append(sets)
            if name == "gaussian":
                return sets[0]
            if name == "wasserstein":
                return float(np.mean([*sets[0]]))
            if name == "frechet_distance":
                self.calls[name][-1] = words
            return np.arange(len(sets[0]), dtype=float) if name == "nearest_other" else found

        monkeypatch.setattr(module, name, call)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, list[Call]], table.Table]:
    """100 images to learn from and 40 held out, in sets of 20: ten drawn, two held out, five blocks."""
    numbers = iter(range(OWN, OWN + 10 * COUNT, COUNT))
    watched = Watched(monkeypatch)
    labels = np.array([1 if number % 4 == 0 else 0 for number in range(100)])
    found = table.measure_images(
        lambda count: images(next(numbers), count), images(TRAIN, 100), images(TEST, 40), labels,
        Eye(), np.random.default_rng(0), COUNT,  # type: ignore[arg-type]
    )  # fmt: skip
    return watched.calls, found


LEARNED, HELD_OUT = set(range(100)), set(range(TEST, TEST + 40))
DRAWN = [set(range(OWN + COUNT * place, OWN + COUNT * (place + 1))) for place in range(10)]


def kinds(sets: list[set[int]]) -> tuple[list[set[int]], list[set[int]], list[set[int]]]:
    """The ten sets that were drawn, the held-out ones, and the blocks; each of them is checked to be one."""
    own, held_out, blocks = sets[:10], sets[10:12], sets[12:]
    assert own == DRAWN
    assert set.union(*held_out) == HELD_OUT and all(len(one) == COUNT for one in held_out)
    assert set.union(*blocks) == LEARNED and all(len(one) == COUNT for one in blocks) and len(blocks) == 5
    return own, held_out, blocks


def kinds_of_blocks(compared: Any) -> list[set[int]]:
    return kinds([sets for sets, _ in compared[0]["wasserstein"]])[2]


@pytest.mark.parametrize("name", ["wasserstein", "sliced_wasserstein", "manifold"])
def test_sets_are_compared_with_training_data_and_blocks_with_the_rest_of_it(name: str, compared: Any) -> None:
    calls = compared[0][name]
    sets, references = (list(side) for side in zip(*calls, strict=True))
    if name == "manifold":
        sets, references = references, sets
    _, _, blocks = kinds(sets)
    assert all(reference <= LEARNED and len(reference) == COUNT for reference in references)
    assert all(not block & reference for block, reference in zip(blocks, references[12:], strict=True))


def test_features_are_compared_with_those_of_all_training_images_but_a_block(compared: Any) -> None:
    sets, references = (list(side) for side in zip(*compared[0]["frechet_distance"], strict=True))
    _, _, blocks = kinds(sets)
    assert references == [LEARNED] * 12 + [LEARNED - block for block in blocks]


def test_windows_are_chosen_by_training_images_and_judged_by_held_out_ones(compared: Any) -> None:
    """σ would be chosen to please the images that it is judged by."""
    windows, validation, judged = (list(side) for side in zip(*compared[0]["parzen"], strict=True))
    assert windows[:10] == DRAWN and judged[:10] == [HELD_OUT] * 10
    assert all(chosen <= LEARNED and len(chosen) == COUNT for chosen in validation[:10])
    _, _, blocks = kinds([*DRAWN, *judged[10:]])
    for place in range(10, 17):
        learned = LEARNED - (blocks[place - 12] if place >= 12 else set())
        assert windows[place] | validation[place] <= learned and not windows[place] & validation[place]
        assert len(windows[place]) == COUNT and len(validation[place]) == len(learned) // 5


def test_copies_are_sought_among_training_images_and_repetitions_within_each_set(compared: Any) -> None:
    (own, train), (held_out, again) = compared[0]["nearest"]
    assert own == DRAWN[0] and held_out < HELD_OUT and train == again == LEARNED
    kinds([one for (one,) in compared[0]["nearest_other"]])


def test_each_column_has_its_value_and_its_interval(compared: Any) -> None:
    """By hand, from what the judge above says, and from numbers that the distances were made to be.

    Of 20 images in a row 5 have a number that four divides: the judge takes a quarter for class 1, and is unsure of
    these alone. Held-out sets and blocks are not in a row, but together they have a quarter too.
    """
    rows = {row.name: row for row in compared[1].rows}
    assert [*rows][:2] == ["frechet", "coverage"] and compared[1].count == COUNT and compared[1].sets == 10
    assert (rows["frechet"].own.value, rows["frechet"].real.value) == (4.0, 4.0)
    assert (rows["sliced_wasserstein"].own.value, rows["parzen"].own.value) == (2, 3)
    distance, blocks = rows["wasserstein"], [np.mean([*block]) for block in kinds_of_blocks(compared)]
    assert distance.own.value == OWN + 99.5 and distance.real.value == TEST + 19.5, "made to be the mean number"
    assert distance.own.half == pytest.approx(2.262157 * COUNT * (110 / 12) ** 0.5 / 10**0.5), "t of nine degrees"
    assert distance.real.half == pytest.approx(2.776445 * np.std(blocks, ddof=1) / 2**0.5), "t of four"
    assert rows["nearest_train"].own.value == 5.5
    assert rows["nearest_train"].own.half == pytest.approx(12.7062 / 2, rel=1e-5), "t of one degree, s / √2 = 1/2"
    assert rows["unsure"].own.value == rows["share_1"].own.value == 0.25 and rows["share_0"].own.value == 0.75
    assert rows["unsure"].real.value == pytest.approx(0.25) and "share_2" not in rows
    assert rows["classes"].own.value == rows["classes"].real.value == 2
    assert rows["classes"].own.half == pytest.approx(1 - 0.05 ** (1 / 10))
    assert rows["classes"].real.half == pytest.approx(1 - 0.05 ** (1 / 7)), "two sets and five blocks"
    assert rows["shares_kl"].own.value == pytest.approx(0.0, abs=1e-12)
    predictions, marginal = np.array([[0.9, 0.1, 1e-30]] * 3 + [[1e-30, 0.8, 0.2]]), np.array([0.675, 0.275, 0.05])
    score = math.exp((predictions * np.log(predictions / marginal)).sum(axis=1).mean())
    assert rows["score"].own.value == pytest.approx(score)
    assert (rows["precision"].own.value, rows["recall"].own.value, rows["coverage"].own.value) == (0, 0, 0)
    assert rows["precision"].own.half == rows["recall"].own.half == 3 / 200, "of three in no sample of 200"
    assert rows["duplicates"].own.value == 1 / 20, "the nearest of each twenty"
    assert rows["duplicates"].real.value == pytest.approx(1 / 20)
    assert math.isnan(rows["duplicates"].real.half)


@pytest.mark.parametrize(
    ("train", "test", "samples", "count", "held_out", "blocks"),
    [
        (4500, 500, 10_000, 500, 1, 9),
        (60_000, 10_000, 10_000, 10_000, 1, 6),
        (60_000, 10_000, 1000, 1000, 9, 9),
        (403, 500, 10_000, 100, 5, 4),
        (403, 100, 50, 50, 2, 8),
        (3, 2, 100, 1, 2, 3),
        (1, 1, 100, 1, 1, 0),
    ],
)
def test_sets_are_as_large_as_asked_as_the_held_out_data_and_as_a_quarter_of_the_rest(
    train: int, test: int, samples: int, count: int, held_out: int, blocks: int
) -> None:
    split = table._split(train, test, samples)
    assert (split.count, len(split.held_out), len(split.blocks)) == (count, held_out, blocks)
    for sets, total in ((split.held_out, test), (split.blocks, train)):
        rows = np.concatenate([*sets, np.empty(0, int)])
        assert all(len(one) == count for one in sets) and len(np.unique(rows)) == len(rows)
        assert not len(rows) or (rows.min() >= 0 and rows.max() < total)
    again = np.random.default_rng(0).permutation(train)
    assert all(np.array_equal(one, again[count * i : count * (i + 1)]) for i, one in enumerate(split.blocks)), "always"


@pytest.mark.slow
def test_what_takes_long_is_compared_on_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours among 3,000, exact transport of 1,000, windows judged and copies sought for 1,000 images."""
    calls = Watched(monkeypatch).calls
    numbers = iter(range(50_000, 100_000, 4000))
    real = images(0, 16_000), images(20_000, 4000)

    def draw(count: int) -> Array:
        return images(next(numbers), count)

    table.measure_images(draw, *real, np.zeros(16_000, int), None, np.random.default_rng(0), 4000)
    sizes = {name: {tuple(map(len, call)) for call in found} for name, found in calls.items()}
    assert sizes["wasserstein"] == {(1000, 1000)} and sizes["sliced_wasserstein"] == {(3000, 3000)}
    assert sizes["parzen"] == {(4000, 1000, 1000)} and sizes["nearest_other"] == {(3000,)}
    assert sizes["nearest"] == {(1000, 16_000)}
    monkeypatch.setattr(table, "manifold", lambda *words: calls.update(near=[*words]) or Parzen(0.0, 0.0))
    judgement = Eye().predict(real[0])
    table._of_judgement(
        judgement, table._Reference(judgement, judgement), np.zeros(16_000, int), np.random.default_rng(0)
    )  # type: ignore[arg-type]
    assert [len(one) for one in calls["near"]] == [3000, 3000]


def test_the_interval_of_a_share_that_never_shows_counts_the_samples_that_were_looked_at() -> None:
    def halves(count: int) -> tuple[float, float]:
        own, held_out, blocks = ([{"unsure": 0.0}] * sets for sets in (10, 2, 5))
        (row,) = table._rows(own, held_out, blocks, count)
        return row.own.half, row.real.half

    assert halves(20) == (3 / 200, 3 / 40)
    assert halves(10_000) == (3 / 30_000, 3 / 6000), "neighbours are looked for among 3,000 of a set"


def test_points_are_compared_as_images_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 to learn from and 40 held out; of 20 in a set, those are near a mode whose numbers are even: all are drawn so."""
    watched = Watched(monkeypatch)
    numbers = iter(range(OWN, OWN + 10 * COUNT, COUNT))
    modes = np.concatenate([images(TRAIN, 100)[::2], images(TEST, 40), images(OWN, 10 * COUNT)[:3]])
    found = table.measure_points(
        lambda count: images(next(numbers), count), images(TRAIN, 100), images(TEST, 40), modes, 0.1,
        np.random.default_rng(0), COUNT,
    )  # fmt: skip
    for name in ("wasserstein", "sliced_wasserstein"):
        sets, references = (list(side) for side in zip(*watched.calls[name], strict=True))
        _, _, blocks = kinds(sets)
        assert all(reference <= LEARNED and len(reference) == COUNT for reference in references)
        assert all(not block & reference for block, reference in zip(blocks, references[12:], strict=True))
    rows = {row.name: row for row in found.rows}
    assert [*rows] == ["modes", "quality", "reverse_kl", "wasserstein", "sliced_wasserstein"]
    assert (found.count, found.notices) == (COUNT, [])
    assert (rows["quality"].own.value, rows["quality"].real.value) == (3 / 200, 1)
    assert (rows["modes"].own.value, rows["modes"].real.value) == (0.3, 20)
    assert rows["reverse_kl"].own.value == pytest.approx(math.log(len(modes) / 3)), "of the one set that is near any"
    assert rows["reverse_kl"].real.value == pytest.approx(math.log(len(modes) / 20))
    assert rows["wasserstein"].own.value == OWN + 99.5 and rows["wasserstein"].real.value == TEST + 19.5


def judgement(first: int, count: int) -> Judgement:
    return Eye().predict(images(first, count))


def test_what_a_judge_sees_in_a_set_is_counted_by_the_classes_of_the_data() -> None:
    """Of the data three quarters are of class 0, of the set none; class 2 is nobody's."""
    odd = Judgement(np.zeros((4, 2)), np.tile([0.0, 0.95, 0.05], (4, 1)))
    reference = table._Reference.of(judgement(0, 20))
    found = table._of_judgement(odd, reference, np.array([0, 1]), np.random.default_rng(0))
    assert found["shares_kl"] == pytest.approx(math.log(4)) and found["classes"] == 1 and found["unsure"] == 0
    assert (found["share_0"], found["share_1"]) == (0, 1) and "share_2" not in found and "frechet" not in found
    rare = Judgement(images(0, 40), np.concatenate([[[1.0, 0.0, 0.0]], np.repeat(odd.predictions[:1], 39, axis=0)]))
    found = table._of_judgement(rare, reference, np.array([0, 1]), np.random.default_rng(0))
    assert found["share_0"] == 1 / 40 and found["classes"] == 1, "less than a tenth of three quarters"
    back = table._of_judgement(judgement(0, 20), table._Reference.of(odd), np.array([0, 1]), np.random.default_rng(0))
    assert back["classes"] == 1 and "share_0" not in back and back["shares_kl"] > 10, "the data have class 1 alone"


@pytest.mark.parametrize(("own", "real", "known"), [(6, 6, True), (5, 6, False), (6, 5, False), (30, 20, True)])
def test_neighbours_need_six_on_either_side_and_are_as_many_of_both(
    own: int, real: int, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[tuple[int, int]] = []
    kept = table.manifold

    def manifold(one: Array, other: Array) -> Any:
        sizes.append((len(one), len(other)))
        return kept(one, other)

    monkeypatch.setattr(table, "manifold", manifold)
    reference = table._Reference.of(judgement(0, real))
    found = table._of_judgement(judgement(100, own), reference, np.array([0, 1]), np.random.default_rng(0))
    assert {name in found for name in ("frechet", "precision", "recall", "density", "coverage")} == {known}
    assert sizes == [(min(own, real),) * 2] * known


@pytest.mark.parametrize(("count", "said"), [(5, True), (6, False)])
def test_sets_that_are_too_small_for_neighbours_are_said(count: int, said: bool) -> None:
    """Quickly, and without a judge: nothing is measured at all."""
    words = images(0, 40), images(TEST, 30), np.zeros(40, int), None, np.random.default_rng(0), count
    found = table.measure_images(lambda size: images(OWN, size), *words, quick=True)
    assert (found.rows, found.count) == ([], count)
    notice = "sets have 5 images (40 to train on, 30 held out): what needs 6 or more is left out ("
    assert [line.startswith(notice) for line in found.notices] == [True] * said


@pytest.mark.parametrize(("size", "there"), [(1, False), (2, True)])
def test_two_samples_can_repeat_each_other_and_one_cannot(size: int, there: bool) -> None:
    rows = table._repetitions([np.zeros((size, 2))] * 3, [images(0, size), images(0, size)])
    assert [(row.name, row.own.value, row.real.value) for row in rows] == [("duplicates", 1.0, 1.0)] * there


def test_distances_are_of_as_many_of_both_and_windows_around_one_image_at_least(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = Watched(monkeypatch).calls
    chance = np.random.default_rng(0)
    for own, real in ((30, 20), (20, 30)):
        table._distances(images(OWN, own), images(0, real), chance)
    for name in ("wasserstein", "sliced_wasserstein"):
        assert [tuple(map(len, call)) for call in calls[name]] == [(20, 20)] * 2
    assert table._real_windows(images(TEST, 5), images(0, 1), chance) == {}
    assert table._real_windows(images(TEST, 5), images(0, 2), chance) == {"parzen": 3.0}
    ((windows, validation, _),) = calls["parzen"]
    assert len(windows) == len(validation) == 1 and windows | validation == {0, 1}
