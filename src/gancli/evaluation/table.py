"""All measures of a generator's samples, each beside the same measure of real data: the yardstick.

Sets of as many samples are measured one by one: of the generator, of the held-out data, and of blocks of the training
data, each block against the rest, which say how much such a set differs from another (`estimate`).
"""

import contextlib
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gancli.errors import MissingLibrary
from gancli.evaluation import classes, neighbours
from gancli.evaluation.columns import correlation_difference, kolmogorov_smirnov
from gancli.evaluation.estimate import Array, Estimate, Rng, of_count, of_held_out, of_samples, of_sets, of_share
from gancli.evaluation.frechet import Gaussian, frechet_distance, gaussian
from gancli.evaluation.judge import Judge, Judgement
from gancli.evaluation.manifold import NEIGHBOURS, manifold
from gancli.evaluation.mixtures import mixture
from gancli.evaluation.parzen import parzen
from gancli.evaluation.transport import MissingPot, sliced_wasserstein, transport, wasserstein
from gancli.evaluation.two_samples import scikit, two_sample_accuracy
from gancli.metrics import COLUMN_GAP, in_order, metric

SETS, BLOCKS = 10, 9
"""Sets of samples that are drawn, and blocks of training data at most."""
SUBSET, CARRIED, COMPARED, VALIDATION = 3000, 1000, 1000, 1000
"""Of a set at most: for neighbours, for exact transport, to compare pixels with; and images to choose σ by."""
MOST_COLUMNS = 50
"""Of a table whose gaps are listed one by one."""
LIBRARIES: dict[str, Callable[[], Any]] = {"wasserstein": transport, "two_sample": scikit}
"""What loads the library that a measure needs, which an installation may do without."""
Draw = Callable[[int], Array]
"""Draws so many new samples (count, features)."""
Asked = tuple[Sequence[NDArray[np.intp]], NDArray[np.intp]]
"""Labels of the classes that each set that is drawn is asked for, and those of the test images."""
Values = dict[str, float]
"""What was measured of one set, by the metric's name."""
More = Callable[[Array, Array], Values]
"""What else is measured of one set beside real data."""


@dataclass(frozen=True)
class Row:
    """One measure: of the samples, and of held-out real data against the training data."""

    name: str
    own: Estimate
    real: Estimate


@dataclass(frozen=True)
class Table:
    """Rows in the order of the metrics, how many samples a set had, how many sets, and what had to be left out."""

    rows: list[Row]
    count: int
    sets: int = SETS
    notices: list[str] = field(default_factory=list)
    lacking: Mapping[str, MissingLibrary] = field(default_factory=dict)
    """The libraries that rows without numbers need."""


@dataclass(frozen=True)
class _Split:
    """Row numbers of the held-out sets and of the blocks of training data, all of `count` rows."""

    count: int
    held_out: list[Array]
    blocks: list[Array]


@dataclass(frozen=True)
class _Reference:
    """What the judge sees in the real data that a set is compared with, and the Gaussian of its features."""

    judgement: Judgement
    fitted: Gaussian | None

    @classmethod
    def of(cls, judgement: Judgement) -> "_Reference":
        return cls(judgement, gaussian(judgement.features) if len(judgement.features) > NEIGHBOURS else None)


def measure_images(
    draw: Draw, train: Array, test: Array, labels: Array, judge: Judge | None, rng: Rng, samples: int,
    quick: bool = False, more: More | None = None, asked: Asked | None = None,
) -> Table:  # fmt: skip
    """All measures of images that `draw` makes (count, pixels), in sets of at most `samples`.

    A set has no more images than the test data, and than a quarter of the training data, so that all are biased
    alike. `train`, of these labels (count,), and `test` are real images (count, pixels); all values in [0, 1].
    Without a judge, what needs one is left out; `quick` leaves out what compares pixels; `more` is measured of each set
    beside the training data. `asked` are the labels that each set that is drawn was asked for, once it is, and those of
    the test images.
    """
    split = _split(len(train), len(test), samples)
    own = [draw(split.count) for _ in range(SETS)]
    rows = [] if judge is None else _by_judge(judge, own, (train, test, labels), split, rng, asked)
    lacking = {} if quick else _lacking("wasserstein")
    if not quick:
        rows += _by_pixels(own, train, test, split, rng)
        rows += _by_neighbours(own, train, test, split, rng) if judge is None else []
    if more is not None:
        rows += _compared(own, train, test, split, more)
    notices = _few_samples(split.count, len(train), len(test), "images")
    return Table(_ordered([*rows, *map(_empty, lacking)]), split.count, notices=notices, lacking=lacking)


def measure_points(
    draw: Draw, train: Array, test: Array, modes: Array, std: float, rng: Rng, samples: int,
    more: More | None = None,
) -> Table:  # fmt: skip
    """All measures of points (count, 2) that should come from Gaussians at `modes`; sets and `more` as for images."""
    split = _split(len(train), len(test), samples)

    def measure(x: Array, reference: Array) -> Values:
        fit = mixture(x, modes, std)
        near = {"modes": float(fit.captured), "quality": fit.quality, "reverse_kl": fit.reverse_kl}
        return near | _distances(x, reference, rng) | (more(x, reference) if more is not None else {})

    own = [measure(draw(split.count), train) for _ in range(SETS)]
    held_out = [measure(test[rows], train) for rows in split.held_out]
    blocks = [measure(train[rows], np.delete(train, rows, axis=0)) for rows in split.blocks]
    lacking = _lacking("wasserstein")
    rows = [*_rows(own, held_out, blocks, split.count), *map(_empty, lacking)]
    return Table(_ordered(rows), split.count, lacking=lacking)


def measure_rows(
    draw: Draw, train: Array, test: Array, columns: Sequence[str], rng: Rng, samples: int, more: More | None = None
) -> Table:
    """All measures of rows of numbers (count, columns); sets and `more` are as for images."""
    split = _split(len(train), len(test), samples)
    own = [draw(split.count) for _ in range(SETS)]

    def measure(x: Array, reference: Array) -> Values:
        gaps = kolmogorov_smirnov(x, reference)
        each = {f"{COLUMN_GAP}{name}": float(gap) for name, gap in zip(columns, gaps, strict=True)}
        shape = {"ks": float(gaps.max()), "correlations": correlation_difference(x, reference)}
        return {**_distances(x, reference, rng), **shape, **(each if len(columns) <= MOST_COLUMNS else {})}

    rows = _compared(own, train, test, split, measure)
    rows += [] if more is None else _compared(own, train, test, split, more)
    rows += _by_neighbours(own, train, test, split, rng)
    rows += _repetitions(own, [*(test[one] for one in split.held_out), *(train[one] for one in split.blocks)])
    near = (of_samples(neighbours.nearest(x[:COMPARED], train)) for x in (own[0], test[split.held_out[0]]))
    rows.append(Row("nearest_train", *near))
    lacking = _lacking("wasserstein", "two_sample")
    if "two_sample" not in lacking:
        rows.append(Row("two_sample", *(two_sample_accuracy(test, x, rng) for x in (own[0], train))))
    notices = _few_samples(split.count, len(train), len(test), "rows")
    return Table(_ordered([*rows, *map(_empty, lacking)]), split.count, notices=notices, lacking=lacking)


def _lacking(*names: str) -> dict[str, MissingLibrary]:
    """Those measures whose library is not here."""
    lacking: dict[str, MissingLibrary] = {}
    for name in names:
        try:
            LIBRARIES[name]()
        except MissingLibrary as error:
            lacking[name] = error
    return lacking


def is_lacking(library: str) -> bool:
    """Is a library, of which a measure was in need, not here now either?"""
    return library in {error.library for error in _lacking(*LIBRARIES).values()}


def _empty(name: str) -> Row:
    return Row(name, Estimate(math.nan), Estimate(math.nan))


def _few_samples(count: int, train: int, test: int, what: str) -> list[str]:
    if count > NEIGHBOURS:
        return []
    return [
        f"sets have {count} {what} ({train} to train on, {test} held out): what needs {NEIGHBOURS + 1} or more is left "
        "out (frechet, precision, recall, density, coverage)"
    ]


def _by_neighbours(own: list[Array], train: Array, test: Array, split: _Split, rng: Rng) -> list[Row]:
    """Precision, recall, density and coverage among the samples themselves, where no judge has features of them."""
    if split.count <= NEIGHBOURS:
        return []

    def measure(x: Array, reference: Array) -> Values:
        count = min(SUBSET, len(x), len(reference))
        return dataclasses.asdict(manifold(_subset(reference, count, rng), _subset(x, count, rng)))

    return _compared(own, train, test, split, measure)


def _compared(own: list[Array], train: Array, test: Array, split: _Split, measure: More) -> list[Row]:
    """What `measure` says of each set beside the training data, and of each block beside the rest of them."""
    held_out = [measure(test[rows], train) for rows in split.held_out]
    blocks = [measure(train[rows], np.delete(train, rows, axis=0)) for rows in split.blocks]
    return _rows([measure(x, train) for x in own], held_out, blocks, split.count)


def _split(train: int, test: int, samples: int) -> _Split:
    """The same for the same data, whatever is compared with them."""
    rng = np.random.default_rng(0)
    count = max(1, min(samples, test, train // 4))
    order, held_out = rng.permutation(train), rng.permutation(test)
    blocks = [order[start : start + count] for start in range(0, train - count + 1, count)][:BLOCKS]
    sets = [held_out[start : start + count] for start in range(0, test - count + 1, count)]
    return _Split(count, sets[:BLOCKS], blocks if train > count else [])


def _ordered(rows: list[Row]) -> list[Row]:
    places = {name: place for place, name in enumerate(in_order(row.name for row in rows))}
    return sorted(rows, key=lambda row: places[row.name])


def _rows(own: Sequence[Values], held_out: Sequence[Values], blocks: Sequence[Values], count: int) -> list[Row]:
    """Each measure's mean over the sets, with its interval."""
    rows = []
    for name in held_out[0]:
        samples, real, train = ([one[name] for one in every if name in one] for every in (own, held_out, blocks))
        drawn, of_real = of_sets(samples), of_held_out(real, train)
        if metric(name).unit == "share":
            size = min(count, SUBSET)
            drawn, of_real = of_share(drawn, size * len(samples)), of_share(of_real, size * len(real))
        elif metric(name).is_count:
            drawn, of_real = of_count(drawn, len(samples)), of_count(of_real, len(real) + len(train))
        rows.append(Row(name, drawn, of_real))
    return rows


def _by_judge(
    judge: Judge, own: list[Array], real_data: tuple[Array, Array, Array], split: _Split, rng: Rng,
    asked: Asked | None = None,
) -> list[Row]:  # fmt: skip
    train, test, labels = real_data
    of_own, of_test = ([None] * len(own), None) if asked is None else asked
    seen, held_out = judge.predict(train), judge.predict(test)
    reference = _Reference.of(seen)
    samples = [
        _of_judgement(judge.predict(x), reference, labels, rng, wanted) for x, wanted in zip(own, of_own, strict=True)
    ]
    real = [
        _of_judgement(held_out.rows(rows), reference, labels, rng, None if of_test is None else of_test[rows])
        for rows in split.held_out
    ]
    blocks = []
    for rows in split.blocks:
        rest = np.delete(np.arange(len(train)), rows)  # a block is not among what it is measured against
        wanted = None if asked is None else labels[rows]
        blocks.append(_of_judgement(seen.rows(rows), _Reference.of(seen.rows(rest)), labels, rng, wanted))
    return _rows(samples, real, blocks, split.count)


def _of_judgement(
    judgement: Judgement, reference: _Reference, labels: Array, rng: Rng, asked: NDArray[np.intp] | None = None
) -> Values:
    """The judge's measures of one set, beside real data of these labels; its own are those `asked`, if known."""
    shares, seen = classes.shares(judgement.predictions), reference.judgement.predictions
    data = classes.data_shares(seen, labels)
    values = {
        "score": classes.score(judgement.predictions),
        "classes": float(classes.present(shares, data)),
        "shares_kl": classes.divergence(shares, classes.shares(seen)),
        "unsure": classes.unsure(judgement.predictions),
        **{f"share_{label}": float(shares[label]) for label in np.flatnonzero(data)},
    }
    if asked is not None:
        values["asked"] = classes.as_asked(judgement.predictions, asked)
    if reference.fitted is not None and len(judgement.features) > NEIGHBOURS:
        values["frechet"] = frechet_distance(gaussian(judgement.features), reference.fitted)
        count = min(SUBSET, len(judgement.features), len(reference.judgement.features))
        near = manifold(_subset(reference.judgement.features, count, rng), _subset(judgement.features, count, rng))
        values |= dataclasses.asdict(near)
    return values


def _by_pixels(own: list[Array], train: Array, test: Array, split: _Split, rng: Rng) -> list[Row]:
    held_out = [test[rows] for rows in split.held_out]
    blocks = [(train[rows], np.delete(np.arange(len(train)), rows)) for rows in split.blocks]
    samples = [_distances(x, train, rng) | _windows(x, train, _subset(test, COMPARED, rng), rng) for x in own]
    real = [_distances(x, train, rng) | _real_windows(x, train, rng) for x in held_out]
    others = [_distances(x, train[rest], rng) | _real_windows(x, train[rest], rng) for x, rest in blocks]
    near_own, near_real = (of_samples(neighbours.nearest(x[:COMPARED], train)) for x in (own[0], held_out[0]))
    return [
        *_rows(samples, real, others, split.count),
        *_repetitions(own, [*held_out, *(x for x, _ in blocks)]),
        Row("nearest_train", near_own, near_real),
    ]


def _repetitions(own: list[Array], real: list[Array]) -> list[Row]:
    """Near-duplicates within a set; how near that is, and how many there are by chance, all real sets say together."""
    if len(own[0]) < 2:
        return []
    alone_own, alone_real = ([neighbours.nearest_other(x[:SUBSET]) for x in sets] for sets in (own, real))
    close = neighbours.close_distance(np.concatenate(alone_real))
    samples, data = ([neighbours.duplicates(alone, close) for alone in sets] for sets in (alone_own, alone_real))
    drawn = of_share(of_sets(samples), sum(map(len, alone_own)))
    return [Row("duplicates", drawn, Estimate(float(np.mean(data))))]  # 1 % by its definition, so without an interval


def _distances(x: Array, reference: Array, rng: Rng) -> Values:
    """1-Wasserstein distances to real data, sliced and, where POT is here, exact."""

    def drawn(size: int) -> tuple[Array, Array]:
        count = min(size, len(x), len(reference))
        return _subset(x, count, rng), _subset(reference, count, rng)

    carried: Values = {}
    sets = drawn(CARRIED)  # whether they can be compared or not: what is drawn next is the same
    with contextlib.suppress(MissingPot):
        carried["wasserstein"] = wasserstein(*sets)
    return {**carried, "sliced_wasserstein": sliced_wasserstein(*drawn(SUBSET), rng)}


def _windows(windows: Array, train: Array, test: Array, rng: Rng) -> Values:
    """Log-likelihood of test images under windows around samples, whose σ some of the training images choose."""
    return {"parzen": parzen(windows, _subset(train, _validation(len(train)), rng), test).likelihood}


def _real_windows(x: Array, reference: Array, rng: Rng) -> Values:
    """The same of real images, with windows around as many others in place of samples; nothing where there are none."""
    if len(reference) < 2:
        return {}
    order = rng.permutation(len(reference))
    chosen, others = np.split(order, [_validation(len(order))])
    likelihood = parzen(reference[others[: len(x)]], reference[chosen], x[:COMPARED]).likelihood
    return {"parzen": likelihood}


def _validation(count: int) -> int:
    """How many of so many training images choose σ; the windows are around others."""
    return min(VALIDATION, max(1, count // 5))


def _subset(x: Array, count: int, rng: Rng) -> Array:
    return np.asarray(x[rng.permutation(len(x))[:count]])
