"""Do 95 % intervals hold the value 95 % of the time? On known distributions, at the bundled size and at the full one.

What an interval of samples is to hold is the measure's mean over fresh sets of one generator, with the real data as they are;
an interval of real data, its mean over fresh sets of held-out data.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gancli.evaluation import table
from gancli.evaluation.estimate import Array, Estimate, Rng, of_held_out, of_sets
from gancli.evaluation.judge import Judgement

CLASSES, FEATURES = 10, 8
CENTRES = 1.3 * np.random.default_rng(0).standard_normal((CLASSES, FEATURES)).astype(np.float32)
UNEVEN = np.array([0.2, 0.16, 0.14, 0.12, 0.1, 0.09, 0.07, 0.06, 0.04, 0.02])


class Eye:
    """A judge whose features are what it is shown, and whose predictions are the right ones for `real`."""

    def predict(self, x: Array) -> Judgement:
        odds = x @ CENTRES.T - 0.5 * (CENTRES**2).sum(axis=1)
        powers = np.exp(odds - odds.max(axis=1, keepdims=True))
        return Judgement(x, powers / powers.sum(axis=1, keepdims=True))


def real(rng: Rng, count: int) -> tuple[Array, Array]:
    labels = rng.integers(CLASSES, size=count)
    return CENTRES[labels] + rng.standard_normal((count, FEATURES), dtype=np.float32), labels


def fake(rng: Rng, count: int) -> Array:
    """Uneven classes, too narrow: a generator as they are."""
    return 0.95 * CENTRES[rng.choice(CLASSES, count, p=UNEVEN)] + 0.9 * rng.standard_normal(
        (count, FEATURES), dtype=np.float32
    )


MEASURES = ("frechet", "coverage", "precision", "recall", "density", "score", "shares_kl", "unsure", "share_0")
"""Of the judge; the other shares are as share_0, and counts have wider intervals (`of_count`)."""
EYE: Any = Eye()


def judged(x: Array, reference: Any, labels: Array, rng: Rng) -> table.Values:
    return table._of_judgement(EYE.predict(x), reference, labels, rng)


def pixels(x: Array, train: Array, test: Array, rng: Rng) -> table.Values:
    return table._distances(x, train, rng) | table._windows(x, train, test[rng.permutation(len(test))[:1000]], rng)


def pool(count: int, measure: Callable[[Rng], table.Values]) -> dict[str, Array]:
    """Each measure of so many independent sets."""
    found = [measure(np.random.default_rng((4, seed))) for seed in range(count)]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def held_by_sets(values: Array) -> float:
    """How often the interval of ten sets from a pool of values holds the pool's mean."""
    rng = np.random.default_rng(5)
    draws = [of_sets(list(rng.choice(values, table.SETS))) for _ in range(4000)]
    return float(np.mean([abs(one.value - values.mean()) <= one.half for one in draws]))


def held_by_blocks(values: Array, blocks: int) -> float:
    """How often the interval of one held-out set holds it, the spread of so many blocks being its width."""
    rng = np.random.default_rng(6)
    draws = [rng.choice(values, blocks + 1) for _ in range(4000)]
    estimates = [of_held_out([one], list(others)) for one, *others in draws]
    return float(np.mean([abs(one.value - values.mean()) <= one.half for one in estimates]))


def outside(held: dict[str, float]) -> dict[str, float]:
    """The shares that are not from 93 to 97 %."""
    return {name: share for name, share in held.items() if not 0.93 <= share <= 0.97}


@pytest.mark.slow
@pytest.mark.parametrize(("train_count", "count", "sets", "blocks"), [(4500, 500, 500, 9), (60_000, 10_000, 160, 6)])
def test_intervals_of_what_a_judge_sees(train_count: int, count: int, sets: int, blocks: int) -> None:
    rng = np.random.default_rng(2)
    train, labels = real(rng, train_count)
    reference = table._Reference.of(EYE.predict(train))
    own = pool(sets, lambda rng: judged(fake(rng, count), reference, labels, rng))
    assert outside({name: held_by_sets(own[name]) for name in MEASURES}) == {}
    held_out = pool(sets, lambda rng: judged(real(rng, count)[0], reference, labels, rng))
    assert outside({name: held_by_blocks(held_out[name], blocks) for name in MEASURES}) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("train_count", "count", "sets", "blocks"), [(4500, 500, 150, 9), (60_000, 10_000, 60, 6)])
def test_intervals_of_what_pixels_say(train_count: int, count: int, sets: int, blocks: int) -> None:
    rng = np.random.default_rng(3)
    (train, _), (test, _) = real(rng, train_count), real(rng, count)
    own = pool(sets, lambda rng: pixels(fake(rng, count), train, test, rng))
    assert outside({name: held_by_sets(values) for name, values in own.items()}) == {}
    held_out = pool(150, lambda rng: table._distances(real(rng, count)[0], train, rng))
    assert outside({name: held_by_blocks(values, blocks) for name, values in held_out.items()}) == {}


@pytest.mark.slow
def test_intervals_of_real_data_with_the_blocks_they_are_made_of() -> None:
    """As `gancli evaluate` makes them: the blocks share their training data, each the reference of the others."""
    found: list[dict[str, Estimate]] = []
    for seed in range(600):
        rng = np.random.default_rng((7, seed))
        (train, labels), (test, _) = real(rng, 4500), real(rng, 500)
        split = table._split(len(train), len(test), 10_000)
        rows = table._by_judge(EYE, [fake(rng, 500)], (train, test, labels), split, rng)
        found.append({row.name: row.real for row in rows})
    held = {}
    for name in MEASURES:
        values, halves = (np.array([getattr(one[name], part) for one in found]) for part in ("value", "half"))
        held[name] = float((np.abs(values - values.mean()) <= halves).mean())
    assert outside(held) == {}
