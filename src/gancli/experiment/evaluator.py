"""A few quick measures of the generator's samples, again and again while a run trains, against one reference."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gancli.data import Dataset
from gancli.engines import Array, BlasThreads
from gancli.evaluation import classes
from gancli.evaluation.frechet import frechet_distance, gaussian
from gancli.evaluation.judge import Judge
from gancli.evaluation.manifold import NEIGHBOURS, manifold
from gancli.evaluation.mixtures import mixture
from gancli.experiment.judges import judge_in_training, pixels
from gancli.experiment.sample_metrics import SampleMetrics
from gancli.spec import Gan, Wgan

COMPARED = 1000
"""Samples and real images among whose features neighbours are looked for."""


class Evaluator:
    """Measures samples beside those of `dataset`: by a judge, by their modes, by `metrics` of other packages."""

    @BlasThreads(1)
    def __init__(self, dataset: Dataset, judge: Judge | None, metrics: SampleMetrics | None = None, compared: int = 0):
        """`compared` is how many training samples those metrics are given."""
        self._dataset, self._metrics = dataset, metrics
        self._judged = None if judge is None else _Judged(judge, dataset)
        order = np.random.default_rng(0).permutation(len(dataset.train.samples))
        self._real = dataset.units.own(dataset.train.seen(dataset.train.samples[np.sort(order[:compared])]))

    @classmethod
    def of(cls, spec: Gan | Wgan, dataset: Dataset, say: Callable[[str], None]) -> "Evaluator":
        """What `evaluate:` asks for; `say` is told of a metric that fails. Raises DataError, MissingPackage."""
        assert spec.evaluate is not None
        compared = spec.evaluate.samples if spec.evaluate.metrics else 0
        metrics = SampleMetrics(spec.evaluate.metrics, say)
        return cls(dataset, judge_in_training(spec, dataset), metrics, compared)

    @BlasThreads(1)
    def measure(self, samples: Array, asked: NDArray[np.intp] | None = None) -> dict[str, float]:
        """Of samples (count, features) as networks make them: of images that the judge knows `frechet`, `score`, …

        Of points `modes`, …; of all, the metrics of other packages. With the labels of the classes that they were
        `asked` for, `asked` too. What is undefined is left out: the evenness of modes where no point is near any.
        """
        own = self._dataset.units.own(samples)
        measured = {} if self._judged is None else self._judged.measure(own.reshape(samples.shape), asked)
        if self._dataset.modes is not None:
            fit = mixture(samples, self._dataset.modes, self._dataset.std)
            found = {"modes": fit.captured, "quality": fit.quality, "reverse_kl": fit.reverse_kl}
            measured = {name: value for name, value in found.items() if not np.isnan(value)}
        return measured if self._metrics is None else {**measured, **self._metrics.measure(own, self._real)}


class _Judged:
    """What the judge sees in the training data, for samples to be measured beside."""

    def __init__(self, judge: Judge, dataset: Dataset):
        self._judge = judge
        judgement = judge.predict(pixels(dataset, dataset.train))
        enough = len(judgement.features) > NEIGHBOURS
        self._reference = gaussian(judgement.features) if enough else None
        self._shares = classes.data_shares(judgement.predictions, dataset.train.labels)
        self._seen = classes.shares(judgement.predictions)
        rows = np.random.default_rng(0).permutation(len(judgement.features))[:COMPARED]
        self._real = judgement.features[rows]

    def measure(self, images: Array, asked: NDArray[np.intp] | None) -> dict[str, float]:
        """Of images (count, pixels) within [0, 1]."""
        judgement = self._judge.predict(images)
        shares = classes.shares(judgement.predictions)
        measured = {
            "score": classes.score(judgement.predictions),
            "classes": classes.present(shares, self._shares),
            "shares_kl": classes.divergence(shares, self._seen),
        }
        if asked is not None:
            measured["asked"] = classes.as_asked(judgement.predictions, asked)
        if self._reference is None:  # too few real images for neighbours and covariances
            return measured
        near = manifold(self._real, judgement.features[: len(self._real)])
        distance = frechet_distance(gaussian(judgement.features), self._reference)
        return {"frechet": distance, **measured, "precision": near.precision, "coverage": near.coverage}
