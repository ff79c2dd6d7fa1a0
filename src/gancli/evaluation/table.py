"""All measures of one set of samples, each beside the same measure of real data: the yardstick."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gancli.evaluation import classes, neighbours
from gancli.evaluation.estimate import Array, Estimate, Rng, bootstrap, mean, repeated
from gancli.evaluation.frechet import frechet_distance, gaussian
from gancli.evaluation.judge import Judge, Sight
from gancli.evaluation.manifold import NEIGHBOURS, manifold
from gancli.evaluation.mixtures import mixture
from gancli.evaluation.parzen import parzen
from gancli.evaluation.transport import sliced_wasserstein, wasserstein

DRAWS = 3
"""Repeated draws of subsets, where resampling would put the same image in twice."""
STUDENT = 4.303
"""Student's 97.5 % quantile of 2 degrees of freedom, for three draws."""
SUBSET, CARRIED, COMPARED, VALIDATION = 3000, 1000, 1000, 1000
"""Images for neighbours among features, for exact transport, for the nearest training image, and to choose σ."""


@dataclass(frozen=True)
class Row:
    """One measure: of the samples, and of held-out real data against the training data."""

    name: str
    own: Estimate
    real: Estimate
    better: str
    """`low`, `high`, or `real` where the real data's value is the best."""


def measure_images(own: Array, train: Array, test: Array, judge: Judge, rng: Rng, quick: bool = False) -> list[Row]:
    """All measures of images `own` (count, pixels), of as many as there are test images, so that both are biased alike.

    `train` and `test` are real images (count, pixels); all values in [0, 1]. `quick` leaves out what compares pixels.
    """
    count = min(len(own), len(test))
    own, held_out = own[:count], test[rng.permutation(len(test))[:count]]
    sights = {name: judge.look(x) for name, x in (("own", own), ("real", held_out), ("train", train))}
    return [
        *_by_features(sights, rng),
        *_by_answers(sights, rng),
        *_by_manifold(sights, rng),
        *([] if quick else _by_pixels(own, held_out, train, rng)),
    ]


def _by_features(sights: dict[str, Sight], rng: Rng) -> list[Row]:
    reference = gaussian(sights["train"].features)

    def frechet(features: Array) -> float:
        return frechet_distance(gaussian(features), reference)

    own, real = (_resampled(frechet, sights[name].features, rng) for name in ("own", "real"))
    return [Row("frechet", own, real, "low")]


def _by_answers(sights: dict[str, Sight], rng: Rng) -> list[Row]:
    data = classes.data_shares(sights["train"].answers)

    def share(label: int) -> Callable[[Array], float]:
        return lambda answers: float(classes.shares(answers)[label])

    measures: list[tuple[str, str, Callable[[Array], float]]] = [
        ("score", "high", classes.score),
        ("classes", "high", lambda answers: classes.present(classes.shares(answers), data)),
        ("shares_kl", "low", lambda answers: classes.divergence(classes.shares(answers), data)),
        ("unsure", "low", classes.unsure),
        *((f"share_{label}", "real", share(int(label))) for label in np.flatnonzero(data)),
    ]
    own, real = sights["own"].answers, sights["real"].answers
    return [Row(name, _resampled(m, own, rng), _resampled(m, real, rng), better) for name, better, m in measures]


def _by_manifold(sights: dict[str, Sight], rng: Rng) -> list[Row]:
    count = min(SUBSET, len(sights["own"].features), len(sights["train"].features))
    if count <= NEIGHBOURS:
        return []
    found: dict[str, list[Sequence[float]]] = {"own": [], "real": []}
    for _ in range(DRAWS):
        reference = _subset(sights["train"].features, count, rng)
        for name, draws in found.items():
            drawn = manifold(reference, _subset(sights[name].features, count, rng))
            draws.append((drawn.precision, drawn.recall, drawn.density, drawn.coverage))
    names = (("precision", "high"), ("recall", "high"), ("density", "real"), ("coverage", "high"))
    own, real = (list(zip(*found[name], strict=True)) for name in ("own", "real"))
    return [
        Row(name, repeated(own[place], STUDENT), repeated(real[place], STUDENT), better)
        for place, (name, better) in enumerate(names)
    ]


def _by_pixels(own: Array, real: Array, train: Array, rng: Rng) -> list[Row]:
    count, compared = min(SUBSET, len(own)), min(COMPARED, len(own))
    alone_own, alone_real = (neighbours.nearest_other(_subset(x, count, rng)) for x in (own, real))
    repeated_own, repeated_real = (
        mean(neighbours.duplicates(alone, alone_real).astype(float)) for alone in (alone_own, alone_real)
    )
    near_own, near_real = (mean(neighbours.nearest(_subset(x, compared, rng), train)) for x in (own, real))
    return [
        Row("duplicates", repeated_own, repeated_real, "low"),
        Row("nearest_train", near_own, near_real, "real"),
        *distances(own, real, train, rng),
        _parzen(own, real, train, rng),
    ]


def distances(own: Array, real: Array, train: Array, rng: Rng) -> list[Row]:
    """1-Wasserstein distances to the training data, exact and sliced, with that of real data as the floor."""

    def sliced(a: Array, b: Array) -> float:
        return sliced_wasserstein(a, b, rng)

    def drawn(x: Array, size: int, measure: Callable[[Array, Array], float]) -> Estimate:
        count = min(size, len(own), len(real), len(train))
        pairs = [(_subset(x, count, rng), _subset(train, count, rng)) for _ in range(DRAWS)]
        return repeated([measure(*pair) for pair in pairs], STUDENT)

    return [
        Row("wasserstein", drawn(own, CARRIED, wasserstein), drawn(real, CARRIED, wasserstein), "low"),
        Row("sliced_wasserstein", drawn(own, SUBSET, sliced), drawn(real, SUBSET, sliced), "low"),
    ]


def _parzen(own: Array, real: Array, train: Array, rng: Rng) -> Row:
    validation, rest = train[-VALIDATION:], train[:-VALIDATION]
    if not len(rest):
        validation, rest = train, train
    like_own = parzen(own, validation, real)
    like_train = parzen(_subset(rest, min(len(own), len(rest)), rng), validation, real)
    return Row("parzen", like_own.likelihood, like_train.likelihood, "high")


def measure_points(own: Array, train: Array, test: Array, modes: Array, std: float, rng: Rng) -> list[Row]:
    """All measures of points `own` (count, 2) that should come from Gaussians at `modes`."""
    test = test[: len(own)]
    measures: list[tuple[str, str, Callable[[Array], float]]] = [
        ("modes", "high", lambda x: float(mixture(x, modes, std).captured)),
        ("quality", "high", lambda x: mixture(x, modes, std).quality),
        ("reverse_kl", "low", lambda x: mixture(x, modes, std).reverse_kl),
    ]
    rows = [Row(name, _resampled(m, own, rng), _resampled(m, test, rng), better) for name, better, m in measures]
    return [*rows, *distances(own, test, train, rng)]


def _resampled(measure: Callable[[Array], float], x: Array, rng: Rng) -> Estimate:
    return bootstrap(lambda rows: measure(x[rows]), len(x), rng)


def _subset(x: Array, count: int, rng: Rng) -> Array:
    return np.asarray(x[rng.permutation(len(x))[:count]])
